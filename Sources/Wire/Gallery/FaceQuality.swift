/// How well a face can be told from others', from what is measured on the picture, the aligned chip and the network's answer.
///
/// `overall` is the product of grades in 0…1, each 1 when the measure is good enough and falling linearly
/// to 0 where the measure leaves nothing to compare:
///
/// | measure | worthless | good enough |
/// |---|---|---|
/// | `detectorScore` | 0.5 | 0.9 |
/// | `eyeDistance` in pixels of the original picture | 5 | 25 |
/// | `sharpness`: standard deviation of the Laplacian of the chip's brightness | 1 | 5 |
/// | `frontality`: 1 − the nose's distance from the middle of the eyes, in half eye distances | −0.2 | 0.4 |
/// | `magnitude`: length of the network's answer before it is scaled to 1; known for SFace alone | 6.5 | 10.5 |
///
/// The bounds were set on 758 portraits that had been blurred, shrunk and made noisy: of those that no longer match
/// themselves, 81 % have less than 0.15; of those that still do (cosine above 0.7), 2 %; of 907 untouched ones, two. The
/// magnitude tells most: 10 to 15 for an ordinary portrait, 6 to 10 for one out of focus or upside down.
package struct FaceQuality: Codable, Equatable, Sendable {
    package let detectorScore: Float
    package let eyeDistance: Float
    package let sharpness: Float
    package let frontality: Float
    package let magnitude: Float?

    package init(
        detectorScore: Float, eyeDistance: Float, sharpness: Float, frontality: Float, magnitude: Float? = nil
    ) {
        self.detectorScore = detectorScore
        self.eyeDistance = eyeDistance
        self.sharpness = sharpness
        self.frontality = frontality
        self.magnitude = magnitude
    }

    /// 0…1, the product of the grades.
    package var overall: Float {
        Self.grade(detectorScore, worthless: 0.5, good: 0.9) * Self.grade(eyeDistance, worthless: 5, good: 25)
            * Self.grade(sharpness, worthless: 1, good: 5) * Self.grade(frontality, worthless: -0.2, good: 0.4)
            * (magnitude.map { Self.grade($0, worthless: 6.5, good: 10.5) } ?? 1)
    }

    private static func grade(_ value: Float, worthless: Float, good: Float) -> Float {
        min(max((value - worthless) / (good - worthless), 0), 1)
    }
}
