import Pictures
import Wire

/// Turns a face upright and cuts it out, as the embedding networks expect it.
package struct FaceAligner: Sendable {
    package init() {}

    /// The chip of the face with these landmarks: the similarity that brings them nearest to `FaceChip.landmarks`,
    /// applied with bilinear interpolation; what lies outside the picture is black.
    ///
    /// The same geometry as OpenCV's `FaceRecognizerSF::alignCrop`, which rounds positions to 1/32 of a pixel; this does
    /// not.
    /// - Parameter picture: RGB, without alpha.
    /// - Returns: nil when the landmarks lie on one point.
    package func chip(of landmarks: FaceLandmarks, in picture: Picture) -> FaceChip? {
        let targets = FaceChip.landmarks.points
        return view(of: landmarks, as: targets, side: FaceChip.side, in: picture).map {
            FaceChip(pixels: $0.picture.pixels)
        }
    }

    /// A square view of a face in which its landmarks lie as near to given places as a similarity brings them; as ``chip(of:in:)``.
    ///
    /// - Parameters:
    ///   - targets: where the five landmarks are to lie.
    ///   - side: of the view, in pixels.
    /// - Returns: the view, and what carries the picture's positions to its.
    func view(
        of landmarks: FaceLandmarks, as targets: [FacePoint], side: Int, in picture: Picture
    ) -> (picture: Picture, transform: SimilarityTransform)? {
        precondition(picture.channels == .rgb, "a face is cut from an RGB picture without alpha")
        guard
            let transform = SimilarityTransform(carrying: landmarks.points, nearestTo: targets),
            // A face so much larger or smaller than the view is a mistake of the detector, and would overflow.
            (1e-4...1e4).contains(transform.scale)
        else { return nil }
        let inverse = transform.inverse
        let pixels = [UInt8](unsafeUninitializedCapacity: 3 * side * side) { pixels, count in
            picture.pixels.withUnsafeBufferPointer { samples in
                let source = SampledPixels(samples: samples, width: picture.width, height: picture.height)
                for y in 0..<side {
                    for x in 0..<side {
                        let place = inverse(x: Double(x), y: Double(y))
                        let colour = source.sample(x: place.x, y: place.y)
                        for channel in 0..<3 { pixels[3 * (y * side + x) + channel] = colour[channel] }
                    }
                }
            }
            count = 3 * side * side
        }
        return (Picture(width: side, height: side, pixels: pixels), transform)
    }
}

/// An RGB picture that is asked for colours between its pixels.
private struct SampledPixels {
    let samples: UnsafeBufferPointer<UInt8>
    let width: Int
    let height: Int

    /// Interpolated bilinearly and rounded half up; black outside.
    func sample(x: Double, y: Double) -> SIMD4<UInt8> {
        guard x >= -1, y >= -1, x < Double(width), y < Double(height) else { return .zero }
        let column = Int(x.rounded(.down))
        let row = Int(y.rounded(.down))
        let fromLeft = Float(x - Double(column))
        let fromTop = Float(y - Double(row))
        let upper = pixel(column, row) * (1 - fromLeft) + pixel(column + 1, row) * fromLeft
        let lower = pixel(column, row + 1) * (1 - fromLeft) + pixel(column + 1, row + 1) * fromLeft
        let colour = upper * (1 - fromTop) + lower * fromTop
        return SIMD4<UInt8>(truncatingIfNeeded: SIMD4<Int32>(colour + 0.5))
    }

    private func pixel(_ column: Int, _ row: Int) -> SIMD4<Float> {
        guard column >= 0, row >= 0, column < width, row < height else { return .zero }
        let at = 3 * (row * width + column)
        return SIMD4(SIMD4<UInt8>(samples[at], samples[at + 1], samples[at + 2], 0))
    }
}

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

    /// As in a mirror, left for right.
    var mirrored: FaceChip {
        FaceChip(pixels: Picture(width: Self.side, height: Self.side, pixels: pixels).upright(from: .mirrored).pixels)
    }

    /// Brightness of every pixel by the Rec. 601 weights, `[112, 112]`, 0–255.
    var luma: [Float] {
        (0..<Self.side * Self.side).map { index in
            0.299 * Float(pixels[3 * index]) + 0.587 * Float(pixels[3 * index + 1])
                + 0.114 * Float(pixels[3 * index + 2])
        }
    }
}
