import Foundation
import Gallery
import ModelFiles
import Nets
import Wire

/// Learns from pictures of people to tell others apart, and finds out whether it did: three fifths of the people are learned from, one
/// fifth chooses among what was learned, and the last one, which nothing has seen, judges.
package struct FaceLearner {
    /// What is asked for.
    package struct Task: Sendable {
        package var depth = LearningDepth.head
        /// Pixels across the faces that it is learned for; ``FaceChip/side`` for faces as they are.
        package var resolution = FaceChip.side
        /// Of the optimiser; nil for the depth's own.
        package var steps: Int?
        package var seed: UInt64 = 1

        package init() {}
    }

    /// What came of it.
    package struct Outcome {
        package var accepted: Bool
        package var why: String
        package var figures: [LearningResult.Figure]
        package var logistic: LearningResult.Logistic?
        package var doubtful: [LearningResult.Doubtful]
        package var steps: Int
        package var bestStep: Int
        /// The step of an earlier attempt from which it went on.
        package var resumedFrom: Int?
        package var losses: [Double]
        package var people: (learning: Int, choosing: Int, judging: Int)
        package var strangers: Int
        /// With trained weights; nil where the network is as it was.
        package var graph: Graph?
        package var pixels: PixelConvention
        /// What goes with it.
        package var recognition: Recognition
        /// Of those who judge, at the resolution that it was learned for.
        package var judged: (before: LabelledTemplates, after: LabelledTemplates)
    }

    /// How far it is.
    package struct Progress: Sendable {
        /// 0…1.
        package var share: Double
        package var stage: String
        /// Of the optimiser, where that is at work.
        package var steps: (done: Int, of: Int)?
    }

    /// Where it began.
    package enum Beginning: Hashable, Sendable {
        case new
        /// After so many steps of an earlier run.
        case resumed(step: Int)
        /// Anew, since the checkpoint that was given is of other pictures, options or networks.
        case refused
    }

    let network: LoadedModel
    let task: Task
    let threads: ThreadPool
    let checkpoints: LearningCheckpoints?
    private let report: (Progress) throws -> Void
    let set: LearningSet
    private let origin: String
    package let beginning: Beginning

    /// - Parameters:
    ///   - network: what makes the templates now.
    ///   - unusable: pictures beside these.
    ///   - progress: may throw.
    /// - Throws: `FaceError.tooFewPeopleToLearn`.
    package init(
        _ network: LoadedModel, task: Task, people: [(name: String, samples: [(picture: String, chip: FaceChip)])],
        unusable: Int, threads: ThreadPool, checkpoints: LearningCheckpoints? = nil,
        progress: @escaping (Progress) throws -> Void
    ) throws(FaceError) {
        self.network = network
        self.task = task
        self.threads = threads
        self.checkpoints = checkpoints
        report = progress
        origin = Self.origin(network, task, people)
        beginning =
            switch checkpoints?.start {
            case let start? where start.origin == origin: .resumed(step: start.steps)
            case _?: .refused
            case nil: .new
            }
        set = try LearningSet(
            people.map { person in
                LearningSet.Person(
                    name: person.name, samples: person.samples.map { .init(picture: $0.picture, chip: $0.chip) })
            }, seed: task.seed, unusable: unusable)
    }

    /// Names one work.
    private static func origin(
        _ network: LoadedModel, _ task: Task, _ people: [(name: String, samples: [(picture: String, chip: FaceChip)])]
    ) -> String {
        var hash = FileHash.Running()
        let steps = task.steps ?? task.depth.usualSteps
        hash.update("\(task.depth.rawValue) \(task.resolution) \(steps) \(task.seed) \(network.facts.sha256)")
        for person in people {
            hash.update("\n\(person.name)")
            for sample in person.samples {
                hash.update("\n\(sample.picture) ")
                sample.chip.pixels.withUnsafeBytes { hash.update($0) }
            }
        }
        return hash.finish()
    }

    private func progress(_ share: Double, _ stage: String, _ steps: (done: Int, of: Int)? = nil) throws {
        try report(Progress(share: share, stage: stage, steps: steps))
    }

    /// - Throws: `NetsError`, `FaceError.learningCollapsed`, what `progress` throws.
    package func learn() throws -> Outcome {
        let start = if case .resumed = beginning { checkpoints?.start } else { nil as LearningCheckpoint? }
        var ledger = LearningLedger(checkpoints, origin: origin, from: start)
        func views(
            _ share: LearningSet.Share, _ name: String, by maker: @autoclosure () throws -> TemplateMaker, done: Double
        ) throws -> LearningViews {
            let kept = LearningViews(
                named: name, in: ledger.earlier, samples: share.samples.count, resolution: task.resolution)
            let views =
                try kept ?? LearningViews(share, by: maker(), task.resolution) { try progress(done, Stage.looking) }
            ledger.add(views.tensors(named: name))
            return views
        }
        let old = try TemplateMaker(network, threads: threads)
        let before = try views(set.judging, "judging", by: old, done: 0.01)
        var choosing = try views(set.choosing, "choosing", by: old, done: 0.03)
        var learned = try views(set.learning, "learning", by: old, done: 0.05)
        var raw = before
        let trust = PictureTrust(set.learning, learned.full)
        // Who chooses and judges is taken at their word: to leave out what the network takes for somebody else would favour it.
        let doubtful =
            trust.doubtful + PictureTrust(set.choosing, choosing.full).doubtful
            + PictureTrust(set.judging, before.full).doubtful
        var course = start?.record.course ?? Course(merit: Merit(choosing, set.choosing))

        let graph = task.depth == .head ? nil : try train(learned, trust, &course, &ledger)
        if let graph {
            let new = try TemplateMaker(network.with(graph), threads: threads)
            learned = try views(set.learning, "learning anew", by: new, done: 0.86)
            choosing = try views(set.choosing, "choosing anew", by: new, done: 0.88)
            raw = try views(set.judging, "judging anew", by: new, done: 0.9)
        }
        let head = try head(learned, choosing, trust, hasNetwork: graph != nil, &course, &ledger)
        let after = raw.mapped(by: head)
        try progress(0.94, "judging")
        return try judged(
            before: before, after: after, choosing: choosing.mapped(by: head), learned: learned.mapped(by: head),
            graph: graph, head: head, doubtful: doubtful, course)
    }

    private enum Stage {
        static let looking = "looking"
        static let learning = "learning"
    }

    /// Under which names checkpoints keep what changes.
    private enum Prefix {
        static let network = "network "
        static let bestNetwork = "best network "
        static let head = "head "
        static let bestHead = "best head "
    }

    // MARK: The network

    private func train(
        _ known: LearningViews, _ trust: PictureTrust, _ course: inout Course, _ ledger: inout LearningLedger
    ) throws -> Graph? {
        let start = task.depth == .new ? LoadedModel.untrained(seed: task.seed) : network
        let (people, strangers) = set.learning.places
        let training = try NetworkTraining(start, depth: task.depth, strangers: strangers.count, threads: threads)
        let steps = task.steps ?? task.depth.usualSteps
        var best: Graph?
        var bestMerit = task.depth == .new ? Merit.worst : course.merit
        var patience = Self.patience
        var first = 0
        let kept = training.network(of: ledger.earlier(under: Prefix.bestNetwork))
        switch ledger.stage {
        case .head(let stand)?:
            if stand.hasNetwork, let kept {
                ledger.add(training.parameters(of: kept), under: Prefix.bestNetwork)
                return kept
            }
            if !stand.hasNetwork { return nil }
            course.restart()
            ledger.pass()
        case .network(let stand)?:
            let isWhole = training.resume(ledger.earlier(under: Prefix.network), iteration: stand.iteration)
            if isWhole, !stand.hasBest || kept != nil {
                (first, bestMerit, patience) = (stand.step, stand.best, stand.patience)
                best = stand.hasBest ? kept : nil
            } else {
                course.restart()
            }
            ledger.pass()
        case nil: break
        }
        let chips = set.learning.samples.map { sample in
            task.resolution < FaceChip.side ? [sample.chip, sample.chip.reduced(to: task.resolution)] : [sample.chip]
        }
        let neighbours = known.primary.neighbours(of: people)
        for step in first..<max(first, steps) {
            if ledger.isDue {
                let stand = LearningCheckpoint.NetworkStand(
                    step: step, iteration: training.iteration, best: bestMerit, hasBest: best != nil,
                    patience: patience)
                try ledger.keep(
                    .network(stand), course,
                    [
                        Prefix.network: training.tensors,
                        Prefix.bestNetwork: best.map { training.parameters(of: $0) } ?? [:],
                    ])
            }
            try progress(0.05 + 0.8 * Double(step) / Double(steps), Stage.learning, (step, steps))
            let value = training.step(
                step, of: steps, views: chips, people: people, neighbours: neighbours,
                strangers: strangers, teacher: task.depth == .new ? nil : known.full, seed: task.seed,
                isPositive: trust.isPositive)
            course.losses.append(value.loss)
            course.steps += 1
            try value.check(after: step + 1)
            guard (step + 1) % Self.interval == 0 || step == steps - 1 else { continue }
            let now = training.now
            let system = try TemplateMaker(start.with(now), threads: threads)
            let merit = Merit(try LearningViews(set.choosing, by: system, task.resolution) {}, set.choosing)
            if merit.isBetter(than: bestMerit) {
                (best, bestMerit, patience) = (now, merit, Self.patience)
                course.bestStep = course.steps
            } else {
                patience -= 1
                if patience == 0 { break }
            }
        }
        course.merit = bestMerit
        if let best { ledger.add(training.parameters(of: best), under: Prefix.bestNetwork) }
        return best
    }

    /// Steps between two looks at those who choose.
    private static let interval = 20
    /// So many looks in a row without a better one end it.
    private static let patience = 4

    // MARK: The head

    /// The best of several, or none.
    private func head(
        _ learned: LearningViews, _ choosing: LearningViews, _ trust: PictureTrust, hasNetwork: Bool,
        _ course: inout Course, _ ledger: inout LearningLedger
    ) throws -> LearnedHead? {
        let (people, strangers) = set.learning.places
        let count = learned.full.count
        // Each sample counts once a view.
        let templates = learned.all
        let places = { (own: [Int]) in learned.views.indices.flatMap { view in own.map { $0 + view * count } } }
        let trusted = people.map { $0.filter { !trust.isDoubtful($0) } }.filter { $0.count > 1 }.map(places)
        guard trusted.count > 1 else { return nil }
        let steps = task.depth == .head ? task.steps ?? task.depth.usualSteps : LearningDepth.head.usualSteps
        let networkSteps = task.depth == .head ? 0 : course.steps
        var best: LearnedHead?
        var bestMerit = Merit(choosing, set.choosing)
        var stand: LearningCheckpoint.HeadStand?
        if case .head(let kept)? = ledger.stage {
            best = LearnedHead(tensors: ledger.earlier(under: Prefix.bestHead))
            if kept.hasNetwork == hasNetwork, kept.hasBest == (best != nil) {
                stand = kept
                bestMerit = kept.best
            } else {
                best = nil
            }
        }
        for trial in (stand?.trial ?? 0)..<Self.shrinkages.count {
            let start = LearnedHead(
                whitening: trusted.map { $0.map { templates[$0] } }, strangers: places(strangers).map { templates[$0] },
                shrinkage: Self.shrinkages[trial])
            let training = try HeadTraining(
                start, on: templates, people: trusted, strangers: places(strangers),
                recipe: .init(learningRate: Self.headRate, penalty: Self.headPenalty), seed: task.seed,
                threads: threads)
            var losses: [Double] = []
            if let stand,
                training.resume(ledger.earlier(under: Prefix.head), iteration: stand.iteration, stand.generator)
            {
                losses = stand.losses
            }
            stand = nil
            ledger.pass()
            while training.iteration < steps {
                if ledger.isDue {
                    let stand = LearningCheckpoint.HeadStand(
                        done: networkSteps + trial * steps + training.iteration, hasNetwork: hasNetwork, trial: trial,
                        iteration: training.iteration,
                        generator: training.generator, losses: losses, best: bestMerit, hasBest: best != nil)
                    try ledger.keep(
                        .head(stand), course,
                        [Prefix.head: training.tensors, Prefix.bestHead: best?.tensors ?? [:]])
                }
                let done = (Double(trial) + Double(training.iteration) / Double(steps)) / Double(Self.shrinkages.count)
                try progress(
                    task.depth == .head ? 0.1 + 0.8 * done : 0.9 + 0.04 * done, Stage.learning,
                    (trial * steps + training.iteration, steps * Self.shrinkages.count))
                let value = training.step(of: steps) { trust.isPositive($0 % count, $1 % count) }
                losses.append(value.loss)
                try value.check(after: training.iteration)
            }
            guard let trained = training.now else {
                throw FaceError.learningCollapsed(reason: "the head's numbers are not finite")
            }
            for candidate in [start, trained] {
                let merit = Merit(choosing.mapped(by: candidate), set.choosing)
                guard merit.isBetter(than: bestMerit) else { continue }
                (best, bestMerit) = (candidate, merit)
                if task.depth == .head {
                    course.losses = losses
                    course.steps = losses.count
                    course.bestStep = candidate == start ? 0 : losses.count
                }
            }
        }
        course.merit = bestMerit
        return best
    }

    private static let shrinkages = [0.3, 0.5, 0.8, 1]
    private static let headRate: Float = 1e-4
    private static let headPenalty: Float = 0.1
}
