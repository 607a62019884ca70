import Foundation
import Nets
import Testing

@testable import Faces

@Suite struct TripletLossTests {
    /// Unit vectors in a plane, by their angles in degrees.
    private func circle(_ angles: [Double]) -> [Float] {
        angles.flatMap { [Float(cos($0 * .pi / 180)), Float(sin($0 * .pi / 180))] }
    }

    @Test func aTripletCostsWhatTheSeedSays() {
        // d²(A, P) = 2 − 2cos 30°, d²(A, N) = 2 − 2cos 40°: 0.268 − 0.468 + 0.3.
        let loss = TripletLoss(margin: 0.3)
        let value = loss.value(of: circle([0, 30, -40]), labels: [0, 0, 1]) { anchor, _ in anchor == 0 }
        #expect(abs(value.loss - (2 * (cos(40 * .pi / 180) - cos(30 * .pi / 180)) + 0.3)) < 1e-6)
        #expect(value.active == 1 && value.triplets == 1)
    }

    @Test func negativesThatAreNearerThanThePositiveAreNoSemiHardOnes() {
        let value = TripletLoss().value(of: circle([0, 30, 10]), labels: [0, 0, 1]) { anchor, _ in anchor == 0 }
        #expect(value.active == 0 && value.loss == 0)
        #expect(!value.gradient.contains { $0 != 0 })
    }

    @Test(arguments: TripletLoss.Mining.allCases) func theGradientIsThatOfTheLoss(_ mining: TripletLoss.Mining) {
        var generator = SeededGenerator(seed: 4)
        let count = 12
        let labels = (0..<count).map { $0 / 3 }
        var vectors = (0..<count * 5).map { _ in Float(generator.normal()) }
        vectors = TripletTrainer.normalised(vectors, 5).vectors
        let loss = TripletLoss(margin: 0.6, mining: mining)
        let value = loss.value(of: vectors, labels: labels)
        #expect(value.active > 0)
        var checked = 0
        for row in 0..<count {
            // Along the sphere, where vectors stay of length 1.
            let own = Array(vectors[row * 5..<row * 5 + 5])
            var way = (0..<5).map { _ in Float(generator.normal()) }
            let along = zip(way, own).reduce(0) { $0 + $1.0 * $1.1 }
            way = zip(way, own).map { $0 - along * $1 }
            func moved(_ step: Float) -> TripletLoss.Value {
                var moved = vectors
                for index in 0..<5 { moved[row * 5 + index] += step * way[index] }
                return loss.value(of: TripletTrainer.normalised(moved, 5).vectors, labels: labels)
            }
            let (more, less) = (moved(1e-3), moved(-1e-3))
            // Where a triplet becomes active on the way, the loss has a step.
            guard more.active == value.active, less.active == value.active else { continue }
            checked += 1
            let found = (0..<5).reduce(0.0) { $0 + Double(value.gradient[row * 5 + $1] * way[$1]) }
            let slope = (more.loss - less.loss) / 2e-3
            #expect(abs(slope - found) < 0.02 * max(1, abs(slope)), "\(mining), vector \(row)")
        }
        #expect(checked >= count / 3)
    }

    @Test func aTeacherDrawsVectorsToItsOwn() {
        // ‖(1, 0) − (0, 1)‖² = 2, ‖(0, 1) − (0, 1)‖² = 0: weight 3 in the mean of two.
        let vectors = circle([0, 90])
        var value = TripletLoss().value(of: vectors, labels: [0, 1])
        Teacher(vectors: circle([90, 90]), weight: 3).add(to: &value, of: vectors)
        #expect(abs(value.loss - 3) < 1e-6)
        // 2 · 3 / 2 · ((1, 0) − (0, 1)).
        for (found, wanted) in zip(value.gradient, [3, -3, 0, 0] as [Float]) { #expect(abs(found - wanted) < 1e-6) }
    }

    @Test func twoPicturesAtOnePlaceGiveNoNaN() {
        for mining in TripletLoss.Mining.allCases {
            let value = TripletLoss(mining: mining).value(of: circle([0, 0, 0, 0]), labels: [0, 0, 1, 1])
            #expect(!value.gradient.contains { !$0.isFinite })
            #expect(value.hasCollapsed)
        }
    }

    @Test func aPersonOfFewerPicturesGivesSomeTwice() {
        var generator = SeededGenerator(seed: 1)
        let batch = TripletBatch(
            people: [[0, 1], [2, 3, 4, 5, 6], [7, 8]], strangers: [9, 10], peopleCount: 3, samplesEach: 4,
            strangerCount: 2, &generator)
        #expect(batch.count == 14)
        for label in 0..<3 {
            let own = zip(batch.labels, batch.samples).filter { $0.0 == label }.map(\.1)
            #expect(own.count == 4 && Set(own).count >= 2)
        }
        #expect(Set(batch.labels).count == 5)
    }
}
