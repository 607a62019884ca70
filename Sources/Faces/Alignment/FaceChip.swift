import Wire

/// An upright, centred face of 112×112 pixels, as the embedding networks were trained on.
package struct FaceChip: Equatable, Sendable {
    /// Pixels a side.
    package static let side = 112

    /// Where the five landmarks of every chip come to lie: the template of ArcFace (Deng et al., 2019) as rounded in
    /// OpenCV's `modules/objdetect/src/face_recognize.cpp`.
    package static let landmarks = FaceLandmarks(
        rightEye: FacePoint(x: 38.2946, y: 51.6963), leftEye: FacePoint(x: 73.5318, y: 51.5014),
        nose: FacePoint(x: 56.0252, y: 71.7366), rightMouth: FacePoint(x: 41.5493, y: 92.3655),
        leftMouth: FacePoint(x: 70.7299, y: 92.2041))

    /// `[112, 112, 3]`, RGB, 0–255.
    package let pixels: [UInt8]

    package init(pixels: [UInt8]) {
        precondition(
            pixels.count == 3 * Self.side * Self.side,
            "a face chip has \(Self.side)×\(Self.side) RGB pixels, not \(pixels.count) bytes")
        self.pixels = pixels
    }

    /// Brightness of every pixel by the Rec. 601 weights, `[112, 112]`, 0–255.
    var luma: [Float] {
        (0..<Self.side * Self.side).map { index in
            0.299 * Float(pixels[3 * index]) + 0.587 * Float(pixels[3 * index + 1])
                + 0.114 * Float(pixels[3 * index + 2])
        }
    }
}
