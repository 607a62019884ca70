/// How learning goes.
struct Course: Codable, Equatable {
    /// Before any step.
    private let first: Merit
    var merit: Merit
    var losses: [Double] = []
    var steps = 0
    var bestStep = 0

    init(merit: Merit) {
        first = merit
        self.merit = merit
    }

    mutating func restart() { self = Course(merit: first) }
}

/// How good templates are, by those who choose.
struct Merit: Codable, Equatable {
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
    private var cost: Double { equalError + missed / 10 + 2 * (1 - fullAccuracy) }
}
