import Foundation
import ModelFiles
import Nets
import Pictures
import Testing

import struct Wire.JobOptions

@testable import Styles

/// At toy sizes: few steps, one photograph beside a formula's picture as the style.
@Suite(.serialized) struct StyleLearnerTests {
    private let store = ModelStore()
    private let threads = ThreadPool(threads: 2)

    private func learner(
        _ change: (inout StyleLearner.Task) -> Void = { _ in },
        of style: Picture = formulaPicture(1, width: 200, height: 160), checkpoints: StyleLearningCheckpoints? = nil,
        progress: @escaping (StyleLearner.Progress) throws -> Void = { _ in }
    ) throws -> StyleLearner {
        var task = StyleLearner.Task()
        task.steps = 4
        change(&task)
        return try StyleLearner(
            task, styles: [StylePicture(style)],
            photographs: [LearningPhotograph(sample("flower.jpg").opaque())], store: store, threads: threads,
            checkpoints: checkpoints,
            progress: progress)
    }

    /// What is changed of the arbitrary-style network.
    private func numbers(_ outcome: StyleLearner.Outcome) throws -> LearnedStyle {
        guard case .numbers(let style) = outcome.style else { throw Failure() }
        return style
    }

    private struct Failure: Error {}

    private func temporary(_ name: String) -> String {
        NSTemporaryDirectory() + "StyleLearner-\(UUID().uuidString)-\(name)"
    }

    @Test func `the transformer paints as the network of eight bits does`() throws {
        let style = formulaPicture(1, width: 200, height: 160)
        let network = try ArbitraryStyleNetwork(store: store, threads: threads)
        let transformer = StyleTransformer(
            try store.graph(StyleTransformer.model), vector: network.styleVector(of: style))
        let content = try sample("flower.jpg").opaque().resized(to: PixelSize(width: 131, height: 90))
        let before = try network.repaint(content, styles: [StylePicture(style)], strength: 1)
        let after = try transformer.paint(content, threads: threads)
        #expect(after.size == content.size)
        // Of a style like none that the grids were measured on.
        #expect(meanDifference(before, after) < 0.35 * meanDifference(before, content))
        #expect(transformer.values(of: .norms).values.reduce(0) { $0 + $1.count } == 694)
        #expect(transformer.with(["expand3.scale": [1, 2]]) == nil && transformer.with(["expand4.scale": [1]]) == nil)
    }

    /// Its ground is no part of the style, as where it is painted in.
    @Test func `of a transparent style what is seen is learned`() throws {
        let cut = formulaPicture(1, width: 200, height: 160)
        func loss(ground: [UInt8]) throws -> Double {
            let pixels = (0..<160).flatMap { row in
                (0..<400).flatMap { column -> [UInt8] in
                    let start = (row * 200 + column) * 3
                    return column < 200 ? Array(cut.pixels[start..<start + 3]) + [255] : ground
                }
            }
            let style = Picture(width: 400, height: 160, channels: .rgba, pixels: pixels)
            return try #require(try learner({ $0.steps = 1 }, of: style).learn().losses.first)
        }
        let (white, black) = (try loss(ground: [255, 255, 255, 0]), try loss(ground: [0, 0, 0, 0]))
        let seen = try loss(ground: [255, 255, 255, 255])
        #expect(white == black && abs(white - seen) > 0.05 * seen, "\(white), \(black), \(seen)")
    }

    @Test(arguments: [(1, 1), (63, 200), (3000, 3), (64, 300)])
    func `a photograph of which nothing is left is refused`(width: Int, height: Int) {
        #expect(throws: StyleError.self) {
            try LearningPhotograph(Picture(width: width, height: height, filledWith: .black))
        }
    }

    /// Twice the widest strokes of pictures that paintings are asked for.
    @Test func `the widest strokes are judged, too`() throws {
        let outcome = try learner {
            $0.steps = 1
            $0.strokes = 4
        }.learn()
        #expect(outcome.record.strokes == 4 && outcome.losses.count == 1)
        let style = try numbers(outcome)
        let other = LearnedStyle(
            base: style.base, record: style.record, values: style.values.mapValues { $0.map { $0 + 1 } })
        #expect(other.fingerprint != style.fingerprint)
    }

    @Test func `a weak style keeps more of the content`() throws {
        let distances = try [1, 0.05].map { strength in
            try learner {
                $0.steps = 50
                $0.strength = strength
            }.learn().record
        }
        #expect(distances.map(\.strength) == [1, 0.05])
        for path in [\LearnedStyle.Record.arbitrary, \.learned, \.optimised] {
            let (full, weak) = (distances[0][keyPath: path], distances[1][keyPath: path])
            #expect(weak.content < full.content && weak.style > full.style, "\(path): \(full), \(weak)")
        }
    }

    @Test(arguments: ["expand3.scale", "residual2.1.offset", "contract1.weights", "expand1.weights"])
    func `its gradients are those of finite differences`(name: String) throws {
        let transformer = StyleTransformer(
            try store.graph(StyleTransformer.model), vector: [Float](repeating: 0.2, count: 100))
        let side = 32
        let executor = try Executor(
            transformer.graph, inputShapes: [StyleTransformer.input: .nhwc(1, side, side, 3)],
            gradients: .weights([name]), threads: threads)
        var generator = SeededGenerator(seed: 7)
        for index in 0..<side * side * 3 {
            executor.input(StyleTransformer.input)[index] = generator.uniform(0, 1)
        }
        let weights = (0..<side * side * 3).map { _ in generator.uniform(-1, 1) }
        func value() -> Double {
            executor.forward()
            return zip(executor.output(StyleTransformer.output).values, weights).reduce(0) { $0 + Double($1.0 * $1.1) }
        }
        _ = value()
        executor.seed(StyleTransformer.output).assign(weights)
        executor.backward()
        let gradient = executor.weightGradient(name).values
        // Along the gradient the value rises by its norm.
        let norm = gradient.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        let parameter = try #require(transformer.parameters[name])
        let (step, own) = (1e-3, parameter.values)
        func move(_ by: Double) -> Double {
            parameter.assign(zip(own, gradient).map { $0 + Float(by * Double($1) / norm) })
            return value()
        }
        let slope = (move(step) - move(-step)) / (2 * step)
        #expect(abs(slope - norm) < 0.03 * norm, "\(name): \(slope) for \(norm)")
    }

    @Test func `an objective that turns to a content is the one of that content`() throws {
        let network = try network(.vgg16)
        let settings = try settings(.vgg16)
        let style = formulaPicture(1, width: 64, height: 64)
        let contents = [2, 3].map { formulaPicture($0, width: 64, height: 64) }
        let turned = try objective(network, content: contents[0], styles: [(style, 1)], settings: settings)
        turned.measure(content: Tensor(pixelsOf: contents[1]))
        let fresh = try objective(network, content: contents[1], styles: [(style, 1)], settings: settings)
        let pixels = Tensor(pixelsOf: contents[0])
        let (first, second) = (Tensor(pixels.shape), Tensor(pixels.shape))
        #expect(turned.evaluate(pixels, gradient: first) == fresh.evaluate(pixels, gradient: second))
        #expect(first.values == second.values)
    }

    @Test func `what is learned on, what chooses and what judges are parts without a common pixel`() throws {
        // Red, green and blue: three fifths, and the halves of the rest.
        var pixels = [UInt8](repeating: 0, count: 300 * 200 * 3)
        for index in 0..<300 * 200 {
            pixels[index * 3 + (index % 300 < 180 ? 0 : index / 300 < 100 ? 1 : 2)] = 255
        }
        let photograph = try LearningPhotograph(Picture(width: 300, height: 200, pixels: pixels))
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<10 {
            let piece = photograph.piece(side: 48, &generator)
            #expect((0..<48 * 48).allSatisfy { Array(piece.values[$0 * 3..<$0 * 3 + 3]) == [255, 0, 0] })
        }
        for (held, colour) in [
            (photograph.choosing(side: 64), [0, 255, 0]), (photograph.judging(side: 64), [0, 0, 255]),
        ] as [(Picture, [UInt8])] {
            #expect(held.size == PixelSize(width: 64, height: 64))
            #expect((0..<64 * 64).allSatisfy { Array(held.pixels[$0 * 3..<$0 * 3 + 3]) == colour })
        }
    }

    @Test func `what is broken off is gone on from, with the same numbers`() throws {
        let whole = try learner().learn()
        #expect(whole.losses.count == 4 && whole.record.steps == 4 && whole.resumedFrom == nil)
        #expect(!whole.losses.contains { !$0.isFinite })
        let path = temporary("kept")
        defer { try? FileManager.default.removeItem(atPath: path) }
        struct Killed: Error {}
        var done = 0
        let killed = try learner(
            checkpoints: StyleLearningCheckpoints(isDue: { done == 2 }, keep: { try $0.write(to: path) }),
            progress: { update in
                done = update.steps?.done ?? 0
                if done == 3 { throw Killed() }
            })
        #expect(throws: Killed.self) { try killed.learn() }
        let kept = try StyleLearningCheckpoint(reading: path)
        let going = StyleLearningCheckpoints(start: kept, isDue: { false }, keep: { _ in })
        let resumed = try learner(checkpoints: going)
        #expect(resumed.beginning == .resumed(step: kept.steps) && kept.steps > 0)
        let outcome = try resumed.learn()
        #expect(outcome.resumedFrom == kept.steps)
        #expect(outcome.losses == whole.losses)
        #expect(try numbers(outcome) == numbers(whole))
        #expect(try learner({ $0.seed = 2 }, checkpoints: going).beginning == .refused)
    }

    @Test func `what is broken off while it is judged is judged on`() throws {
        let whole = try learner().learn()
        let path = temporary("judging")
        defer { try? FileManager.default.removeItem(atPath: path) }
        struct Killed: Error {}
        func killed(at stage: StyleLearner.Progress.Stage?, going: StyleLearningCheckpoint? = nil) throws {
            let learner = try learner(
                checkpoints: StyleLearningCheckpoints(
                    start: going, isDue: { false },
                    keep: { checkpoint in
                        try checkpoint.write(to: path)
                        if stage == nil, checkpoint.painting(0) != nil { throw Killed() }
                    }), progress: { if $0.stage == stage, $0.stage == .judging { throw Killed() } })
            #expect(throws: Killed.self) { try learner.learn() }
        }
        // As soon as judging begins, and once a painting is done.
        try killed(at: .judging)
        let learned = try StyleLearningCheckpoint(reading: path)
        #expect(learned.steps == 4 && learned.painting(0) == nil)
        try killed(at: nil, going: learned)
        let judged = try StyleLearningCheckpoint(reading: path)
        #expect(judged.steps == 4 && judged.painting(0) != nil)
        var told: [StyleLearner.Progress] = []
        let outcome = try learner(
            checkpoints: StyleLearningCheckpoints(start: judged, isDue: { false }, keep: { _ in }),
            progress: { told.append($0) }
        ).learn()
        #expect(outcome.resumedFrom == 4 && outcome.losses == whole.losses && outcome.page == whole.page)
        #expect(try numbers(outcome) == numbers(whole) && outcome.record == whole.record)
        #expect(told.count { $0.stage == .judging } == 1, "nothing is painted again")
    }

    @Test func `a checkpoint that lacks a tensor is refused, and learning is said to be new`() throws {
        struct Taken: Error {}
        var taken: StyleLearningCheckpoint?
        let broken = try learner(
            checkpoints: StyleLearningCheckpoints(
                isDue: { true },
                keep: {
                    taken = $0
                    throw Taken()
                }))
        #expect(throws: Taken.self) { try broken.learn() }
        let kept = try #require(taken)
        func resumed(without name: String?) throws -> StyleLearner {
            let start = StyleLearningCheckpoint(
                origin: kept.origin, stand: kept.stand, tensors: kept.tensors.filter { $0.key != name })
            return try learner(
                checkpoints: StyleLearningCheckpoints(start: start, isDue: { false }, keep: { _ in }))
        }
        #expect(try resumed(without: nil).beginning == .resumed(step: kept.steps))
        for name in ["expand3.scale", "best expand3.scale", "second moment of expand1.weights"] {
            #expect(kept.tensors[name] != nil)
            #expect(try resumed(without: name).beginning == .refused, "\(name)")
        }
        let anew = try resumed(without: "best expand3.scale").learn()
        #expect(anew.resumedFrom == nil && anew.losses.count == 4)
    }

    @Test func `a piece that is ruined from the start does not choose, and the others do`() throws {
        var choosing: [Int] = []
        func merit(_ losses: [Double?]) throws -> Double? {
            try StyleLearner.merit(of: losses.count, choosing: &choosing) { index in
                guard let loss = losses[index] else { throw StyleError.ruined(.blank, iterations: 0) }
                return loss
            }
        }
        #expect(try merit([nil, .nan, nil]) == nil && choosing.isEmpty)
        #expect(try merit([2, nil, 4]) == 3 && choosing == [0, 2])
        // Whatever becomes of the one in the middle.
        #expect(try merit([2, 100, 2]) == 2 && choosing == [0, 2])
        // One that chooses is ruined later on.
        #expect(try merit([nil, 1, 1]) == nil && choosing == [0, 2])
        #expect(throws: StyleError.cancelled) {
            try StyleLearner.merit(of: 1, choosing: &choosing) { _ in throw StyleError.cancelled }
        }
    }

    /// JSON has no infinity.
    @Test func `a checkpoint is kept before any piece came out`() throws {
        let path = temporary("stand")
        defer { try? FileManager.default.removeItem(atPath: path) }
        try StyleLearningCheckpoint(origin: "a", stand: .init(), tensors: ["a": Tensor([1])]).write(to: path)
        let read = try StyleLearningCheckpoint(reading: path)
        #expect(read.stand.best == nil && read.stand.choosing.isEmpty)
    }

    /// The slow way, at toy size: from random weights, judged by a part of the photograph that was not learned on.
    @Test func `a network is learned from nothing`() throws {
        var previews = 0
        let path = temporary("network.safetensors")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let outcome = try learner(
            {
                $0.width = 0.1
                $0.steps = 60
            }, progress: { if $0.preview != nil { previews += 1 } }
        ).learn()
        let losses = outcome.losses
        #expect(losses.count == 60 && previews >= 1)
        let (early, late) = (losses.prefix(10).reduce(0, +), losses.suffix(10).reduce(0, +))
        #expect(late < 0.9 * early, "\(early) and \(late)")
        #expect(outcome.record.bestStep > 0)
        try outcome.style.write(to: path)
        let content = try sample("flower.jpg").opaque().resized(to: PixelSize(width: 131, height: 90))
        let painted = try stylizer().stylize(content, after: .imported(ImportedStyle(reading: path)))
        #expect(painted.picture.size == content.size && painted.networks.map(\.id) == ["learned-style"])
        #expect(throws: StyleError.self) { try LearnedStyle(reading: path) }
        let other = try learner { $0.width = 0.25 }
        #expect(other.beginning == .new)
    }

    @Test func `a learned style is a file that paints`() throws {
        let outcome = try learner { $0.steps = 2 }.learn()
        let path = temporary("style.safetensors")
        defer { try? FileManager.default.removeItem(atPath: path) }
        try outcome.style.write(to: path)
        let read = try LearnedStyle(reading: path)
        #expect(try read == numbers(outcome))
        let content = try sample("flower.jpg").opaque().resized(to: PixelSize(width: 131, height: 90))
        let stylizer = stylizer()
        let painted = try stylizer.stylize(content, after: .learned(read))
        #expect(painted.picture.size == content.size && painted.iterations == 0)
        #expect(painted.networks.map(\.id) == ["arbitrary-transform"] && painted.settings.preset == .fast)
        #expect(meanDifference(painted.picture, content) > 10)
        let none = try stylizer.stylize(content, after: .learned(read), options: JobOptions { $0.strength = 0 })
        #expect(meanDifference(none.picture, content) == 0)
        #expect(throws: StyleError.numberedNeedsOnePass(preset: "fine")) {
            try stylizer.stylize(content, after: .learned(read), options: JobOptions { $0.preset = .fine })
        }
        let stranger = LearnedStyle(
            base: String(repeating: "0", count: 64), record: read.record, values: read.values)
        #expect(throws: StyleError.self) { try stylizer.stylize(content, after: .learned(stranger)) }

        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes[bytes.count - 5] ^= 1
        for length in [bytes.count, bytes.count / 2] {
            try bytes.prefix(length).write(to: URL(fileURLWithPath: path))
            #expect(throws: StyleError.learnedUnusable(path: path, why: "it is damaged")) {
                try LearnedStyle(reading: path)
            }
        }
    }

    /// Judging takes a hundred iterations a piece, which is most of the time of four steps.
    @Test func `the share that is told is that of the time`() throws {
        var told: [StyleLearner.Progress] = []
        let outcome = try learner(progress: { told.append($0) }).learn()
        #expect(outcome.losses.count == 4)
        #expect(zip(told, told.dropFirst()).allSatisfy { $0.share <= $1.share } && told.allSatisfy { $0.share < 1 })
        let learning = told.filter { $0.stage == .learning }
        let judging = told.filter { $0.stage == .judging }
        #expect(learning.count == 4 && learning.allSatisfy { $0.share < 0.1 })
        #expect(judging.count > 50 && judging.allSatisfy { $0.steps.map { $0 == (1, 1) } ?? false })
        #expect(judging.last.map { $0.share > 0.9 } ?? false)
        struct Enough: Error {}
        #expect(throws: Enough.self) {
            try learner(progress: { if $0.share > 0.5 { throw Enough() } }).learn()
        }
    }

    @Test func `a piece of which no painting comes does not judge`() throws {
        let pieces = (0..<3).map { formulaPicture($0, width: 8, height: 8) }
        func isOver(_: Int) -> Bool { false }
        func judged(failing: [Int: any Error]) throws -> [Picture] {
            try StyleLearner.judged(pieces, isOver: isOver) { index, piece in
                if let error = failing[index] { throw error }
                return StyleLearner.Judged(piece: piece, before: piece, after: piece, optimised: piece)
            }.judged.map(\.piece)
        }
        let ruined = StyleError.ruined(.blank, iterations: 0)
        let diverged = StyleError.diverged(iteration: 3, optimizer: "adam", learningRate: 5)
        #expect(try judged(failing: [:]) == pieces)
        #expect(try judged(failing: [0: ruined, 2: diverged]) == [pieces[1]])
        #expect(throws: StyleError.nothingJudged(pieces: 3, last: "\(ruined)")) {
            try judged(failing: [0: diverged, 1: diverged, 2: ruined])
        }
        #expect(throws: StyleError.cancelled) { try judged(failing: [1: StyleError.cancelled]) }
        #expect("\(StyleError.nothingJudged(pieces: 3, last: "\(ruined)"))".contains("any of the 3 pieces"))
    }

    @Test func `judging has a part of the time, and ends with it`() throws {
        func limit(_ steps: Int, in elapsed: Double) -> Double {
            StyleLearner.trainingSeconds(of: 600, steps: steps, in: elapsed, pieces: 4)
        }
        // 400 iterations of 192 pixels are 576 steps of 160.
        #expect(limit(0, in: 0) == 600 && abs(limit(100, in: 10) - (600 - 57.6)) < 1e-9)
        #expect(limit(1, in: 60) == 300, "half of it is for the steps, however slow they are")
        func isOver(judging seconds: Double, pieces: Int) -> Bool {
            StyleLearner.isOver(600, learning: 300, judging: seconds, pieces: pieces)
        }
        #expect(!isOver(judging: 200, pieces: 2) && isOver(judging: 201, pieces: 2) && isOver(judging: 151, pieces: 1))
        let pieces = (0..<4).map { formulaPicture($0, width: 8, height: 8) }
        for (over, count) in [(0, 1), (1, 1), (3, 3), (4, 4)] {
            func isOver(_ tried: Int) -> Bool { tried >= over }
            let (judged, tried) = try StyleLearner.judged(pieces, isOver: isOver) { _, piece in
                StyleLearner.Judged(piece: piece, before: piece, after: piece, optimised: piece)
            }
            #expect(judged.map(\.piece) == Array(pieces.prefix(count)) && tried == count)
        }
        // The first is painted, whatever time is left, and another where none came of it.
        func isOver(_: Int) -> Bool { true }
        let (judged, tried) = try StyleLearner.judged(pieces, isOver: isOver) { index, piece in
            if index == 0 { throw StyleError.ruined(.blank, iterations: 0) }
            return StyleLearner.Judged(piece: piece, before: piece, after: piece, optimised: piece)
        }
        #expect(judged.map(\.piece) == [pieces[1]] && tried == 2)
    }

    @Test func `a style that is no nearer is not accepted, nor one without content`() {
        func record(style: Double, content: Double) -> LearnedStyle.Record {
            .init(
                pictures: [], photographs: 1, part: .all, strokes: 1, seed: 1, steps: 1, bestStep: 1,
                arbitrary: .init(style: 100, content: 10), learned: .init(style: style, content: content),
                optimised: .init(style: 40, content: 12))
        }
        let good = StyleLearner.verdict(record(style: 50, content: 11))
        #expect(good.isAccepted)
        #expect(
            good.why
                == "the style distance is 50 % of the arbitrary network's own answer's, and 125 % of an optimised painting's"
        )
        let far = StyleLearner.verdict(record(style: 101, content: 11))
        #expect(!far.isAccepted && far.why.contains("101 %"))
        #expect(!StyleLearner.verdict(record(style: 50, content: 30)).isAccepted)
        #expect(!StyleLearner.verdict(record(style: .nan, content: 10)).isAccepted)
    }

    @Test func `a recipe may name a learned style`() throws {
        let json = Data(StyleRecipe.json(learned: "style.safetensors", title: "a \"wave\""))
        let recipe = try StyleRecipe(json: json, folder: "/styles/wave")
        #expect(recipe.title == "a \"wave\"" && recipe.source == .learned("/styles/wave/style.safetensors"))
        #expect(throws: StyleError.self) {
            try StyleRecipe(json: Data(#"{"learned": "a", "pictures": ["b.png"]}"#.utf8), folder: "/styles/wave")
        }
        #expect(throws: StyleError.self) {
            try StyleRecipe(json: Data(#"{"learned": "../a"}"#.utf8), folder: "/styles/wave")
        }
    }
}
