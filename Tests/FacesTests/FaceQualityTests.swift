import Testing
import Wire

@testable import Faces

struct FaceQualityTests {
    private func chip(_ brightness: (_ x: Int, _ y: Int) -> UInt8) -> FaceChip {
        var pixels: [UInt8] = []
        for y in 0..<FaceChip.side {
            for x in 0..<FaceChip.side { pixels += [UInt8](repeating: brightness(x, y), count: 3) }
        }
        return FaceChip(pixels: pixels)
    }

    @Test func sharpnessOfKnownPatterns() {
        #expect(FaceQuality.sharpness(of: chip { _, _ in 90 }) == 0)
        #expect(FaceQuality.sharpness(of: chip { x, y in UInt8(x + y) }) < 1e-3, "a ramp has no second derivative")
        // A checkerboard of 100 and 110: the Laplacian is ±40 everywhere.
        let checkerboard = chip { x, y in (x + y).isMultiple(of: 2) ? 100 : 110 }
        #expect(abs(FaceQuality.sharpness(of: checkerboard) - 40) < 1e-3)
    }

    @Test func frontalityFollowsTheNose() {
        var face = FaceLandmarks(
            rightEye: FacePoint(x: 10, y: 20), leftEye: FacePoint(x: 50, y: 20), nose: FacePoint(x: 30, y: 40),
            rightMouth: FacePoint(x: 15, y: 60), leftMouth: FacePoint(x: 45, y: 60))
        #expect(FaceQuality.frontality(of: face) == 1)
        face.nose.x = 40
        #expect(abs(FaceQuality.frontality(of: face) - 0.5) < 1e-6)
        face.nose.x = 65
        #expect(FaceQuality.frontality(of: face) == 0)
        face.leftEye = face.rightEye
        #expect(FaceQuality.frontality(of: face) == 0)
    }

    @Test func everyMeasureCanSpoilTheWhole() {
        func overall(_ score: Float, _ eyes: Float, _ sharpness: Float, _ frontality: Float) -> Float {
            FaceQuality(detectorScore: score, eyeDistance: eyes, sharpness: sharpness, frontality: frontality).overall
        }
        func seen(_ magnitude: Float) -> Float {
            FaceQuality(detectorScore: 0.95, eyeDistance: 80, sharpness: 20, frontality: 0.9, magnitude: magnitude)
                .overall
        }
        #expect(overall(0.95, 80, 20, 0.9) == 1)
        #expect(overall(0.4, 80, 20, 0.9) == 0)
        #expect(overall(0.95, 5, 20, 0.9) == 0)
        #expect(overall(0.95, 80, 1, 0.9) == 0)
        #expect(abs(overall(0.95, 80, 20, 0) - 1 / 3) < 1e-5, "a profile can still be compared")
        #expect(abs(overall(0.7, 15, 20, 0.9) - 0.25) < 1e-5)
        #expect(seen(12) == 1 && abs(seen(8.5) - 0.5) < 1e-5 && seen(5) == 0)
    }
}
