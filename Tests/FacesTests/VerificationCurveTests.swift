import Foundation
import Testing

@testable import Faces

struct VerificationCurveTests {
    private let curve = VerificationCurve(genuine: [0.4, 0.9, 0.8], impostors: [0.5, 0.3, 0.2, 0.1])

    /// Worked out by hand: (FAR, TAR) goes through (0, 1/3), (0, 2/3), (1/4, 2/3), (1/4, 1).
    @Test func figuresOfSevenPairs() {
        #expect(abs(curve.equalErrorRate - 0.25) < 1e-12)
        #expect(curve.equalErrorThreshold == 0.4)
        #expect(abs(curve.bestAccuracy - 0.875) < 1e-12 && curve.bestThreshold == 0.4)
        #expect(abs(curve.areaUnderCurve - 11.0 / 12) < 1e-12)
        #expect(abs(curve.acceptance(atFalseAcceptance: 0) - 2.0 / 3) < 1e-12)
        #expect(abs(curve.acceptance(atFalseAcceptance: 0.1) - 2.0 / 3) < 1e-12)
        #expect(curve.acceptance(atFalseAcceptance: 0.25) == 1)
        #expect(curve.point(atFalseAcceptance: 0.1).threshold == 0.8)
        #expect(curve.point(atThreshold: 0.45).falseAcceptance == 0.25)
        #expect(curve.point(atThreshold: 0.95).acceptance == 0)
    }

    /// A threshold takes all of the equal scores or none: between (0, 1/3) and (1/2, 1) there is only the chord.
    @Test func equalScoresAreTakenTogether() {
        let tied = VerificationCurve(genuine: [0.5, 0.7, 0.5], impostors: [0.1, 0.5])
        #expect(tied.steps.map(\.threshold) == [0.7, 0.5, 0.1])
        #expect(abs(tied.equalErrorRate - 2.0 / 7) < 1e-12)
        #expect(abs(tied.areaUnderCurve - 5.0 / 6) < 1e-12)
        #expect(abs(tied.acceptance(atFalseAcceptance: 0.49) - 1.0 / 3) < 1e-12)
    }

    @Test func whereTheHighestScoreIsAnImpostorsNothingIsAcceptedWithoutOne() {
        let curve = VerificationCurve(genuine: [0.5], impostors: [0.6, 0.4])
        #expect(curve.acceptance(atFalseAcceptance: 0.4) == 0)
        #expect(curve.point(atFalseAcceptance: 0).threshold > 0.6)
        #expect(abs(curve.equalErrorRate - 0.5) < 1e-12)
    }

    @Test func weightsCountPairsAsOftenAsTheySay() {
        let weighed = VerificationCurve(
            genuine: [0.9, 0.4], impostors: [0.5, 0.1], genuineWeights: [1, 3], impostorWeights: [2, 1])
        let repeated = VerificationCurve(genuine: [0.9, 0.4, 0.4, 0.4], impostors: [0.5, 0.5, 0.1])
        #expect(abs(weighed.acceptance(atFalseAcceptance: 0) - 0.25) < 1e-12)
        #expect(abs(weighed.equalErrorRate - repeated.equalErrorRate) < 1e-12)
        #expect(abs(weighed.areaUnderCurve - repeated.areaUnderCurve) < 1e-12)
    }

    @Test func separatedScoresMakeNoError() {
        let curve = VerificationCurve(genuine: [0.6, 0.7], impostors: [0.1, 0.2])
        #expect(curve.equalErrorRate == 0 && curve.bestAccuracy == 1 && curve.areaUnderCurve == 1)
    }

    @Test func aHistogramGivesTheSameWithinABin() {
        var generator = SystemRandomNumberGenerator()
        let genuine = (0..<500).map { _ in Float.random(in: 0.2...0.9, using: &generator) }
        let impostors = (0..<3000).map { _ in Float.random(in: -0.3...0.4, using: &generator) }
        var histogram = ScoreHistogram()
        for score in genuine { histogram.add(genuine: score) }
        for score in impostors { histogram.add(impostor: score) }
        let exact = VerificationCurve(genuine: genuine, impostors: impostors)
        let binned = VerificationCurve(histogram)
        #expect(abs(exact.equalErrorRate - binned.equalErrorRate) < 2e-3)
        #expect(abs(exact.areaUnderCurve - binned.areaUnderCurve) < 1e-3)
        #expect(binned.genuinePairs == 500 && binned.impostorPairs == 3000)
    }

    @Test func aDrawnCurveIsShortAndRises() {
        let many = VerificationCurve(
            genuine: (0..<5000).map { Float($0) / 5000 }, impostors: (0..<9000).map { Float($0) / 12000 })
        let points = many.points(count: 100)
        #expect(points.count <= 101 && points.count > 50)
        #expect(points.first?.acceptance == 0 && points.last?.falseAcceptance == 1)
        for (point, next) in zip(points, points.dropFirst()) {
            #expect(point.falseAcceptance <= next.falseAcceptance && point.acceptance <= next.acceptance)
        }
        #expect(curve.points().count == 8)
    }
}
