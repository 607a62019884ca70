import Pictures
import Wire

/// A face cut out of its picture and brought to one size: a second look that costs little, in whichever turn.
struct FaceCloseUp {
    /// Pixels a side.
    static let side = 128
    /// The side of the square that is cut out, as a multiple of the box's longer side.
    private static let surroundings: Float = 1.6
    /// Longer sides are the detector's mistakes, and would overflow.
    private static let longest: Float = 1_048_576

    /// `[side, side]`, RGB; what lies outside the picture is black.
    let picture: Picture
    private let origin: FacePoint
    /// Pixels of the whole picture a pixel of the close-up.
    private let scale: Float

    /// - Parameters:
    ///   - face: where it lies in `picture`.
    ///   - picture: RGB, without alpha.
    /// - Returns: nil when the face lies outside the picture, or is beyond any size.
    init?(of face: DetectedFace, in picture: Picture) {
        let box = face.box
        let extent = max(box.width, box.height) * Self.surroundings
        guard (1...Self.longest).contains(extent), abs(box.x) < Self.longest, abs(box.y) < Self.longest else {
            return nil
        }
        let square = PixelRect(
            x: Int((box.x + box.width / 2 - extent / 2).rounded()),
            y: Int((box.y + box.height / 2 - extent / 2).rounded()), width: Int(extent), height: Int(extent))
        let part = square.clipped(to: picture.size)
        guard !part.isEmpty else { return nil }
        let scale = Float(square.width) / Float(Self.side)
        func shrunk(_ length: Int) -> Int { Int((Float(length) / scale).rounded()) }
        let left = min(shrunk(part.x - square.x), Self.side - 1)
        let top = min(shrunk(part.y - square.y), Self.side - 1)
        let inside = picture.cropped(to: part).resized(
            to: PixelSize(
                width: min(max(shrunk(part.width), 1), Self.side - left),
                height: min(max(shrunk(part.height), 1), Self.side - top)), filter: .bilinear)
        var pixels = [UInt8](repeating: 0, count: 3 * Self.side * Self.side)
        for row in 0..<inside.height {
            let from = 3 * row * inside.width
            let to = 3 * ((top + row) * Self.side + left)
            pixels.replaceSubrange(to..<to + 3 * inside.width, with: inside.pixels[from..<from + 3 * inside.width])
        }
        self.picture = Picture(width: Self.side, height: Self.side, pixels: pixels)
        self.scale = scale
        origin = FacePoint(x: Float(square.x), y: Float(square.y))
    }

    /// The place in the whole picture of what was found in the close-up after it had been turned.
    func placed(_ face: DetectedFace, turned turn: Turn) -> DetectedFace {
        let face = face.turnedBack(from: turn, in: picture.size)
        var box = face.box.scaled(x: scale, y: scale)
        (box.x, box.y) = (box.x + origin.x, box.y + origin.y)
        return face.mapped(box: box) { FacePoint(x: $0.x * scale + origin.x, y: $0.y * scale + origin.y) }
    }
}
