import Pictures
import Testing
import Wire

@testable import Faces

struct FaceAlignerTests {
    /// Every thirteenth pixel of every chip, against the warp of the golden script in double precision.
    @Test func chipsOfRealFaces() throws {
        for golden in try Golden.load().pictures {
            let picture = try Samples.picture(golden.name)
            #expect(picture.width == golden.width && picture.height == golden.height, "\(golden.name)")
            for face in golden.faces {
                let chip = try #require(FaceAligner().chip(of: face.landmarks, in: picture))
                var found: [UInt8] = []
                for y in stride(from: 4, to: 112, by: 13) {
                    for x in stride(from: 5, to: 112, by: 13) {
                        let at = 3 * (112 * y + x)
                        found += chip.pixels[at..<at + 3]
                    }
                }
                #expect(found.count == face.chipSamples.count)
                let largest = zip(found, face.chipSamples).map { abs(Int($0) - Int($1)) }.max()!
                #expect(largest <= 2, "\(golden.name): a pixel differs by \(largest)")
            }
        }
    }

    /// A face that already lies where a chip has it is copied.
    @Test func theIdentity() throws {
        let pixels = (0..<3 * 112 * 112).map { UInt8($0 * 7 & 255) }
        let picture = Picture(width: 112, height: 112, pixels: pixels)
        #expect(try #require(FaceAligner().chip(of: FaceChip.landmarks, in: picture)).pixels == pixels)
    }

    @Test func outsideThePictureIsBlack() throws {
        let picture = Picture(width: 60, height: 112, filledWith: .white)
        let chip = try #require(FaceAligner().chip(of: FaceChip.landmarks, in: picture))
        for x in 0..<112 {
            let expected: UInt8 = x < 60 ? 255 : 0
            #expect(chip.pixels[3 * (50 * 112 + x)] == expected, "column \(x)")
        }
    }

    @Test func landmarksFarOutsideGiveABlackChip() throws {
        let picture = Picture(width: 20, height: 20, filledWith: .white)
        let far = FaceChip.landmarks.points.map { FacePoint(x: $0.x * 50 + 1e7, y: $0.y * 50 - 1e7) }
        let chip = try #require(
            FaceAligner().chip(of: FaceLandmarks(coordinates: far.flatMap { [$0.x, $0.y] }), in: picture))
        #expect(chip.pixels.allSatisfy { $0 == 0 })
    }

    @Test func collapsedLandmarksGiveNone() {
        let picture = Picture(width: 20, height: 20, filledWith: .white)
        #expect(FaceAligner().chip(of: FaceLandmarks(coordinates: Array(repeating: 9, count: 10)), in: picture) == nil)
    }
}
