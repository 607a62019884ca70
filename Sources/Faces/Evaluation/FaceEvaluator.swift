import Foundation
import Gallery
import Wire

/// Measures how well cosines tell people apart whose names are known, as a report says it and a page draws it.
package struct FaceEvaluator {
    package let curve: VerificationCurve
    package let histogram: ScoreHistogram
    /// nil where the network's cosines were not calibrated.
    package let calibration: CalibrationMeasure?
    /// What the threshold is that a comparison of two pictures is decided by, and from where on somebody has to look.
    package let lines: DecisionLines
    private let templates: LabelledTemplates
    private let alike: [FaceEvaluation.Pair]
    private let unlike: [FaceEvaluation.Pair]

    /// TAR is measured at these FAR.
    package static let falseAcceptances = [1e-2, 1e-3, 1e-4]
    /// TPIR is measured at these FPIR.
    package static let falsePositives = [0.01, 0.1]
    /// Doddington's rule of 30: so many errors are needed to know their rate within 30 %.
    private static let errorsNeeded = 30.0
    /// Beyond so many pictures, people are not drawn anew: each draw looks at every pair.
    private static let mostBootstrapped = 3000
    private static let worstPairs = 10
    /// Pairs that are kept until each picture is shown only once.
    private static let keptPairs = 400

    /// Compares all pairs.
    ///
    /// Cost: a product of two templates a pair; 4.5 million pairs take a second.
    /// - Parameters:
    ///   - templates: as they are compared.
    ///   - unusable: pictures beside these of which there is no template.
    ///   - logistic: says how likely two are one person's instead of the calibration.
    ///   - lines: of a comparison of two pictures.
    /// - Throws: `FaceError.tooFewPeople` with fewer than two people of two pictures.
    package init(
        _ templates: LabelledTemplates, unusable: Int = 0, calibration: CosineCalibration?,
        logistic: LogisticHead? = nil,
        lines: DecisionLines
    ) throws(FaceError) {
        let seen = templates.people.count { !$0.templates.isEmpty }
        guard templates.comparable >= 2 else {
            throw .tooFewPeople(
                people: seen, comparable: templates.comparable, pictures: templates.pictureCount, unusable: unusable)
        }
        let rows = templates.rows
        let bounds = templates.bounds
        var histogram = ScoreHistogram()
        // Of what is told of pairs, in units of the most that ever is.
        var told = ScoreHistogram()
        let vectors = logistic == nil ? [] : templates.people.flatMap(\.templates)
        func ratio(_ left: Int, _ right: Int) -> Float? {
            logistic.map { Float($0.logRatio(vectors[left], vectors[right]) / FaceComparison.mostLogRatio) }
        }
        var alike = WorstPairs(count: Self.keptPairs, lowest: false)
        var unlike = WorstPairs(count: Self.keptPairs, lowest: true)
        for person in templates.people.indices {
            let own = bounds[person]..<bounds[person + 1]
            let weight = own.count >= 2 ? PairWeighing.people.genuine(pictures: own.count) : 0
            for left in own {
                for right in (left + 1)..<max(own.upperBound, left + 1) {
                    let cosine = rows.cosine(left, right)
                    histogram.add(genuine: cosine, weight: weight)
                    if let ratio = ratio(left, right) { told.add(genuine: ratio, weight: weight) }
                    unlike.add(left, right, cosine)
                }
            }
            for other in 0..<person {
                let others = bounds[other]..<bounds[other + 1]
                let weight = PairWeighing.people.impostor(pictures: own.count, others.count)
                for left in own {
                    for right in others {
                        let cosine = rows.cosine(left, right)
                        histogram.add(impostor: cosine, weight: weight)
                        if let ratio = ratio(left, right) { told.add(impostor: ratio, weight: weight) }
                        alike.add(left, right, cosine)
                    }
                }
            }
        }
        func named(_ pairs: WorstPairs) -> [FaceEvaluation.Pair] {
            pairs.distinct(Self.worstPairs).map { pair in
                let (first, second) = (templates.place(of: pair.left), templates.place(of: pair.right))
                return FaceEvaluation.Pair(
                    first: "\(first.person)/\(first.picture)", second: "\(second.person)/\(second.picture)",
                    cosine: pair.cosine.rounded4)
            }
        }
        self.templates = templates
        self.histogram = histogram
        self.lines = lines
        self.alike = named(alike)
        self.unlike = named(unlike)
        curve = VerificationCurve(histogram)
        self.calibration =
            logistic == nil
            ? calibration.map { CalibrationMeasure(histogram, by: $0) }
            : CalibrationMeasure(told, by: CosineCalibration(slope: FaceComparison.mostLogRatio, intercept: 0))
    }

    /// The whole, with people drawn anew for the intervals and split for the open set.
    ///
    /// - Parameter progress: told the share that is done, 0…1.
    /// - Throws: what `progress` throws.
    package func evaluation(
        unusable: [FaceEvaluation.Unusable] = [], models: [ModelFacts] = [], resolution: Int? = nil,
        progress: (Double) throws -> Void = { _ in }
    ) throws -> FaceEvaluation {
        try progress(0)
        let acceptable = Self.falseAcceptances.filter(isMeasurable)
        let measures: [VerificationMeasure] =
            [.equalErrorRate, .accuracy] + acceptable.map { .acceptance(atFalseAcceptance: $0) }
        let intervals =
            templates.pictureCount <= Self.mostBootstrapped
            ? BootstrapOverPeople().intervals(of: measures, PairScores(templates)) : nil
        try progress(0.7)
        func figure(_ measure: VerificationMeasure) -> FaceEvaluation.Figure {
            let interval = zip(measures, intervals ?? []).first { $0.0 == measure }?.1
            return FaceEvaluation.Figure(
                measure.value(of: curve).rounded6, low: interval?.low.rounded6, high: interval?.high.rounded6)
        }
        let inUse = curve.point(atThreshold: Float(lines.match))
        let verification = FaceEvaluation.Verification(
            genuinePairs: curve.genuinePairs, impostorPairs: curve.impostorPairs,
            equalErrorRate: figure(.equalErrorRate), accuracy: figure(.accuracy),
            bestThreshold: curve.bestThreshold.rounded4, areaUnderCurve: curve.areaUnderCurve.rounded6,
            acceptances: Self.falseAcceptances.map { share in
                let isMeasured = isMeasurable(share)
                return FaceEvaluation.Acceptance(
                    falseAcceptance: share,
                    acceptance: isMeasured ? figure(.acceptance(atFalseAcceptance: share)) : nil,
                    threshold: isMeasured ? curve.point(atFalseAcceptance: share).threshold.rounded4 : nil,
                    pairsNeeded: Self.pairsNeeded(share))
            },
            inUse: FaceEvaluation.InUse(
                threshold: lines.match.rounded4, falseAcceptance: inUse.falseAcceptance.rounded6,
                acceptance: inUse.acceptance.rounded6))
        var openSet: [FaceEvaluation.OpenSet] = []
        for (index, enrolling) in OpenSetCurve.Enrolled.allCases.enumerated() {
            if let curve = OpenSetCurve(templates, enrolling: enrolling) {
                openSet.append(FaceEvaluation.OpenSet(curve, enrolling: enrolling))
            }
            try progress(index == 0 ? 0.8 : 1)
        }
        return FaceEvaluation(
            people: templates.people.count { !$0.templates.isEmpty }, comparable: templates.comparable,
            pictures: templates.pictureCount, unusable: unusable, models: models, resolution: resolution,
            verification: verification, openSet: openSet,
            calibration: calibration.map(FaceEvaluation.Calibration.init), alike: alike, unlike: unlike)
    }

    private func isMeasurable(_ share: Double) -> Bool { curve.impostorPairs >= Self.pairsNeeded(share) }

    /// Fewest pairs of two people that tell of such a share.
    static func pairsNeeded(_ share: Double) -> Int { Int((errorsNeeded / share).rounded()) }
}

/// The lowest or highest cosines of all pairs, with the rows that they are of.
private struct WorstPairs {
    private let count: Int
    private let sign: Float
    /// At most twice `count`, the worst among them.
    private var pairs: [(left: Int, right: Int, key: Float)] = []
    /// Keys from here on are not among the worst.
    private var bound = Float.infinity

    init(count: Int, lowest: Bool) {
        self.count = count
        sign = lowest ? 1 : -1
    }

    mutating func add(_ left: Int, _ right: Int, _ cosine: Float) {
        let key = sign * cosine
        guard key < bound else { return }
        pairs.append((left, right, key))
        guard pairs.count >= 2 * count else { return }
        pairs.sort { $0.key < $1.key }
        pairs.removeSubrange(count...)
        bound = pairs[count - 1].key
    }

    /// So many of the worst, no row twice: one wrong picture has many bad pairs.
    func distinct(_ limit: Int) -> [(left: Int, right: Int, cosine: Float)] {
        var shown: Set<Int> = []
        var result: [(left: Int, right: Int, cosine: Float)] = []
        for pair in pairs.sorted(by: { ($0.key, $0.left, $0.right) < ($1.key, $1.left, $1.right) })
        where result.count < limit && !shown.contains(pair.left) && !shown.contains(pair.right) {
            shown.formUnion([pair.left, pair.right])
            result.append((pair.left, pair.right, sign * pair.key))
        }
        return result
    }
}

extension CalibrationMeasure {
    /// Of what is said of cosines, within a million to one; pairs of either kind are as frequent.
    package init(_ histogram: ScoreHistogram, by calibration: CosineCalibration) {
        // A histogram's weights sum to people; the intervals need pairs.
        let genuine = Double(histogram.genuinePairs) / histogram.genuine.reduce(0, +)
        let impostors = Double(histogram.impostorPairs) / histogram.impostors.reduce(0, +)
        let entries = histogram.genuine.indices.compactMap { bin -> Entry? in
            guard histogram.genuine[bin] > 0 || histogram.impostors[bin] > 0 else { return nil }
            let ratio = calibration.logRatio(Double(histogram.score(of: bin)))
            return Entry(
                probability: FaceComparison.probability(logRatio: ratio), genuine: histogram.genuine[bin] * genuine,
                impostors: histogram.impostors[bin] * impostors)
        }
        self.init(entries, prior: 0.5)
    }
}

extension FaceEvaluation.Calibration {
    fileprivate init(_ measure: CalibrationMeasure) {
        self.init(
            expectedError: measure.expectedError.rounded6, brier: measure.brier.rounded6,
            logLoss: measure.logLoss.rounded6, logRatioCost: measure.logRatioCost.rounded6,
            leastLogRatioCost: measure.leastLogRatioCost.rounded6)
    }
}

extension FaceEvaluation.OpenSet {
    fileprivate init(_ curve: OpenSetCurve, enrolling: Enrolled) {
        self.init(
            enrolling: enrolling, people: curve.enrolled, strangers: curve.strangers,
            templates: (curve.templates * 10).rounded() / 10, splits: curve.splits,
            rates: FaceEvaluator.falsePositives.map { share in
                let rate = curve.rate(falsePositives: share)
                return FaceEvaluation.Identified(
                    falsePositives: share, identified: rate?.identified.rounded6, deviation: rate?.deviation.rounded6,
                    threshold: rate?.threshold.rounded4)
            })
    }
}
