import Foundation
import Pictures
import Testing
import Wire

@testable import Faces

struct CenterFaceTests {
    /// 3×2 cells in which nothing is seen, except what `change` puts in.
    private func maps(_ change: (inout [Float], inout [Float], inout [Float], inout [Float]) -> Void) -> CenterFaceMaps
    {
        var centres = [Float](repeating: 0, count: 6)
        var sizes = [Float](repeating: 0, count: 12)
        var offsets = [Float](repeating: 0, count: 12)
        var points = [Float](repeating: 0, count: 60)
        change(&centres, &sizes, &offsets, &points)
        return CenterFaceMaps(columns: 3, rows: 2, centres: centres, sizes: sizes, offsets: offsets, points: points)
    }

    @Test func decodesOneCellByHand() throws {
        let cell = 5  // column 2, row 1
        let maps = maps { centres, sizes, offsets, points in
            centres[cell] = 0.8
            sizes.replaceSubrange(2 * cell..<2 * cell + 2, with: [log(3), log(2)])
            offsets.replaceSubrange(2 * cell..<2 * cell + 2, with: [0.25, -0.5])
            for index in 0..<10 { points[10 * cell + index] = Float(index) / 10 }
        }
        let faces = maps.faces(minimumScore: 0.5)
        #expect(faces.count == 1 && faces[0].score == 0.8)
        // centre ((2 − ½ + ½)·4, (1 + ¼ + ½)·4) = (8, 7), size 8×12
        let face = try #require(faces.first)
        for (found, expected) in zip(
            [face.box.x, face.box.y, face.box.width, face.box.height], [4, 1, 8, 12] as [Float])
        {
            #expect(abs(found - expected) < 1e-4, "\(face.box)")
        }
        #expect(abs(face.landmarks.rightEye.x - 4.8) < 1e-4 && abs(face.landmarks.rightEye.y - 1) < 1e-4)
        #expect(abs(face.landmarks.leftMouth.x - 11.2) < 1e-4 && abs(face.landmarks.leftMouth.y - 10.6) < 1e-4)
        #expect(maps.faces(minimumScore: 0.81).isEmpty)
    }

    @Test func numbersThatAreNotFiniteAreNoFace() {
        let maps = maps { centres, sizes, offsets, points in
            for cell in 0..<4 { centres[cell] = 1 }
            sizes[0] = 200  // e²⁰⁰ pixels high
            offsets[2] = .nan
            points[20] = .infinity
            centres[3] = .nan
        }
        #expect(maps.faces(minimumScore: 0.5).isEmpty)
    }

    /// The two detectors were made by different people: what both say of the samples is right.
    @Test(arguments: ["obama.jpg", "obama2.jpg", "biden.jpg", "astronaut.png"])
    func bothDetectorsSeeTheSameFace(name: String) throws {
        let networks = FaceNetworks()
        let picture = try Samples.picture(name).resized(longSide: 640)
        let other = try #require(networks.detector().faces(in: picture).first)
        let face = try #require(networks.centerFace().faces(in: picture, minimumScore: 0.5).first)
        #expect(face.score > 0.7 && face.box.overlap(with: other.box) > 0.6, "\(face.box) ≠ \(other.box)")
        #expect(face.landmarks.distance(to: other.landmarks) < 0.1 * other.landmarks.eyeDistance)
    }

    @Test func anotherNetworkIsRefused() throws {
        let networks = FaceNetworks()
        #expect(
            throws: FaceError.modelUnfit(
                model: "yunet-2023mar", purpose: "detect faces", reason: "it has no output 537")
        ) { try CenterFace(model: networks.store.graph(.yunet), threads: networks.threads) }
    }
}

struct LandmarkRefinerTests {
    let refiner: LandmarkRefiner
    let picture: Picture
    let face: DetectedFace

    init() throws {
        let networks = FaceNetworks()
        refiner = LandmarkRefiner(centerFace: try networks.centerFace())
        picture = try Samples.picture("biden.jpg").resized(longSide: 600)
        let found = try #require(networks.detector().faces(in: picture).first)
        face = try refiner.refined(found, in: picture)
        #expect(face.box == found.box && face.score == found.score && face.landmarks != found.landmarks)
    }

    /// Landmarks that are off by a tenth of the eyes' distance come back, whichever way up the picture is.
    @Test(arguments: Turn.allCases) func landmarksThatAreOffComeBack(turn: Turn) throws {
        let turned = picture.turned(turn)
        let back = try #require(Turn(rawValue: (360 - turn.rawValue) % 360))
        let start = face.turnedBack(from: back, in: turned.size)
        var off = start
        let by = 0.1 * start.landmarks.eyeDistance
        off.landmarks.rightEye.x += by
        off.landmarks.nose.y -= by
        off.landmarks.leftMouth.y += by
        let refined = try refiner.refined(off, in: turned)
        let (before, after) = (
            off.landmarks.distance(to: start.landmarks), refined.landmarks.distance(to: start.landmarks)
        )
        #expect(after < 0.5 * before, "turned by \(turn): \(before) → \(after)")
    }

    /// Nothing is believed that lies elsewhere, and what cannot be looked at stays.
    @Test func whatIsNoFaceStaysAsItIs() throws {
        var elsewhere = face
        elsewhere.landmarks = FaceLandmarks(
            points: face.landmarks.points.map { FacePoint(x: $0.x / 8 + 10, y: $0.y / 8 + 10) })
        #expect(try refiner.refined(elsewhere, in: picture) == elsewhere)
        var collapsed = face
        collapsed.landmarks = FaceLandmarks(points: [FacePoint](repeating: FacePoint(x: 9, y: 9), count: 5))
        #expect(try refiner.refined(collapsed, in: picture) == collapsed)
    }
}
