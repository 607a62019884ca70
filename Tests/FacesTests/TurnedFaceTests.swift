import Pictures
import Testing
import Wire

@testable import Faces

/// Portraits that lie on their side or stand on their head: the same face, the same person, in the pixels of the picture
/// as it is; never a face that is believed upside down.
struct TurnedFaceTests {
    let reader: FaceReader

    init() throws { reader = try FaceNetworks().reader() }

    private func turned(_ name: String, _ turn: Turn) throws -> PictureFile {
        try Samples.picture(name).turned(turn).photograph("\(turn)-\(name)")
    }

    private func reading(_ photograph: PictureFile) throws -> FaceReading {
        try reader.readOne(photograph, choosing: .only, minimumScore: 0.6)
    }

    /// A picture turned clockwise once more than `turn` undoes.
    private static let undone: [Turn: Turn] = [.right: .left, .half: .half, .left: .right]

    @Test(arguments: [Turn.right, .half, .left], ["obama.jpg", "biden.jpg", "astronaut.png"])
    func theSamePersonHoweverThePictureLies(_ turn: Turn, _ name: String) throws {
        let upright = try reading(Samples.photograph(name))
        #expect(upright.face.turn == nil)
        let found = try reading(turned(name, turn))
        #expect(found.face.turn == Self.undone[turn], "\(found.face)")
        #expect(found.template.similarity(to: upright.template).cosine > 0.9)
        // What was found there, brought back by hand, is what was found here.
        let size = try Samples.picture(name).size
        let expected = upright.face.turnedBack(
            from: try #require(Self.undone[turn]), in: Orientation(turn).applied(to: size))
        #expect(found.face.box.overlap(with: expected.box) > 0.8, "\(found.face.box) ≠ \(expected.box)")
        #expect(found.face.landmarks.distance(to: expected.landmarks) < 0.1 * upright.face.landmarks.eyeDistance)
    }

    @Test func landmarksAreThoseOfThePictureAsItIs() throws {
        let landmarks = try reading(turned("obama.jpg", .half)).face.landmarks
        #expect(landmarks.rightEye.x > landmarks.leftEye.x && landmarks.rightEye.y > landmarks.rightMouth.y)
    }

    @Test(arguments: [Turn.right, .half, .left])
    func strangersStayStrangers(_ turn: Turn) throws {
        let templates = try ["obama.jpg", "biden.jpg", "astronaut.png"].map { try reading(turned($0, turn)).template }
        for (index, one) in templates.enumerated() {
            for other in templates[..<index] {
                #expect(one.similarity(to: other).cosine < 0.25, "\(one.similarity(to: other))")
            }
        }
    }

    /// One portrait twice, once upside down: each face has its own turn.
    @Test func eachFaceHasItsOwnTurn() throws {
        let pair = try Picture.montage(
            Samples.picture("obama.jpg"), Samples.picture("obama.jpg").turned(.half), height: 700)
        let faces = try reader.sight(pair.photograph("pair.jpg"), minimumScore: 0.7).faces
        #expect(faces.sorted { $0.box.x < $1.box.x }.map(\.turn) == [nil, .half], "\(faces)")
    }

    @Test func turningBackUndoesTurning() {
        let size = PixelSize(width: 40, height: 30)
        let face = DetectedFace(
            box: FaceBox(x: 3, y: 5, width: 10, height: 12),
            landmarks: FaceLandmarks(
                rightEye: FacePoint(x: 5, y: 8), leftEye: FacePoint(x: 11, y: 8), nose: FacePoint(x: 8, y: 11),
                rightMouth: FacePoint(x: 6, y: 14), leftMouth: FacePoint(x: 10, y: 14)), score: 0.9)
        for (turn, undoing) in Self.undone {
            var there = face.turnedBack(from: undoing, in: Orientation(turn).applied(to: size))
            there.turn = nil
            let back = there.turnedBack(from: turn, in: size)
            #expect(back.box == face.box && back.landmarks == face.landmarks, "\(turn)")
        }
        // A clockwise turn carries the left edge to the top.
        let picture = Picture(width: 2, height: 1, pixels: [255, 0, 0, 0, 0, 0])
        #expect(Array(picture.turned(.right)[x: 0, y: 0]) == [255, 0, 0])
    }
}
