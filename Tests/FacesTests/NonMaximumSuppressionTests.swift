import Testing
import Wire

@testable import Faces

struct NonMaximumSuppressionTests {
    private func face(_ box: FaceBox, score: Float) -> DetectedFace {
        DetectedFace(box: box, landmarks: FaceChip.landmarks, score: score)
    }

    @Test func theBestOfAHeapSurvives() {
        let faces = [
            face(FaceBox(x: 10, y: 10, width: 50, height: 50), score: 0.7),
            face(FaceBox(x: 12, y: 11, width: 50, height: 50), score: 0.9),
            face(FaceBox(x: 200, y: 10, width: 40, height: 40), score: 0.8),
            face(FaceBox(x: 14, y: 12, width: 50, height: 50), score: 0.65),
        ]
        #expect(NonMaximumSuppression().survivors(of: faces) == [faces[1], faces[2]])
    }

    /// 100×100 boxes shifted by s overlap by (100 − s)/(100 + s): 0.3 at s = 53.8.
    @Test(arguments: [(53, 1), (54, 2)]) func theOverlapDecides(shift: Int, survivors: Int) {
        let faces = [
            face(FaceBox(x: 0, y: 0, width: 100, height: 100), score: 0.9),
            face(FaceBox(x: Float(shift), y: 0, width: 100, height: 100), score: 0.8),
        ]
        #expect(NonMaximumSuppression().survivors(of: faces).count == survivors)
    }

    @Test func onlyTheBestCandidatesAreLookedAt() {
        let faces = (0..<10).map {
            face(FaceBox(x: Float(100 * $0), y: 0, width: 50, height: 50), score: Float($0) / 10)
        }
        let survivors = NonMaximumSuppression(candidates: 3).survivors(of: faces)
        #expect(survivors == [faces[9], faces[8], faces[7]])
    }

    @Test func equalScoresKeepTheirOrder() {
        let faces = (0..<4).map { face(FaceBox(x: Float(100 * $0), y: 0, width: 50, height: 50), score: 0.5) }
        #expect(NonMaximumSuppression().survivors(of: faces) == faces)
        #expect(NonMaximumSuppression().survivors(of: []).isEmpty)
    }

    @Test func emptyBoxesDoNotOverlap() {
        let empty = FaceBox(x: 5, y: 5, width: 0, height: 0)
        #expect(empty.overlap(with: empty) == 0)
        #expect(empty.overlap(with: FaceBox(x: 0, y: 0, width: 9, height: 9)) == 0)
        let box = FaceBox(x: -3, y: 2, width: 7, height: 9)
        #expect(box.overlap(with: box) == 1)
    }
}
