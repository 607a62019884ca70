import Wire

extension FaceQuality {
    /// Measures a face and its chip.
    ///
    /// - Parameter magnitude: of the network's answer, where that is known to mean something.
    package init(face: DetectedFace, chip: FaceChip, magnitude: Float?) {
        self.init(
            detectorScore: face.score, eyeDistance: face.landmarks.eyeDistance, sharpness: Self.sharpness(of: chip),
            frontality: Self.frontality(of: face.landmarks), magnitude: magnitude)
    }

    /// Standard deviation of the four-neighbour Laplacian over the middle of the chip, where the face is.
    ///
    /// Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy" (2000), take the variance.
    static func sharpness(of chip: FaceChip) -> Float {
        let side = FaceChip.side
        let luma = chip.luma
        let margin = side / 8
        var sum = 0.0
        var squares = 0.0
        var count = 0.0
        for y in margin..<side - margin {
            for x in margin..<side - margin {
                let at = y * side + x
                let laplacian = Double(
                    luma[at - 1] + luma[at + 1] + luma[at - side] + luma[at + side] - 4 * luma[at])
                sum += laplacian
                squares += laplacian * laplacian
                count += 1
            }
        }
        let mean = sum / count
        return Float(max(squares / count - mean * mean, 0).squareRoot())
    }

    /// 1 when the nose stands midway between the eyes along the line that joins them, 0 when it stands beside an eye.
    static func frontality(of landmarks: FaceLandmarks) -> Float {
        let right = landmarks.rightEye
        let left = landmarks.leftEye
        let dx = left.x - right.x
        let dy = left.y - right.y
        let squared = dx * dx + dy * dy
        guard squared > 0 else { return 0 }
        let along = ((landmarks.nose.x - right.x) * dx + (landmarks.nose.y - right.y) * dy) / squared
        return max(1 - abs(along - 0.5) * 2, 0)
    }
}
