/// One face that the detector found.
package struct DetectedFace: Codable, Equatable, Sendable {
    package var box: FaceBox
    package var landmarks: FaceLandmarks
    /// √(class · objectness), in 0…1.
    package var score: Float

    package init(box: FaceBox, landmarks: FaceLandmarks, score: Float) {
        self.box = box
        self.landmarks = landmarks
        self.score = score
    }

    /// The same face in a picture that is `x` times as wide and `y` times as high.
    package func scaled(x: Float, y: Float) -> DetectedFace {
        DetectedFace(box: box.scaled(x: x, y: y), landmarks: landmarks.scaled(x: x, y: y), score: score)
    }
}
