import Pictures
import Testing
import Wire

@testable import Faces

struct FaceChoiceTests {
    /// - Parameter near: how many of them were seen without a closer look; all unless it is given.
    private func sighting(_ sides: [Float], near: Int = .max) -> FaceSighting {
        let faces = sides.enumerated().map { index, side in
            DetectedFace(
                box: FaceBox(x: Float(100 * index), y: 5, width: side, height: side), landmarks: FaceChip.landmarks,
                score: 0.9)
        }
        let picture = Picture(width: 640, height: 480, filledWith: .black)
        return FaceSighting(
            name: "group.jpg", size: picture.size, faces: faces, seenAtOnce: Array(faces.prefix(near)), decoded: picture
        )
    }

    @Test(arguments: [FaceChoice.only, .prominent]) func nobody(choice: FaceChoice) {
        #expect(throws: FaceError.noFace(picture: "group.jpg", width: 640, height: 480, minimumScore: 0.6)) {
            try choice.choose(from: sighting([]), minimumScore: 0.6)
        }
    }

    @Test func aPasserByIsOverlookedInAProbeOnly() throws {
        let sighting = sighting([20, 40])
        #expect(try FaceChoice.prominent.choose(from: sighting, minimumScore: 0.6) == sighting.faces[1])
        #expect(throws: FaceError.severalFaces(picture: "group.jpg", boxes: sighting.faces.map(\.box))) {
            try FaceChoice.only.choose(from: sighting, minimumScore: 0.6)
        }
    }

    @Test(arguments: [FaceChoice.only, .prominent]) func whoStandsFarBehindIsOverlooked(choice: FaceChoice) throws {
        let sighting = sighting([40, 20, 9], near: 1)
        #expect(try choice.choose(from: sighting, minimumScore: 0.6) == sighting.faces[0])
        #expect(throws: FaceError.self) {
            try choice.choose(from: self.sighting([40, 21], near: 1), minimumScore: 0.6)
        }
    }

    @Test func twoOfLikeSizeAreTooMany() {
        #expect(throws: FaceError.self) {
            try FaceChoice.prominent.choose(from: sighting([21, 40]), minimumScore: 0.6)
        }
    }

    @Test func theErrorSaysHowManyAndWhere() {
        let error = FaceError.severalFaces(picture: "group.jpg", boxes: sighting([30, 40]).faces.map(\.box))
        #expect(error.message == "2 faces in group.jpg where one is needed: 30×30 at (0, 5), 40×40 at (100, 5).")
    }
}
