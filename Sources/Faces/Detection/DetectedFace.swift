import Pictures
import Wire

/// One face that the detector found.
package struct DetectedFace: Codable, Equatable, Sendable {
    package var box: FaceBox
    package var landmarks: FaceLandmarks
    /// √(class · objectness), in 0…1.
    package var score: Float
    /// How the picture has to be turned for this face to stand upright; box and landmarks are those of the unturned picture.
    package var turn: Turn

    package init(box: FaceBox, landmarks: FaceLandmarks, score: Float, turn: Turn = .none) {
        self.box = box
        self.landmarks = landmarks
        self.score = score
        self.turn = turn
    }

    /// The same face in a picture that is `x` times as wide and `y` times as high.
    package func scaled(x: Float, y: Float) -> DetectedFace {
        mapped(box: box.scaled(x: x, y: y)) { FacePoint(x: $0.x * x, y: $0.y * y) }
    }

    /// The same face in the same picture at another size.
    func scaled(from: PixelSize, to: PixelSize) -> DetectedFace {
        guard from != to else { return self }
        return scaled(x: Float(to.width) / Float(from.width), y: Float(to.height) / Float(from.height))
    }

    /// The face in a picture of `size`, from where it was found after the picture had been turned.
    func turnedBack(from turn: Turn, in size: PixelSize) -> DetectedFace {
        guard turn != .none else { return self }
        let (width, height) = (Float(size.width), Float(size.height))
        // Boxes are made of edges, landmarks of pixels' centres: the last pixel's number is one less than the width.
        let corners = [FacePoint(x: box.x, y: box.y), FacePoint(x: box.x + box.width, y: box.y + box.height)]
            .map { $0.turnedBack(from: turn, width: width, height: height) }
        let box = FaceBox(
            x: min(corners[0].x, corners[1].x), y: min(corners[0].y, corners[1].y),
            width: abs(corners[0].x - corners[1].x), height: abs(corners[0].y - corners[1].y))
        var face = mapped(box: box) { $0.turnedBack(from: turn, width: width - 1, height: height - 1) }
        face.turn = turn
        return face
    }

    /// The same face, every landmark moved.
    func mapped(box: FaceBox, _ move: (FacePoint) -> FacePoint) -> DetectedFace {
        DetectedFace(
            box: box,
            landmarks: FaceLandmarks(
                rightEye: move(landmarks.rightEye), leftEye: move(landmarks.leftEye), nose: move(landmarks.nose),
                rightMouthCorner: move(landmarks.rightMouthCorner), leftMouthCorner: move(landmarks.leftMouthCorner)),
            score: score, turn: turn)
    }
}

extension FacePoint {
    fileprivate func turnedBack(from turn: Turn, width: Float, height: Float) -> FacePoint {
        switch turn {
        case .none: self
        case .right: FacePoint(x: y, y: height - x)
        case .half: FacePoint(x: width - x, y: height - y)
        case .left: FacePoint(x: width - y, y: x)
        }
    }
}

extension Picture {
    func turned(_ turn: Turn) -> Picture { upright(from: Orientation(turn)) }
}

extension Orientation {
    /// How pixels are stored that must be turned so.
    init(_ turn: Turn) {
        switch turn {
        case .none: self = .upright
        case .right: self = .needsClockwiseTurn
        case .half: self = .upsideDown
        case .left: self = .needsAnticlockwiseTurn
        }
    }
}
