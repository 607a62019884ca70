import Nets
import Pictures
import Testing

import struct Wire.JobOptions

@testable import Styles

@Suite struct HypercolumnTermTests {
    private func noise(_ shape: Shape, seed: UInt64) -> Tensor {
        let tensor = Tensor(shape)
        var generator = SeededGenerator(seed: seed)
        generator.fill(tensor, mean: 100, deviation: 20)
        return tensor
    }

    @Test func `columns are what lies at a pixel between the cells' middles`() {
        let (pixels, fine, coarse) = (
            noise(.nhwc(1, 6, 8, 3), seed: 1), noise(.nhwc(1, 6, 8, 2), seed: 2), noise(.nhwc(1, 3, 4, 1), seed: 3)
        )
        let columns = Hypercolumns(
            of: [
                .init(feature: fine, seed: nil, stride: 1, scale: 1),
                .init(feature: coarse, seed: nil, stride: 2, scale: 10),
            ], in: pixels.shape, threads: ThreadPool(threads: 2))
        #expect(columns.width == 6)
        let written = Tensor([3, 6])
        // Row 2, column 3: between the second and the first cell of two pixels; and two corners.
        columns.write(at: [2 * 8 + 3, 0, 47], of: pixels, to: written)
        let between = 0.75 * 0.75 * coarse[5] + 0.75 * 0.25 * (coarse[6] + coarse[1]) + 0.25 * 0.25 * coarse[2]
        let expected: [[Float]] = [
            (0..<3).map { pixels[19 * 3 + $0] / 255 } + [fine[38], fine[39], 10 * between],
            (0..<3).map { pixels[$0] / 255 } + [fine[0], fine[1], 10 * coarse[0]],
            (0..<3).map { pixels[47 * 3 + $0] / 255 } + [fine[94], fine[95], 10 * coarse[11]],
        ]
        for (index, value) in expected.flatMap({ $0 }).enumerated() {
            #expect(abs(written[index] - value) < 1e-3 * abs(value), "number \(index)")
        }
    }

    @Test func `the way back is the transpose`() {
        let pixels = noise(.nhwc(1, 6, 8, 3), seed: 1)
        let features = [(noise(.nhwc(1, 6, 8, 2), seed: 2), 1), (noise(.nhwc(1, 2, 2, 3), seed: 3), 4)]
        let seeds = features.map { Tensor($0.0.shape) }
        let columns = Hypercolumns(
            of: zip(features, seeds).map { .init(feature: $0.0, seed: $1, stride: $0.1, scale: 0.5) },
            in: pixels.shape, threads: ThreadPool(threads: 2))
        let places = [5, 5, 17, 40, 47]
        let (written, slopes) = (Tensor([5, columns.width]), noise([5, columns.width], seed: 4))
        columns.write(at: places, of: pixels, to: written)
        let gradient = Tensor(pixels.shape)
        columns.pullBack(slopes, at: places, addingTo: gradient)
        func product(_ a: Tensor, _ b: Tensor) -> Double {
            (0..<a.count).reduce(0) { $0 + Double(a[$1]) * Double(b[$1]) }
        }
        let forward = product(written, slopes)
        let backward =
            product(pixels, gradient) + zip(features, seeds).reduce(0) { $0 + product($1.0.0, $1.1) }
        #expect(abs(forward - backward) < 1e-5 * abs(forward), "\(forward) and \(backward)")
    }

    @Test func `places are one of each stretch, others each time, and within the mask`() {
        let shape = Shape.nhwc(1, 30, 40, 3)
        var generator = SeededGenerator(seed: 7)
        let (first, second) = (
            Hypercolumns.places(100, of: shape, in: nil, &generator),
            Hypercolumns.places(100, of: shape, in: nil, &generator)
        )
        #expect(first.enumerated().allSatisfy { $0.element / 12 == $0.offset } && first != second)
        let values = (0..<1200).map { Float($0 % 40 < 10 ? 1 : $0 % 40 < 20 ? 0.25 : 0) }
        let mask = RegionMask(size: PixelSize(width: 40, height: 30), values: values)
        let drawn = Hypercolumns.places(1000, of: shape, in: mask, &generator)
        #expect(drawn.allSatisfy { values[$0] > 0 })
        let soft = drawn.count { values[$0] < 1 }
        #expect((170...230).contains(soft), "\(soft) of 1,000 where the mask has a fifth of its sum")
    }

    private func options(_ change: (inout JobOptions) -> Void = { _ in }) -> JobOptions {
        JobOptions().with {
            $0.styleLoss = [.strotss]
            $0.start = .content
            $0.iterations = 20
            $0.scales = 1
            $0.lossInterval = 1
            change(&$0)
        }
    }

    @Test func `a painting comes nearer to its style, the same by any number of threads`() throws {
        let content = try sample("china.jpg").resized(longSide: 128)
        let style = StylePicture(try sample("flower.jpg").resized(longSide: 128))
        func paint(_ threads: Int) throws -> StylizedPicture {
            try stylizer(threads: threads).stylize(content, after: .pictures([style]), options: options())
        }
        let result = try paint(2)
        let values = result.losses.map(\.losses.style)
        #expect(values.last! < 0.8 * values[0], "\(values)")
        #expect(try paint(1).picture == result.picture)
    }

    @Test func `other places have about the same loss, and the same places the same`() throws {
        let content = try sample("china.jpg").resized(longSide: 128)
        let objective = try objective(
            network(.vgg19), content: content, after: [StylePicture(try sample("flower.jpg").resized(longSide: 128))],
            settings: settings { $0.styleLoss = [.strotss] })
        func style() -> Double { objective.look(at: Tensor(pixelsOf: content)).losses.style }
        let first = style()
        objective.draw(1)
        let second = style()
        objective.draw(0)
        #expect(style() == first && second != first && abs(second / first - 1) < 0.1, "\(first) and \(second)")
    }

    @Test func `what it cannot do is refused`() throws {
        #expect(throws: StyleError.self) { try StyleSettings(resolving: options { $0.optimizer = .lbfgs }) }
        do {
            _ = try StyleSettings(resolving: options { $0.size = 513 })
            Issue.record("a painting of 513 pixels in 1,024 places")
        } catch {
            #expect("\(error)".contains("512 or less with styleLoss strotss"), "\(error)")
        }
        let settings = try StyleSettings(resolving: options())
        #expect(settings.optimizer == .adam && settings.learningRate == 5)
        #expect(
            StyleRoom(bytes: 1 << 20, for: settings).part(for: PixelSize(width: 512, height: 512), .vgg19) == nil)
    }
}
