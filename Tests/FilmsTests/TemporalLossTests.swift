import Films
import Nets
import Pictures
import Testing

@Suite struct TemporalLossTests {
    private let size = PixelSize(width: 7, height: 5)

    @Test func gradientIsThatOfFiniteDifferences() {
        let loss = TemporalLoss(
            size: size, warped: SeededGenerator.values(105, seed: 1),
            weights: SeededGenerator.values(35, seed: 2), strength: 250)
        var x = SeededGenerator.values(105, seed: 3)
        var gradient = [Float](repeating: 2, count: 105)
        _ = loss.value(x, addingGradientTo: &gradient)
        var unused = gradient
        let step: Float = 1e-2
        for index in x.indices {
            let kept = x[index]
            x[index] = kept + step
            let above = loss.value(x, addingGradientTo: &unused)
            x[index] = kept - step
            let below = loss.value(x, addingGradientTo: &unused)
            x[index] = kept
            let expected = (above - below) / Double(2 * step)
            #expect(abs(Double(gradient[index] - 2) - expected) < 1e-3 * max(1, abs(expected)), "\(index)")
        }
    }

    /// γ/(3HW) · Σ c(x − w)², by hand: half the pixels weigh 1, all differ by 0.2.
    @Test func valueIsTheWeightedMean() {
        let weights = (0..<35).map { Float($0 % 2) }
        let loss = TemporalLoss(
            size: size, warped: [Float](repeating: 0.5, count: 105), weights: weights, strength: 10)
        var gradient = [Float](repeating: 0, count: 105)
        let value = loss.value([Float](repeating: 0.7, count: 105), addingGradientTo: &gradient)
        #expect(abs(value - 10 * 17.0 / 35 * 0.04) < 1e-6)
        #expect(gradient[0] == 0 && abs(gradient[3] - 2 * 10 * 0.2 / 105) < 1e-6)
    }

    /// Each pixel is pulled by the nearest frames only, and by no more than 1 in all where weights are 0 or 1.
    @Test func longTermWeightsLeaveWhatNearerFramesHave() {
        let reduced = LongTermWeights.reduced([[1, 0, 0.25, 0], [1, 1, 0.5, 0], [1, 1, 1, 1]])
        #expect(reduced == [[1, 0, 0.25, 0], [0, 1, 0.25, 0], [0, 0, 0.25, 1]])
        #expect(LongTermWeights.reduced([]).isEmpty)
    }
}
