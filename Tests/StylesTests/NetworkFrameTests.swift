import Foundation
import ModelFiles
import Nets
import Pictures
import Testing

import struct Wire.JobOptions
import typealias Wire.LayerWeights
import enum Wire.StyleLoss
import enum Wire.StyleNetworkKind
import enum Wire.StylePooling

@testable import Styles

@Suite(.serialized) struct NetworkFrameTests {
    private let architectures: [(FeatureArchitecture, rim: Int)] = [(.vgg19, 1), (.vgg16, 1), (.alexnet, 2)]

    @Test func `a picture stands in its own edges, repeated`() {
        let picture = formulaPicture(1, width: 21, height: 16)
        let pixels = Tensor(pixelsOf: picture)
        let frame = NetworkFrame(around: pixels.shape, for: .vgg16)
        #expect(frame.shape == .nhwc(1, 18, 34, 3))
        let input = Tensor(frame.shape)
        #expect(frame.write(pixels, to: input) && !frame.write(pixels, to: input))
        let convention = FeatureArchitecture.vgg16.pixels
        func expect(_ x: Int, _ y: Int, isPixel column: Int, _ row: Int) {
            for channel in 0..<3 {
                let value =
                    (Float(picture.pixels[(row * 21 + column) * 3 + channel]) - convention.mean[channel])
                    * convention.scale[channel]
                #expect(input[((y + 1) * 34 + x + 1) * 3 + channel] == value, "column \(x), row \(y)")
            }
        }
        expect(4, 7, isPixel: 4, 7)
        expect(-1, -1, isPixel: 0, 0)
        expect(21, 3, isPixel: 20, 3)
        expect(31, 3, isPixel: 20, 3)
        expect(32, 16, isPixel: 20, 15)
    }

    @Test(arguments: [(64, 63), (65, 70), (79, 80), (95, 64)])
    func `every size is filled up to one that the pools divide, and the way back is the transpose`(
        width: Int, height: Int
    ) {
        let shape = Shape.nhwc(1, height, width, 3)
        var generator = SeededGenerator(seed: 2)
        for (architecture, rim) in architectures {
            let frame = NetworkFrame(around: shape, for: architecture)
            let (step, rest) = architecture.wholeSides
            for (side, filled) in [(width, frame.shape.width), (height, frame.shape.height)] {
                let whole = filled - 2 * rim
                #expect(whole >= side && whole < side + step && whole % step == rest, "\(side) became \(whole)")
            }
            let (a, b) = (Tensor(shape), Tensor(shape))
            let (image, other, weights, back) = (
                Tensor(frame.shape), Tensor(frame.shape), Tensor(frame.shape), Tensor(shape)
            )
            for tensor in [a, b, weights] { generator.fill(tensor) }
            frame.write(a, to: image)
            frame.write(b, to: other)
            frame.pullBack(weights, addingTo: back)
            let forward = (0..<image.count).reduce(0.0) { $0 + Double((image[$1] - other[$1]) * weights[$1]) }
            let backward = (0..<a.count).reduce(0.0) { $0 + Double((a[$1] - b[$1]) * back[$1]) }
            #expect(abs(forward - backward) < 1e-3 * max(1, abs(forward)), "\(forward) and \(backward)")
        }
    }

    /// A texture that is alike everywhere, painted: how far the pixels of the last eight rows and columns are moved, over
    /// those of the first eight, which no filling has a part in.
    @Test(arguments: [(136, 120), (143, 121), (129, 130)])
    func `pixels at the right and lower edges are painted as those at the left and upper ones`(
        width: Int, height: Int
    ) throws {
        let samples = (0..<width * height * 3).map { index -> UInt8 in
            let (x, y, c) = (Double(index / 3 % width), Double(index / 3 / width), Double(index % 3))
            return UInt8(128 + 50 * sin(x * 0.57 + sin(y / 7) + c) + 40 * cos(y * 0.48))
        }
        let content = Picture(width: width, height: height, pixels: samples)
        let result = try stylizer().stylize(
            content, after: .pictures([StylePicture(sample("flower.jpg"), weight: 1)]),
            options: JobOptions {
                $0.iterations = 15
                $0.scales = 1
                $0.start = .content
            })
        var (ends, beginnings) = (0.0, 0.0)
        for y in 0..<height {
            for x in 0..<width {
                let index = (y * width + x) * 3
                let moved = (index..<index + 3).reduce(0.0) {
                    $0 + abs(Double(result.picture.pixels[$1]) - Double(samples[$1]))
                }
                if (16..<height - 16).contains(y) {
                    if x < 8 { beginnings += moved / Double(height) }
                    if x >= width - 8 { ends += moved / Double(height) }
                }
                if (16..<width - 16).contains(x) {
                    if y < 8 { beginnings += moved / Double(width) }
                    if y >= height - 8 { ends += moved / Double(width) }
                }
            }
        }
        let ratio = ends / beginnings
        #expect(ratio > 0.8 && ratio < 1.2, "at the ends \(ratio) of what is moved at the beginnings")
    }

    /// Odd sizes, filled up, in five parts one below the other and in three times three; and with a style of its own at the
    /// left, which some of the parts have nothing of.
    @Test(
        arguments: [
            (.wasserstein, (187, 227, 48, false)), (.gram, (187, 227, 48, false)),
            (.wasserstein, (283, 275, 112, false)),
        ] + StyleLoss.allCases.filter { !$0.isSampled }.map { ($0, (283, 275, 112, true)) }
            as [(StyleLoss, (width: Int, height: Int, part: Int, isMasked: Bool))])
    func `a picture in parts has the losses and the gradient of the whole`(
        loss: StyleLoss, cut: (width: Int, height: Int, part: Int, isMasked: Bool)
    ) throws {
        let network = try network(.vgg19)
        let settings = try settings {
            $0.styleLoss = [loss]
            $0.mattingWeight = cut.isMasked ? 10 : 0
        }
        let content = try sample("china.jpg").resized(to: PixelSize(width: cut.width, height: cut.height))
        let style = StylePicture(try sample("flower.jpg").resized(longSide: 281))
        let other = StylePicture(
            formulaPicture(2, width: 96, height: 96), weight: 1.5, mask: leftMask(width: 90, height: 40, soft: 20))
        struct Measured {
            let losses: ObjectiveValue
            let gradient: Tensor
            let likeness: Double
            let bytes: Int
        }
        func measured(_ part: Int?) throws -> Measured {
            let objective = try objective(
                network, content: content, after: cut.isMasked ? [style, other] : [style], settings: settings,
                part: part)
            // Grain, no two pixels alike: where some are, rounding decides through which the gradient goes.
            let pixels = Tensor(.nhwc(1, cut.height, cut.width, 3))
            var generator = SeededGenerator(seed: 7)
            generator.fill(pixels, mean: 128, deviation: 25)
            let gradient = Tensor(pixels.shape)
            let losses = objective.evaluate(pixels, gradient: gradient)
            let (looked, likeness, _) = objective.look(at: pixels)
            #expect(abs(looked.total - losses.total) <= 1e-6 * losses.total)
            return Measured(
                losses: losses, gradient: gradient, likeness: try #require(likeness), bytes: objective.bytes)
        }
        let (whole, parts) = (try measured(nil), try measured(cut.part))
        #expect(parts.bytes < whole.bytes)
        for (ours, theirs) in [
            (parts.losses.content, whole.losses.content), (parts.losses.style, whole.losses.style),
            (parts.losses.total, whole.losses.total),
        ] {
            #expect(abs(ours - theirs) <= 1e-5 * abs(theirs), "\(ours) for \(theirs)")
        }
        let (off, norm) = distance(of: parts.gradient, from: whole.gradient)
        #expect(abs(parts.likeness - whole.likeness) < 1e-5)
        // Parts are rounded otherwise, and the gates of one unit in a million open otherwise: a thousandth of the gradient.
        #expect(off <= 2e-3 * norm, "the gradient is off by \(off / norm)")
    }
}

extension NetworkFrameTests {
    /// Deeper and shallower than usual, of content or style alone, another network, pools of their own.
    @Test(
        arguments: [
            (.vgg19, ["relu5_4"], ["relu1_1": 1, "relu5_2": 1], .max), (.vgg16, ["relu4_2"], ["relu3_1": 1], .average),
            (.vgg19, ["conv4_2"], [:], .max), (.vgg19, [], ["relu2_2": 1], .max),
            (.vgg16, ["relu3_3"], ["relu4_3": 1, "relu1_2": 1], .l2),
        ] as [(StyleNetworkKind, [String], [String: Double], StylePooling)])
    func `whatever is measured, a picture in parts has the losses and the gradient of the whole`(
        kind: StyleNetworkKind, content: [String], style: [String: Double], pooling: StylePooling
    ) throws {
        let network = try network(kind)
        let settings = try settings(kind) {
            $0.pooling = pooling
            if content.isEmpty {
                $0.contentWeight = 0
            } else {
                $0.contentLayers = LayerWeights(content.map { .init($0) })
            }
            if style.isEmpty { $0.styleWeight = 0 } else { $0.styleLayers = LayerWeights(style) }
        }
        let size = PixelSize(width: 395, height: 181)
        let picture = try sample("china.jpg").resized(to: size)
        let after = StylePicture(try sample("flower.jpg").resized(longSide: 281))
        let pixels = Tensor(.nhwc(1, size.height, size.width, 3))
        var generator = SeededGenerator(seed: 9)
        generator.fill(pixels, mean: 128, deviation: 25)
        func measured(_ part: Int?) throws -> (losses: ObjectiveValue, gradient: Tensor) {
            let objective = try objective(network, content: picture, after: [after], settings: settings, part: part)
            let gradient = Tensor(pixels.shape)
            return (objective.evaluate(pixels, gradient: gradient), gradient)
        }
        let (whole, parts) = (try measured(nil), try measured(96))
        #expect(abs(parts.losses.total - whole.losses.total) <= 1e-5 * whole.losses.total)
        let (off, norm) = distance(of: parts.gradient, from: whole.gradient)
        #expect(norm > 0 && off <= 2e-3 * norm, "the gradient is off by \(off / norm)")
    }
}

extension NetworkFrameTests {
    /// The last part is as long as the others, and behind each pool lies less of what parts overlap by: for the layers that are
    /// asked for, and in both directions.
    @Test func `parts are of one size, and no larger than their layers need`() throws {
        let parts = try #require(FeatureArchitecture.vgg19.parts(to: ["relu5_1", "relu1_1"]))
        #expect(parts.step == 16 && parts.margins == [72, 72, 64, 48, 32])
        #expect(FeatureArchitecture.vgg19.parts(to: ["relu3_1"])?.margins == [16, 8, 8])
        #expect(FeatureArchitecture.vgg16.parts(to: ["conv5_1"])?.margins == [64, 56, 56, 48, 32])
        #expect(FeatureArchitecture.alexnet.parts(to: ["relu5"]) == nil)
        for architecture in [FeatureArchitecture.vgg19, .vgg16] {
            for layer in architecture.everyLayer {
                let margins = try #require(architecture.parts(to: [layer])).margins
                // Half of what a cell of relu3_1 sees are 10 pixels, of relu5_4 more than 100.
                #expect(margins[0] % 8 == 0 && margins.count == Int(String(layer.dropFirst(4).prefix(1))))
                #expect(margins.allSatisfy { $0 >= 8 }, "\(layer) of \(architecture)")
            }
        }
        #expect(parts.side(upTo: 896, along: 4000) == 800 && parts.side(upTo: 896, along: 6000) == 864)
        #expect(parts.side(upTo: 128, along: 272) == nil && parts.side(upTo: 128, along: 288) == 96)
        let frame = NetworkFrame(around: .nhwc(1, 640, 1000, 3), for: .vgg19, layers: ["relu5_1"], part: 336)
        // Two rows of 320, three columns of 336 pixels.
        #expect(frame.count == 6 && frame.shape == .nhwc(1, 320 + 144 + 2, 336 + 144 + 2, 3))
        #expect(
            frame.trims == [2: Extent2(448 / 4, 464 / 4), 3: Extent2(416 / 8, 432 / 8), 4: Extent2(384 / 16, 400 / 16)])
        #expect(frame.place(behind: 2, in: 0) == (0, 0) && frame.place(behind: 2, in: 5) == (4, 4))
        #expect(frame.place(behind: 2, in: 1) == (0, 2) && frame.place(behind: 3, in: 1) == (0, 2))
    }
}

/// Of two gradients as vectors, and how long the second is.
extension FeatureArchitecture {
    fileprivate var everyLayer: [String] {
        (1...5).flatMap { block in (1...(block < 3 ? 2 : self == .vgg19 ? 4 : 3)).map { "relu\(block)_\($0)" } }
    }
}
