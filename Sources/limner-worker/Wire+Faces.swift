import Faces
import Wire

extension JobInput {
    var photograph: Photograph { Photograph(file: file) }
}

extension FaceFacts {
    init(_ face: DetectedFace) {
        self.init(
            box: Box(
                x: face.box.x.rounded2, y: face.box.y.rounded2, width: face.box.width.rounded2,
                height: face.box.height.rounded2),
            landmarks: Landmarks(
                rightEye: Point(face.landmarks.rightEye), leftEye: Point(face.landmarks.leftEye),
                nose: Point(face.landmarks.nose), rightMouth: Point(face.landmarks.rightMouthCorner),
                leftMouth: Point(face.landmarks.leftMouthCorner)),
            score: face.score.rounded4, turn: face.turn == .none ? nil : face.turn)
    }
}

extension Point {
    init(_ point: FacePoint) { self.init(x: point.x.rounded2, y: point.y.rounded2) }
}

extension FaceComparison {
    init(_ verification: Faces.Verification) {
        let threshold = Double(verification.threshold.cosine)
        self.init(
            cosine: verification.similarity.cosine.rounded4, l2: verification.similarity.distance.rounded4,
            threshold: verification.threshold.cosine.rounded4,
            margin: (Double(verification.similarity.cosine) - threshold).rounded4,
            decision: verification.decision == .match ? .match : .unknown)
    }
}

extension IdentificationResult.Face {
    init(_ identified: IdentifiedFace, threshold: Double) {
        let person: String? = if case .match(let person) = identified.decision.decision { person } else { nil }
        self.init(
            face: FaceFacts(identified.face), decision: person == nil ? .unknown : .match, person: person,
            threshold: threshold, margin: identified.decision.margin?.rounded4,
            candidates: identified.decision.candidates.map {
                .init(person: $0.person, cosine: $0.similarity.cosine.rounded4, l2: $0.similarity.distance.rounded4)
            })
    }
}

extension BinaryFloatingPoint {
    /// Hundredths of a pixel are more than a detector knows.
    var rounded2: Double { (Double(self) * 100).rounded() / 100 }
    /// Cosines of the same picture on two machines differ in the fifth digit.
    var rounded4: Double { (Double(self) * 10_000).rounded() / 10_000 }
}
