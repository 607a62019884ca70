extension Picture {
    /// The picture as seen, from one whose pixels are stored in `orientation`.
    package func upright(from orientation: Orientation) -> Picture {
        guard orientation != .upright else { return self }
        let target = orientation.applied(to: size)
        let samples = channels.count
        // Where a pixel is stored is affine in where it is seen: a first place and two steps.
        func place(_ x: Int, _ y: Int) -> Int {
            let (column, row) = orientation.storedPosition(x: x, y: y, stored: size)
            return (row * width + column) * samples
        }
        let first = place(0, 0)
        let across = place(1, 0) - first
        let down = place(0, 1) - first
        let output = [UInt8](unsafeUninitializedCapacity: pixels.count) { output, count in
            pixels.withUnsafeBufferPointer { input in
                // Tiles keep both the rows read and the columns written in the cache when sides are exchanged.
                for top in stride(from: 0, to: target.height, by: Self.tile) {
                    for left in stride(from: 0, to: target.width, by: Self.tile) {
                        for y in top..<min(top + Self.tile, target.height) {
                            var from = first + y * down + left * across
                            var to = (y * target.width + left) * samples
                            for _ in left..<min(left + Self.tile, target.width) {
                                for channel in 0..<samples { output[to + channel] = input[from + channel] }
                                from += across
                                to += samples
                            }
                        }
                    }
                }
            }
            count = pixels.count
        }
        return Picture(
            width: target.width, height: target.height, channels: channels, pixels: output, profile: profile)
    }

    private static let tile = 32
}

extension Orientation {
    /// Where the pixel seen at (`x`, `y`) is stored. Affine, so it may be asked beyond the edges, too.
    func storedPosition(x: Int, y: Int, stored: PixelSize) -> (column: Int, row: Int) {
        let right = stored.width - 1
        let bottom = stored.height - 1
        return switch self {
        case .upright: (x, y)
        case .mirrored: (right - x, y)
        case .upsideDown: (right - x, bottom - y)
        case .upsideDownMirrored: (x, bottom - y)
        case .transposed: (y, x)
        case .needsClockwiseTurn: (y, bottom - x)
        case .antitransposed: (right - y, bottom - x)
        case .needsAnticlockwiseTurn: (right - y, x)
        }
    }
}
