import ModelFiles
import Nets
import Pictures
import Testing

@testable import Faces

/// Against OpenCV's FaceDetectorYN, which made `Golden/faces.json`.
struct FaceDetectorTests {
    /// Pixels by which a box or a landmark may differ.
    private let tolerance: Float = 0.5

    @Test func boxesAndLandmarksOfTheSamples() throws {
        let golden = try Golden.load()
        let detector = try FaceNetworks().detector()
        for expected in golden.pictures {
            let faces = try detector.faces(in: Samples.picture(expected.name), minimumScore: golden.minimumScore)
            #expect(faces.count == expected.faces.count, "\(expected.name)")
            for (face, expected) in zip(faces, expected.faces) {
                let numbers =
                    [face.box.x, face.box.y, face.box.width, face.box.height]
                    + face.landmarks.points.flatMap { [$0.x, $0.y] }
                for (found, wanted) in zip(numbers, expected.box + expected.points) {
                    #expect(abs(found - wanted) <= tolerance, "\(face) ≠ \(expected)")
                }
                #expect(abs(face.score - expected.score) < 2e-3)
            }
        }
    }

    /// Two pictures that share one executor, because both are padded to 128×96.
    @Test func nothingIsLeftOfThePictureBefore() throws {
        let portrait = try Samples.picture("obama.jpg").resized(to: PixelSize(width: 97, height: 90))
        let other = try Samples.picture("biden.jpg").resized(to: PixelSize(width: 128, height: 96))
        let detector = try FaceNetworks().detector()
        let before = try detector.faces(in: portrait)
        #expect(before.count == 1)
        _ = try detector.faces(in: other)
        #expect(try detector.faces(in: portrait) == before)
    }

    @Test func aSceneWithoutPeopleHasNoFace() throws {
        let detector = try FaceNetworks().detector()
        #expect(try detector.faces(in: Picture(width: 70, height: 45, filledWith: .white)).isEmpty)
        #expect(try detector.faces(in: Picture(width: 1, height: 1, filledWith: .black)).isEmpty)
        #expect(try detector.faces(in: Samples.picture("flower.jpg")).isEmpty)
    }

    @Test func anotherNetworkIsRefused() throws {
        let networks = FaceNetworks()
        #expect(
            throws: FaceError.modelUnfit(
                model: "sface-2021dec", purpose: "detect faces", reason: "it has no output cls_8")
        ) { try FaceDetector(model: networks.store.graph(.sface), threads: networks.threads) }
    }

    @Test func executorsAreKeptForTheSizesThatCameLast() throws {
        var graph = Graph()
        graph.output("y", graph.relu(graph.input("x")))
        let executors = SizedExecutors(graph: graph, inputName: "x", capacity: 2, threads: ThreadPool(threads: 1))
        let first = try executors.executor(for: [1])
        _ = try executors.executor(for: [2])
        #expect(try executors.executor(for: [1]) === first)
        _ = try executors.executor(for: [3])
        #expect(executors.keptShapes == [[3], [1]])
        #expect(try executors.executor(for: [1]) === first)
    }
}
