import Pictures
import Wire

extension FacePoint {
    package func distance(to other: FacePoint) -> Float {
        let dx = x - other.x
        let dy = y - other.y
        return (dx * dx + dy * dy).squareRoot()
    }

    fileprivate func turnedBack(from turn: Turn, width: Float, height: Float) -> FacePoint {
        switch turn {
        case .upright: self
        case .right: FacePoint(x: y, y: height - x)
        case .half: FacePoint(x: width - x, y: height - y)
        case .left: FacePoint(x: width - y, y: x)
        }
    }
}

extension FaceLandmarks {
    /// The points in the order of the detector's outputs and of the aligner's targets.
    var points: [FacePoint] { [rightEye, leftEye, nose, rightMouth, leftMouth] }

    /// - Parameter points: five, in the order of ``points``.
    init(points: [FacePoint]) {
        precondition(points.count == 5, "a face has five landmarks, not \(points.count)")
        self.init(
            rightEye: points[0], leftEye: points[1], nose: points[2], rightMouth: points[3], leftMouth: points[4])
    }

    /// The mean distance of each point to the same one of `other`, in pixels.
    func distance(to other: FaceLandmarks) -> Float {
        zip(points, other.points).reduce(0) { $0 + $1.0.distance(to: $1.1) } / Float(points.count)
    }

    /// The distance between the eyes' centres in pixels, the field's measure of a face's size.
    var eyeDistance: Float { rightEye.distance(to: leftEye) }
}

extension FaceBox: CustomStringConvertible {
    var area: Float { width * height }

    /// The same box in a picture that is `x` times as wide and `y` times as high.
    func scaled(x factorX: Float, y factorY: Float) -> FaceBox {
        FaceBox(x: x * factorX, y: y * factorY, width: width * factorX, height: height * factorY)
    }

    /// The box with all four numbers rounded.
    fileprivate func rounded(_ round: (Float) -> Float) -> FaceBox {
        FaceBox(x: round(x), y: round(y), width: round(width), height: round(height))
    }

    /// The box with all four numbers cut to whole pixels towards zero.
    var truncated: FaceBox { rounded { $0.rounded(.towardZero) } }

    /// Intersection over union, in 0…1; two empty boxes have 0.
    func overlap(with other: FaceBox) -> Float {
        let shared = shared(with: other)
        return shared > 0 ? shared / (area + other.area - shared) : 0
    }

    /// The area of both together.
    func shared(with other: FaceBox) -> Float {
        let sharedWidth = min(x + width, other.x + other.width) - max(x, other.x)
        let sharedHeight = min(y + height, other.y + other.height) - max(y, other.y)
        return sharedWidth > 0 && sharedHeight > 0 ? sharedWidth * sharedHeight : 0
    }

    /// `54×71 at (120, 88)`, in whole pixels.
    package var description: String {
        func whole(_ value: Float) -> Int { Int(value.rounded()) }
        return "\(whole(width))×\(whole(height)) at (\(whole(x)), \(whole(y)))"
    }
}

extension DetectedFace {
    /// Whether box and landmarks are numbers.
    var isFinite: Bool {
        [box.x, box.y, box.width, box.height].allSatisfy(\.isFinite)
            && landmarks.points.allSatisfy { $0.x.isFinite && $0.y.isFinite }
    }

    /// The same face, every landmark moved.
    func mapped(box: FaceBox, _ move: (FacePoint) -> FacePoint) -> DetectedFace {
        DetectedFace(
            box: box, landmarks: FaceLandmarks(points: landmarks.points.map(move)), score: score, turn: turn)
    }

    /// As a report gives it: hundredths of a pixel are more than a detector knows.
    package var rounded: DetectedFace {
        func hundredths(_ value: Float) -> Float { (value * 100).rounded() / 100 }
        var face = mapped(box: box.rounded(hundredths)) { FacePoint(x: hundredths($0.x), y: hundredths($0.y)) }
        face.score = Float(score.rounded4)
        return face
    }

    /// The same face in a picture of which this one is the part that begins at (x, y).
    func shifted(x: Float, y: Float) -> DetectedFace {
        var moved = box
        (moved.x, moved.y) = (box.x + x, box.y + y)
        return mapped(box: moved) { FacePoint(x: $0.x + x, y: $0.y + y) }
    }

    /// The same face in a picture that is `x` times as wide and `y` times as high.
    func scaled(x: Float, y: Float) -> DetectedFace {
        mapped(box: box.scaled(x: x, y: y)) { FacePoint(x: $0.x * x, y: $0.y * y) }
    }

    /// The same face in the same picture at another size.
    func scaled(from: PixelSize, to: PixelSize) -> DetectedFace {
        guard from != to else { return self }
        return scaled(x: Float(to.width) / Float(from.width), y: Float(to.height) / Float(from.height))
    }

    /// The face in a picture of `size`, from where it was found after the picture had been turned.
    func turnedBack(from turn: Turn, in size: PixelSize) -> DetectedFace {
        guard turn != .upright else { return self }
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
}

extension Picture {
    func turned(_ turn: Turn) -> Picture { upright(from: Orientation(turn)) }
}

extension Orientation {
    /// How pixels are stored that must be turned so.
    init(_ turn: Turn) {
        switch turn {
        case .upright: self = .upright
        case .right: self = .needsClockwiseTurn
        case .half: self = .upsideDown
        case .left: self = .needsAnticlockwiseTurn
        }
    }
}
