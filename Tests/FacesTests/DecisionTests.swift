import Testing
import Wire

@testable import Faces
@testable import Gallery

struct DecisionTests {
    private let model = TemplateModel(name: "test", sha256: String(repeating: "a", count: 64))

    private func candidate(_ person: String, _ cosine: Float) -> Candidate {
        Candidate(person: person, similarity: Similarity(cosine: cosine), templates: 1)
    }

    private func decide(_ ranking: [Candidate], threshold: Double, top: Int) -> IdentificationResult.Face {
        let face = DetectedFace(
            box: FaceBox(x: 0, y: 0, width: 9, height: 9), landmarks: FaceChip.landmarks, score: 0.9)
        return IdentificationResult.Face(face, ranking: ranking, threshold: threshold, top: top)
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
        #expect(FaceDecision(Similarity(cosine: 0.363), threshold: published) == .match)
        #expect(FaceDecision(Similarity(cosine: 0.3629), threshold: published) == .unknown)
    }

    @Test func theNearestPersonMatchesOrNobodyDoes() {
        let ranking = [candidate("ada", 0.6), candidate("bob", 0.45), candidate("eve", -0.1)]
        let accepted = decide(ranking, threshold: 0.5, top: 2)
        #expect(accepted.decision == .match && accepted.person == "ada")
        #expect(accepted.candidates.map(\.person) == ["ada", "bob"])
        #expect(abs((accepted.margin ?? 0) - 0.15) < 1e-6)
        let refused = decide(ranking, threshold: 0.7, top: 9)
        #expect(refused.decision == .unknown && refused.person == nil)
        #expect(refused.candidates.count == 3)
    }

    @Test func aLonePersonHasNoRunnerUp() {
        #expect(decide([candidate("ada", 0.6)], threshold: 0.363, top: 1).margin == nil)
    }
}
