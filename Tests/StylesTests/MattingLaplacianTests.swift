import Nets
import Pictures
import Testing

import enum Wire.MattingNorm

@testable import Styles

@Suite struct MattingLaplacianTests {
    /// Noise with a ground of one flat colour, a band of greys only, and a ramp: covariances of rank 3, 0 and 1.
    private func guide(width: Int, height: Int) -> Tensor {
        var generator = SeededGenerator(seed: 11)
        let tensor = Tensor(.nhwc(1, height, width, 3))
        for y in 0..<height {
            for x in 0..<width {
                let grey = Float.random(in: 0...255, using: &generator).rounded()
                for channel in 0..<3 {
                    let value: Float =
                        switch (x * 4 / width, y * 2 / height) {
                        case (0, _): [200, 220, 255][channel]
                        case (1, 0): grey
                        case (1, _): Float(10 * x + 3 * y + 20 * channel)
                        default: Float.random(in: 0...255, using: &generator).rounded()
                        }
                    tensor[(y * width + x) * 3 + channel] = value
                }
            }
        }
        return tensor
    }

    private func noise(like other: Tensor, seed: UInt64) -> Tensor {
        var generator = SeededGenerator(seed: seed)
        let tensor = Tensor(other.shape)
        generator.fill(tensor, mean: 127.5, deviation: 50)
        return tensor
    }

    /// Levin, Lischinski and Weiss 2008, equation 12, as it stands there, in double precision.
    private func matrix(of guide: Tensor) -> [[Double]] {
        let (height, width) = (guide.shape.height, guide.shape.width)
        let epsilon = 1e-7 / 9
        var matrix = [[Double]](repeating: Array(repeating: 0, count: height * width), count: height * width)
        for y in 1..<height - 1 {
            for x in 1..<width - 1 {
                let pixels = (-1...1).flatMap { down in (-1...1).map { (y + down) * width + x + $0 } }
                let colours = pixels.map { pixel in (0..<3).map { Double(guide[pixel * 3 + $0]) / 255 } }
                let mean = (0..<3).map { channel in colours.reduce(0) { $0 + $1[channel] } / 9 }
                let about = colours.map { colour in (0..<3).map { colour[$0] - mean[$0] } }
                let covariance = (0..<3).map { row in
                    (0..<3).map { column in
                        about.reduce(row == column ? epsilon : 0) { $0 + $1[row] * $1[column] / 9 }
                    }
                }
                let inverse = inverted(covariance)
                for (i, first) in pixels.enumerated() {
                    for (j, second) in pixels.enumerated() {
                        var product = 1.0
                        for row in 0..<3 {
                            for column in 0..<3 { product += about[i][row] * inverse[row][column] * about[j][column] }
                        }
                        matrix[first][second] += (i == j ? 1 : 0) - product / 9
                    }
                }
            }
        }
        return matrix
    }

    /// Gauss and Jordan's, with pivots.
    private func inverted(_ matrix: [[Double]]) -> [[Double]] {
        var rows = matrix.enumerated().map { index, row in row + (0..<3).map { $0 == index ? 1.0 : 0 } }
        for column in 0..<3 {
            let pivot = (column..<3).max { abs(rows[$0][column]) < abs(rows[$1][column]) }!
            rows.swapAt(column, pivot)
            let divisor = rows[column][column]
            rows[column] = rows[column].map { $0 / divisor }
            for row in 0..<3 where row != column {
                let factor = rows[row][column]
                rows[row] = zip(rows[row], rows[column]).map { $0 - factor * $1 }
            }
        }
        return rows.map { Array($0[3...]) }
    }

    @Test(arguments: [(16, 9), (9, 40), (3, 3)])
    func `energy and product are those of the matrix`(width: Int, height: Int) {
        let guide = guide(width: width, height: height)
        let planes = noise(like: guide, seed: 5)
        let matrix = matrix(of: guide)
        var energy = 0.0
        let product = (0..<planes.count).map { index -> Double in
            let (pixel, channel) = index.quotientAndRemainder(dividingBy: 3)
            let value = zip(matrix[pixel].indices, matrix[pixel]).reduce(0.0) {
                $0 + $1.1 * Double(planes[$1.0 * 3 + channel])
            }
            energy += value * Double(planes[index])
            return value
        }
        let found = Tensor(guide.shape)
        let laplacian = MattingLaplacian(of: guide, threads: ThreadPool(threads: 2))
        let value = laplacian.evaluate(planes, factor: 0.5, addingTo: found)
        #expect(abs(value - energy) < 1e-7 * energy, "\(value), not \(energy)")
        let norm = product.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let off = zip(found.values, product).reduce(0) { $0 + (2 * Double($1.0) - $1.1) * (2 * Double($1.0) - $1.1) }
        #expect(off.squareRoot() < 1e-6 * norm, "\(off.squareRoot()) of \(norm) at \(width) × \(height)")
        #expect(laplacian.evaluate(planes) == value)
    }

    @Test func `an affine function of the guide costs nothing, and too narrow pictures have no windows`() {
        let guide = guide(width: 24, height: 20)
        let threads = ThreadPool(threads: 1)
        let affine = Tensor(guide.shape)
        for pixel in 0..<guide.count / 3 {
            let (red, green, blue) = (guide[pixel * 3], guide[pixel * 3 + 1], guide[pixel * 3 + 2])
            affine[pixel * 3] = 0.5 * red - 0.25 * green + 40
            affine[pixel * 3 + 1] = green + 0.125 * blue
            affine[pixel * 3 + 2] = 255 - red
        }
        let laplacian = MattingLaplacian(of: guide, threads: threads)
        let (kept, other) = (laplacian.evaluate(affine), laplacian.evaluate(noise(like: guide, seed: 5)))
        // What is left is ε times the slopes.
        #expect(kept < 1e-4 * other, "\(kept) against \(other)")
        let narrow = noise(like: Tensor(.nhwc(1, 40, 2, 3)), seed: 1)
        #expect(MattingLaplacian(of: narrow, threads: threads).evaluate(noise(like: narrow, seed: 2)) == 0)
    }

    @Test(arguments: [MattingNorm.mean, .sum])
    func `the gradient is the slope, and the same for any number of threads`(norm: MattingNorm) {
        let guide = guide(width: 33, height: 50)
        let pixels = noise(like: guide, seed: 7)
        func gradient(threads: Int) -> (value: Double, gradient: Tensor) {
            let term = MattingTerm(of: guide, norm: norm, weight: 30, threads: ThreadPool(threads: threads))
            let gradient = Tensor(guide.shape)
            return (term.evaluate(pixels, addingTo: gradient), gradient)
        }
        let (value, slope) = gradient(threads: 1)
        let three = gradient(threads: 3)
        #expect(three.value == value && three.gradient.values == slope.values)
        let term = MattingTerm(of: guide, norm: norm, weight: 30, threads: ThreadPool(threads: 1))
        for seed in 1...3 as ClosedRange<UInt64> {
            let way = noise(like: guide, seed: 20 + seed)
            func along(_ step: Float) -> Double {
                let moved = pixels.copy()
                for index in 0..<moved.count { moved[index] += step * way[index] }
                return 30 * term.evaluate(moved, addingTo: nil)
            }
            let expected = (along(0.25) - along(-0.25)) / 0.5
            let found = (0..<way.count).reduce(0.0) { $0 + Double(way[$1]) * Double(slope[$1]) }
            #expect(abs(found - expected) < 1e-5 * abs(expected), "\(found), not \(expected)")
        }
        let share = norm == .mean ? 1 / Double(33 * 50) : 1 / 65_536.0
        let energy = MattingLaplacian(of: guide, threads: ThreadPool(threads: 1)).evaluate(pixels)
        #expect(abs(value - share * energy) < 1e-12 * energy)
    }
}
