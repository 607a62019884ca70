import Foundation
import ModelFiles
import Nets
import Pictures
import Testing

import struct Wire.JobOptions
import enum Wire.StyleLoss
import enum Wire.StylePreset

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

    // MARK: Transparency

    /// Opaque in a rectangle alone, and black elsewhere.
    private func cut(_ picture: Picture, to rect: PixelRect) -> Picture {
        let pixels = (0..<picture.size.area).flatMap { index -> [UInt8] in
            let (x, y) = (index % picture.width - rect.x, index / picture.width - rect.y)
            let isInside = (0..<rect.width).contains(x) && (0..<rect.height).contains(y)
            return isInside ? picture.pixels[index * 3..<index * 3 + 3] + [255] : [0, 0, 0, 0]
        }
        return Picture(width: picture.width, height: picture.height, channels: .rgba, pixels: pixels)
    }

    @Test func `what is transparent is no part of a style`() throws {
        let stripes = styles.stripes
        let rect = PixelRect(x: 40, y: 20, width: 64, height: 48)
        let style = StylePicture(cut(stripes, to: rect)).opaque
        let mask = try #require(style.styleMask)
        #expect(style.picture.channels == .rgb && mask.size == stripes.size)
        #expect(mask.pixels.count { $0 == 255 } == 64 * 48 * 3 && mask.pixels.count { $0 > 0 } == 64 * 48 * 3)
        #expect(style.cropped.picture == stripes.cropped(to: rect))
        let masked = try #require(StylePicture(cut(stripes, to: rect), styleMask: left).opaque.styleMask)
        #expect(masked.pixels.count { $0 == 255 } == 40 * 48 * 3, "of the left half only what is opaque")
        #expect(
            StylePicture(stripes).opaque.styleMask == nil
                && StylePicture(stripes, styleMask: left).opaque.styleMask == left)

        #expect(StylePicture(stripes).isSeen && StylePicture(cut(stripes, to: rect)).isSeen)
        let far = PixelRect(x: 100, y: 20, width: 40, height: 48)
        #expect(!StylePicture(cut(stripes, to: far), styleMask: left).isSeen)
        let nothing = Picture(width: 20, height: 20, channels: .rgba, pixels: [UInt8](repeating: 0, count: 1600))
        #expect(!StylePicture(nothing).isSeen)
    }

    @Test func `one pass sees of a cut-out what it shows`() throws {
        let (content, rect) = (try content(), PixelRect(x: 40, y: 20, width: 64, height: 48))
        let fast = options { $0.preset = .fast }
        func paint(_ style: Picture) throws -> Picture {
            try stylizer().stylize(content, after: .pictures([StylePicture(style)]), options: fast).picture
        }
        let (whole, shown) = try (paint(cut(styles.dots, to: rect)), paint(styles.dots.cropped(to: rect)))
        #expect(whole == shown)
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
    @Test func `a cell counts by the square of the mean of the mask over its pixels`() {
        for (width, height) in [(37, 50), (203, 211)] {
            var generator = SeededGenerator(seed: 4)
            let values = (0..<width * height).map { _ in Float.random(in: 0...1, using: &generator) }
            let mask = RegionMask(size: PixelSize(width: width, height: height), values: values)
            func frame(part: Int?) -> NetworkFrame {
                NetworkFrame(around: .nhwc(1, height, width, 3), for: .vgg19, layers: ["relu5_1"], part: part)
            }
            for (layer, side) in [("relu1_1", 1), ("relu2_1", 2), ("relu3_1", 4), ("relu4_1", 8), ("relu5_1", 16)] {
                func sum(_ frame: NetworkFrame) -> (last: Tensor, sum: Double) {
                    let weights = Tensor(frame.weightShape(of: layer))
                    let sums = (0..<frame.count).map { part in
                        frame.writeWeights(of: layer, in: part, mask: mask, to: weights)
                        return weights.values.reduce(0.0) { $0 + Double($1) }
                    }
                    return (weights, sums.reduce(0, +))
                }
                let (weights, whole) = sum(frame(part: nil))
                // Every cell counts in one part.
                let inParts = width > 48 ? sum(frame(part: 48)).sum : whole
                #expect(abs(inParts - whole) < 1e-4 * whole, "\(layer) of \(width) × \(height)")
                for row in 0..<weights.shape.height {
                    for column in 0..<weights.shape.width {
                        var (sum, count) = (0.0, 0.0)
                        for y in row * side..<min((row + 1) * side, max(height, row * side)) {
                            for x in column * side..<min((column + 1) * side, max(width, column * side)) {
                                sum += Double(values[y * width + x])
                                count += 1
                            }
                        }
                        let found = Double(weights[row * weights.shape.width + column])
                        // Of a cell at the edge, the share that the picture has.
                        let expected = count == 0 ? 0 : sum * sum / count / Double(side * side)
                        #expect(abs(found - expected) < 1e-5, "\(layer), column \(column), row \(row)")
                    }
                }
            }
        }
    }

    // MARK: The loss

    @Test(arguments: StyleLoss.allCases)
    func `a white mask is none, and a weight is a factor on its style's strength`(loss: StyleLoss) throws {
        let network = try network(.vgg19)
        let settings = try settings { $0.styleLoss = [loss] }
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
            #expect(result.regions == 2)
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
        #expect(result.regions == nil)
        #expect(meanDifference(columns(result.picture, 0..<64), columns(content, 0..<64)) > 10)
        #expect(columns(result.picture, 81..<160).pixels == columns(content, 81..<160).pixels)
    }

    @Test(arguments: [StylePreset.gatys, .fast, .photo])
    func `noise, light and statistics do not reach what no mask is white for`(preset: StylePreset) throws {
        let content = try content()
        var previews: [Picture] = []
        let result = try stylizer().stylize(
            content, after: .pictures([StylePicture(styles.stripes, mask: left)]),
            options: options {
                $0.preset = preset
                $0.iterations = preset == .fast ? nil : 10
                $0.photorealistic = true
            }, isPreviewDue: { true }, progress: { previews += $0.preview.map { [$0] } ?? [] })
        #expect(meanDifference(columns(result.picture, 0..<64), columns(content, 0..<64)) > 3)
        #expect(columns(result.picture, 81..<160).pixels == columns(content, 81..<160).pixels)
        #expect(previews.isEmpty == (preset == .fast))
        #expect(previews.allSatisfy { columns($0, 81..<160).pixels == columns(content, 81..<160).pixels })
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

    // MARK: Parts of a style

    /// Stripes at the left, dots at the right: with a mask the one or the other.
    private var both: Picture {
        Picture(
            width: 160, height: 96,
            pixels: zip(styles.stripes.pixels, zip(styles.dots.pixels, left.pixels)).map { $1.1 > 0 ? $0 : $1.0 })
    }

    @Test func `what a style's mask leaves out is not measured`() throws {
        let network = try network(.vgg19)
        let settings = try settings()
        func grams(_ picture: Picture, _ mask: Picture?, part: Int? = nil) throws -> [String: LayerStatistics] {
            try network.statistics(
                of: [
                    StyleNetwork.Style(
                        pixels: Tensor(pixelsOf: picture), share: 1,
                        mask: mask.map { RegionMask($0, stretchedTo: picture.size) })
                ], settings: settings, part: part)
        }
        func apart(_ a: [String: LayerStatistics], _ b: [String: LayerStatistics], _ layer: String) -> Double {
            let (ours, theirs) = (a[layer]!.gram.values, b[layer]!.gram.values)
            let off = zip(ours, theirs).reduce(0.0) { $0 + pow(Double($1.0 - $1.1), 2) }
            return (off / theirs.reduce(0.0) { $0 + Double($1) * Double($1) }).squareRoot()
        }
        let (masked, stripes, whole) = (
            try grams(both, left), try grams(styles.stripes, nil), try grams(both, nil)
        )
        // Cells at the line see both sides of it.
        for (layer, most) in [("relu1_1", 0.1), ("relu2_1", 0.15), ("relu3_1", 0.2)] {
            let (off, before) = (apart(masked, stripes, layer), apart(whole, stripes, layer))
            #expect(off < most && off < before / 2, "\(layer): \(off), and \(before) without the mask")
        }
        for layer in ["relu1_1", "relu4_1"] {
            #expect(apart(try grams(both, left, part: 48), masked, layer) < 1e-4)
        }
        let white = Picture(width: 3, height: 3, filledWith: .white)
        let black = Picture(width: 3, height: 3, filledWith: .black)
        for mask in [white, black] { #expect(apart(try grams(both, mask), whole, "relu3_1") < 1e-5) }
    }

    /// Stripes and dots, twice as large: no cell of relu4_1 that counts sees both.
    @Test func `what counts of a region sees nothing of its neighbour`() throws {
        func twice(_ picture: Picture) -> Picture {
            Picture(
                width: 320, height: 192,
                pixels: (0..<320 * 192).flatMap { index -> [UInt8] in
                    let from = (index / 320 % picture.height * picture.width + index % picture.width) * 3
                    return Array(picture.pixels[from..<from + 3])
                })
        }
        let mask = leftMask(width: 320, height: 192)
        let (stripes, dots) = (twice(styles.stripes), twice(styles.dots))
        func beside(_ other: Picture) -> Picture {
            Picture(
                width: 320, height: 192,
                pixels: zip(zip(stripes.pixels, other.pixels), mask.pixels).map { $1 > 0 ? $0.0 : $0.1 })
        }
        let network = try network(.vgg19)
        let settings = try settings()
        func grams(_ picture: Picture, part: Int?) throws -> [String: LayerStatistics] {
            try network.statistics(
                of: [
                    StyleNetwork.Style(
                        pixels: Tensor(pixelsOf: picture), share: 1, mask: RegionMask(mask, stretchedTo: picture.size))
                ], settings: settings, part: part)
        }
        for part in [nil, 64] {
            let (one, other) = (try grams(beside(dots), part: part), try grams(stripes, part: part))
            for layer in ["relu1_1", "relu2_1", "relu3_1", "relu4_1"] {
                let (ours, theirs) = (one[layer]!.gram.values, other[layer]!.gram.values)
                let off = zip(ours, theirs).map { abs($0 - $1) }.max()! / theirs.max()!
                #expect(off < 1e-4, "\(layer), parts of \(part ?? 0): \(off)")
            }
            // Five columns of twelve cells see nothing else of relu5_1: too few.
            let (ours, theirs) = (one["relu5_1"]!.gram.values, other["relu5_1"]!.gram.values)
            #expect(zip(ours, theirs).map { abs($0 - $1) }.max()! > 1e-3 * theirs.max()!)
        }
    }

    @Test func `the least around cells is that of their pixels and so many more`() {
        var generator = SeededGenerator(seed: 9)
        let size = PixelSize(width: 37, height: 23)
        let mask = RegionMask(size: size, values: (0..<size.area).map { _ in .random(in: 0...1, using: &generator) })
        let (rows, columns) = ([0..<0, 4..<8, 8..<12, 20..<23], [0..<4, 12..<16, 36..<37, 0..<0])
        for reach in [0, 1, 5, 60] {
            let found = mask.least(rows: rows, columns: columns, around: reach)
            for (y, row) in rows.enumerated() {
                for (x, column) in columns.enumerated() {
                    var least: Float = row.isEmpty || column.isEmpty ? 0 : 1
                    for own in row {
                        for across in column {
                            for j in max(0, own - reach)...min(22, own + reach) {
                                for i in max(0, across - reach)...min(36, across + reach) {
                                    least = min(least, mask.values[j * 37 + i])
                                }
                            }
                        }
                    }
                    #expect(found[y * 4 + x] == least, "reach \(reach), row \(y), column \(x)")
                }
            }
        }
    }

    @Test func `a cell sees so many pixels beyond its own`() {
        let reaches = ["relu1_1", "relu4_1", "relu4_2", "relu5_1"].map { FeatureArchitecture.vgg19.reach(of: $0) }
        #expect(reaches == [1, 30, 38, 70])
        #expect(FeatureArchitecture.vgg16.reach(of: "relu5_1") == 58)
        // Of eleven pixels, two lie before the first of its own four.
        #expect(FeatureArchitecture.alexnet.reach(of: "relu1") == 5)
    }

    @Test(arguments: [StylePreset.draft, .fast]) func `a part of a style is painted after`(preset: StylePreset) throws {
        let content = try content()
        func paint(_ styleMask: Picture) throws -> Picture {
            var options = options()
            options.preset = preset
            if preset == .fast { (options.iterations, options.scales) = (nil, nil) }
            return try stylizer().stylize(
                content, after: .pictures([StylePicture(both, styleMask: styleMask)]), options: options
            ).picture
        }
        func warmth(_ picture: Picture) -> Double {
            var sum = 0
            for pixel in 0..<picture.size.area {
                sum += Int(picture.pixels[pixel * 3]) - Int(picture.pixels[pixel * 3 + 2])
            }
            return Double(sum) / Double(picture.size.area)
        }
        let (red, blue) = (warmth(try paint(left)), warmth(try paint(right)))
        #expect(red > blue + 40, "\(red) and \(blue)")
    }

    @Test func `one pass looks at no more than holds the part`() {
        let style = StylePicture(both, weight: 2, mask: left, styleMask: right).cropped
        #expect(style.picture == columns(both, 80..<160) && style.weight == 2 && style.mask == left)
        #expect(style.styleMask == nil)
        #expect(StylePicture(both, styleMask: Picture(width: 1, height: 1, filledWith: .black)).cropped.picture == both)
    }

    // MARK: Segments

    private func segments(_ columns: [(colour: [UInt8], count: Int)]) -> Segmentation {
        let row = columns.flatMap { [[UInt8]](repeating: $0.colour, count: $0.count).flatMap(\.self) }
        return Segmentation(
            Picture(width: row.count / 3, height: 40, pixels: [[UInt8]](repeating: row, count: 40).flatMap(\.self)))
    }

    @Test func `a pixel belongs to the nearest colour, and edges between two to one of them`() throws {
        let colours: [[UInt8]] = [
            [0, 10, 250], [9, 255, 0], [10, 20, 5], [250, 240, 255], [230, 20, 0], [255, 240, 10], [120, 130, 140],
            [10, 240, 255], [240, 10, 255],
        ]
        let all = segments(colours.map { ($0, 10) })
        for (index, segment) in Segmentation.Segment.allCases.enumerated() {
            let mask = try #require(all.mask(of: segment))
            let row = (0..<90).map { mask.pixels[$0 * 3] }
            #expect(row == (0..<90).map { $0 / 10 == index ? 255 : 0 }, "\(segment)")
        }
        // A column of what an encoder makes of the line between black and white.
        let edge = segments([([0, 0, 0], 1000), ([130, 130, 130], 1), ([255, 255, 255], 1000)])
        #expect(edge.mask(of: .grey) == nil)
        #expect(try #require(edge.mask(of: .white)).pixels[1000 * 3] == 255)
    }

    @Test func `segments of the same colour are masks of photograph and style`() {
        let (red, blue, green): ([UInt8], [UInt8], [UInt8]) = ([255, 0, 0], [0, 0, 255], [0, 255, 0])
        let photograph = segments([(red, 20), (blue, 20), (green, 40)])
        let (one, other) = (segments([(red, 10), (green, 30)]), segments([(blue, 40)]))
        let found = photograph.styles([
            (StylePicture(styles.stripes, weight: 1), one), (StylePicture(styles.dots, weight: 3), other),
        ])
        #expect(found.count == 6 && found.map(\.weight) == [0.25, 0.75, 0.25, 0.75, 0.25, 0.75])
        let order: [Segmentation.Segment] = [.blue, .green, .red]
        #expect(found.map(\.mask) == order.flatMap { [photograph.mask(of: $0), photograph.mask(of: $0)] })
        #expect(found.map(\.styleMask) == order.flatMap { [one.mask(of: $0), other.mask(of: $0)] })
        #expect(found[0].styleMask == nil, "a colour that a style lacks takes all of it")
        #expect(StyleRegion.regions(of: found).map(\.factor) == [1, 1, 1])
    }

    @Test func `masks of segments are no larger than asked for, and of the same colours`() throws {
        // A mean of both would be nearest to yellow or grey.
        let row: [UInt8] = (0..<640).flatMap { $0 < 320 ? [255, 0, 0] : [0, 255, 0] as [UInt8] }
        let picture = Picture(width: 640, height: 480, pixels: [[UInt8]](repeating: row, count: 480).flatMap(\.self))
        let small = Segmentation(picture, atMost: 64)
        for segment in Segmentation.Segment.allCases {
            let mask = small.mask(of: segment)
            #expect((mask != nil) == (segment == .red || segment == .green))
            if let mask {
                #expect(mask.size == PixelSize(width: 64, height: 48))
                #expect(mask.pixels[0] == (segment == .red ? 255 : 0) && mask.pixels[63 * 3] != mask.pixels[0])
            }
        }
        let whole = Segmentation(picture, atMost: 4096)
        #expect(whole.mask(of: .red)?.size == picture.size)
    }

    // MARK: Around it

    @Test func `a checkpoint is of its masks, too`() throws {
        let content = try content()
        let (settings, network) = (try settings(), try network(.vgg19).facts)
        func origin(_ mask: Picture?, _ styleMask: Picture? = nil) throws -> String {
            try StyleCheckpoint.origin(
                content: content, styles: [StylePicture(styles.dots, mask: mask, styleMask: styleMask)],
                settings: settings, models: [network])
        }
        let origins = try [origin(nil), origin(left), origin(right), origin(nil, left), origin(left, right)]
        #expect(Set(origins).count == 5)
        #expect(try origin(left) == origins[1])
    }

    @Test func `masks take memory`() throws {
        let size = PixelSize(width: 2000, height: 1500)
        let bytes = StyleRoom.unlimited.bytes(for: size, part: 672, .vgg19)
        let free = try #require(StyleRoom(bytes: bytes).part(for: size, .vgg19))
        let room = StyleRoom(bytes: bytes, regions: 3)
        let masked = try #require(room.part(for: size, .vgg19))
        #expect(free >= 672 && masked < 672 && room.need(for: size, .vgg19) <= bytes)
    }
}
