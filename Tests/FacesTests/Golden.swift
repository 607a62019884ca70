import Foundation
import Wire

@testable import Faces

/// What OpenCV says, as written by `Golden/make_faces_golden.py`.
struct Golden: Decodable {
    struct Picture: Decodable {
        let name: String
        let width: Int
        let height: Int
        let faces: [Face]
    }

    struct Face: Decodable {
        /// x, y, width, height.
        let box: [Float]
        /// x and y of each of the five landmarks.
        let points: [Float]
        let score: Float
        /// The similarity onto the chip, two rows of three.
        let transform: [Double]
        /// RGB of every thirteenth pixel from row 4, column 5.
        let chipSamples: [UInt8]
        let embedding: [Float]
        let opencvEmbedding: [Float]

        var landmarks: FaceLandmarks { FaceLandmarks(coordinates: points) }
    }

    struct Fit: Decodable {
        let kind: String
        let points: [Float]
        let transform: [Double]
    }

    struct DrawnChip: Decodable {
        let variant: Int
        let embedding: [Float]
    }

    let minimumScore: Float
    let pictures: [Picture]
    let fits: [Fit]
    let drawnChips: [DrawnChip]

    static func load() throws -> Golden {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/faces.json")
        return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
    }
}

extension FaceLandmarks {
    init(coordinates: [Float]) {
        precondition(coordinates.count == 10)
        let points = (0..<5).map { FacePoint(x: coordinates[2 * $0], y: coordinates[2 * $0 + 1]) }
        self.init(
            rightEye: points[0], leftEye: points[1], nose: points[2], rightMouth: points[3],
            leftMouth: points[4])
    }
}

/// The cosine of the angle between two vectors of any length.
func cosine(_ left: [Float], _ right: [Float]) -> Double {
    precondition(left.count == right.count)
    var dot = 0.0
    var l = 0.0
    var r = 0.0
    for (a, b) in zip(left, right) {
        dot += Double(a) * Double(b)
        l += Double(a) * Double(a)
        r += Double(b) * Double(b)
    }
    return dot / (l * r).squareRoot()
}
