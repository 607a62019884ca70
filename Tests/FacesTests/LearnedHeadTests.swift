import Foundation
import Gallery
import Nets
import Testing

@testable import Faces

@Suite struct LearnedHeadTests {
    /// Unit vectors of people who differ in some numbers, with noise that is strong in the others, all about one mean.
    private func population(_ people: Int, _ each: Int, seed: UInt64) -> [[[Float]]] {
        var generator = SeededGenerator(seed: seed)
        return (0..<people).map { _ in
            let own = (0..<16).map { $0 < 8 ? generator.normal() : 0 }
            return (0..<each).map { _ in
                let raw = (0..<16).map { Float((3.0 + own[$0]) + generator.normal() * ($0 < 8 ? 0.3 : 2.5)) }
                return TripletTrainer.normalised(raw, 16).vectors
            }
        }
    }

    private func equalError(_ people: [[[Float]]], through head: LearnedHead?) -> Double {
        let labelled = LabelledTemplates(
            people: people.enumerated().map { index, templates in
                .init(
                    name: "\(index)", templates: head.map { templates.map($0.applied) } ?? templates,
                    pictures: templates.indices.map { "\($0)" })
            })
        return PairScores(labelled).curve().equalErrorRate
    }

    @Test func whiteningFindsWhatPeopleDifferIn() {
        let head = LearnedHead(whitening: population(60, 5, seed: 1), strangers: [], shrinkage: 0.1)
        let others = population(40, 5, seed: 2)
        let (before, after) = (equalError(others, through: nil), equalError(others, through: head))
        #expect(after < before / 2, "\(before) before, \(after) after")
    }

    @Test func tripletsDoToo() throws {
        let known = population(60, 5, seed: 1)
        let templates = known.flatMap(\.self)
        let places = known.indices.map { Array($0 * 5..<$0 * 5 + 5) }
        var losses: [Double] = []
        let training = try HeadTraining(
            LearnedHead(identity: 16), on: templates, people: places, strangers: [],
            recipe: .init(learningRate: 1e-2, penalty: 1e-4), seed: 3, threads: ThreadPool(threads: 1))
        for _ in 0..<200 { losses.append(training.step(of: 200, isPositive: { $0 != $1 }).loss) }
        let head = try #require(training.now)
        let others = population(40, 5, seed: 2)
        let (before, after) = (equalError(others, through: nil), equalError(others, through: head))
        #expect(after < before * 0.8, "\(before) before, \(after) after")
    }

    @Test func theIdentityChangesNothing() {
        let template = population(1, 1, seed: 5)[0][0]
        let mapped = LearnedHead(identity: 16).applied(to: template)
        #expect(zip(mapped, template).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    @Test func aHeadOfTheWrongSizeIsNone() {
        #expect(LearnedHead(matrix: [1, 2, 3], offset: [1, 2]) == nil)
        #expect(LearnedHead(matrix: [1, 2, 3, .nan], offset: [1, 2]) == nil)
    }
}

@Suite struct LogisticHeadTests {
    /// Pairs that differ by noise in the first half of their numbers, and by who they are in the other.
    private func pairs(_ count: Int, seed: UInt64) -> [LogisticHead.Pair] {
        var generator = SeededGenerator(seed: seed)
        func vector(_ person: [Double]) -> [Float] {
            (0..<8).map { Float($0 < 4 ? generator.normal() : person[$0] + generator.normal() * 0.2) }
        }
        func person() -> [Double] { (0..<8).map { _ in generator.normal() } }
        return (0..<count).map { index in
            let first = person()
            let isOnePerson = index.isMultiple(of: 2)
            return .init(
                left: vector(first), right: vector(isOnePerson ? first : person()), isOnePerson: isOnePerson,
                weight: 2 / Double(count))
        }
    }

    private func loss(_ head: LogisticHead, _ pairs: [LogisticHead.Pair]) -> Double {
        pairs.reduce(0) { sum, pair in
            let score = head.logRatio(pair.left, pair.right)
            return sum + pair.weight * PlattFit.cost(pair.isOnePerson ? score : -score)
        }
    }

    @Test(arguments: LogisticHead.Difference.allCases)
    func whatOnlyMakesNoiseLosesItsWeight(_ difference: LogisticHead.Difference) {
        let known = pairs(600, seed: 1)
        var head = LogisticHead(difference, learning: known, penalty: 1e-4)
        let equal = LogisticHead(difference, learning: known, penalty: 1e6)
        head.calibrate(on: pairs(400, seed: 2))
        #expect(head.weights.allSatisfy { $0 >= 0 })
        let noise = head.weights[..<4].reduce(0, +)
        #expect(noise < head.weights[4...].reduce(0, +) / 3)
        let others = pairs(400, seed: 3)
        #expect(loss(head, others) < loss(equal, others))
    }

    @Test func aCurveIsFoundAgain() {
        var generator = SeededGenerator(seed: 9)
        let scores = (0..<4000).map { _ in
            let score = generator.normal() * 0.2 + 0.3
            let probability = 1 / (1 + exp(-(12 * score - 3)))
            return (score: score, isOnePerson: generator.uniform() < probability, weight: 1.0)
        }
        let fit = PlattFit(scores)
        #expect(abs(fit.slope - 12) < 1 && abs(fit.intercept + 3) < 0.4, "\(fit)")
    }
}
