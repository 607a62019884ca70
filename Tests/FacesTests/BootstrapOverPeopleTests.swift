import Nets
import Testing
import Wire

@testable import Faces

struct BootstrapOverPeopleTests {
    /// People in 32 dimensions, whose pictures differ by so much noise.
    private func crowd(people: Int, pictures: Int, noise: Double) throws -> LabelledTemplates {
        var generator = SeededGenerator(seed: 7)
        let model = TemplateModel(name: "test", sha256: String(repeating: "a", count: 64))
        return LabelledTemplates(
            people: try (0..<people).map { person in
                let centre = (0..<32).map { _ in generator.normal() }
                return LabelledTemplates.Person(
                    name: "p\(person)",
                    photographs: try (0..<pictures).map { picture in
                        let features = centre.map { Float($0 + noise * generator.normal()) }
                        return ("\(picture).jpg", try #require(Template(normalising: features, model: model)))
                    })
            })
    }

    @Test func aSystemIsNoBetterThanItself() throws {
        let scores = PairScores(try crowd(people: 10, pictures: 3, noise: 1.5))
        let bootstrap = BootstrapOverPeople(resamples: 50)
        for interval in bootstrap.differences(of: [.equalErrorRate, .accuracy], from: scores, to: scores) {
            #expect(interval == .init(value: 0, low: 0, high: 0))
        }
    }

    @Test func lessNoiseIsBetterBeyondDoubt() throws {
        let before = PairScores(try crowd(people: 30, pictures: 4, noise: 1.6))
        let after = PairScores(try crowd(people: 30, pictures: 4, noise: 0.8))
        let measures: [VerificationMeasure] = [.equalErrorRate, .acceptance(atFalseAcceptance: 0.01), .areaUnderCurve]
        let differences = BootstrapOverPeople(resamples: 200).differences(of: measures, from: before, to: after)
        #expect(differences[0].high < 0 && differences[1].low > 0 && differences[2].low > 0)
        for interval in differences { #expect(interval.low <= interval.value && interval.value <= interval.high) }
    }

    @Test func theFigureOfThePeopleAsTheyAreIsThatOfTheirCurve() throws {
        for weighing in [PairWeighing.people, .pairs] {
            let scores = PairScores(try crowd(people: 20, pictures: 4, noise: 1.4))
            let curve = scores.curve(weighing: weighing)
            let intervals = BootstrapOverPeople(resamples: 40, weighing: weighing)
                .intervals(of: [.equalErrorRate, .areaUnderCurve], scores)
            #expect(abs(intervals[0].value - curve.equalErrorRate) < 5e-3, "weighing \(weighing)")
            #expect(abs(intervals[1].value - curve.areaUnderCurve) < 1e-3, "weighing \(weighing)")
        }
    }

    /// Of two people, half of the draws are one of them twice: no pairs of two people, and none of the two copies.
    @Test func copiesOfOnePersonAreNoPairs() throws {
        let scores = PairScores(bounds: [0, 2, 4]) { left, right in left / 2 == right / 2 ? 0.9 : 0.1 }
        #expect(scores.genuine == [[0.9], [0.9]] && scores.impostors == [0.1, 0.1, 0.1, 0.1])
        let interval = try #require(BootstrapOverPeople(resamples: 40).intervals(of: [.equalErrorRate], scores).first)
        #expect(interval == .init(value: 0, low: 0, high: 0))
    }

    @Test func ownScoresMayTakeTheCosinesPlace() throws {
        let people = try crowd(people: 3, pictures: 2, noise: 0.5)
        let cosines = PairScores(people)
        let own = PairScores(people) { left, right in zip(left, right).reduce(0) { $0 + $1.0 * $1.1 } }
        for (left, right) in zip(cosines.impostors, own.impostors) {
            #expect(abs(left - right) < 1e-5)
        }
        #expect(own.genuine.map(\.count) == [1, 1, 1])
    }
}
