extension Colour {
    /// Black or white, whichever reads better on this colour.
    package var contrasting: Colour {
        let luma = 299 * Int(red) + 587 * Int(green) + 114 * Int(blue)
        return luma > 140_000 ? .black : .white
    }
}

extension Picture {
    /// Fills a rectangle, as far as it lies inside the picture. Where the picture has alpha it becomes opaque.
    ///
    /// - Parameter opacity: 0 leaves the picture as it is, 1 covers it.
    package mutating func fill(_ rect: PixelRect, with colour: Colour, opacity: Float = 1) {
        precondition((0...1).contains(opacity), "opacity \(opacity) is not in 0...1")
        let part = rect.clipped(to: size)
        let samples = channels.count
        deep = nil
        let paint = SIMD3(Float(colour.red), Float(colour.green), Float(colour.blue))
        for row in part.y..<(part.y + part.height) {
            for column in part.x..<(part.x + part.width) {
                let start = (row * width + column) * samples
                let behind = SIMD3(
                    Float(pixels[start]), Float(pixels[start + 1]), Float(pixels[start + 2]))
                let mixed = (behind + (paint - behind) * opacity).rounded(.toNearestOrAwayFromZero)
                for channel in 0..<3 { pixels[start + channel] = UInt8(mixed[channel]) }
                if channels == .rgba && opacity > 0 { pixels[start + 3] = 255 }
            }
        }
    }

    /// Lays an opaque picture over this one, its upper left corner at (`x`, `y`); it must lie inside.
    package mutating func draw(_ other: Picture, x: Int, y: Int) {
        precondition(
            channels == .rgb && other.channels == .rgb && x >= 0 && y >= 0 && x + other.width <= width
                && y + other.height <= height, "\(other.size) at (\(x), \(y)) is not inside \(size)")
        deep = nil
        for row in 0..<other.height {
            let start = ((y + row) * width + x) * 3
            pixels.replaceSubrange(
                start..<start + other.width * 3, with: other.pixels[row * other.width * 3..<(row + 1) * other.width * 3]
            )
        }
    }

    /// Draws the border of a rectangle, `thickness` pixels wide, inside its edge.
    package mutating func drawRectangle(_ rect: PixelRect, colour: Colour, thickness: Int = 1) {
        precondition(thickness >= 1, "a border of \(thickness) pixels")
        let across = min(thickness, rect.width)
        let down = min(thickness, rect.height)
        fill(PixelRect(x: rect.x, y: rect.y, width: rect.width, height: down), with: colour)
        fill(PixelRect(x: rect.x, y: rect.y + rect.height - down, width: rect.width, height: down), with: colour)
        fill(PixelRect(x: rect.x, y: rect.y, width: across, height: rect.height), with: colour)
        fill(PixelRect(x: rect.x + rect.width - across, y: rect.y, width: across, height: rect.height), with: colour)
    }

    /// Draws one line of text whose cell begins at (`x`, `y`); what lies outside the picture is not drawn.
    package mutating func drawText(_ text: String, x: Int, y: Int, colour: Colour, scale: Int = 1) {
        precondition(scale >= 1, "text at \(scale) pixels a dot")
        for (index, character) in text.enumerated() {
            let glyph = BitmapFont.glyph(for: character)
            let left = x + index * BitmapFont.advance * scale
            for row in 0..<BitmapFont.lineHeight {
                for column in 0..<BitmapFont.columns where glyph.isSet(column: column, row: row) {
                    let dot = PixelRect(x: left + column * scale, y: y + row * scale, width: scale, height: scale)
                    fill(dot, with: colour)
                }
            }
        }
    }

    /// Pixels a dot and a line that stay legible when the whole picture is looked at: 1 below 600 pixels a side, growing
    /// with it.
    package var legibleScale: Int { max(1, (size.longSide + 200) / 400) }
}
