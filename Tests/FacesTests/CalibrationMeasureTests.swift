import Foundation
import Testing

@testable import Faces

struct CalibrationMeasureTests {
    private let probabilities = [0.8, 0.3, 0.8, 0.3]
    private let truths = [true, false, false, false]

    /// Worked out by hand.
    @Test func figuresOfFourPairs() {
        let measure = CalibrationMeasure(probabilities: probabilities, truths: truths)
        #expect(abs(measure.brier - 0.215) < 1e-12)
        #expect(abs(measure.logLoss + (log(0.8) + log(0.2) + 2 * log(0.7)) / 4) < 1e-12)
        #expect(measure.bins.count == 1)
        #expect(abs(measure.bins[0].confidence - 0.55) < 1e-12 && measure.bins[0].share == 0.25)
        #expect(abs(measure.expectedError - 0.3) < 1e-12)
        // A quarter are of one person: likelihood ratios 4 ÷ 1/3 = 12 and 3/7 ÷ 1/3 = 9/7.
        let cost = (log2(13.0 / 12) + (log2(13.0) + 2 * log2(1 + 9.0 / 7)) / 3) / 2
        #expect(abs(measure.logRatioCost - cost) < 1e-12)
        // The best ratios are 3 for the two above, and 0.
        #expect(abs(measure.leastLogRatioCost - (log2(4.0 / 3) + log2(4.0) / 3) / 2) < 1e-12)
    }

    @Test func aPriorWeighsThePairs() {
        let measure = CalibrationMeasure(probabilities: probabilities, truths: truths, prior: 0.5)
        #expect(abs(measure.bins[0].share - 0.5) < 1e-12)
        #expect(abs(measure.expectedError - (0.4 + 1.4 / 6 - 0.5)) < 1e-12)
        #expect(abs(measure.logRatioCost - (log2(1.25) + (log2(5.0) + 2 * log2(10.0 / 7)) / 3) / 2) < 1e-12)
    }

    @Test func binsHaveFiftyPairsAtLeastAndEqualMass() {
        let even = (0..<200).map { (Double($0) + 0.5) / 200 }
        let measure = CalibrationMeasure(probabilities: even, truths: even.indices.map { $0.isMultiple(of: 2) })
        #expect(measure.bins.map(\.pairs) == [50, 50, 50, 50])
        #expect(measure.bins.allSatisfy { abs($0.share - 0.5) < 1e-9 && $0.low < 0.5 && $0.high > 0.5 })
        #expect(abs(measure.expectedError - (0.375 + 0.125 + 0.125 + 0.375) / 4) < 1e-9)
        let many = CalibrationMeasure(
            probabilities: (0..<6000).map { Double($0 % 1000) / 1000 }, truths: (0..<6000).map { $0 % 1000 >= 500 })
        #expect(many.bins.count == 15)
    }

    @Test func oneProbabilityOfHalfOfThePairsIsABinOfItsOwn() {
        let measure = CalibrationMeasure(
            probabilities: [Double](repeating: 0, count: 500) + (0..<500).map { 0.5 + Double($0) / 1000 },
            truths: (0..<1000).map { $0 >= 500 })
        #expect(measure.bins.first?.pairs == 500 && measure.bins.count > 5)
        #expect(measure.bins.dropFirst().allSatisfy { $0.pairs >= 50 })
        #expect(measure.leastLogRatioCost == 0)
    }

    @Test func certaintyThatIsWrongCostsMuchButNotWithoutBound() {
        let measure = CalibrationMeasure(probabilities: [1, 0], truths: [false, true])
        #expect(measure.brier == 1 && measure.logRatioCost > 30 && measure.logRatioCost.isFinite)
        #expect(abs(measure.leastLogRatioCost - 1) < 1e-12)
    }

    /// Against the interval of 5 in 10 that tables give.
    @Test func wilsonsInterval() {
        let (low, high) = CalibrationMeasure.wilson(0.5, count: 10)
        #expect(abs(low - 0.2366) < 1e-4 && abs(high - 0.7634) < 1e-4)
        #expect(CalibrationMeasure.wilson(0, count: 10).low == 0)
    }
}
