/// A rectangle of whole pixels: columns `x ..< x + width`, rows `y ..< y + height`. It may reach outside a picture.
package struct PixelRect: Sendable, Hashable {
    package var x: Int
    package var y: Int
    package var width: Int
    package var height: Int

    package init(x: Int, y: Int, width: Int, height: Int) {
        precondition(width >= 0 && height >= 0, "a rectangle of \(width) × \(height) pixels")
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    package var size: PixelSize { PixelSize(width: width, height: height) }
    package var isEmpty: Bool { width == 0 || height == 0 }

    /// The part inside a picture of `size`; empty when there is none.
    package func clipped(to size: PixelSize) -> PixelRect {
        let left = min(max(x, 0), size.width)
        let top = min(max(y, 0), size.height)
        let right = min(max(x + width, left), size.width)
        let bottom = min(max(y + height, top), size.height)
        return PixelRect(x: left, y: top, width: right - left, height: bottom - top)
    }
}

extension Picture {
    /// The part of the picture inside `rect`, which must meet the picture; what lies outside is left away.
    package func cropped(to rect: PixelRect) -> Picture {
        let part = rect.clipped(to: size)
        precondition(!part.isEmpty, "\(rect) does not meet a picture of \(width) × \(height) pixels")
        func cut<Sample>(_ stored: [Sample]) -> [Sample] {
            let samples = channels.count
            var output: [Sample] = []
            output.reserveCapacity(part.size.area * samples)
            for row in part.y..<(part.y + part.height) {
                let start = (row * width + part.x) * samples
                output.append(contentsOf: stored[start..<(start + part.width * samples)])
            }
            return output
        }
        return Picture(
            width: part.width, height: part.height, channels: channels, pixels: cut(pixels), deep: deep.map(cut),
            profile: profile)
    }
}
