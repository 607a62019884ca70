/// A point of a picture in pixels, from the upper left corner, orientation applied.
package struct Point: Codable, Sendable, Equatable {
    package var x: Double
    package var y: Double

    package init(x: Double, y: Double) {
        self.x = x
        self.y = y
    }
}

/// A rectangle of a picture in pixels, from the upper left corner, orientation applied. It may reach over the picture's edge.
package struct Box: Codable, Sendable, Equatable {
    package var x: Double
    package var y: Double
    package var width: Double
    package var height: Double

    package init(x: Double, y: Double, width: Double, height: Double) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }
}

/// Right and left are the subject's own: the right eye is at the left in the picture.
package struct Landmarks: Codable, Sendable, Equatable {
    package var rightEye: Point
    package var leftEye: Point
    package var nose: Point
    package var rightMouth: Point
    package var leftMouth: Point

    package init(rightEye: Point, leftEye: Point, nose: Point, rightMouth: Point, leftMouth: Point) {
        self.rightEye = rightEye
        self.leftEye = leftEye
        self.nose = nose
        self.rightMouth = rightMouth
        self.leftMouth = leftMouth
    }
}

/// By how many degrees a picture is turned clockwise.
package enum Turn: Int, Codable, Sendable, CaseIterable {
    case none = 0
    case right = 90
    case half = 180
    case left = 270
}

/// A face that the detector found.
package struct FaceFacts: Codable, Sendable, Equatable {
    package var box: Box
    package var landmarks: Landmarks
    /// The detector's score, 0…1.
    package var score: Double
    /// How the picture has to be turned for the face to stand upright; absent where it does. Box and landmarks are those
    /// of the picture as it is.
    package var turn: Turn?

    package init(box: Box, landmarks: Landmarks, score: Double, turn: Turn? = nil) {
        self.box = box
        self.landmarks = landmarks
        self.score = score
        self.turn = turn
    }
}

package enum FaceDecisionName: String, Codable, Sendable, CaseIterable {
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
    package var decision: FaceDecisionName

    package init(cosine: Double, l2: Double, threshold: Double, margin: Double, decision: FaceDecisionName) {
        self.cosine = cosine
        self.l2 = l2
        self.threshold = threshold
        self.margin = margin
        self.decision = decision
    }
}
