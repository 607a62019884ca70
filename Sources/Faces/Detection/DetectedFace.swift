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

    package func scaled(by factor: Float) -> DetectedFace {
        DetectedFace(box: box.scaled(by: factor), landmarks: landmarks.scaled(by: factor), score: score)
    }
}
