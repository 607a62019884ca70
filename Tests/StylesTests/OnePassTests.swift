import ModelFiles
import Nets
import Pictures
import Testing

import struct Wire.JobOptions

@testable import Styles

@Suite(.serialized) struct OnePassTests {
    private func options(_ change: (inout JobOptions) -> Void = { _ in }) -> JobOptions {
        var options = JobOptions()
        options.preset = .fast
        change(&options)
        return options
    }

    /// Sides that are no multiples of four.
    private func content() throws -> Picture { try sample("flower.jpg").resized(to: PixelSize(width: 131, height: 90)) }

    @Test func `a numbered style repaints and keeps the size`() throws {
        let content = try content()
        let stylizer = stylizer()
        let first = try stylizer.stylize(content, after: .numbered([.init(style: 3)]))
        #expect(first.picture.size == content.size)
        #expect(first.settings.preset == .fast && first.iterations == 0 && first.losses.isEmpty)
        #expect(first.networks.map(\.id) == ["multistyle26"])
        #expect(meanDifference(first.picture, content) > 10)
        let second = try stylizer.stylize(content, after: .numbered([.init(style: 12)]))
        #expect(meanDifference(first.picture, second.picture) > 10, "two styles look the same")
        let blend = try stylizer.stylize(
            content, after: .numbered([.init(style: 3, weight: 2), .init(style: 12, weight: 2)]))
        #expect(meanDifference(blend.picture, first.picture) > 3)
        #expect(meanDifference(blend.picture, second.picture) > 3)
    }

    @Test func `strength runs from the content to the style`() throws {
        let content = try content()
        let stylizer = stylizer()
        func distance(_ source: StyleSource, _ strength: Double) throws -> Double {
            let result = try stylizer.stylize(content, after: source, options: options { $0.strength = strength })
            return meanDifference(result.picture, content)
        }
        let numbered = StyleSource.numbered([.init(style: 7)])
        #expect(try distance(numbered, 0) == 0)
        #expect(try distance(numbered, 0.5) < distance(numbered, 1))
        let picture = StyleSource.pictures([StylePicture(formulaPicture(2, width: 120, height: 90))])
        #expect(try distance(picture, 0) < 0.8 * distance(picture, 1))
    }

    /// What is left of a picture without what is wider than the screen that the network draws.
    private func grain(of picture: Picture, in part: PixelRect) -> Double {
        let values = Tensor(pixelsOf: picture.cropped(to: part)).values
        let smooth = GaussianFilter(sigma: 1.5)(values, width: part.width, channels: 3)
        var squares: Float = 0
        for index in values.indices { squares += (values[index] - smooth[index]) * (values[index] - smooth[index]) }
        return Double(squares / Float(values.count)).squareRoot()
    }

    @Test func `a smooth sky gets no screen, and what has forms keeps its strokes`() throws {
        let content = try sample("china.jpg")
        let style = StylePicture(try sample("flower.jpg"))
        let (store, threads) = (ModelStore(), ThreadPool(threads: 2))
        let network = try ArbitraryStyleNetwork(store: store, threads: threads)
        let painted = try network.repaint(content, styles: [style], strength: 1)
        let graph = try store.graph(.arbitraryTransform).graph.unquantized(freeingInputs: true)
        let pixels = PaddedPixels(content.size, multiple: ArbitraryStyleNetwork.multiple)
        let executor = try Executor(
            graph, inputShapes: [graph.inputNames[0]: pixels.shape, graph.inputNames[1]: .nhwc(1, 1, 1, 100)],
            threads: threads)
        pixels.write(content, to: executor.input(graph.inputNames[0]))
        executor.input(graph.inputNames[1]).assign(network.styleVector(of: style.picture))
        executor.forward()
        let raw = try pixels.read(executor.output(graph.outputNames[0]), inPlaceOf: content)
        let sky = PixelRect(x: 320, y: 0, width: 240, height: 100)
        let trees = PixelRect(x: 400, y: 320, width: 240, height: 100)
        #expect(grain(of: painted, in: sky) < 0.6 * grain(of: raw, in: sky))
        #expect(grain(of: painted, in: trees) > 0.85 * grain(of: raw, in: trees))
    }

    /// A line on white with teeth along it, as the network makes of a drawing; and the same over foliage.
    @Test func `teeth along a line of flat art are smoothed, strokes over textures stay`() throws {
        let (width, height) = (64, 48)
        let drawing = Tensor(.nhwc(1, height, width, 3), repeating: 1)
        for y in 0..<height {
            for index in (y * width + 30) * 3..<(y * width + 34) * 3 { drawing[index] = 0 }
        }
        let foliage = Tensor(.nhwc(1, height, width, 3))
        let photograph = try sample("china.jpg").cropped(
            to: PixelRect(x: 400, y: 330, width: width, height: height))
        PaddedPixels(photograph.size, multiple: 1).write(photograph, to: foliage)
        func painted(_ content: Tensor) -> (raw: Tensor, smooth: Tensor) {
            let raw = Tensor(content.shape)
            for index in 0..<raw.count {
                let pixel: Int = index / 3
                let tooth: Float = (pixel + pixel / width) % 4 < 2 ? 0.2 : -0.2
                raw[index] = 0.35 + 0.3 * content[index] + tooth
            }
            let smooth = raw.copy()
            GrainSmoothing(content: content, threads: ThreadPool(threads: 2)).smooth(smooth) { content.rows($0) }
            return (raw, smooth)
        }
        /// Mean step between neighbours along columns, where those of a drawing have none.
        func steps(_ tensor: Tensor, columns: Range<Int>) -> Float {
            var sum: Float = 0
            for y in 8..<height - 8 {
                for x in columns {
                    let own: Int = (y * width + x) * 3
                    sum += abs(tensor[own + width * 3] - tensor[own])
                }
            }
            return sum / Float((height - 16) * columns.count)
        }
        let (raw, smooth) = painted(drawing)
        for columns in [24..<29, 31..<33, 35..<40] {
            #expect(steps(smooth, columns: columns) < 0.25 * steps(raw, columns: columns), "\(columns)")
        }
        let middle = (24 * width + 32) * 3
        #expect(smooth[middle + 12] - smooth[middle] > 0.2, "the line is gone")
        let (before, after) = painted(foliage)
        #expect(steps(after, columns: 8..<56) > 0.85 * steps(before, columns: 8..<56))
    }

    /// Bars on white, and strokes that are alike in all rows: nothing tells where one band of rows ends.
    @Test func `smoothing flat art leaves no seams`() {
        let (width, height) = (48, 200)
        let (content, painted) = (Tensor(.nhwc(1, height, width, 3)), Tensor(.nhwc(1, height, width, 3)))
        for index in 0..<content.count {
            let x = index / 3 % width
            content[index] = x / 8 % 2 == 0 ? 1 : 0
            let tooth: Float = x % 4 < 2 ? 0.2 : -0.2
            painted[index] = 0.35 + 0.3 * content[index] + tooth
        }
        let raw = painted.copy()
        GrainSmoothing(content: content, threads: ThreadPool(threads: 2)).smooth(painted) { content.rows($0) }
        let (row, middle) = (width * 3, 40 * width * 3)
        #expect((0..<row).contains { abs(painted[middle + $0] - raw[middle + $0]) > 0.05 })
        for y in 40..<height - 40 {
            let worst = (0..<row).map { abs(painted[y * row + $0] - painted[middle + $0]) }.max()!
            #expect(worst < 1e-4, "row \(y) is off by \(worst)")
        }
    }

    @Test func `a network without its grid of eight bits makes nearly the same picture`() throws {
        let graph = try ModelStore().graph(.arbitraryPredict).graph
        func vector(_ graph: Graph) throws -> [Float] {
            let executor = try Executor(
                graph, inputShapes: [graph.inputNames[0]: .nhwc(1, 256, 256, 3)], threads: ThreadPool(threads: 2))
            let style = try sample("flower.jpg").resized(to: PixelSize(width: 256, height: 256))
            PaddedPixels(style.size, multiple: 1).write(style, to: executor.input(graph.inputNames[0]))
            executor.forward()
            return executor.output(graph.outputNames[0]).values
        }
        func isRounded(_ graph: Graph) -> Bool {
            graph.nodes.contains { if case .fakeQuantize = $0.operation { true } else { false } }
        }
        #expect(isRounded(graph) && !isRounded(graph.unquantized()))
        #expect(graph.unquantized().inputs.map(\.dims) == graph.inputs.map(\.dims))
        let (rounded, whole) = (try vector(graph), try vector(graph.unquantized()))
        let errors: [Float] = zip(rounded, whole).map { abs($0 - $1) }
        let sizes: [Float] = whole.map { abs($0) }
        #expect(rounded != whole && errors.reduce(0, +) < 0.05 * sizes.reduce(0, +))
    }

    @Test func `polishing goes on from what one pass gives`() throws {
        let content = try sample("china.jpg").resized(longSide: 192)
        let style = StylePicture(try sample("flower.jpg").resized(longSide: 192))
        let stylizer = stylizer()
        let polished = try stylizer.stylize(
            content, after: .pictures([style]),
            options: options {
                $0.preset = .polished
                $0.lossInterval = 1
            })
        #expect(polished.networks.map(\.id) == ["vgg19", "arbitrary-predict", "arbitrary-transform"])
        #expect(polished.iterations == 12 && polished.picture.size == content.size)
        let losses = polished.losses.map(\.losses.total)
        #expect(losses.last! < 0.8 * losses.first!, "\(losses)")
        #expect(try #require(polished.likeness) > 0.4)
        let fromContent = try stylizer.stylize(
            content, after: .pictures([style]),
            options: options {
                $0.preset = .polished
                $0.start = .content
                $0.lossInterval = 1
            })
        #expect(losses.last! < fromContent.losses.last!.losses.total, "\(losses)")
    }

    @Test func `any picture is a style in one pass, at any size`() throws {
        let content = try content()
        let stylizer = stylizer()
        let styles = [formulaPicture(1, width: 100, height: 80), formulaPicture(2, width: 60, height: 90)]
        let results = try styles.map { style in
            try stylizer.stylize(content, after: .pictures([StylePicture(style)]), options: options()).picture
        }
        for result in results {
            #expect(result.size == content.size)
            #expect(meanDifference(result, content) > 5)
        }
        #expect(meanDifference(results[0], results[1]) > 2, "two styles look the same")
        let large = content.resized(to: PixelSize(width: 403, height: 277))
        #expect(
            try stylizer.stylize(large, after: .pictures([StylePicture(styles[0])]), options: options()).picture.size
                == large.size)
    }

    @Test func `a blend of style pictures lies between its parts`() throws {
        let network = try ArbitraryStyleNetwork(store: ModelStore(), threads: ThreadPool(threads: 2))
        let content = try content()
        let a = formulaPicture(1, width: 100, height: 80)
        let b = formulaPicture(2, width: 100, height: 80)
        let vectors = [network.styleVector(of: a), network.styleVector(of: b)]
        #expect(vectors[0].count == 100 && vectors[0] != vectors[1])
        func run(_ styles: [(Picture, Double)]) throws -> Picture {
            try network.repaint(content, styles: styles.map { StylePicture($0.0, weight: $0.1) }, strength: 1)
        }
        let mostly = try run([(a, 9), (b, 1)])
        #expect(meanDifference(mostly, try run([(a, 1)])) < meanDifference(mostly, try run([(b, 1)])))
    }

    @Test func `colours and alpha are kept in one pass too`() throws {
        let opaque = try content()
        var samples: [UInt8] = []
        for index in 0..<opaque.size.area {
            samples += opaque.pixels[(index * 3)..<(index * 3 + 3)] + [UInt8(index % 256)]
        }
        let content = Picture(width: opaque.width, height: opaque.height, channels: .rgba, pixels: samples)
        let result = try stylizer().stylize(
            content, after: .numbered([.init(style: 5)]),
            options: options {
                $0.format = .png
                $0.colors = .content
            })
        #expect(result.picture.channels == .rgba)
        #expect(result.picture.pixels[3] == 0 && result.picture.pixels[7] == 1)
    }

    @Test func `mirrored margins are cut off again`() throws {
        let picture = formulaPicture(1, width: 7, height: 5)
        let pixels = PaddedPixels(picture.size, multiple: 4)
        #expect(pixels.padded == PixelSize(width: 8, height: 8))
        let tensor = Tensor(pixels.shape)
        pixels.write(picture, to: tensor)
        #expect(tensor[7 * 3] == tensor[5 * 3], "column 7 mirrors column 5")
        #expect(tensor[(5 * 8) * 3] == tensor[(3 * 8) * 3], "row 5 mirrors row 3")
        let read = try pixels.read(tensor, inPlaceOf: picture)
        #expect(read.size == picture.size && read.pixels == picture.pixels)
    }

    @Test func `what a network returns is no picture when it is no number, or flat`() throws {
        let picture = formulaPicture(1, width: 8, height: 8)
        let flat = Picture(width: 8, height: 8, filledWith: Colour(red: 128, green: 128, blue: 128))
        let pixels = PaddedPixels(picture.size, multiple: 4)
        let tensor = Tensor(pixels.shape, repeating: 0.5)
        #expect(throws: StyleError.ruined(.blank, iterations: 0)) { try pixels.read(tensor, inPlaceOf: picture) }
        #expect(try pixels.read(tensor, inPlaceOf: flat).pixels == flat.pixels)
        tensor[5] = .nan
        #expect(throws: StyleError.ruined(.notFinite, iterations: 0)) { try pixels.read(tensor, inPlaceOf: flat) }
    }

    @Test func `numbered weights add up to one`() throws {
        let shares = try MultiStyleNetwork.shares([.init(style: 3, weight: 2), .init(style: 9, weight: 6)])
        #expect(shares.count == 26 && shares[3] == 0.25 && shares[9] == 0.75 && shares.reduce(0, +) == 1)
        #expect(throws: StyleError.numberedStyleUnknown(number: 26, count: 26)) {
            try MultiStyleNetwork.shares([.init(style: 26)])
        }
    }
}

extension Tensor {
    /// Some rows of an `[1, H, W, 3]`.
    fileprivate func rows(_ rows: Range<Int>) -> Tensor {
        let row = shape.width * 3
        return Tensor(
            .nhwc(1, rows.count, shape.width, 3), Array(values[rows.lowerBound * row..<rows.upperBound * row]))
    }
}
