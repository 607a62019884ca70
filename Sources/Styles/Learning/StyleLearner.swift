import Foundation
import ModelFiles
import Nets
import Pictures

import struct Wire.JobOptions
import enum Wire.ModelIdentifier
import enum Wire.StyleNetworkKind

/// Learns a style from pictures: all numbers of the arbitrary-style network's transformer are moved, from the scales and offsets that
/// it predicts for them, until what it makes of photographs has the least J(G) of VGG-19; and what came of it is judged by VGG-16,
/// which it was not trained through, on parts of the photographs that neither taught nor chose.
///
/// Scales and offsets alone do not do: the network is narrow (8 to 32 channels), and of the distance to a mosaic they took a
/// twentieth in 75 steps, the convolutions with them a third in 50.
///
/// With a `width`, a network of its own is learned from nothing (Johnson, Alahi and Fei-Fei 2016), which takes hours.
package struct StyleLearner {
    /// What is asked for.
    package struct Task: Sendable {
        package var part = StyleTransformer.Part.all
        /// Of a network that is learned from nothing: share of the usual channels. `nil` goes on from the arbitrary-style network.
        package var width: Double?
        package var steps = 1500
        /// Of the steps and of judging together, which is left its time; one piece is judged, however long it takes.
        package var seconds = 900.0
        /// Long side of the style pictures, in units of ``StyleLearner/styleSide``: larger means larger strokes.
        package var strokes = 1.0
        /// Of the weight that paintings by optimisation give the style: above 0, at most 1.
        package var strength = 1.0
        package var seed: UInt64 = 1

        package init() {}
    }

    /// What came of it.
    package struct Outcome {
        package var style: Made
        package var record: LearnedStyle.Record
        /// Whether it is better than the network's own answer.
        package var isAccepted: Bool
        package var why: String
        /// J of the steps, and how long they took.
        package var losses: [Double]
        package var seconds: Double
        /// The step of an earlier run from which it went on.
        package var resumedFrom: Int?
        /// Pieces that judged: as they are, by the network's own answer, learned, and optimised.
        package var page: Picture
    }

    /// A style as it is kept.
    package enum Made {
        /// What is different in the arbitrary-style network.
        case numbers(LearnedStyle)
        /// A network of its own.
        case network(LoadedModel)

        /// - Throws: `ModelFileError`.
        package func write(to path: String) throws {
            switch self {
            case .numbers(let style): try style.write(to: path)
            case .network(let model): try model.write(to: path)
            }
        }
    }

    /// How far it is.
    package struct Progress: Sendable {
        package enum Stage: String, Sendable {
            case measuring, learning, judging
        }

        /// Of the time that all of it takes, as far as that can be told: 0…1, never falling.
        package var share: Double
        package var stage: Stage
        /// Steps that are done; the piece that is painted by optimisation, from 1, of those that judge.
        package var steps: (done: Int, of: Int)?
        /// What judges, as it is painted now.
        package var preview: Picture?
    }

    /// Where it began.
    package enum Beginning: Hashable, Sendable {
        case new
        /// After so many steps of an earlier run.
        case resumed(step: Int)
        /// Anew, since the checkpoint that was given is of other pictures, options or networks, or lacks tensors.
        case refused
    }

    /// Of pieces that are learned on, and of those that choose and judge.
    static let pieceSide = 160
    static let judgeSide = 192
    /// Long side of a style picture at strokes of 1.
    static let styleSide = 384
    /// No picture is looked at any larger.
    package static let largestSide = 1536
    /// Least side of a style picture, in pixels.
    package static var smallestStyleSide: Int {
        max(StyleNetworkKind.vgg19.smallestSide, StyleNetworkKind.vgg16.smallestSide)
    }
    /// Pieces that choose, and as many others that judge, at most.
    private static let judges = 4
    /// Steps between two looks at them: a twentieth of all, within these.
    private static let intervals = 50...500
    /// So many looks in a row without a better one end it.
    static let patience = 5
    /// Of the paintings that it is compared with.
    private static let optimisedIterations = 100
    /// What the rates fall to.
    private static let coolest = 0.05
    /// Content may be further than that of the optimised painting and of the network's own answer by so much.
    private static let contentSlack = 1.5

    private let store: ModelStore
    private let threads: ThreadPool
    private let task: Task
    private let styles: [StylePicture]
    private let photographs: [LearningPhotograph]
    private let checkpoints: StyleLearningCheckpoints?
    private let report: (Progress) throws -> Void
    private let origin: String
    package let beginning: Beginning

    /// - Parameters:
    ///   - styles: one or more; what is transparent is no part of them.
    ///   - photographs: one or more.
    ///   - progress: may throw.
    /// - Throws: what `ModelStore` throws.
    package init(
        _ task: Task, styles: [StylePicture], photographs: [LearningPhotograph], store: ModelStore, threads: ThreadPool,
        checkpoints: StyleLearningCheckpoints? = nil, progress: @escaping (Progress) throws -> Void
    ) throws {
        precondition(!styles.isEmpty && !photographs.isEmpty, "nothing to learn from")
        self.task = task
        self.styles = styles.map(\.opaque)
        self.photographs = photographs
        self.store = store
        self.threads = threads
        self.checkpoints = checkpoints
        report = progress
        var sum = FileHash.Running()
        sum.update(
            "\(task.part.rawValue) \(task.width ?? 0) \(task.steps) \(task.strokes) \(task.strength) \(task.seed)")
        for model in [StyleTransformer.model, ModelIdentifier.vgg19] { sum.update(try store.facts(model).sha256) }
        for hash in self.styles.flatMap(\.hashes) + photographs.map(\.hash) { sum.update(hash) }
        origin = sum.finish()
        beginning =
            switch checkpoints?.start {
            case let start? where start.origin == origin:
                try Self.isWhole(start.tensors, task, store) ? .resumed(step: start.steps) : .refused
            case _?: .refused
            case nil: .new
            }
    }

    /// Whether a checkpoint has every number that is learned, as it was and at its best, and its moments.
    private static func isWhole(_ tensors: [String: Tensor], _ task: Task, _ store: ModelStore) throws -> Bool {
        let transformer =
            try task.width.map { StyleTransformer(width: $0, seed: task.seed) }
            ?? StyleTransformer(
                store.graph(StyleTransformer.model),
                vector: [Float](repeating: 0, count: ArbitraryStyleNetwork.styleLength))
        let sizes = transformer.values(of: task.part).mapValues(\.count)
        return StyleTraining.isWhole(tensors, sizes: sizes)
            && tensors.allSatisfy { name, tensor in
                !name.hasPrefix(StyleLearningCheckpoint.paintingPrefix)
                    || tensor.shape == .nhwc(1, judgeSide, judgeSide, 3)
            }
            && sizes.allSatisfy { tensors[bestPrefix + $0]?.count == $1 }
    }

    private var resumedFrom: Int? {
        guard case .resumed(let step) = beginning else { return nil }
        return step
    }

    // MARK: Learning

    /// - Throws: `NetsError`, `StyleError`, what `ModelStore` and `progress` throw.
    package func learn() throws -> Outcome {
        try report(Progress(share: 0, stage: .measuring))
        let arbitrary = try ArbitraryStyleNetwork(store: store, threads: threads)
        let model = try store.graph(StyleTransformer.model)
        let transformer =
            task.width.map { StyleTransformer(width: $0, seed: task.seed) }
            ?? StyleTransformer(model, vector: arbitrary.vector(of: styles.map(\.cropped)))
        let held = stride(from: 0, to: photographs.count, by: max(1, photographs.count / Self.judges))
            .prefix(Self.judges).map { photographs[$0] }
        let through = try StyleNetwork(.vgg19, store: store, threads: threads)
        let training = try StyleTraining(
            transformer, learning: task.part, rates: task.width == nil ? .onward : .fromNothing,
            objective: try objective(through, side: Self.pieceSide), threads: threads)
        let (best, stand, share) = try train(
            training, transformer, choosing: held.map { $0.choosing(side: Self.judgeSide) },
            by: try objective(through, side: Self.judgeSide))
        var paintings: [Int: Tensor] = [:]
        if case .resumed = beginning, let start = checkpoints?.start {
            for index in held.indices { paintings[index] = start.painting(index) }
        }
        // From here on it is mostly judging, of which each painting is worth keeping.
        try keep(training, best, stand, paintings)
        guard let learned = transformer.with(best) else { preconditionFailure("the best is of the same network") }
        let pieces = held.map { $0.judging(side: Self.judgeSide) }
        return try judge(
            pieces, arbitrary: arbitrary, learned: learned, stand, from: share, painted: paintings,
            keep: { paintings, seconds in
                var stand = stand
                stand.judging = seconds
                try keep(training, best, stand, paintings)
            },
            made: { record in
                task.width == nil
                    ? .numbers(LearnedStyle(base: model.facts.sha256, record: record, values: best))
                    : .network(LoadedModel(graph: learned.graph, facts: facts(of: best, record), pixels: .unitRGB))
            })
    }

    /// Of a network that was learned from nothing.
    private func facts(of values: [String: [Float]], _ record: LearnedStyle.Record) -> ModelCard {
        var hash = FileHash.Running()
        hash.update(values)
        return ModelCard(
            id: "learned-style", name: "a style learned from nothing", version: "\(record.bestStep) steps",
            licence: "whoever learned it", origin: "learned from \(record.pictures.count) pictures",
            sha256: hash.finish(), use: "repaints in one pass in one style")
    }

    private func train(
        _ training: StyleTraining, _ transformer: StyleTransformer, choosing pieces: [Picture],
        by objective: StyleObjective
    ) throws -> (best: [String: [Float]], StyleLearningCheckpoint.Stand, share: Double) {
        var stand = StyleLearningCheckpoint.Stand()
        var best = transformer.values(of: task.part)
        if case .resumed = beginning, let start = checkpoints?.start {
            training.resume(start.tensors, iteration: start.steps)
            stand = start.stand
            for name in best.keys { best[name] = start.tensors[Self.bestPrefix + name]!.values }
        }
        var preview: Picture?
        var share = Self.measuringShare
        func look() throws -> Double? {
            try Self.merit(of: pieces.count, choosing: &stand.choosing) { index in
                objective.measure(content: Tensor(pixelsOf: pieces[index]))
                let painted = try transformer.paint(pieces[index], threads: threads)
                preview = painted
                return objective.look(at: Tensor(pixelsOf: painted)).losses.total
            }
        }
        if stand.step == 0 { stand.best = try look() }
        let interval = min(max(task.steps / 20, Self.intervals.lowerBound), Self.intervals.upperBound)
        let clock = ContinuousClock()
        var last = clock.now
        func limit() -> Double {
            Self.trainingSeconds(of: task.seconds, steps: stand.step, in: stand.elapsed, pieces: pieces.count)
        }
        while stand.step < task.steps, stand.elapsed < limit(), stand.patience > 0 {
            if let checkpoints, checkpoints.isDue() { try keep(training, best, stand) }
            let done = max(Double(stand.step) / Double(task.steps), stand.elapsed / limit())
            let end =
                Self.measuringShare + (Self.judgedShare - Self.measuringShare) * trainingShare(stand, pieces.count)
            share = max(share, Self.measuringShare + (end - Self.measuringShare) * min(1, done))
            try report(
                Progress(share: share, stage: .learning, steps: (stand.step, task.steps), preview: preview))
            preview = nil
            // Each step draws anew, so that a run that goes on draws what it would have drawn.
            var generator = SeededGenerator(seed: task.seed &* 1_000_003 &+ UInt64(stand.step))
            let photograph = photographs.randomElement(using: &generator)!
            let value = training.step(
                on: photograph.piece(side: Self.pieceSide, &generator),
                cooling: Float(max(Self.coolest, 0.5 * (1 + cos(.pi * min(1, done))))))
            // There is no way on from there; the best so far stands.
            guard value.isFinite else { break }
            stand.losses.append(value.total)
            stand.step += 1
            let now = clock.now
            stand.elapsed += (now - last) / .seconds(1)
            last = now
            guard stand.step % interval == 0 || stand.step == task.steps || stand.elapsed >= limit() else {
                continue
            }
            if let merit = try look(), stand.best.map({ merit < $0 }) ?? true {
                (stand.best, stand.bestStep, stand.patience) = (merit, stand.step, Self.patience)
                best = transformer.values(of: task.part)
            } else {
                stand.patience -= 1
            }
        }
        return (best, stand, share)
    }

    /// Keeps what has been learned and, once it is judged, the paintings by number of their pieces.
    private func keep(
        _ training: StyleTraining, _ best: [String: [Float]], _ stand: StyleLearningCheckpoint.Stand,
        _ paintings: [Int: Tensor] = [:]
    ) throws {
        guard let checkpoints else { return }
        var tensors = training.tensors
        for (name, values) in best { tensors[Self.bestPrefix + name] = Tensor([values.count], values) }
        try checkpoints.keep(
            StyleLearningCheckpoint(origin: origin, stand: stand, tensors: tensors, paintings: paintings))
    }

    /// Share of the time of all steps and of judging that the steps take, as they have gone so far.
    private func trainingShare(_ stand: StyleLearningCheckpoint.Stand, _ pieces: Int) -> Double {
        let limit = Self.trainingSeconds(of: task.seconds, steps: stand.step, in: stand.elapsed, pieces: pieces)
        let inTime = stand.step > 0 && stand.elapsed > 0 ? limit / stand.elapsed * Double(stand.step) : .infinity
        let steps = max(1, min(Double(task.steps), inTime))
        return steps / (steps + Self.judgingSteps(pieces))
    }

    /// How many steps take as long as judging by so many pieces.
    private static func judgingSteps(_ pieces: Int) -> Double {
        // An iteration goes through the network as a step does, of another size.
        let iteration = Double(judgeSide * judgeSide) / Double(pieceSide * pieceSide)
        return Double(pieces * optimisedIterations) * iteration
    }

    /// What the steps may take of all seconds: what judging leaves, by the pace of those that are done, and half of them at least.
    static func trainingSeconds(of seconds: Double, steps: Int, in elapsed: Double, pieces: Int) -> Double {
        let judging = steps > 0 ? elapsed / Double(steps) * judgingSteps(pieces) : 0
        return max(seconds / 2, seconds - judging)
    }

    /// The mean J of the pieces that choose; nil where one of them is ruined, which is no better than anything. A piece that is ruined
    /// from the start says nothing of the others, and does not choose.
    ///
    /// - Parameters:
    ///   - choosing: which pieces do; where there are none yet, becomes those that are not ruined.
    ///   - loss: J of a piece, the first of them last.
    /// - Throws: what `loss` throws but for a painting that is ruined.
    static func merit(of pieces: Int, choosing: inout [Int], loss: (Int) throws -> Double) throws -> Double? {
        let asked = choosing.isEmpty ? Array(0..<pieces) : choosing
        var (sum, whole) = (0.0, [Int]())
        for index in asked.reversed() {
            do {
                let value = try loss(index)
                guard value.isFinite else { continue }
                sum += value
                whole.append(index)
            } catch StyleError.ruined {}
        }
        if choosing.isEmpty { choosing = whole.reversed() }
        guard !choosing.isEmpty, whole.count == choosing.count else { return nil }
        return sum / Double(whole.count)
    }

    private static let bestPrefix = "best "
    /// What has been done of all before the first step, and after the last piece is painted.
    private static let measuringShare = 0.02
    private static let judgedShare = 0.99

    /// J of squares of a side.
    private func objective(_ network: StyleNetwork, side: Int) throws -> StyleObjective {
        let settings = try settings(of: network)
        let total = styles.reduce(0) { $0 + $1.weight }
        let sizes = try styles.map { try $0.picture.size.fitted(atMost: longSide, holding: network.kind.smallestSide) }
        let targets = try network.targets(
            of: zip(styles, sizes).map { style, size in
                StyleNetwork.Style(
                    pixels: Tensor(pixelsOf: style.picture.resized(to: size)), share: style.weight / total,
                    mask: style.styleMask.map { RegionMask($0, stretchedTo: size) })
            }, settings: settings)
        return try StyleObjective(
            network, content: Tensor(.nhwc(1, side, side, 3)), regions: [.init(targets: targets)],
            settings: settings)
    }

    private func settings(of network: StyleNetwork) throws -> StyleSettings {
        var options = JobOptions { $0.network = .features(network.kind) }
        options.styleWeight = try styleWeight(options)
        return try StyleSettings(resolving: options)
    }

    private func styleWeight(_ options: JobOptions) throws -> Double {
        try task.strength * StyleSettings(resolving: options).styleWeight
    }

    private var longSide: Int { max(1, Int((Double(Self.styleSide) * task.strokes).rounded())) }

    // MARK: Judging

    private func judge(
        _ pieces: [Picture], arbitrary: ArbitraryStyleNetwork, learned: StyleTransformer,
        _ stand: StyleLearningCheckpoint.Stand, from start: Double, painted: [Int: Tensor],
        keep: (_ paintings: [Int: Tensor], _ seconds: Double) throws -> Void, made: (LearnedStyle.Record) -> Made
    ) throws -> Outcome {
        var paintings = painted
        let judge = try objective(StyleNetwork(.vgg16, store: store, threads: threads), side: Self.judgeSide)
        let stylizer = Stylizer(store: store, threads: threads)
        var options = JobOptions {
            $0.preset = .standard
            $0.iterations = Self.optimisedIterations
            $0.size = Self.judgeSide
            $0.styleSize = longSide
            $0.seed = task.seed
        }
        options.styleWeight = try styleWeight(options)
        let clock = ContinuousClock()
        let begun = clock.now
        func spent() -> Double { (stand.judging ?? 0) + (clock.now - begun) / .seconds(1) }
        func isOver(_ tried: Int) -> Bool {
            Self.isOver(task.seconds, learning: stand.elapsed, judging: spent(), pieces: tried)
        }
        let (judged, tried) = try Self.judged(pieces, isOver: isOver) { index, piece in
            func tell(_ part: Double) throws {
                let share = start + (Self.judgedShare - start) * (Double(index) + part) / Double(pieces.count)
                try report(Progress(share: share, stage: .judging, steps: (index + 1, pieces.count)))
            }
            try tell(0)
            let (before, after) = (
                try arbitrary.repaint(piece, styles: styles.map(\.cropped), strength: task.strength),
                try learned.paint(piece, threads: threads)
            )
            if paintings[index] == nil {
                let optimised = try Self.optimised(telling: tell) { progress, isCancelled in
                    try stylizer.stylize(
                        piece, after: .pictures(styles), options: options, progress: progress, isCancelled: isCancelled)
                }
                paintings[index] = Tensor(pixelsOf: optimised)
                try keep(paintings, spent())
            }
            return Judged(piece: piece, before: before, after: after, optimised: paintings[index]!.picture)
        }
        func distances(of painting: KeyPath<Judged, Picture>) -> LearnedStyle.Distances {
            var sum = LearnedStyle.Distances(style: 0, content: 0)
            for paintings in judged {
                judge.measure(content: Tensor(pixelsOf: paintings.piece))
                let losses = judge.look(at: Tensor(pixelsOf: paintings[keyPath: painting])).losses
                sum.style += losses.style / Double(judged.count)
                sum.content += losses.content / Double(judged.count)
            }
            return sum
        }
        let record = LearnedStyle.Record(
            pictures: styles.map(\.picture.hash), photographs: photographs.count, part: task.part,
            strokes: task.strokes, strength: task.strength, seed: task.seed, steps: stand.step,
            bestStep: stand.bestStep,
            arbitrary: distances(of: \.before), learned: distances(of: \.after),
            optimised: distances(of: \.optimised))
        let frame = PixelSize(width: Self.judgeSide, height: Self.judgeSide)
        var sheet = ContactSheet(count: judged.count * 5, frame: frame)
        for (index, paintings) in judged.enumerated() {
            let style = styles[index % styles.count].picture
            sheet.add(
                style.resized(to: style.size.fitted(atMost: Self.judgeSide)),
                caption: "style")
            sheet.add(paintings.piece, caption: "photograph")
            sheet.add(paintings.before, caption: "arbitrary network")
            sheet.add(paintings.after, caption: "learned")
            sheet.add(paintings.optimised, caption: "optimised")
        }
        let (isAccepted, why) = Self.verdict(record)
        let reasons =
            (judged.count < tried ? ["no painting came of \(tried - judged.count)"] : [])
            + (tried < pieces.count ? ["the time for it was over"] : [])
        let left =
            reasons.isEmpty
            ? ""
            : "; judged by \(judged.count) of \(pieces.count) pieces, as \(reasons.joined(separator: " and "))"
        return Outcome(
            style: made(record), record: record, isAccepted: isAccepted, why: why + left, losses: stand.losses,
            seconds: stand.elapsed, resumedFrom: resumedFrom, page: sheet.picture)
    }

    /// Whether there is no time for another piece after so many, by what they took in all runs.
    static func isOver(_ seconds: Double, learning: Double, judging: Double, pieces: Int) -> Bool {
        learning + judging + judging / Double(pieces) > seconds
    }

    /// A painting whose progress is told to one who may throw, which ends it.
    private static func optimised(
        telling tell: @escaping (Double) throws -> Void,
        _ paint: (@escaping (StyleProgress) -> Void, @escaping () -> Bool) throws -> StylizedPicture
    ) throws -> Picture {
        var stop: (any Error)?
        let painted = Result {
            try paint(
                { progress in
                    guard stop == nil else { return }
                    do { try tell(progress.fraction) } catch { stop = error }
                }, { stop != nil })
        }
        // The last that is told may be what ends it, after which nothing asks.
        if let stop { throw stop }
        return try painted.get().picture
    }

    /// A piece that judges, and what it is painted into.
    struct Judged {
        let piece: Picture
        /// By the network's own answer.
        let before: Picture
        let after: Picture
        let optimised: Picture
    }

    /// All pieces of which every way makes a painting, and how many were tried. One that is ruined is nothing to compare by, and no
    /// reason to throw all steps away.
    ///
    /// - Parameter isOver: whether there is no time for another after so many; asked once one is judged, without which nothing is
    ///   delivered.
    /// - Throws: `StyleError.nothingJudged` where none is left; what `paint` throws but for a painting that failed.
    static func judged(
        _ pieces: [Picture], isOver: (Int) -> Bool, _ paint: (Int, Picture) throws -> Judged
    ) throws -> (judged: [Judged], tried: Int) {
        var (judged, last) = ([Judged](), "")
        for (index, piece) in pieces.enumerated() {
            if !judged.isEmpty, isOver(index) { return (judged, index) }
            do {
                judged.append(try paint(index, piece))
            } catch let error as StyleError where error.isOfThePainting {
                last = "\(error)"
            }
        }
        if judged.isEmpty { throw StyleError.nothingJudged(pieces: pieces.count, last: last) }
        return (judged, pieces.count)
    }

    /// Whether a style is worth having, in a sentence.
    static func verdict(_ record: LearnedStyle.Record) -> (isAccepted: Bool, why: String) {
        func percent(_ value: Double) -> String {
            value.isFinite ? "\(Int((min(value, 1e6) * 100).rounded())) %" : "no number, let alone a share,"
        }
        let (own, before, optimised) = (record.learned, record.arbitrary, record.optimised)
        let ratio = "the style distance is \(percent(own.style / before.style)) of the arbitrary network's own answer's"
        // Rounding alone puts the untouched network a little to one side or the other of its own answer.
        if record.bestStep == 0 {
            return (false, "no step brought photographs that it was not learned on nearer to the style")
        }
        if !(own.style < before.style) { return (false, "\(ratio): it is no nearer to the style") }
        let most = contentSlack * max(before.content, optimised.content)
        if !(own.content <= most) {
            return (false, "the content distance is \(percent(own.content / most)) of what is bearable: it is lost")
        }
        return (true, "\(ratio), and \(percent(own.style / optimised.style)) of an optimised painting's")
    }
}

extension Picture {
    /// SHA-256 of size and samples.
    var hash: String {
        var hash = FileHash.Running()
        hash.update("\(width) \(height) \(channels.count)")
        pixels.withUnsafeBytes { hash.update($0) }
        return hash.finish()
    }
}

extension StylePicture {
    /// Of its pixels, and of what says which of them are the style.
    fileprivate var hashes: [String] { [picture, styleMask].compactMap { $0?.hash } }
}
