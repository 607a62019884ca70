import Testing
import Wire

@testable import Faces

struct SimilarityTransformTests {
    private func fit(_ landmarks: FaceLandmarks) -> SimilarityTransform? {
        SimilarityTransform(carrying: landmarks.points, nearestTo: FaceChip.landmarks.points)
    }

    private func rows(_ transform: SimilarityTransform) -> [Double] {
        [transform.a, -transform.b, transform.tx, transform.b, transform.a, transform.ty]
    }

    @Test func agreesWithSingularValueDecomposition() throws {
        for golden in try Golden.load().fits {
            let transform = try #require(fit(FaceLandmarks(coordinates: golden.points)), "\(golden.kind)")
            for (found, expected) in zip(rows(transform), golden.transform) {
                #expect(abs(found - expected) < 1e-4, "\(golden.kind): \(rows(transform)) ≠ \(golden.transform)")
            }
        }
    }

    @Test func agreesOnRealFaces() throws {
        for picture in try Golden.load().pictures {
            for face in picture.faces {
                let transform = try #require(fit(face.landmarks), "\(picture.name)")
                for (found, expected) in zip(rows(transform), face.transform) {
                    #expect(abs(found - expected) < 1e-3, "\(picture.name): \(found) ≠ \(expected)")
                }
            }
        }
    }

    @Test func findsAKnownTransformAndUndoesIt() throws {
        let known = SimilarityTransform(a: 0.31, b: -0.12, tx: 14, ty: -3)
        let sources = [(10.0, 20.0), (200, 40), (90, 170), (33, 64)]
        let targets = sources.map { known(x: $0.0, y: $0.1) }
        let found = try #require(
            SimilarityTransform(
                carrying: sources.map { FacePoint(x: Float($0.0), y: Float($0.1)) },
                nearestTo: targets.map { FacePoint(x: Float($0.x), y: Float($0.y)) }))
        for (left, right) in zip(rows(found), rows(known)) { #expect(abs(left - right) < 1e-4) }
        for (source, target) in zip(sources, targets) {
            let back = known.inverse(x: target.x, y: target.y)
            #expect(abs(back.x - source.0) < 1e-9 && abs(back.y - source.1) < 1e-9)
        }
    }

    @Test func pointsOnOnePlaceHaveNoTransform() {
        let point = FacePoint(x: 40, y: 40)
        #expect(
            fit(
                FaceLandmarks(
                    rightEye: point, leftEye: point, nose: point, rightMouth: point, leftMouth: point))
                == nil)
    }
}
