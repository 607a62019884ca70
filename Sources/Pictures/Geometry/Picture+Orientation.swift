extension Picture {
    /// The picture as seen, from one whose pixels are stored in `orientation`.
    package func upright(from orientation: Orientation) -> Picture {
        guard orientation != .upright else { return self }
        let target = orientation.applied(to: size)
        return Picture(
            width: target.width, height: target.height, channels: channels,
            pixels: orientation.turned(pixels, size, channels),
            deep: deep.map { orientation.turned($0, size, channels) }, profile: profile)
    }
}

extension Orientation {
    /// The samples as seen of a picture of `size` as stored.
    @inline(__always)
    fileprivate func turned<Sample>(_ stored: [Sample], _ size: PixelSize, _ channels: Picture.Channels) -> [Sample] {
        let target = applied(to: size)
        let samples = channels.count
        // Where a pixel is stored is affine in where it is seen: a first place and two steps.
        func place(_ x: Int, _ y: Int) -> Int {
            let (column, row) = storedPosition(x: x, y: y, stored: size)
            return (row * size.width + column) * samples
        }
        let first = place(0, 0)
        let across = place(1, 0) - first
        let down = place(0, 1) - first
        return [Sample](unsafeUninitializedCapacity: stored.count) { output, count in
            stored.withUnsafeBufferPointer { input in
                // Tiles keep both the rows read and the columns written in the cache when sides are exchanged.
                for top in stride(from: 0, to: target.height, by: Self.tile) {
                    for left in stride(from: 0, to: target.width, by: Self.tile) {
                        for y in top..<min(top + Self.tile, target.height) {
                            var from = first + y * down + left * across
                            var to = (y * target.width + left) * samples
                            for _ in left..<min(left + Self.tile, target.width) {
                                for channel in 0..<samples {
                                    output.initializeElement(at: to + channel, to: input[from + channel])
                                }
                                from += across
                                to += samples
                            }
                        }
                    }
                }
            }
            count = stored.count
        }
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
