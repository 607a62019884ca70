import Nets
import Pictures
import Testing
import Wire

@testable import Faces
@testable import Gallery

struct FaceEvaluatorTests {
    private let lines = DecisionLines(match: 0.5, review: 0.4)
    private let calibration = CosineCalibration(slope: 20, intercept: -8)

    /// People in 64 dimensions; one picture of `p3` is really of `p7`.
    private func crowd(people: Int = 12, pictures: Int = 4, mistaken: Bool = true) throws -> LabelledTemplates {
        var generator = SeededGenerator(seed: 11)
        let model = TemplateModel(name: "test", sha256: String(repeating: "b", count: 64))
        let centres = (0..<people).map { _ in (0..<64).map { _ in generator.normal() } }
        return LabelledTemplates(
            people: try (0..<people).map { person in
                LabelledTemplates.Person(
                    name: "p\(person)",
                    photographs: try (0..<pictures).map { picture in
                        let real = mistaken && person == 3 && picture == 1 ? 7 : person
                        let features = centres[real].map { Float($0 + 0.5 * generator.normal()) }
                        return ("\(picture).jpg", try #require(Template(normalising: features, model: model)))
                    })
            })
    }

    @Test func aPictureInTheWrongFolderIsTheWorstOfBothKinds() throws {
        let evaluator = try FaceEvaluator(crowd(), calibration: calibration, lines: lines)
        let evaluation = try evaluator.evaluation()
        let alike = try #require(evaluation.alike.first)
        let unlike = try #require(evaluation.unlike.first)
        #expect([alike.first, alike.second].contains("p3/1.jpg"), "\(alike)")
        #expect([alike.first, alike.second].contains { $0.hasPrefix("p7/") }, "\(alike)")
        #expect([unlike.first, unlike.second].contains("p3/1.jpg"), "\(unlike)")
        let shown = evaluation.alike.flatMap { [$0.first, $0.second] }
        #expect(Set(shown).count == shown.count && evaluation.alike.count == 10)
    }

    @Test func theFiguresAreThoseOfThePairs() throws {
        let people = try crowd()
        let evaluator = try FaceEvaluator(people, calibration: calibration, lines: lines)
        let evaluation = try evaluator.evaluation(resolution: 16)
        let curve = PairScores(people).curve()
        let verification = evaluation.verification
        #expect(verification.genuinePairs == 12 * 6 && verification.impostorPairs == 66 * 16)
        #expect(abs(verification.equalErrorRate.value - curve.equalErrorRate) < 2e-3)
        #expect(abs(verification.areaUnderCurve - curve.areaUnderCurve) < 1e-3)
        #expect(abs(verification.inUse.acceptance - curve.point(atThreshold: 0.5).acceptance) < 1e-3)
        #expect((verification.equalErrorRate.low ?? 1) <= (verification.equalErrorRate.high ?? 0))
        #expect(evaluation.people == 12 && evaluation.comparable == 12 && evaluation.pictures == 48)
        #expect(evaluation.resolution == 16 && evaluation.openSet.map(\.enrolling) == [.one, .allButOne])
    }

    @Test func whatSoFewPairsCannotTellIsNotSaid() throws {
        let evaluation = try FaceEvaluator(crowd(), calibration: nil, lines: lines).evaluation()
        #expect(evaluation.verification.acceptances.map { $0.acceptance == nil } == [true, true, true])
        #expect(evaluation.verification.acceptances.map(\.pairsNeeded) == [3000, 30_000, 300_000])
        #expect(evaluation.openSet[0].rates.map { $0.identified == nil } == [true, false])
        #expect(evaluation.calibration == nil)
        let more = try FaceEvaluator(crowd(people: 24), calibration: nil, lines: lines).evaluation()
        #expect(more.verification.acceptances.map { $0.acceptance == nil } == [false, true, true])
    }

    @Test func twoPeopleOfTwoPicturesAreTheLeast() throws {
        let one = LabelledTemplates(people: [try crowd().people[0], .init(name: "none", templates: [], pictures: [])])
        #expect(throws: FaceError.tooFewPeople(people: 1, comparable: 1, pictures: 4, unusable: 3)) {
            try FaceEvaluator(one, unusable: 3, calibration: nil, lines: lines)
        }
        let two = LabelledTemplates(people: Array(try crowd(mistaken: false).people.prefix(2)))
        let evaluation = try FaceEvaluator(two, calibration: nil, lines: lines).evaluation()
        #expect(evaluation.verification.equalErrorRate.value == 0 && evaluation.openSet.count == 2)
    }

    @Test func thePageShowsBothSystemsAndNamesInEveryForm() throws {
        let evaluator = try FaceEvaluator(crowd(), calibration: calibration, lines: lines)
        var page = try EvaluationPage(evaluator.evaluation(), by: evaluator, name: "after <&>")
        let alone = page.drawing
        let worse = try FaceEvaluator(crowd(pictures: 2), calibration: calibration, lines: lines)
        page.before = EvaluationPage.Subject(
            name: "before", curve: worse.curve, histogram: worse.histogram, calibration: worse.calibration)
        page.loss = [0.3, .nan, 0.2, 0.1]
        page.steps = 300
        let sentence = (1...60).map { "word\($0)" }.joined(separator: " ")
        page.figures.append((name: "why", text: sentence))
        let svg = String(decoding: try page.bytes(.svg), as: UTF8.self)
        for words in [
            "p3/1.jpg", ">300<", "word30", "word60",
            "after &lt;&amp;&gt;", "before, equal at", "Loss while it learned", "match 0.500",
        ] {
            #expect(svg.contains(words), "\(words)")
        }
        #expect(!svg.contains("nan") && !svg.contains("inf\""))
        let picture = try PictureFile(name: "page.png", bytes: page.bytes(.png)).decode()
        #expect(picture.width == 2000 && Double(picture.height) == (page.drawing.height * 2).rounded(.up))
        #expect(page.drawing.height > alone.height && !alone.svg.contains("Loss while it learned"))
    }
}
