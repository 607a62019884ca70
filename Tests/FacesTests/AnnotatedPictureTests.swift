import Pictures
import Testing
import Wire

@testable import Faces
@testable import Gallery

struct AnnotatedPictureTests {
    private func face(_ x: Float, width: Float, _ decision: FaceDecision) -> IdentificationResult.Face {
        IdentificationResult.Face(
            face: DetectedFace(
                box: FaceBox(x: x, y: 60, width: width, height: 80), landmarks: FaceChip.landmarks, score: 0.9),
            quality: 1, decision: decision, person: decision == .match ? "Ada" : nil,
            lines: DecisionLines(match: 0.363, review: 0.3), margin: nil,
            candidates: [.init(person: "Ada", cosine: 0.5, l2: 1, templates: 1)])
    }

    @Test func boxesAndLabelsAreDrawnAndNothingElse() {
        let identification = Identification(
            faces: [
                face(30, width: 80, .match), face(180, width: 200, .unknown), face(420, width: 100, .review),
            ], readings: [], people: 1, templates: 1, promise: nil, revision: 0)
        let plain = Picture(width: 550, height: 200, filledWith: .black)
        let drawn = AnnotatedPicture.draw(identification, on: plain)
        #expect(drawn.size == plain.size)
        #expect(Array(drawn[x: 30, y: 100]) == [40, 160, 70], "left edge of the match is green")
        #expect(Array(drawn[x: 180, y: 100]) == [200, 60, 40], "left edge of the stranger is red")
        #expect(Array(drawn[x: 420, y: 100]) == [190, 125, 0], "left edge of what is to be reviewed is amber")
        #expect(Array(drawn[x: 70, y: 100]) == [0, 0, 0], "the face itself is untouched")
        #expect(Array(drawn[x: 5, y: 5]) == [0, 0, 0] && Array(drawn[x: 150, y: 190]) == [0, 0, 0])
        let labels = (40..<60).flatMap { y in (30..<110).map { Array(drawn[x: $0, y: y]) } }
        #expect(labels.contains([40, 160, 70]) && labels.contains { $0 != [40, 160, 70] && $0 != [0, 0, 0] })
    }
}
