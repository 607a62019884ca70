import ModelFiles
import Nets
import Pictures
import Testing

import struct Wire.JobOptions
import enum Wire.StyleLoss

@testable import Styles

@Suite(.serialized) struct StyleRegionTests {
    private func options(_ change: (inout JobOptions) -> Void = { _ in }) -> JobOptions {
        JobOptions().with {
            $0.iterations = 40
            $0.scales = 1
            $0.format = .png
            change(&$0)
        }
    }

    private func content() throws -> Picture { try sample("china.jpg").resized(to: PixelSize(width: 160, height: 96)) }

    /// Slanting stripes of three colours, and a grid of dots of two: neither is like the other at any layer.
    private var styles: (stripes: Picture, dots: Picture) {
        func picture(_ colour: (Int, Int) -> [UInt8]) -> Picture {
            Picture(width: 160, height: 96, pixels: (0..<160 * 96).flatMap { colour($0 % 160, $0 / 160) })
        }
        return (
            picture { x, y in [[220, 60, 40], [250, 220, 90], [120, 20, 20]][(x + y) / 6 % 3] },
            picture { x, y in
                let (across, down) = (x % 16 - 8, y % 16 - 8)
                return across * across + down * down < 20 ? [240, 250, 255] : [20, 50, 140]
            }
        )
    }

    private var left: Picture { leftMask(width: 160, height: 96) }
    private var right: Picture {
        Picture(width: 160, height: 96, pixels: left.pixels.map { 255 - $0 })
    }

    private func columns(_ picture: Picture, _ range: Range<Int>) -> Picture {
        picture.cropped(to: PixelRect(x: range.lowerBound, y: 0, width: range.count, height: picture.height))
    }

    // MARK: Masks

    @Test func `a mask is the light of its pixels, and black where it is transparent`() {
        let pixels: [UInt8] = [
            255, 255, 255, 255, 0, 0, 0, 255, 255, 255, 255, 0, 0, 255, 0, 255, 128, 128, 128, 255, 255, 255, 255, 128,
        ]
        let picture = Picture(width: 6, height: 1, channels: .rgba, pixels: pixels)
        let mask = RegionMask(picture, stretchedTo: picture.size)
        for (found, expected) in zip(mask.values, [1, 0, 0, 0.7152, 128 / 255, 128 / 255] as [Float]) {
            #expect(abs(found - expected) < 1e-5, "\(mask.values)")
        }
        let large = RegionMask(leftMask(width: 8, height: 2), stretchedTo: PixelSize(width: 50, height: 31))
        #expect(large.values.count == 1550 && large.values[0] == 1 && large.values[49] == 0)
        let rest = RegionMask(leftBy: [large, RegionMask(size: large.size, values: large.values.map { $0 * 0.5 })])
        #expect(rest.values[0] == 0 && rest.values[49] == 1)
        #expect(zip(large.values, rest.values).allSatisfy { abs(max(0, 1 - 1.5 * $0) - $1) < 1e-6 })
    }

    @Test func `styles without a mask share the rest, and those with the same mask theirs`() {
        let picture = formulaPicture(1, width: 40, height: 40)
        let free = StylePicture(picture, weight: 3)
        let whole = StyleRegion.regions(of: [free, free])
        #expect(whole.count == 1 && whole[0].mask(at: picture.size) == nil)
        #expect(whole[0].total == 6 && whole[0].factor == 1)
        let (a, b) = (StylePicture(picture, weight: 0.5, mask: left), StylePicture(picture, weight: 2, mask: right))
        let regions = StyleRegion.regions(of: [a, free, b, a, free])
        #expect(regions.map(\.styles.count) == [2, 2, 1] && regions.map(\.factor) == [1, 1, 2])
        #expect(regions.allSatisfy { $0.mask(at: left.size) != nil })
        #expect(StyleRegion.regions(of: [a]).count == 1, "what no style is for keeps the content")
    }

    /// Filled up to what the pools divide, whole and in parts.
    @Test func `a cell counts by the mean of the mask over its pixels`() {
        for (width, height, part) in [(37, 50, nil), (203, 211, 48)] as [(Int, Int, Int?)] {
            var generator = SeededGenerator(seed: 4)
            let values = (0..<width * height).map { _ in Float.random(in: 0...1, using: &generator) }
            let mask = RegionMask(size: PixelSize(width: width, height: height), values: values)
            let frame = NetworkFrame(around: .nhwc(1, height, width, 3), for: .vgg19, part: part)
            for (layer, side) in [("relu1_1", 1), ("relu2_1", 2), ("relu3_1", 4), ("relu4_1", 8), ("relu5_1", 16)] {
                let weights = Tensor(frame.weightShape(of: layer))
                let sums = (0..<frame.count).map { part in
                    frame.writeWeights(of: layer, in: part, mask: mask, to: weights)
                    return weights.values.reduce(0.0) { $0 + Double($1) }
                }
                // Every pixel counts in one cell of one part.
                let expected = values.reduce(0.0) { $0 + Double($1) } / Double(side * side)
                #expect(abs(sums.reduce(0, +) - expected) < 1e-4 * expected, "\(layer) in \(frame.count) parts")
                guard part == nil else { continue }
                for row in 0..<weights.shape.height {
                    for column in 0..<weights.shape.width {
                        var sum = 0.0
                        for y in row * side..<min((row + 1) * side, max(height, row * side)) {
                            for x in column * side..<min((column + 1) * side, max(width, column * side)) {
                                sum += Double(values[y * width + x])
                            }
                        }
                        let found = Double(weights[row * weights.shape.width + column])
                        #expect(
                            abs(found - sum / Double(side * side)) < 1e-5, "\(layer), column \(column), row \(row)")
                    }
                }
            }
        }
    }

    // MARK: The loss

    @Test(arguments: StyleLoss.allCases)
    func `a white mask is none, and a weight is a factor on its style's strength`(loss: StyleLoss) throws {
        let network = try network(.vgg19)
        let settings = try settings { $0.styleLoss = loss }
        let content = try content()
        let white = Picture(width: 7, height: 5, filledWith: .white)
        func style(weight: Double = 1, mask: Picture?) throws -> Double {
            let objective = try objective(
                network, content: content, after: [StylePicture(styles.dots, weight: weight, mask: mask)],
                settings: settings)
            return objective.look(at: Tensor(pixelsOf: content)).losses.style
        }
        let whole = try style(mask: nil)
        #expect(abs(try style(mask: white) - whole) < 1e-4 * whole)
        let half = try style(mask: left)
        #expect(abs(try style(weight: 2.5, mask: left) - 2.5 * half) < 1e-6 * half)
        #expect(half > 0.05 * whole && half < 5 * whole)
    }

    @Test func `a region too small for a layer has no loss there`() throws {
        var samples = [UInt8](repeating: 0, count: 160 * 96 * 3)
        samples[0] = 255
        let speck = Picture(width: 160, height: 96, pixels: samples)
        let content = try content()
        let objective = try objective(
            network(.vgg19), content: content, after: [StylePicture(styles.dots, mask: speck)], settings: settings())
        let pixels = Tensor(pixelsOf: styles.stripes)
        let gradient = Tensor(pixels.shape)
        let losses = objective.evaluate(pixels, gradient: gradient)
        #expect(losses.style == 0 && losses.content > 0)
        #expect(gradient.values.allSatisfy { $0.isFinite })
    }

    // MARK: Paintings

    /// How far a picture is from a style, by its own statistics.
    private func distance(_ picture: Picture, to style: Picture) throws -> Double {
        let settings = try settings { $0.contentWeight = 0 }
        let objective = try objective(network(.vgg19), content: picture, styles: [(style, 1)], settings: settings)
        return objective.look(at: Tensor(pixelsOf: picture)).losses.style
    }

    @Test func `each half of a painting is nearer to its own style than to the other's`() throws {
        for other in [right, nil] {
            let result = try stylizer().stylize(
                content(),
                after: .pictures([StylePicture(styles.stripes, mask: left), StylePicture(styles.dots, mask: other)]),
                options: options())
            let halves = (columns(result.picture, 0..<80), columns(result.picture, 80..<160))
            let stripes = try (distance(halves.0, to: styles.stripes), distance(halves.1, to: styles.stripes))
            let dots = try (distance(halves.0, to: styles.dots), distance(halves.1, to: styles.dots))
            #expect(stripes.0 < dots.0 && stripes.0 < stripes.1, "stripes \(stripes), dots \(dots)")
            #expect(dots.1 < stripes.1 && dots.1 < dots.0, "stripes \(stripes), dots \(dots)")
        }
    }

    @Test func `what no mask is white for keeps the content`() throws {
        let content = try content()
        let result = try stylizer().stylize(
            content, after: .pictures([StylePicture(styles.stripes, mask: left)]), options: options())
        let moved = [0..<64, 96..<160].map { meanDifference(columns(result.picture, $0), columns(content, $0)) }
        #expect(moved[0] > 3 * moved[1] && moved[0] > 10, "\(moved)")
    }

    @Test func `in one pass each region has its own style, and the rest the others or the content`() throws {
        let content = try content()
        let fast = options {
            $0.iterations = nil
            $0.scales = nil
            $0.preset = .fast
        }
        let stylizer = stylizer()
        func paint(_ styles: [StylePicture]) throws -> Picture {
            try stylizer.stylize(content, after: .pictures(styles), options: fast).picture
        }
        let stripes = try paint([StylePicture(styles.stripes)])
        let dots = try paint([StylePicture(styles.dots)])
        let alone = try paint([StylePicture(styles.stripes, mask: left)])
        #expect(columns(alone, 80..<160).pixels == columns(content, 80..<160).pixels)
        #expect(columns(alone, 0..<80).pixels == columns(stripes, 0..<80).pixels)
        for other in [nil, right] {
            let both = try paint([StylePicture(styles.dots, mask: other), StylePicture(styles.stripes, mask: left)])
            #expect(columns(both, 80..<160).pixels == columns(dots, 80..<160).pixels)
            #expect(columns(both, 0..<80).pixels == columns(stripes, 0..<80).pixels)
        }
        // Where masks overlap, styles have equal shares.
        let over = try paint([
            StylePicture(styles.stripes, mask: Picture(width: 1, height: 1, filledWith: .white)),
            StylePicture(styles.dots, mask: Picture(width: 2, height: 1, filledWith: .white)),
        ])
        #expect(meanDifference(over, stripes.mixed(with: dots, share: 0.5)) < 1)
    }

    // MARK: Around it

    @Test func `a checkpoint is of its masks, too`() throws {
        let content = try content()
        let (settings, network) = (try settings(), try network(.vgg19).facts)
        func origin(_ mask: Picture?) throws -> String {
            try StyleCheckpoint.origin(
                content: content, styles: [StylePicture(styles.dots, mask: mask)], settings: settings,
                models: [network])
        }
        let origins = try [origin(nil), origin(left), origin(right)]
        #expect(Set(origins).count == 3)
        #expect(try origin(left) == origins[1])
    }

    @Test func `masks take memory`() {
        let size = PixelSize(width: 2000, height: 1500)
        let bytes = StyleRoom.bytes(for: size, part: 896, .vgg19)
        #expect(StyleRoom(bytes: bytes).part(for: size, .vgg19) == 896)
        let masked = StyleRoom(bytes: bytes, regions: 3)
        #expect(masked.part(for: size, .vgg19) == 640 && masked.need(for: size, .vgg19) <= bytes)
    }
}
