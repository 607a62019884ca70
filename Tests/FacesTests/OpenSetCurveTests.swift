import Testing

@testable import Faces

struct OpenSetCurveTests {
    /// Vectors of 16 numbers from some of them.
    private func vector(_ values: [Int: Float]) -> [Float] {
        (0..<16).map { values[$0] ?? 0 }
    }

    private func person(_ name: String, _ templates: [[Float]]) -> LabelledTemplates.Person {
        LabelledTemplates.Person(name: name, templates: templates, pictures: templates.indices.map { "\(name)\($0)" })
    }

    /// Pictures of one person have cosine 0.5, of two 0.4; the two of whom there is one picture come to 0.6 with everybody.
    private var withTwoAlike: LabelledTemplates {
        let (common, own, rest) = (Float(0.4).squareRoot(), Float(0.1).squareRoot(), Float(0.5).squareRoot())
        let people = (0..<4).map { index in
            person(
                "p\(index)",
                (0..<2).map { vector([0: common, 1 + index: own, 5 + 2 * index + $0: rest]) })
        }
        let alike = (0..<2).map { index in
            person("x\(index)", [vector([0: Float(0.9).squareRoot(), 13 + index: Float(0.1).squareRoot()])])
        }
        return LabelledTemplates(people: people + alike)
    }

    @Test func theThresholdComesFromTheStrangers() throws {
        let curve = try #require(OpenSetCurve(withTwoAlike, splits: 10))
        #expect(curve.enrolled == 2 && curve.strangers == 4 && curve.splits == 10 && curve.templates == 2)
        // Two of four strangers may be taken for somebody: those who are alike. The others reach 0.4.
        let half = try #require(curve.rate(falsePositives: 0.5))
        #expect(half.identified == 1 && half.deviation == 0 && abs(half.threshold - 0.4) < 1e-5)
        let quarter = try #require(curve.rate(falsePositives: 0.25))
        #expect(quarter.identified == 0 && abs(quarter.threshold - 0.6) < 1e-5)
    }

    @Test func whatSoFewStrangersCannotTellIsNotMeasured() throws {
        let curve = try #require(OpenSetCurve(withTwoAlike))
        #expect(curve.rate(falsePositives: 0.1) == nil && !curve.isMeasurable(falsePositives: 0.01))
        #expect(curve.isMeasurable(falsePositives: 0.125))
    }

    /// Everybody is nearer to the others' other picture than to their own.
    @Test func whoeverIsNamedWronglyIsNotIdentified() throws {
        let (common, own) = (Float(0.7).squareRoot(), Float(0.3).squareRoot())
        let people = (0..<4).map { index in
            person("p\(index)", [1, -1].map { vector([0: common, 1 + index: own * $0]) })
        }
        let curve = try #require(OpenSetCurve(LabelledTemplates(people: people)))
        #expect(curve.rate(falsePositives: 1)?.identified == 0)
    }

    @Test func allButOnePictureAreEnrolled() throws {
        let people = (0..<4).map { index in
            person("p\(index)", (0..<3).map { _ in vector([index: 1]) })
        }
        let curve = try #require(OpenSetCurve(LabelledTemplates(people: people), enrolling: .allButOne))
        #expect(curve.templates == 4 && curve.rate(falsePositives: 0.25)?.identified == 1)
    }

    @Test func twoPeopleOfTwoPicturesAreNeeded() {
        let people = [person("a", [vector([0: 1]), vector([0: 1])]), person("b", [vector([1: 1])])]
        #expect(OpenSetCurve(LabelledTemplates(people: people)) == nil)
    }

    @Test func theSameSeedDrawsTheSameSplits() throws {
        let people = withTwoAlike
        let rates = try [1, 1].map { try #require(OpenSetCurve(people, seed: $0)).rate(falsePositives: 0.5) }
        #expect(rates[0] == rates[1])
    }
}
