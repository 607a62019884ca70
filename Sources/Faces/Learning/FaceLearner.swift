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

    private let network: LoadedModel
    private let task: Task
    private let threads: ThreadPool
    /// Told how much is done, 0…1, and of what; may throw.
    private let progress: (Double, String) throws -> Void
    private let set: LearningSet

    /// - Parameters:
    ///   - network: what makes the templates now.
    ///   - unusable: pictures beside these.
    /// - Throws: `FaceError.tooFewPeopleToLearn`.
    package init(
        _ network: LoadedModel, task: Task, people: [(name: String, samples: [(picture: String, chip: FaceChip)])],
        unusable: Int, threads: ThreadPool, progress: @escaping (Double, String) throws -> Void
    ) throws(FaceError) {
        self.network = network
        self.task = task
        self.threads = threads
        self.progress = progress
        set = try LearningSet(
            people.map { person in
                LearningSet.Person(
                    name: person.name, samples: person.samples.map { .init(picture: $0.picture, chip: $0.chip) })
            }, seed: task.seed, unusable: unusable)
    }

    /// - Throws: `NetsError`, `FaceError.learningCollapsed`, what `progress` throws.
    package func learn() throws -> Outcome {
        func views(_ share: LearningSet.Share, by maker: TemplateMaker, done: Double) throws -> LearningViews {
            try LearningViews(share, by: maker, task.resolution) { try progress(done, "looking") }
        }
        let old = try TemplateMaker(network, threads: threads)
        let before = try views(set.judging, by: old, done: 0.01)
        var choosing = try views(set.choosing, by: old, done: 0.03)
        var learned = try views(set.learning, by: old, done: 0.05)
        var raw = before
        let trust = PictureTrust(set.learning, learned.full)
        var course = Course(merit: Merit(choosing, set.choosing))

        let graph = task.depth == .head ? nil : try train(learned, trust, &course)
        if let graph {
            let new = try TemplateMaker(network.with(graph), threads: threads)
            learned = try views(set.learning, by: new, done: 0.86)
            choosing = try views(set.choosing, by: new, done: 0.88)
            raw = try views(set.judging, by: new, done: 0.9)
        }
        let head = try head(learned, choosing, trust, &course)
        let after = raw.mapped(by: head)
        try progress(0.94, "judging")
        return try judged(
            before: before, after: after, choosing: choosing.mapped(by: head), learned: learned.mapped(by: head),
            graph: graph, head: head, trust: trust, course)
    }

    // MARK: The network

    private func train(
        _ known: LearningViews, _ trust: PictureTrust, _ course: inout Course
    ) throws -> Graph? {
        let start = task.depth == .new ? LoadedModel.untrained(seed: task.seed) : network
        let training = try NetworkTraining(start, depth: task.depth, threads: threads)
        let steps = task.steps ?? task.depth.usualSteps
        let chips = set.learning.samples.map { sample in
            task.resolution < FaceChip.side ? [sample.chip, sample.chip.reduced(to: task.resolution)] : [sample.chip]
        }
        let people = set.learning.places.people
        let neighbours = known.primary.neighbours(of: people)
        var best: Graph?
        var bestMerit = task.depth == .new ? Merit.worst : course.merit
        var patience = Self.patience
        for step in 0..<steps {
            try progress(0.05 + 0.8 * Double(step) / Double(steps), "learning")
            let value = training.step(
                step, of: steps, views: chips, people: people, neighbours: neighbours,
                seed: task.seed, isPositive: trust.isPositive)
            course.losses.append(value.loss)
            course.steps += 1
            guard !value.hasCollapsed, value.loss.isFinite else {
                throw FaceError.learningCollapsed(reason: "all faces had become alike after \(step + 1) steps")
            }
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
        return best
    }

    /// Steps between two looks at those who choose.
    private static let interval = 20
    /// So many looks in a row without a better one end it.
    private static let patience = 4

    // MARK: The head

    /// The best of several, or none.
    private func head(
        _ learned: LearningViews, _ choosing: LearningViews, _ trust: PictureTrust, _ course: inout Course
    ) throws -> LearnedHead? {
        let (people, strangers) = set.learning.places
        let count = learned.full.count
        // Each sample counts once a view.
        let templates = learned.all
        let places = { (own: [Int]) in learned.views.indices.flatMap { view in own.map { $0 + view * count } } }
        let trusted = people.map { $0.filter { !trust.isDoubtful($0) } }.filter { $0.count > 1 }.map(places)
        guard trusted.count > 1 else { return nil }
        var best: LearnedHead?
        var bestMerit = Merit(choosing, set.choosing)
        for (index, shrinkage) in Self.shrinkages.enumerated() {
            let start = LearnedHead(
                whitening: trusted.map { $0.map { templates[$0] } }, strangers: places(strangers).map { templates[$0] },
                shrinkage: shrinkage)
            var losses: [Double] = []
            let steps = task.depth == .head ? task.steps ?? task.depth.usualSteps : LearningDepth.head.usualSteps
            let trained = try start.trained(
                on: templates, people: trusted, strangers: places(strangers), steps: steps,
                recipe: .init(learningRate: Self.headRate, penalty: Self.headPenalty), seed: task.seed,
                threads: threads, isPositive: { trust.isPositive($0 % count, $1 % count) },
                progress: { step, value in
                    losses.append(value.loss)
                    guard !value.hasCollapsed, value.loss.isFinite else {
                        throw FaceError.learningCollapsed(reason: "all faces had become alike after \(step + 1) steps")
                    }
                    let done = (Double(index) + Double(step) / Double(steps)) / Double(Self.shrinkages.count)
                    try progress((task.depth == .head ? 0.1 + 0.8 * done : 0.9 + 0.04 * done), "learning")
                })
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

    // MARK: The judgement

    private func judged(
        before: LearningViews, after: LearningViews, choosing: LearningViews, learned: LearningViews, graph: Graph?,
        head: LearnedHead?, trust: PictureTrust,
        _ course: Course
    ) throws -> Outcome {
        let share = set.judging
        let isSmall = task.resolution < FaceChip.side
        var figures: [LearningResult.Figure] = []
        func compare(
            _ view: KeyPath<LearningViews, [[Float]]>, _ resolution: Int, _ measures: [(String, VerificationMeasure)]
        ) {
            let scores = (
                PairScores(share.labelled(before[keyPath: view])), PairScores(share.labelled(after[keyPath: view]))
            )
            let curves = (scores.0.curve(), scores.1.curve())
            let spans = BootstrapOverPeople(seed: task.seed).differences(
                of: measures.map(\.1), from: scores.0, to: scores.1)
            for ((name, measure), span) in zip(measures, spans) {
                figures.append(
                    .init(
                        measure: name, resolution: resolution, before: measure.value(of: curves.0),
                        after: measure.value(of: curves.1), low: span.low, high: span.high))
            }
        }
        let measures: [(String, VerificationMeasure)] = [
            (Self.equalErrorRate, .equalErrorRate), (Self.accuracy, .accuracy),
            ("acceptance at FAR 0.001", .acceptance(atFalseAcceptance: 1e-3)),
        ]
        compare(\.primary, task.resolution, measures)
        if isSmall { compare(\.full, FaceChip.side, measures) }
        let gain = figures.first { $0.measure == Self.equalErrorRate && $0.resolution == task.resolution }!
        let full = figures.first { $0.measure == Self.accuracy && $0.resolution == FaceChip.side }!
        let loss = full.before - full.after
        let isBetter = gain.high < 0 && (graph != nil || head != nil)
        let accepted = isBetter && loss <= Self.bearableLoss
        let calibration = Self.calibration(set.choosing.labelled(choosing.primary))
        let logistic = logistic(learned: learned, choosing: choosing, judging: after, calibration)
        let recognition = Recognition(
            head: head, tail: Self.tail([(set.choosing, choosing.primary), (share, after.primary)]),
            calibration: calibration, logistic: logistic?.verdict.accepted == true ? logistic?.head : nil)
        return Outcome(
            accepted: accepted,
            why: graph == nil && head == nil
                ? "Nothing that was learned did better on the people who choose: the old stays."
                : Self.sentence(gain, people: share.people.count, isBetter: isBetter, loss: loss),
            figures: figures, logistic: logistic?.verdict, doubtful: trust.doubtful,
            steps: course.steps, bestStep: course.bestStep, losses: course.losses,
            people: (set.learning.people.count, set.choosing.people.count, share.people.count),
            strangers: set.learning.strangers.count + set.choosing.strangers.count + share.strangers.count,
            graph: graph, pixels: task.depth == .new ? .centredRGB : network.pixels, recognition: recognition,
            judged: (share.labelled(before.primary), share.labelled(after.primary)))
    }

    /// What the judgement rests on.
    private static func sentence(
        _ gain: LearningResult.Figure, people: Int, isBetter: Bool, loss: Double
    ) -> String {
        func percent(_ value: Double) -> String { String(format: "%.2f", value * 100) }
        let change = """
            the equal error rate of \(people) people never seen went from \(percent(gain.before)) to \(percent(gain.after)) % \
            (95 % interval of the difference: \(percent(gain.low)) to \(percent(gain.high)) points)
            """
        if !isBetter { return "Not proven: \(change): the old stays." }
        if loss <= bearableLoss { return "Proven: \(change)." }
        return """
            Refused: \(change), but accuracy on faces at full size falls by \(percent(loss)) points, and \(percent(bearableLoss)) are \
            the most: the old stays.
            """
    }

    private static let equalErrorRate = "equal error rate"
    private static let accuracy = "accuracy"
    /// So much accuracy at full size may go for what is gained.
    private static let bearableLoss = 0.001

    private static func calibration(_ templates: LabelledTemplates) -> CosineCalibration {
        let pairs = LogisticPairs(templates)
        let fit = PlattFit(pairs.pairs.map { (Double(cosineOfUnits($0.left, $0.right)), $0.isOnePerson, $0.weight) })
        return CosineCalibration(slope: fit.slope, intercept: fit.intercept)
    }

    private static func tail(_ shares: [(LearningSet.Share, [[Float]])]) -> ImpostorTail? {
        var scores: [Double] = []
        var people = 0
        for (share, templates) in shares {
            let labelled = share.labelled(templates)
            scores += PairScores(labelled).impostors.map { Double($0) }
            people += labelled.people.count
        }
        return ImpostorTail(fitting: scores, strangers: people)
    }

    private func logistic(
        learned: LearningViews, choosing: LearningViews, judging: LearningViews, _ calibration: CosineCalibration
    ) -> (head: LogisticHead, verdict: LearningResult.Logistic)? {
        let pairs = LogisticPairs(set.learning.labelled(learned.primary), most: 20_000, seed: task.seed)
        let checking = LogisticPairs(set.choosing.labelled(choosing.primary))
        guard !pairs.pairs.isEmpty, !checking.pairs.isEmpty else { return nil }
        var best: (head: LogisticHead, loss: Double)?
        for difference in LogisticHead.Difference.allCases {
            for penalty in [0.001, 0.01, 0.1, 1] {
                var head = LogisticHead(difference, learning: pairs.pairs, penalty: penalty)
                head.calibrate(on: checking.pairs)
                let loss = checking.loss { head.logRatio($0, $1) }
                if loss < best?.loss ?? .infinity { best = (head, loss) }
            }
        }
        guard let head = best?.head else { return nil }
        let judges = LogisticPairs(set.judging.labelled(judging.primary))
        let before = judges.losses { calibration.logRatio(Double(cosineOfUnits($0, $1))) }
        let after = judges.losses { head.logRatio($0, $1) }
        let span = judges.interval(of: zip(after, before).map { $0 - $1 }, seed: task.seed)
        let measure = CalibrationMeasure(
            judges.pairs.map { pair in
                .init(
                    probability: 1 / (1 + exp(-head.logRatio(pair.left, pair.right))),
                    genuine: pair.isOnePerson ? pair.weight : 0, impostors: pair.isOnePerson ? 0 : pair.weight)
            }, prior: 0.5)
        return (
            head,
            LearningResult.Logistic(
                accepted: span.high < 0, logLossBefore: judges.mean(before), logLossAfter: judges.mean(after),
                low: span.low, high: span.high, expectedCalibrationError: measure.expectedError, brier: measure.brier)
        )
    }
}

/// How it goes.
private struct Course {
    var merit: Merit
    var losses: [Double] = []
    var steps = 0
    var bestStep = 0
}

/// How good templates are, by those who choose.
private struct Merit {
    /// Of faces at the resolution that it is learned for, and at full size.
    let equalError: Double
    let missed: Double
    let fullAccuracy: Double

    static let worst = Merit(equalError: 1, missed: 1, fullAccuracy: 0)

    private init(equalError: Double, missed: Double, fullAccuracy: Double) {
        self.equalError = equalError
        self.missed = missed
        self.fullAccuracy = fullAccuracy
    }

    init(_ views: LearningViews, _ share: LearningSet.Share) {
        let curve = PairScores(share.labelled(views.primary)).curve()
        equalError = curve.equalErrorRate
        missed = 1 - curve.acceptance(atFalseAcceptance: 1e-3)
        fullAccuracy =
            views.views.count == 1 ? curve.bestAccuracy : PairScores(share.labelled(views.full)).curve().bestAccuracy
    }

    /// Half a point of accuracy at full size is much on few people; the judges look closer.
    private static let bearableLoss = 0.005

    func isBetter(than other: Merit) -> Bool {
        cost < other.cost && fullAccuracy >= other.fullAccuracy - Self.bearableLoss
    }

    /// Errors at full size weigh more, as there are far fewer of them.
    private var cost: Double { equalError + missed / 10 + 5 * (1 - fullAccuracy) }
}
