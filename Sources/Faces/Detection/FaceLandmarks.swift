/// A place in a picture, in pixels; x grows to the right and y grows downwards.
package struct FacePoint: Codable, Equatable, Sendable {
    package var x: Float
    package var y: Float

    package init(x: Float, y: Float) {
        self.x = x
        self.y = y
    }

    package func distance(to other: FacePoint) -> Float {
        let dx = x - other.x
        let dy = y - other.y
        return (dx * dx + dy * dy).squareRoot()
    }
}

/// The five points that the detector finds and the aligner needs.
///
/// Right and left are the subject's own: the right eye stands on the left side of an unmirrored picture.
package struct FaceLandmarks: Codable, Equatable, Sendable {
    package var rightEye: FacePoint
    package var leftEye: FacePoint
    package var nose: FacePoint
    package var rightMouthCorner: FacePoint
    package var leftMouthCorner: FacePoint

    package init(
        rightEye: FacePoint, leftEye: FacePoint, nose: FacePoint, rightMouthCorner: FacePoint,
        leftMouthCorner: FacePoint
    ) {
        self.rightEye = rightEye
        self.leftEye = leftEye
        self.nose = nose
        self.rightMouthCorner = rightMouthCorner
        self.leftMouthCorner = leftMouthCorner
    }

    /// The points in the order of the detector's outputs and of the aligner's targets.
    package var points: [FacePoint] { [rightEye, leftEye, nose, rightMouthCorner, leftMouthCorner] }

    /// The mean distance of each point to the same one of `other`, in pixels.
    func distance(to other: FaceLandmarks) -> Float {
        zip(points, other.points).reduce(0) { $0 + $1.0.distance(to: $1.1) } / Float(points.count)
    }

    /// The distance between the eyes' centres in pixels, the field's measure of a face's size.
    package var eyeDistance: Float { rightEye.distance(to: leftEye) }
}
