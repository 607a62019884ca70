import Nets
import Pictures
import Testing

import struct Wire.JobOptions
import enum Wire.StylePreset

@testable import Styles

@Suite(.serialized) struct PhotographicSmoothingTests {
    private func noise(_ shape: Shape, seed: UInt64) -> Tensor {
        var generator = SeededGenerator(seed: seed)
        let tensor = Tensor(shape)
        generator.fill(tensor, mean: 127.5, deviation: 50)
        return tensor
    }

    /// Of equations whose last column is the right side, by Gauss and Jordan.
    private func solved(_ equations: [[Double]]) -> [Double] {
        var rows = equations
        for column in rows.indices {
            let pivot = rows[column][column]
            rows[column] = rows[column].map { $0 / pivot }
            for row in rows.indices where row != column {
                let factor = rows[row][column]
                for index in rows[row].indices { rows[row][index] -= factor * rows[column][index] }
            }
        }
        return rows.map { $0[rows.count] }
    }

    /// The mean square of what is left of a picture when in each square of 8 pixels the affine function of the content's colours that
    /// is nearest to it is taken away.
    private func grain(of picture: Picture, content: Picture) -> Double {
        let side = 8
        var (sum, count) = (0.0, 0)
        for top in stride(from: 0, through: content.height - side, by: side) {
            for left in stride(from: 0, through: content.width - side, by: side) {
                let starts = (0..<side * side).map { ((top + $0 / side) * content.width + left + $0 % side) * 3 }
                let own = starts.map { start in (0..<3).map { Double(content.pixels[start + $0]) / 255 } + [1] }
                for plane in 0..<3 {
                    let theirs = starts.map { Double(picture.pixels[$0 + plane]) }
                    let equations = (0..<4).map { row in
                        // So little that it only keeps flat squares solvable.
                        (0..<4).map { column in
                            own.reduce(row == column ? 1e-6 : 0) { $0 + $1[row] * $1[column] }
                        } + [zip(own, theirs).reduce(0) { $0 + $1.0[row] * $1.1 }]
                    }
                    let factors = solved(equations)
                    for (colour, value) in zip(own, theirs) {
                        let rest = value - zip(colour, factors).reduce(0) { $0 + $1.0 * $1.1 }
                        sum += rest * rest
                        count += 1
                    }
                }
            }
        }
        return sum / Double(count)
    }

    /// He, Sun and Tang 2010, equations 14 to 16, window by window, in double precision.
    private func naive(_ planes: Tensor, guide: Tensor, radius: Int, epsilon: Double) -> [Double] {
        let (height, width) = (guide.shape.height, guide.shape.width)
        func window(_ pixel: Int) -> [Int] {
            let (y, x) = pixel.quotientAndRemainder(dividingBy: width)
            let columns = max(x - radius, 0)...min(x + radius, width - 1)
            return (max(y - radius, 0)...min(y + radius, height - 1)).flatMap { row in
                columns.map { row * width + $0 }
            }
        }
        func mean(_ pixels: [Int], _ value: (Int) -> Double) -> Double {
            pixels.reduce(0.0) { $0 + value($1) } / Double(pixels.count)
        }
        func own(_ pixel: Int, _ channel: Int) -> Double { Double(guide[pixel * 3 + channel]) / 255 }
        // By pixel and plane: three slopes and what is added.
        var fits: [[[Double]]] = []
        for pixel in 0..<height * width {
            let pixels = window(pixel)
            let means = (0..<3).map { channel in mean(pixels) { own($0, channel) } }
            var planesFits: [[Double]] = []
            for plane in 0..<3 {
                let other = mean(pixels) { Double(planes[$0 * 3 + plane]) }
                var rows = [[Double]](repeating: [0, 0, 0, 0], count: 3)
                for row in 0..<3 {
                    for column in 0..<3 {
                        rows[row][column] = mean(pixels) {
                            (own($0, row) - means[row]) * (own($0, column) - means[column])
                        }
                    }
                    rows[row][row] += epsilon
                    rows[row][3] = mean(pixels) {
                        (own($0, row) - means[row]) * (Double(planes[$0 * 3 + plane]) - other)
                    }
                }
                let slopes = solved(rows)
                planesFits.append(slopes + [other - zip(slopes, means).reduce(0.0) { $0 + $1.0 * $1.1 }])
            }
            fits.append(planesFits)
        }
        return (0..<height * width * 3).map { index in
            let (pixel, plane) = index.quotientAndRemainder(dividingBy: 3)
            return mean(window(pixel)) { other in
                let fit = fits[other][plane]
                let (red, green, blue) = (own(pixel, 0), own(pixel, 1), own(pixel, 2))
                return fit[0] * red + fit[1] * green + fit[2] * blue + fit[3]
            }
        }
    }

    /// The last in two pieces of work, as the windows are large.
    @Test(arguments: [(20, 14, 3), (9, 30, 6), (7, 5, 20), (3, 330, 140)], [1e-3, 1.0])
    func `the guided filter is that of its equations`(size: (Int, Int, Int), epsilon: Double) {
        let shape = Shape.nhwc(1, size.1, size.0, 3)
        let (guide, planes) = (noise(shape, seed: 1), noise(shape, seed: 2))
        func filtered(threads: Int) -> Tensor {
            GuidedFilter(guide: guide, radius: size.2, epsilon: epsilon, threads: ThreadPool(threads: threads))
                .filtered(planes)
        }
        let found = filtered(threads: 1)
        let expected = naive(planes, guide: guide, radius: size.2, epsilon: epsilon)
        let worst = zip(found.values, expected).map { abs(Double($0) - $1) }.max() ?? 0
        #expect(worst < 1e-2, "off by \(worst) for \(size)")
        #expect(filtered(threads: 2).values == found.values)
    }

    @Test func `pieces of work leave no seams, and the number of threads does not matter`() {
        let shape = Shape.nhwc(1, 300, 40, 3)
        let (guide, planes) = (noise(shape, seed: 3), noise(shape, seed: 4))
        let whole = GuidedFilter(guide: guide, radius: 9, epsilon: 1e-3, threads: ThreadPool(threads: 2)).filtered(
            planes)
        let again = GuidedFilter(guide: guide, radius: 9, epsilon: 1e-3, threads: ThreadPool(threads: 1)).filtered(
            planes)
        #expect(whole.values == again.values)
        // Rows about the second piece's first one, from a picture that begins elsewhere.
        let cut = 60 * 40 * 3
        func below(_ tensor: Tensor) -> Tensor { Tensor(.nhwc(1, 240, 40, 3), Array(tensor.values[cut...])) }
        let part = GuidedFilter(guide: below(guide), radius: 9, epsilon: 1e-3, threads: ThreadPool(threads: 1))
            .filtered(below(planes))
        let rows = 110 * 120..<150 * 120
        let worst = rows.map { abs(whole[$0] - part[$0 - cut]) }.max() ?? 0
        #expect(worst < 1e-2, "off by \(worst)")
    }

    @Test func `light and colour stay, grain goes`() throws {
        let content = try sample("china.jpg").resized(longSide: 240)
        func changed(_ change: (Int, Float) -> Float) -> Picture {
            let pixels = Tensor(pixelsOf: content)
            for index in 0..<pixels.count { pixels[index] = change(index, pixels[index]) }
            return pixels.picture
        }
        let threads = ThreadPool(threads: 2)
        let same = PhotographicSmoothing.smooth(content, content: content, threads: threads)
        #expect(same.pixels == content.pixels)
        let light = changed { index, value in [0.8, 0.6, 0.9][index % 3] * value + [20, 40, 5][index % 3] }
        let lit = PhotographicSmoothing.smooth(light, content: content, threads: threads)
        #expect(meanDifference(lit, light) < 1.5, "\(meanDifference(lit, light))")
        var generator = SeededGenerator(seed: 9)
        let grain = changed { _, value in value + Float.random(in: -30...30, using: &generator) }
        let smooth = PhotographicSmoothing.smooth(grain, content: content, threads: threads)
        #expect(meanDifference(smooth, content) < meanDifference(grain, content) / 3)
        let laplacian = MattingLaplacian(of: Tensor(pixelsOf: content), threads: threads)
        let (left, before) = (
            laplacian.evaluate(Tensor(pixelsOf: smooth)), laplacian.evaluate(Tensor(pixelsOf: grain))
        )
        #expect(left < before / 25, "\(left) of \(before)")
        let edges = EdgeLikeness(to: Tensor(pixelsOf: content), threads: threads)
        #expect(edges.likeness(of: Tensor(pixelsOf: smooth)) > 0.9)
    }

    /// The style's features are those of light, and what is nearly black has next to none.
    @Test func `a photograph that is nearly black comes into the light`() throws {
        let bright = try sample("obama.jpg").resized(longSide: 96)
        let dark = Picture(width: bright.width, height: bright.height, pixels: bright.pixels.map { $0 / 16 })
        func mean(_ picture: Picture) -> Double {
            Double(picture.pixels.reduce(0) { $0 + Int($1) }) / Double(picture.pixels.count)
        }
        let style = StylePicture(try sample("china.jpg"))
        func painted(_ content: Picture, isFrame: Bool = false) throws -> Picture {
            try stylizer().stylize(
                content, after: .pictures([style]),
                options: JobOptions {
                    $0.preset = .photo
                    $0.format = .png
                    $0.iterations = 12
                }, isFrame: isFrame
            ).picture
        }
        let (lit, left) = (try painted(dark), try painted(dark, isFrame: true))
        #expect(mean(lit) > 50 && mean(left) < 40, "\(mean(lit)), \(mean(left))")
        #expect(try painted(bright) == painted(bright, isFrame: true), "an ordinary one stays as it is")
    }

    /// By fits in squares that do not overlap: the smoothing ends by the matting Laplacian, whose windows are of three pixels.
    @Test(arguments: [StylePreset.photo, .fast]) func `what is painted stays a photograph`(preset: StylePreset) throws {
        let content = try sample("china.jpg").resized(longSide: 168)
        let style = try sample("flower.jpg")
        func paint(_ photorealistic: Bool?) throws -> StylizedPicture {
            try stylizer().stylize(
                content, after: .pictures([StylePicture(style)]),
                options: JobOptions {
                    $0.preset = preset
                    $0.format = .png
                    $0.photorealistic = photorealistic
                    if preset == .photo { $0.iterations = 20 }
                })
        }
        let (painted, photograph) = (try paint(false).picture, try paint(true))
        let (left, before) = (
            grain(of: photograph.picture, content: content), grain(of: painted, content: content)
        )
        #expect(left < before / 10, "\(left) of \(before)")
        #expect(meanDifference(photograph.picture, content) > 3)
        guard preset == .photo else { return }
        #expect(photograph.losses.allSatisfy { ($0.losses.matting ?? -1) > 0 } && photograph.fallbacks.isEmpty)
        #expect(try paint(nil).picture == photograph.picture)
    }
}
