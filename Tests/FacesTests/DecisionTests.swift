import Testing
import Wire

@testable import Faces
@testable import Gallery

struct DecisionTests {
    private let model = TemplateModel(name: "test", sha256: String(repeating: "a", count: 64))

    private func candidate(_ person: String, _ cosine: Float) -> Candidate {
        Candidate(person: person, similarity: Similarity(cosine: cosine), templates: 1)
    }

    private func decide(
        _ ranking: [Candidate], denied: Set<String> = [], lines: DecisionLines, top: Int = 5, quality: Float = 1
    ) -> IdentificationResult.Face {
        let face = DetectedFace(
            box: FaceBox(x: 0, y: 0, width: 9, height: 9), landmarks: FaceChip.landmarks, score: 0.9)
        let quality = FaceQuality(detectorScore: 0.5 + 0.4 * quality, eyeDistance: 50, sharpness: 9, frontality: 1)
        let verdict = FaceVerdict(
            ranking: ranking, denied: denied, lines: lines, top: top, quality: quality, minimumQuality: 0.15)
        return IdentificationResult.Face(face: face, quality: quality, verdict: verdict, lines: lines)
    }

    @Test func cosineAndDistanceOfUnitVectors() throws {
        let east = try #require(Template(normalising: [2, 0], model: model))
        let north = try #require(Template(normalising: [0, 0.5], model: model))
        let west = try #require(Template(normalising: [-7, 0], model: model))
        #expect(east.features == [1, 0])
        #expect(east.similarity(to: east) == Similarity(cosine: 1))
        #expect(east.similarity(to: east).distance == 0)
        #expect(abs(east.similarity(to: north).distance - 1.414_213_5) < 1e-6)
        #expect(east.similarity(to: west).distance == 2)
    }

    @Test func worthlessVectorsAreNoTemplate() {
        #expect(Template(normalising: [], model: model) == nil)
        #expect(Template(normalising: [0, 0, 0], model: model) == nil)
        #expect(Template(normalising: [1, .nan], model: model) == nil)
        #expect(Template(normalising: [1, .infinity], model: model) == nil)
    }

    /// The published pair: cosine 0.363 is Euclidean 1.128.
    @Test func thePublishedThreshold() {
        let published = FaceComparison.sfaceThreshold
        #expect(abs(Similarity(cosine: Float(published)).distance - 1.128) < 1e-3)
        let lines = DecisionLines(match: published, review: published)
        #expect(FaceDecision(Similarity(cosine: 0.363), lines: lines) == .match)
        #expect(FaceDecision(Similarity(cosine: 0.3629), lines: lines) == .unknown)
    }

    @Test func theNearestPersonMatchesOrNobodyDoes() {
        let ranking = [candidate("ada", 0.6), candidate("bob", 0.45), candidate("eve", -0.1)]
        let accepted = decide(ranking, lines: DecisionLines(match: 0.5, review: 0.4), top: 2)
        #expect(accepted.decision == .match && accepted.person == "ada" && accepted.warnings == nil)
        #expect(accepted.candidates.map(\.person) == ["ada", "bob"])
        #expect(abs((accepted.margin ?? 0) - 0.15) < 1e-6)
        let refused = decide(ranking, lines: DecisionLines(match: 0.8, review: 0.7), top: 9)
        #expect(refused.decision == .unknown && refused.person == nil)
        #expect(refused.candidates.count == 3)
    }

    @Test func betweenTheLinesSomebodyHasToLook() {
        let ranking = [candidate("ada", 0.6), candidate("bob", 0.45)]
        let between = decide(ranking, lines: DecisionLines(match: 0.7, review: 0.5))
        #expect(between.decision == .review && between.person == nil && between.candidates[0].person == "ada")
        #expect(between.threshold == 0.7 && between.review == 0.5)
    }

    @Test func aMatchOfAWorthlessFaceOrOfTwoPeopleIsReviewed() {
        let lines = DecisionLines(match: 0.5, review: 0.4)
        let blurred = decide([candidate("ada", 0.6)], lines: lines, quality: 0.1)
        #expect(blurred.decision == .review && blurred.warnings == [.qualityLow] && blurred.quality == 0.1)
        let twins = decide([candidate("ada", 0.6), candidate("bob", 0.59)], lines: lines)
        #expect(twins.decision == .review && twins.warnings == [.marginSmall])
        let strangers = decide([candidate("ada", 0.3), candidate("bob", 0.29)], lines: lines)
        #expect(strangers.decision == .unknown && strangers.warnings == nil, "of strangers everybody is as near")
    }

    @Test func whoWasDeniedOfAFaceIsNoCandidate() {
        let ranking = [candidate("ada", 0.6), candidate("bob", 0.45), candidate("eve", -0.1)]
        let lines = DecisionLines(match: 0.5, review: 0.4)
        let face = decide(ranking, denied: ["ada"], lines: lines)
        #expect(face.decision == .review && face.candidates.map(\.person) == ["bob", "eve"] && face.denied == ["ada"])
        let nobody = decide(ranking, denied: ["ada", "bob", "eve"], lines: lines)
        #expect(nobody.decision == .unknown && nobody.candidates.isEmpty && nobody.denied == ["ada", "bob", "eve"])
        // Two that were not told apart are, once one of them is ruled out.
        let twins = decide([candidate("ada", 0.6), candidate("bob", 0.59)], denied: ["bob"], lines: lines)
        #expect(twins.person == "ada" && twins.warnings == nil)
    }

    @Test func aLonePersonHasNoRunnerUp() {
        let alone = decide([candidate("ada", 0.6)], lines: DecisionLines(match: 0.363, review: 0.3), top: 1)
        #expect(alone.margin == nil)
    }

    // MARK: Thresholds from a promise

    private let tail = ImpostorTail(start: 0.2, share: 0.05, scale: 0.06, shape: -0.1, strangers: 1000)

    @Test func aTailGivesBackWhatItWasAskedFor() {
        for rate in [0.9, 0.5, 0.05, 0.01, 1e-3, 1e-5] {
            #expect(abs(tail.rate(tail.cosine(rate: rate)) / rate - 1) < 1e-9, "\(rate)")
        }
        #expect(tail.rate(0.2) == 0.05 && tail.rate(-1) == 1 && tail.rate(1) == 0, "bounded above")
        #expect(tail.cosine(rate: 0) < 0.81)
    }

    /// With few false matches a pair, the rate of strangers grows with the templates.
    @Test func moreTemplatesAskForMore() {
        for templates in [1, 30, 300, 100_000] {
            let threshold = tail.threshold(fpir: 0.01, templates: templates)
            #expect(abs(tail.fpir(threshold, templates: templates) - 0.01) < 1e-6)
            #expect(threshold <= tail.threshold(fpir: 0.01, templates: templates * 2))
            #expect(threshold < tail.threshold(fpir: 0.001, templates: templates))
        }
    }

    @Test func aRuleSaysWhatItPromises() throws {
        let asked = DecisionRule(fpir: 0.01).lines(searching: 37, tail: tail)
        let promise = try #require(asked.promise)
        #expect(promise.fpir == 0.01 && promise.strangers == 1000)
        #expect(promise.sentence.hasPrefix("threshold 0."))
        #expect(promise.sentence.hasSuffix(": at most 1 % of strangers, 1000 seen, N = 37"), "\(promise.sentence)")
        #expect(abs(tail.fpir(asked.lines.review, templates: 37) - 0.1) < 1e-6)
        #expect(asked.lines.review < asked.lines.match)

        let given = DecisionRule(threshold: 0.4, fpir: 0.01).lines(searching: 37, tail: tail)
        #expect(given.promise == nil && given.lines.match == 0.4 && given.lines.review < 0.4)
        let blind = DecisionRule(fpir: 0.01).lines(searching: 37, tail: nil)
        #expect(blind.promise == nil && blind.lines == DecisionLines(match: 0.363, review: 0.363))
        let sface = try #require(ImpostorTail.measured(of: "sface-2021dec"))
        #expect(DecisionRule().lines(comparing: 1, tail: sface).match == 0.363)
        #expect(DecisionRule().lines(comparing: 1, tail: nil).match == 0.363)
        // The nearest of several templates has to be nearer, so that no more strangers come through.
        let one = sface.rate(0.363)
        for templates in [2, 9, 100] {
            let lines = DecisionRule().lines(comparing: templates, tail: sface)
            #expect(lines.match > 0.363 && lines.review < lines.match)
            #expect(abs(sface.fpir(lines.match, templates: templates) - one) < 1e-9, "\(templates)")
        }
        #expect(DecisionRule(threshold: 0.3).lines(comparing: 9, tail: sface).match == 0.3)
        #expect(DecisionRule().lines(comparing: 9, tail: nil).match == 0.363)
        let evidence = FaceEvidence(logRatio: 3, by: .cosine)
        #expect(evidence.ofNearest(among: 1) == evidence && evidence.ofNearest(among: 2).logRatio < 3)
        // As few pairs reach another network's line.
        let line = DecisionRule().lines(comparing: 1, tail: tail).match
        #expect(abs(tail.rate(line) - sface.rate(0.363)) < 1e-9)
    }

    @Test func evidenceIsCalibrated() {
        let line = DecisionLines(match: 0.363, review: 0.3)
        let even = FaceComparison(
            Similarity(cosine: 0.3), lines: line, evidence: FaceEvidence(logRatio: 0, by: .cosine))
        #expect(even.likelihoodRatio == 1 && even.probability == 0.5 && even.decision == .review)
        let sure = FaceComparison(
            Similarity(cosine: 0.9), lines: line, evidence: FaceEvidence(logRatio: 50, by: .cosine))
        #expect(sure.likelihoodRatio == 1_000_000 && sure.probability == 1, "no sample says more")
        #expect(FaceComparison(Similarity(cosine: 0.9), lines: line).likelihoodRatio == nil)
        #expect(FaceComparison(Similarity(cosine: 0.9), lines: line, isClear: false).decision == .review)
    }
}
