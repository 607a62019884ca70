/// A point of a picture in pixels, from the upper left corner, orientation applied.
package struct FacePoint: Codable, Sendable, Equatable {
    package var x: Float
    package var y: Float

    package init(x: Float, y: Float) {
        self.x = x
        self.y = y
    }
}

/// An axis-parallel rectangle around a face in pixels, from the upper left corner, orientation applied. It may reach over
/// the picture's edge: a face cut off by the frame keeps the extent that the detector believes in.
package struct FaceBox: Codable, Sendable, Equatable {
    package var x: Float
    package var y: Float
    package var width: Float
    package var height: Float

    package init(x: Float, y: Float, width: Float, height: Float) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }
}

/// The five points that the detector finds and the aligner needs. Right and left are the subject's own: the right eye is at
/// the left in the picture.
package struct FaceLandmarks: Codable, Sendable, Equatable {
    package var rightEye: FacePoint
    package var leftEye: FacePoint
    package var nose: FacePoint
    package var rightMouth: FacePoint
    package var leftMouth: FacePoint

    package init(
        rightEye: FacePoint, leftEye: FacePoint, nose: FacePoint, rightMouth: FacePoint, leftMouth: FacePoint
    ) {
        self.rightEye = rightEye
        self.leftEye = leftEye
        self.nose = nose
        self.rightMouth = rightMouth
        self.leftMouth = leftMouth
    }
}

/// By how many degrees a picture is turned clockwise.
package enum Turn: Int, Codable, Sendable, CaseIterable {
    case upright = 0
    case right = 90
    case half = 180
    case left = 270
}

/// A face that the detector found.
package struct DetectedFace: Codable, Sendable, Equatable {
    package var box: FaceBox
    package var landmarks: FaceLandmarks
    /// √(class · objectness), 0…1.
    package var score: Float
    /// How the picture has to be turned for the face to stand upright; absent where it does. Box and landmarks are those
    /// of the picture as it is.
    package var turn: Turn?

    package init(box: FaceBox, landmarks: FaceLandmarks, score: Float, turn: Turn? = nil) {
        self.box = box
        self.landmarks = landmarks
        self.score = score
        self.turn = turn
    }
}

package enum FaceDecision: String, Codable, Sendable, CaseIterable {
    case match
    /// Nobody reaches the threshold: a different person in a verification, a stranger in an identification.
    case unknown
}

/// Two faces, or a face and a person's best template, compared.
package struct FaceComparison: Codable, Sendable, Equatable {
    /// Cosine similarity, −1…1; higher is more alike.
    package var cosine: Double
    /// Euclidean distance of the normalised templates, 0…2; lower is more alike.
    package var l2: Double
    /// Least cosine similarity of a match.
    package var threshold: Double
    /// `cosine` less `threshold`.
    package var margin: Double
    package var decision: FaceDecision

    /// The threshold that SFace's authors published for LFW (cosine 0.363, distance 1.128).
    package static let sfaceThreshold = 0.363
}

extension FaceComparison {
    /// - Parameter threshold: least cosine similarity of a match, −1…1.
    package init(_ similarity: Similarity, threshold: Double) {
        self.init(
            cosine: similarity.cosine.rounded4, l2: similarity.distance.rounded4, threshold: threshold,
            margin: (Double(similarity.cosine) - threshold).rounded4,
            decision: FaceDecision(similarity, threshold: threshold))
    }
}

extension FaceDecision {
    package init(_ similarity: Similarity, threshold: Double) {
        self = similarity.cosine >= Float(threshold) ? .match : .unknown
    }
}

extension BinaryFloatingPoint {
    /// To as many places as a report gives: cosines of the same picture on two machines differ in the fifth.
    package var rounded4: Double { (Double(self) * 10_000).rounded() / 10_000 }
}
