import Foundation

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
    /// Too near for a stranger, not near or clear enough for a match: somebody has to look.
    case review
    /// Nobody is near: a different person in a verification, a stranger in an identification.
    case unknown
}

/// The two cosine similarities between which somebody has to look.
package struct DecisionLines: Codable, Sendable, Equatable {
    /// Least cosine similarity of a match.
    package var match: Double
    /// Least cosine similarity of what is not simply unknown, at most ``match``.
    package var review: Double

    package init(match: Double, review: Double) {
        self.match = match
        self.review = min(match, review)
    }
}

/// Two faces, or a face and a person's best template, compared.
package struct FaceComparison: Codable, Sendable, Equatable {
    /// Cosine similarity, −1…1; higher is more alike.
    package var cosine: Double
    /// Euclidean distance of the normalised templates, 0…2; lower is more alike.
    package var l2: Double
    /// Least cosine similarity of a match.
    package var threshold: Double
    /// Least cosine similarity that somebody has to look at.
    package var review: Double
    /// `cosine` less `threshold`.
    package var margin: Double
    package var decision: FaceDecision
    /// How many times likelier such templates are of one person than of two, 10⁻⁶…10⁶; absent where nobody measured that of
    /// the model, and where a face shows too little.
    package var likelihoodRatio: Double?
    /// That both are one person, 0…1, where that was as likely as not before they were compared; as absent.
    package var probability: Double?
    /// What both were read off; as absent.
    package var calibratedBy: FaceEvidence.Source?

    /// The threshold that SFace's authors published for LFW (cosine 0.363, distance 1.128).
    package static let sfaceThreshold = 0.363
}

extension FaceComparison {
    /// - Parameters:
    ///   - isClear: whether the faces show enough for a match; what does not is left to somebody's eyes, and no evidence is read off
    ///     it, as that was measured on faces that do.
    package init(_ similarity: Similarity, lines: DecisionLines, isClear: Bool = true, evidence: FaceEvidence? = nil) {
        let evidence = isClear ? evidence : nil
        let bounded = evidence.map { Self.bounded($0.logRatio) }
        self.init(
            cosine: similarity.cosine.rounded4, l2: similarity.distance.rounded4, threshold: lines.match.rounded4,
            review: lines.review.rounded4, margin: (Double(similarity.cosine) - lines.match).rounded4,
            decision: FaceDecision(similarity, lines: lines, isClear: isClear),
            likelihoodRatio: bounded.map { exp($0).significant3 },
            probability: bounded.map { Self.probability(logRatio: $0).rounded4 }, calibratedBy: evidence?.source)
    }

    /// That two faces are one person's, where that was as likely as not; at least and at most one to a million.
    package static func probability(logRatio: Double) -> Double { 1 / (1 + exp(-bounded(logRatio))) }

    private static func bounded(_ logRatio: Double) -> Double { min(max(logRatio, -mostLogRatio), mostLogRatio) }

    /// Of a million to one: no sample that was measured says more.
    package static let mostLogRatio = log(1e6)
}

/// What two templates say of whether they are of one person.
package struct FaceEvidence: Sendable, Equatable {
    /// What it is read off.
    package enum Source: String, Codable, Sendable, CaseIterable {
        /// A logistic curve through the cosine.
        case cosine
        /// The logistic head of a learned model, which weighs each number of the templates.
        case logisticHead = "logistic-head"
    }

    /// The natural logarithm of how many times likelier they are of one person than of two.
    package let logRatio: Double
    package let source: Source

    package init(logRatio: Double, by source: Source) {
        self.logRatio = logRatio
        self.source = source
    }

    /// What it is worth where it is read off the nearest of so many templates: a stranger had as many chances.
    package func ofNearest(among count: Int) -> FaceEvidence {
        count > 1 ? FaceEvidence(logRatio: logRatio - log(Double(count)), by: source) : self
    }
}

extension FaceDecision {
    package init(_ similarity: Similarity, lines: DecisionLines, isClear: Bool = true) {
        switch similarity.cosine {
        case Float(lines.match)...: self = isClear ? .match : .review
        case Float(lines.review)...: self = .review
        default: self = .unknown
        }
    }
}

/// What is odd about a face of an answer.
package enum FaceWarning: String, Codable, Sendable, CaseIterable {
    /// Its landmarks lie on one point, or the network made nothing of it: it was compared with nobody.
    case unreadable
    /// Its quality is below what is enrolled, so that strangers may look like anybody.
    case qualityLow = "quality-low"
    /// Somebody else of the gallery is almost as near.
    case marginSmall = "margin-small"
    /// Somebody has said that it is not this person's.
    case denied
}

/// What a threshold was chosen for: how many strangers may be taken for somebody.
package struct ThresholdPromise: Codable, Sendable, Equatable {
    /// At most this share of strangers is taken for somebody, 0…1: the false positive identification rate.
    package var fpir: Double
    /// How many strangers that was measured on.
    package var strangers: Int
    /// The whole in words: `threshold 0.412: at most 1 % of strangers, 212 seen, N = 37`.
    package var sentence: String

    /// - Parameter templates: with how many a face is compared.
    package init(fpir: Double, strangers: Int, threshold: Double, templates: Int) {
        self.fpir = fpir
        self.strangers = strangers
        let cosine = (threshold * 1000).rounded() / 1000
        sentence =
            "threshold \(cosine): at most \((fpir * 100).plain) % of strangers, \(strangers) seen, N = \(templates)"
    }
}

extension BinaryFloatingPoint {
    /// To as many places as a report gives: cosines of the same picture on two machines differ in the fifth.
    package var rounded4: Double { (Double(self) * 10_000).rounded() / 10_000 }

    /// As a report gives a rate: one in ten thousand needs more places than a cosine.
    package var rounded6: Double { (Double(self) * 1e6).rounded() / 1e6 }

    /// Three significant figures, for what spans many powers of ten.
    fileprivate var significant3: Double {
        let value = Double(self)
        guard value != 0 else { return 0 }
        let scale = pow(10, 2 - log10(abs(value)).rounded(.down))
        return (value * scale).rounded() / scale
    }

    /// A whole number without its `.0`.
    package var plain: String {
        let value = Double(self).rounded4
        return value == value.rounded() ? "\(Int(value))" : "\(value)"
    }
}
