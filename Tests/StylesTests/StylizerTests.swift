import Foundation
import ModelFiles
import Nets
import Pictures
import Synchronization
import Testing

import enum Wire.ColorMatch
import struct Wire.JobOptions
import enum Wire.StyleOptimizer
import enum Wire.StylePreset
import enum Wire.StyleStart

@testable import Styles

@Suite(.serialized) struct StylizerTests {
    /// A part of a photograph, so small that iterations take a blink.
    private func content(_ side: Int = 96) throws -> Picture {
        try sample("china.jpg").resized(longSide: side)
    }

    private var style: StylePicture { StylePicture(formulaPicture(2, width: 96, height: 96)) }

    private func options(_ change: (inout JobOptions) -> Void = { _ in }) -> JobOptions {
        var options = JobOptions()
        options.iterations = 8
        options.start = .content
        options.scales = 1
        options.lossInterval = 1
        options.styleLayers = ["relu1_1", "relu2_1", "relu3_1"]
        options.contentLayers = ["relu3_1"]
        change(&options)
        return options
    }

    @Test(arguments: StyleOptimizer.allCases, StyleStart.allCases)
    func `the loss falls`(optimizer: StyleOptimizer, start: StyleStart) throws {
        let result = try stylizer().stylize(
            content(), after: .pictures([style]),
            options: options {
                $0.optimizer = optimizer
                $0.start = start
                $0.iterations = 12
            })
        let losses = result.losses.map(\.losses.total)
        #expect(losses.count == 12 && result.iterations == 12)
        // One pass has done part of it already.
        #expect(losses[11] < (start == .pass ? 0.9 : 0.7) * losses[0], "\(optimizer) from \(start): \(losses)")
        #expect(result.picture.size == PixelSize(width: 96, height: 64))
    }

    @Test(arguments: StyleOptimizer.allCases)
    func `the picture is as good as the losses say`(optimizer: StyleOptimizer) throws {
        let options = options {
            $0.optimizer = optimizer
            $0.format = .png
            $0.iterations = 60
            $0.styleWeight = 6
        }
        let (content, style) = (try content(), style)
        let result = try stylizer().stylize(content, after: .pictures([style]), options: options)
        let judge = try objective(
            try network(.vgg19), content: content, styles: [(style.picture, 1)],
            settings: StyleSettings(resolving: options))
        let pixels = Tensor(pixelsOf: result.picture)
        let loss = judge.evaluate(pixels, gradient: Tensor(pixels.shape)).total
        let noted = try #require(result.delivered).losses.total
        #expect(noted <= result.losses.map(\.losses.total).min()!)
        // The file rounds to whole steps of 255.
        #expect(abs(loss - noted) < 0.05 * noted, "\(optimizer): \(noted) noted, \(loss) in the picture")
    }

    @Test func `a preview shows the best point so far, in the colours that are going to be`() throws {
        let previews = Mutex<[Picture]>([])
        let content = try content(600)
        let result = try stylizer().stylize(
            content, after: .pictures([style]),
            options: options {
                $0.colors = .content
                $0.size = 600
                $0.iterations = 3
            }, isPreviewDue: { true },
            progress: { update in update.preview.map { picture in previews.withLock { $0.append(picture) } } })
        let seen = previews.withLock { $0 }
        #expect(seen.count == 3 && seen.allSatisfy { $0.size == PixelSize(width: 512, height: 341) })
        let small = result.picture.resized(longSide: 512)
        #expect(meanDifference(try #require(seen.last), small) < 2)
        #expect(meanDifference(seen[0], small) > meanDifference(seen[2], small))
    }

    @Test func `strokes have a size of their own, or one that follows the picture's`() throws {
        func run(_ change: (inout JobOptions) -> Void) throws -> Picture {
            try stylizer().stylize(content(), after: .pictures([style]), options: options(change)).picture
        }
        let followed = try run { _ in }
        let (own, scaled) = (try run { $0.styleSize = 72 }, try run { $0.styleScale = 0.75 })
        #expect(own == scaled && own != followed)
        #expect(try run { $0.styleSize = 96 } == followed)
    }

    @Test func `the same seed gives the same picture, another seed another`() throws {
        func run(seed: UInt64, threads: Int) throws -> Picture {
            try stylizer(threads: threads).stylize(
                content(), after: .pictures([style]),
                options: options {
                    $0.start = .noise
                    $0.seed = seed
                }
            ).picture
        }
        let first = try run(seed: 7, threads: 2)
        #expect(try run(seed: 7, threads: 2) == first)
        #expect(try run(seed: 7, threads: 1) == first, "the number of threads changed the picture")
        #expect(meanDifference(try run(seed: 8, threads: 2), first) > 1)
    }

    @Test func `weights pull towards their own term`() throws {
        func last(_ change: @escaping (inout JobOptions) -> Void) throws -> ObjectiveValue {
            try stylizer().stylize(content(), after: .pictures([style]), options: options(change)).losses.last!.losses
        }
        let balanced = try last { _ in }
        let faithful = try last { $0.contentWeight = 1000 }
        let smooth = try last { $0.tvWeight = 1e5 }
        #expect(faithful.content / 1000 < balanced.content && faithful.style > balanced.style)
        #expect(smooth.totalVariation / 1e5 < 0.8 * balanced.totalVariation / 50)
    }

    @Test func `sizes are passed through from small to full`() throws {
        let result = try stylizer().stylize(
            content(256), after: .pictures([style]),
            options: options {
                $0.scales = 2
                $0.iterations = 6
                $0.size = 200
            })
        #expect(result.picture.size.longSide == 200)
        #expect(result.losses.map(\.size) == [141, 141, 141, 141, 200, 200])
        let square = try content(256).cropped(to: PixelRect(x: 0, y: 0, width: 170, height: 170)).resized(
            longSide: 192)
        let passed = try stylizer().stylize(
            square, after: .pictures([style]),
            options: options {
                $0.scales = 2
                $0.iterations = 6
            })
        #expect(passed.losses.map(\.size) == [136, 136, 136, 136, 192, 192])
    }

    @Test func `a picture is never enlarged unless that is asked for`() throws {
        func side(_ upscale: Bool) throws -> Int {
            try stylizer().stylize(
                content(80), after: .pictures([style]),
                options: options {
                    $0.size = 100
                    $0.upscale = upscale
                    $0.iterations = 1
                }
            ).picture.size.longSide
        }
        #expect(try side(false) == 80)
        #expect(try side(true) == 100)
    }

    @Test func `kept colours are the content's`() throws {
        let content = try content()
        func run(_ keep: Bool) throws -> Picture {
            try stylizer().stylize(
                content, after: .pictures([style]), options: options { $0.colors = keep ? .content : .style }
            ).picture
        }
        func chroma(_ picture: Picture) -> [Float] {
            let parted = FloatPicture(picture, in: .yCbCr)
            return parted.values.enumerated().filter { $0.offset % 3 != 0 }.map(\.element)
        }
        func distance(_ a: Picture, _ b: Picture) -> Float {
            zip(chroma(a), chroma(b)).reduce(0) { $0 + abs($1.0 - $1.1) } / Float(chroma(a).count)
        }
        let kept = try run(true)
        let taken = try run(false)
        #expect(distance(kept, content) < 0.25 * distance(taken, content))
        #expect(meanDifference(kept, content) > 3, "the lightness was not repainted")
    }

    @Test func `colours that match have the mean and the covariance of the other picture's`() throws {
        struct Statistics {
            var mean = [0.0, 0.0, 0.0]
            var covariance = [Double](repeating: 0, count: 9)

            init(_ picture: Picture) {
                let samples = picture.samples16.map { Double($0) / 65535 }
                let count = Double(picture.size.area)
                for index in samples.indices { mean[index % 3] += samples[index] / count }
                for start in stride(from: 0, to: samples.count, by: 3) {
                    for pair in 0..<9 {
                        covariance[pair] +=
                            (samples[start + pair / 3] - mean[pair / 3]) * (samples[start + pair % 3] - mean[pair % 3])
                            / count
                    }
                }
            }
        }
        let (content, style) = (
            try sample("china.jpg").resized(longSide: 160), try sample("flower.jpg").resized(longSide: 160)
        )
        let (wanted, before) = (Statistics(content), Statistics(style))
        let deep = Picture(width: style.width, height: style.height, deep: style.samples16)
        let moved = [ColorMatch.symmetric, .pca, .cholesky].flatMap { match in
            [style, deep].map { $0.matchingColours(of: content, by: match) }
        }
        for moved in moved {
            let found = Statistics(moved)
            // What leaves the range is cut off.
            func off(_ a: Statistics, _ b: Statistics) -> Double {
                zip(a.mean + a.covariance, b.mean + b.covariance).reduce(0) { $0 + abs($1.0 - $1.1) }
            }
            #expect(off(found, wanted) < 0.35 * off(before, wanted))
        }
        let grey = Picture(
            width: style.width, height: style.height, filledWith: Colour(red: 90, green: 90, blue: 90))
        for match in ColorMatch.allCases {
            #expect(meanDifference(style.matchingColours(of: grey, by: match), grey) < 4)
            #expect(meanDifference(content.matchingColours(of: content, by: match), content) < 0.6)
        }
        let painted = try stylizer().stylize(
            content, after: .pictures([StylePicture(style)]),
            options: options {
                $0.colors = .match
                $0.iterations = 2
            })
        let taken = try stylizer().stylize(
            content, after: .pictures([StylePicture(style)]), options: options { $0.iterations = 2 })
        #expect(painted.settings.colors == .match && painted.picture != taken.picture)
    }

    /// Narrow enough that nothing leaves the range.
    @Test func `each way of matching has means and covariances, or ranks, of its own`() {
        func picture(_ seed: UInt64, _ mix: [[Double]], _ mean: [Double]) -> Picture {
            var generator = SeededGenerator(seed: seed)
            let pixels = (0..<64 * 64).flatMap { _ -> [UInt16] in
                let colour = (0..<3).map { _ in Double.random(in: -0.15...0.15, using: &generator) }
                return (0..<3).map { row in
                    UInt16(((mean[row] + (0..<3).reduce(0) { $0 + mix[row][$1] * colour[$1] }) * 65535).rounded())
                }
            }
            return Picture(width: 64, height: 64, deep: pixels)
        }
        let style = picture(1, [[0.9, 0.3, 0], [0.1, 0.5, 0.2], [0, 0.3, 0.8]], [0.4, 0.5, 0.6])
        let content = picture(2, [[0.2, 0.5, 0.1], [0.4, 0.1, 0.6], [0.5, 0.2, 0.3]], [0.6, 0.45, 0.5])
        func moments(_ picture: Picture) -> [Double] {
            let samples = picture.samples16.map { Double($0) / 65535 }
            let count = Double(picture.size.area)
            let means = (0..<3).map { channel in
                stride(from: channel, to: samples.count, by: 3).reduce(0) { $0 + samples[$1] / count }
            }
            let covariances = (0..<9).map { pair in
                stride(from: 0, to: samples.count, by: 3).reduce(0) {
                    $0 + (samples[$1 + pair / 3] - means[pair / 3]) * (samples[$1 + pair % 3] - means[pair % 3]) / count
                }
            }
            return means + covariances
        }
        let wanted = moments(content)
        let moved = ColorMatch.allCases.map { style.matchingColours(of: content, by: $0) }
        for (match, moved) in zip(ColorMatch.allCases, moved) where match != .histogram {
            // The variances have a little added that keeps flat pictures from having none.
            #expect(zip(moments(moved), wanted).allSatisfy { abs($0 - $1) < 1e-4 }, "\(match): \(moments(moved))")
        }
        func ranked(_ picture: Picture, _ channel: Int) -> [UInt16] {
            stride(from: channel, to: picture.samples16.count, by: 3).map { picture.samples16[$0] }.sorted()
        }
        for channel in 0..<3 {
            let (found, wanted) = (ranked(moved[3], channel), ranked(content, channel))
            // Those of one level have the mean of what stands at their ranks.
            let off = zip(found, wanted).count { abs(Int($0) - Int($1)) > 300 }
            #expect(off < found.count / 100, "channel \(channel): \(off)")
        }
        let eight = Picture(width: 64, height: 64, pixels: style.pixels).matchingColours(of: content, by: .histogram)
        for channel in 0..<3 { #expect(abs(moments(eight)[channel] - wanted[channel]) < 1e-3) }
        // Four ways, and none is another's.
        for (index, one) in moved.enumerated() {
            for other in moved[(index + 1)...] { #expect(meanDifference(one, other) > 0.5) }
        }
        // Brightest first: Cholesky's first channel keeps its order.
        let order = { (picture: Picture) in (0..<64 * 64).map { picture.samples16[$0 * 3] } }
        let pairs = zip(order(style), order(moved[2])).sorted { $0.0 < $1.0 }
        #expect(zip(pairs, pairs.dropFirst()).allSatisfy { $0.1 <= $1.1 })
    }

    @Test func `paintings differ by how colours are matched`() throws {
        let (content, style) = (
            try sample("china.jpg").resized(longSide: 96), try sample("flower.jpg").resized(longSide: 96)
        )
        let painted = try ColorMatch.allCases.map { match in
            try stylizer().stylize(
                content, after: .pictures([StylePicture(style)]),
                options: options {
                    $0.preset = .fast
                    ($0.iterations, $0.scales) = (nil, nil)
                    $0.colors = .match
                    $0.colorMatch = match
                })
        }
        #expect(painted.map(\.settings.colorMatch) == ColorMatch.allCases)
        for (index, one) in painted.enumerated() {
            #expect(painted[(index + 1)...].allSatisfy { $0.picture != one.picture })
        }
    }

    @Test func `alpha stays when the format can hold it`() throws {
        let opaque = try content()
        var samples: [UInt8] = []
        for index in 0..<opaque.size.area {
            samples += opaque.pixels[(index * 3)..<(index * 3 + 3)] + [UInt8(index % 256)]
        }
        let content = Picture(width: opaque.width, height: opaque.height, channels: .rgba, pixels: samples)
        func run(_ format: WrittenFormat) throws -> Picture {
            try stylizer().stylize(
                content, after: .pictures([style]),
                options: options {
                    $0.format = format
                    $0.iterations = 1
                }
            ).picture
        }
        let png = try run(.png)
        #expect(png.channels == .rgba)
        for index in 0..<png.size.area { #expect(png.pixels[index * 4 + 3] == UInt8(index % 256)) }
        #expect(try run(.webp).channels == .rgba && run(.tiff).channels == .rgba)
        #expect(try run(.jpeg).channels == .rgb)
    }

    /// The fewest options that a preset takes.
    private func short(_ preset: StylePreset, _ change: (inout JobOptions) -> Void = { _ in }) -> JobOptions {
        var options = preset == .fast ? JobOptions() : options { $0.iterations = 2 }
        options.preset = preset
        change(&options)
        return options
    }

    @Test(arguments: [StylePreset.fast, .standard])
    func `a cut-out has no fringe, and its ground stays unpainted`(preset: StylePreset) throws {
        let inside = try content()
        var samples: [UInt8] = []
        for index in 0..<inside.size.area {
            let isSeen = index % inside.width > inside.width / 3
            samples += isSeen ? inside.pixels[(index * 3)..<(index * 3 + 3)] + [255] : [0, 255, 0, 0]
        }
        func run(_ ground: [UInt8], _ format: WrittenFormat) throws -> Picture {
            var samples = samples
            for index in 0..<inside.size.area where samples[index * 4 + 3] == 0 {
                samples.replaceSubrange(index * 4..<index * 4 + 3, with: ground)
            }
            return try stylizer().stylize(
                Picture(width: inside.width, height: inside.height, channels: .rgba, pixels: samples),
                after: .pictures([style]),
                options: short(preset) { $0.format = format }
            ).picture
        }
        let green = try run([0, 255, 0], .png)
        #expect(try run([255, 255, 255], .png) == green, "the ground's own colour is seen nowhere")
        let flat = try run([0, 255, 0], .jpeg)
        #expect(flat == green.opaque(over: .white))
        for index in 0..<inside.size.area where green.pixels[index * 4 + 3] == 0 {
            #expect(flat.pixels[index * 3..<index * 3 + 3].elementsEqual([255, 255, 255]))
        }
    }

    @Test(arguments: [StylePreset.fast, .standard])
    func `a painting has 16 bits a sample`(preset: StylePreset) throws {
        let painted = try stylizer().stylize(
            content(), after: .pictures([style]), options: short(preset)
        ).picture
        let deep = try #require(painted.deep)
        #expect(deep.contains { $0 % 257 != 0 })
        for (sample, level) in zip(deep, painted.pixels) {
            #expect(abs(Int(sample) - Int(level) * 257) <= 129)
        }
    }

    @Test func `a picture too small for the network is an error with its size`() throws {
        let strip = Picture(width: 200, height: 15, filledWith: Colour(red: 90, green: 120, blue: 60))
        #expect(throws: StyleError.pictureTooSmall(width: 200, height: 15, smallest: 16)) {
            try stylizer().stylize(strip, after: .pictures([style]), options: options())
        }
        #expect(throws: StyleError.pictureTooSmall(width: 15, height: 15, smallest: 16)) {
            try stylizer().stylize(
                content(), after: .pictures([StylePicture(formulaPicture(1, width: 15, height: 15))]),
                options: options())
        }
    }

    @Test func `an absurd learning rate of Adam is an error, not a ruined picture`() throws {
        #expect {
            try stylizer().stylize(
                content(), after: .pictures([style]),
                options: options {
                    $0.optimizer = .adam
                    $0.learningRate = 100
                    $0.iterations = 60
                    $0.contentWeight = 1000
                    $0.styleWeight = 1
                })
        } throws: { error in
            if case StyleError.diverged(_, "adam", 100) = error { true } else { false }
        }
    }

    @Test func `an absurd learning rate of L-BFGS costs evaluations, not the picture`() throws {
        let result = try stylizer().stylize(
            content(), after: .pictures([style]),
            options: options {
                $0.learningRate = 100
                $0.iterations = 12
            })
        let losses = result.losses.map(\.losses.total)
        #expect(losses[11] < 0.7 * losses[0] && losses == losses.sorted(by: >=), "\(losses)")
    }

    /// Pixels at both ends of the range, most of them held there: what a product photograph on white, cut out, is.
    private func cutOut(_ side: Int) throws -> Picture {
        let flower = try sample("flower.jpg").resized(longSide: side)
        var pixels = flower.pixels
        for y in 0..<flower.height {
            for x in 0..<flower.width {
                let (across, down) = (
                    Double(x) / Double(flower.width) - 0.5, Double(y) / Double(flower.height) - 0.5
                )
                guard across * across + down * down > 0.09 else { continue }
                for channel in 0..<3 { pixels[(y * flower.width + x) * 3 + channel] = 255 }
            }
        }
        return Picture(width: flower.width, height: flower.height, pixels: pixels)
    }

    /// Steps taken on trust leave the start far behind on these, to wild colours.
    @Test(arguments: StyleStart.allCases)
    func `a cut-out on white is painted, and every iteration is lower`(start: StyleStart) throws {
        let content = try cutOut(160)
        let result = try stylizer().stylize(
            content, after: .pictures([StylePicture(try sample("china.jpg").resized(longSide: 160))]),
            options: JobOptions().with {
                $0.start = start
                $0.iterations = 30
                $0.lossInterval = 1
            })
        let losses = result.losses.map(\.losses.total)
        #expect(losses.count == 30)
        #expect(losses == losses.sorted(by: >), "\(losses)")
        #expect(result.delivered == result.losses.last && result.fallbacks.isEmpty)
        #expect(losses[29] < 0.6 * losses[0], "\(losses)")
    }

    @Test func `whichever iteration is the last, the result is that of the run to there`() throws {
        let content = try cutOut(96)
        func run(_ iterations: Int) throws -> StylizedPicture {
            try stylizer().stylize(
                content, after: .pictures([StylePicture(try sample("china.jpg").resized(longSide: 96))]),
                options: JobOptions().with {
                    $0.iterations = iterations
                    $0.lossInterval = 1
                })
        }
        let whole = try run(20)
        for iterations in [1, 2, 3, 5, 12, 19] {
            let part = try run(iterations)
            #expect(part.losses.map(\.losses) == whole.losses.prefix(iterations).map(\.losses))
            #expect(part.delivered == part.losses.last)
        }
    }

    /// Weights that leave little but smoothness: 300 steps of L-BFGS end at one flat colour, those of Adam short of it.
    private func smoothing(_ change: (inout JobOptions) -> Void) -> JobOptions {
        options {
            $0.tvWeight = 1e9
            $0.contentWeight = 0
            $0.styleWeight = 1e-6
            $0.styleLayers = ["relu1_1"]
            $0.iterations = 300
            change(&$0)
        }
    }

    @Test func `a painting that does not pass is painted once more by Adam`() throws {
        let seen = Mutex<[StyleProgress]>([])
        let result = try stylizer().stylize(
            content(64), after: .pictures([style]), options: smoothing { _ in },
            progress: { step in seen.withLock { $0.append(step) } })
        let first = try #require(result.fallbacks.first) - 1
        #expect((1...300).contains(first) && result.iterations > first && result.losses.count == result.iterations)
        #expect(try #require(result.delivered).iteration > first)
        #expect(result.settings.optimizer == .adam)
        let (fractions, last) = seen.withLock { ($0.map(\.fraction), $0.last { $0.iterations != nil }?.iterations) }
        #expect(fractions == fractions.sorted() && fractions.last == 1)
        #expect(last.map(\.of) == 600)
    }

    /// Stripes that are stronger than any painting, whose Gram matrices grow with the fourth power of that.
    @Test func `a content that was lost is painted again with more weight`() throws {
        let stripes = Picture(
            width: 128, height: 128,
            pixels: (0..<128 * 128).flatMap { index -> [UInt8] in
                [[255, 0, 0], [0, 0, 255], [255, 255, 0]][(index % 128 + index / 128) / 8 % 3]
            })
        let options = options {
            $0.iterations = 60
            $0.styleLoss = [.gram]
            $0.contentLayers = nil
            $0.styleLayers = nil
        }
        let result = try stylizer().stylize(
            sample("china.jpg").resized(longSide: 96), after: .pictures([StylePicture(stripes, weight: 1)]),
            options: options)
        #expect((1...3).contains(result.fallbacks.count))
        #expect(result.settings.contentWeight == [5, 50, 1000][result.fallbacks.count - 1])
        #expect(try #require(result.likeness) > 0.08)
        let delivered = try #require(result.delivered)
        let parts = delivered.losses
        #expect(abs(parts.content + parts.style + parts.totalVariation - parts.total) < 1e-6 * parts.total)
    }

    /// What is hardly there is smoothed away by either.
    @Test(arguments: StyleOptimizer.allCases)
    func `a painting that Adam ruins, too, is an error`(optimizer: StyleOptimizer) throws {
        let faint = Picture(
            width: 64, height: 64, pixels: (0..<64 * 64 * 3).map { $0 / 3 % 64 / 8 % 2 == 0 ? 120 : 126 })
        #expect {
            try stylizer().stylize(
                faint, after: .pictures([style]), options: smoothing { $0.optimizer = optimizer })
        } throws: { error in
            guard case StyleError.ruined(.blank, _) = error else { return false }
            return true
        }
    }

    @Test func `progress rises to one and cancellation stops between iterations`() throws {
        let fractions = Mutex<[Double]>([])
        _ = try stylizer().stylize(
            content(), after: .pictures([style]), options: options(),
            progress: { step in fractions.withLock { $0.append(step.fraction) } })
        let seen = fractions.withLock { $0 }
        #expect(seen == seen.sorted() && seen.first == 0 && seen.last == 1 && seen.count >= 9)

        let asked = Mutex(0)
        #expect(throws: StyleError.cancelled) {
            try stylizer().stylize(
                content(), after: .pictures([style]), options: options(),
                isCancelled: {
                    asked.withLock {
                        $0 += 1
                        return $0 > 5
                    }
                })
        }
    }

    @Test func `numbered styles refuse the presets that optimise`() throws {
        #expect(throws: StyleError.numberedNeedsOnePass(preset: "fine")) {
            try stylizer().stylize(
                content(), after: .numbered([.init(style: 1)]), options: options { $0.preset = .fine })
        }
    }

    @Test func `styles without weight are refused`() throws {
        for styles in [[], [StylePicture(style.picture, weight: 0)], [StylePicture(style.picture, weight: .nan)]] {
            #expect {
                try stylizer().stylize(content(), after: .pictures(styles), options: options())
            } throws: { error in
                if case StyleError.optionInvalid("weight", _, _) = error { true } else { false }
            }
        }
    }
}
