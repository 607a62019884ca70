import Pictures
import Testing
import Wire

@testable import Faces
@testable import Gallery

struct AnnotatedPictureTests {
    private func face(_ box: FaceBox, threshold: Double) -> IdentificationResult.Face {
        IdentificationResult.Face(
            DetectedFace(box: box, landmarks: FaceChip.landmarks, score: 0.9),
            ranking: [Candidate(person: "Ada", similarity: Similarity(cosine: 0.5), templates: 1)],
            threshold: threshold, top: 1)
    }

    @Test func boxesAndLabelsAreDrawnAndNothingElse() {
        let identification = Identification(
            faces: [
                face(FaceBox(x: 30, y: 60, width: 80, height: 90), threshold: 0.363),
                face(FaceBox(x: 180, y: 60, width: 200, height: 60), threshold: 0.9),
            ], people: 1, templates: 1)
        let plain = Picture(width: 300, height: 200, filledWith: .black)
        let drawn = AnnotatedPicture.draw(identification, on: plain)
        #expect(drawn.size == plain.size)
        #expect(Array(drawn[x: 30, y: 100]) == [40, 160, 70], "left edge of the match is green")
        #expect(Array(drawn[x: 180, y: 100]) == [200, 60, 40], "left edge of the stranger is red")
        #expect(Array(drawn[x: 70, y: 100]) == [0, 0, 0], "the face itself is untouched")
        #expect(Array(drawn[x: 5, y: 5]) == [0, 0, 0] && Array(drawn[x: 150, y: 190]) == [0, 0, 0])
        let labels = (40..<60).flatMap { y in (30..<110).map { Array(drawn[x: $0, y: y]) } }
        #expect(labels.contains([40, 160, 70]) && labels.contains { $0 != [40, 160, 70] && $0 != [0, 0, 0] })
    }
}
