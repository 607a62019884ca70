/// An axis-parallel rectangle around a face, in pixels of the upright picture; the origin is the top left corner.
///
/// A box may reach outside its picture: a face cut off by the frame keeps the extent that the detector believes in.
package struct FaceBox: Codable, Equatable, Sendable {
    package var x: Float
    package var y: Float
    package var width: Float
    package var height: Float

    package init(x: Float, y: Float, width: Float, height: Float) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    package var area: Float { width * height }

    /// The same box in a picture that is `x` times as wide and `y` times as high.
    package func scaled(x factorX: Float, y factorY: Float) -> FaceBox {
        FaceBox(x: x * factorX, y: y * factorY, width: width * factorX, height: height * factorY)
    }

    /// The box with all four numbers cut to whole pixels towards zero.
    var truncated: FaceBox {
        FaceBox(
            x: x.rounded(.towardZero), y: y.rounded(.towardZero),
            width: width.rounded(.towardZero), height: height.rounded(.towardZero))
    }

    /// Intersection over union, in 0…1; two empty boxes have 0.
    package func overlap(with other: FaceBox) -> Float {
        let sharedWidth = min(x + width, other.x + other.width) - max(x, other.x)
        let sharedHeight = min(y + height, other.y + other.height) - max(y, other.y)
        guard sharedWidth > 0, sharedHeight > 0 else { return 0 }
        let shared = sharedWidth * sharedHeight
        return shared / (area + other.area - shared)
    }
}

extension FaceBox: CustomStringConvertible {
    /// `54×71 at (120, 88)`, in whole pixels.
    package var description: String {
        func whole(_ value: Float) -> Int { Int(value.rounded()) }
        return "\(whole(width))×\(whole(height)) at (\(whole(x)), \(whole(y)))"
    }
}
