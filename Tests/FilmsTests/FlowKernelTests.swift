import Nets
import Pictures
import Testing

@testable import Films

/// The fast loops beside loops that are written as their formulas are.
@Suite struct FlowKernelTests {
    private let pool = ThreadPool(threads: 2)
    private static let sizes = [(8, 8), (9, 11), (16, 13), (31, 17), (47, 30), (64, 9)]

    private func level(_ width: Int, _ height: Int, seed: UInt64) -> (FlowLevel, (Int, Int) -> Float) {
        let grey = SyntheticFilm(width, height, seed: seed).frame()
        let level = FlowLevel(width: width, height: height, hasDerivatives: true)
        grey.withUnsafeBufferPointer { level.copy(Floats(mutating: $0.baseAddress!), rowStride: width) }
        level.replicateMargins()
        level.derive(threads: pool)
        return (level, { x, y in grey[min(max(0, y), height - 1) * width + min(max(0, x), width - 1)] })
    }

    @Test(arguments: sizes)
    func halvingIsASumOfSixteen(width: Int, height: Int) {
        let taps: [Float] = [0.125, 0.375, 0.375, 0.125]
        let (source, grey) = level(2 * width + 1, 2 * height, seed: 1)
        for oddWidth in [0, 1] {
            // The last column of an odd source counts as a neighbour; of an even one there is none.
            let size = PixelSize(width: 2 * width + oddWidth, height: 2 * height)
            let half = FlowLevel(width: width, height: height, hasDerivatives: false)
            half.halve(source.grey, size: size, rowStride: source.rowStride, threads: pool)
            for y in 0..<height {
                for x in 0..<width {
                    var sum: Float = 0
                    for j in 0..<4 {
                        for i in 0..<4 {
                            sum += taps[i] * taps[j] * grey(min(2 * x - 1 + i, size.width - 1), 2 * y - 1 + j)
                        }
                    }
                    #expect(abs(half.grey[y * half.rowStride + x] - sum) < 1e-3, "\(size) at \(x), \(y)")
                }
            }
        }
    }

    @Test(arguments: sizes)
    func derivativesAreSobels(width: Int, height: Int) {
        let (level, grey) = level(width, height, seed: 2)
        for y in 0..<height {
            for x in 0..<width {
                func across(_ y: Int) -> Float { grey(x + 1, y) - grey(x - 1, y) }
                func down(_ x: Int) -> Float { grey(x, y + 1) - grey(x, y - 1) }
                let dx = (across(y - 1) + 2 * across(y) + across(y + 1)) / 8
                let dy = (down(x - 1) + 2 * down(x) + down(x + 1)) / 8
                #expect(abs(level.dx[y * level.rowStride + x] - dx) < 1e-3)
                #expect(abs(level.dy[y * level.rowStride + x] - dy) < 1e-3)
            }
        }
    }

    @Test(arguments: [(3.25, 2.5), (-6.9, -7), (-50, 4.125), (100, 100), (20.5, -3.75)] as [(Float, Float)])
    func windowsAreBilinearAndHeldNearTheFrame(x: Float, y: Float) {
        let (level, grey) = level(31, 17, seed: 3)
        let (heldX, heldY) = (min(max(-7, x), 30), min(max(-7, y), 16))
        let (x0, y0) = (Int(heldX.rounded(.down)), Int(heldY.rounded(.down)))
        let (a, b) = (heldX - Float(x0), heldY - Float(y0))
        FlowWindow(level).rows(x, y) { row, pixels in
            for column in 0..<8 {
                let (left, top) = (x0 + column, y0 + row)
                let upper = (1 - a) * grey(left, top) + a * grey(left + 1, top)
                let lower = (1 - a) * grey(left, top + 1) + a * grey(left + 1, top + 1)
                #expect(abs(pixels[column] - ((1 - b) * upper + b * lower)) < 1e-3)
            }
        }
    }

    @Test(arguments: sizes, [0, 1, 2])
    func enlargingIsBilinear(side: (Int, Int), level: Int) {
        let (width, height) = side
        let scale = 1 << level
        let size = PixelSize(width: width * scale + scale - 1, height: height * scale + scale / 2)
        var plane = SeededGenerator.values(width * height, seed: 4)
        var result = [Float](repeating: 0, count: size.area)
        result.withUnsafeMutableBufferPointer { result in
            plane.withUnsafeMutableBufferPointer {
                FlowEnlarger.enlarge(
                    $0.baseAddress!, width: width, height: height, level: level, into: result.baseAddress!, size: size,
                    threads: pool)
            }
        }
        func place(_ index: Int, _ count: Int) -> (Int, Int, Float) {
            let place = min(max(0, (Float(index) + 0.5) / Float(scale) - 0.5), Float(count - 1))
            return (Int(place), min(Int(place) + 1, count - 1), place - Float(Int(place)))
        }
        for y in 0..<size.height {
            for x in 0..<size.width {
                let ((x0, x1, a), (y0, y1, b)) = (place(x, width), place(y, height))
                let upper = (1 - a) * plane[y0 * width + x0] + a * plane[y0 * width + x1]
                let lower = (1 - a) * plane[y1 * width + x0] + a * plane[y1 * width + x1]
                let expected = Float(scale) * ((1 - b) * upper + b * lower)
                #expect(abs(result[y * size.width + x] - expected) < 1e-4, "\(size) at \(x), \(y)")
            }
        }
    }

    @Test(arguments: sizes)
    func refinementIsItsFormula(width: Int, height: Int) {
        let (from, here) = level(width, height, seed: 6)
        let (to, there) = level(width, height, seed: 6)
        let flow = LevelFlow(width: width, height: height)
        let noise = SeededGenerator.values(2 * width * height, seed: 7, within: -0.4...0.4)
        var naive = NaiveRefinement(width: width, height: height, here: here, there: there)
        for index in 0..<(width * height) {
            flow.u[index] = 0.3 + noise[2 * index]
            flow.v[index] = -0.2 + noise[2 * index + 1]
            naive.u[index] = Double(flow.u[index])
            naive.v[index] = Double(flow.v[index])
        }
        VariationalRefinement(width: width, height: height).refine(flow, from: from, to: to, threads: pool)
        naive.refine()
        for index in 0..<(width * height) {
            let distance = max(abs(Double(flow.u[index]) - naive.u[index]), abs(Double(flow.v[index]) - naive.v[index]))
            #expect(distance < 2e-3, "\(width) × \(height) at \(index % width), \(index / width): \(distance)")
        }
    }
}
