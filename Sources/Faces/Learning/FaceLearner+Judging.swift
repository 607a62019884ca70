import Foundation
import Gallery
import ModelFiles
import Nets
import Wire

/// Whether what was learned is better on people whom nothing has seen.
extension FaceLearner {
    private var resumedFrom: Int? { if case .resumed(let step) = beginning { step } else { nil } }

    func judged(
        before: LearningViews, after: LearningViews, choosing: LearningViews, learned: LearningViews, graph: Graph?,
        head: LearnedHead?, doubtful: [LearningResult.Doubtful],
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
        var measures: [(String, VerificationMeasure)] = [
            (Self.equalErrorRate, .equalErrorRate), (Self.accuracy, .accuracy),
        ]
        // What so few pairs cannot tell is not told.
        if PairScores(share.labelled(before.primary)).curve().impostorPairs >= FaceEvaluator.pairsNeeded(1e-3) {
            measures.append(("acceptance at FAR 0.001", .acceptance(atFalseAcceptance: 1e-3)))
        }
        compare(\.primary, task.resolution, measures)
        if isSmall { compare(\.full, FaceChip.side, measures) }
        let gain = figures.first { $0.measure == Self.equalErrorRate && $0.resolution == task.resolution }!
        let full = figures.first { $0.measure == Self.accuracy && $0.resolution == FaceChip.side }!
        let loss = full.before - full.after
        let isBetter = gain.high < 0 && (graph != nil || head != nil)
        let accepted = isBetter && loss <= Self.bearableLoss
        let checking = LogisticPairs(set.choosing.labelled(choosing.primary))
        let calibration = checking.calibration
        let logistic = logistic(learned: learned, checking: checking, judging: after, calibration)
        let recognition = Recognition(
            head: head, tail: Self.tail([(set.choosing, choosing.primary), (share, after.primary)]),
            calibration: calibration, logistic: logistic?.verdict.accepted == true ? logistic?.head : nil)
        return Outcome(
            accepted: accepted,
            why: graph == nil && head == nil
                ? "Nothing that was learned did better on the people who choose: the old stays."
                : Self.sentence(gain, people: share.people.count, isBetter: isBetter, loss: loss),
            figures: figures, logistic: logistic?.verdict, doubtful: doubtful,
            steps: course.steps, bestStep: course.bestStep, resumedFrom: resumedFrom, losses: course.losses,
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
        learned: LearningViews, checking: LogisticPairs, judging: LearningViews, _ calibration: CosineCalibration
    ) -> (head: LogisticHead, verdict: LearningResult.Logistic)? {
        let pairs = LogisticPairs(set.learning.labelled(learned.primary), most: 20_000, seed: task.seed)
        guard !pairs.pairs.isEmpty, !checking.pairs.isEmpty else { return nil }
        var best: (head: LogisticHead, loss: Double)?
        for difference in LogisticHead.Difference.allCases {
            for penalty in [0.001, 0.01, 0.1, 1] {
                var head = LogisticHead(difference, learning: pairs.pairs, penalty: penalty)
                head.calibrate(on: checking.pairs)
                let loss = checking.mean(checking.losses { head.logRatio($0.left, $0.right) })
                if loss < best?.loss ?? .infinity { best = (head, loss) }
            }
        }
        guard let head = best?.head else { return nil }
        let judges = LogisticPairs(set.judging.labelled(judging.primary))
        let before = judges.losses { calibration.logRatio(Double($0.cosine)) }
        let after = judges.losses { head.logRatio($0.left, $0.right) }
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
