import Pictures

@testable import Faces

extension Picture {
    /// Two pictures side by side, scaled to one height.
    static func montage(_ left: Picture, _ right: Picture, height: Int) -> Picture {
        let parts = [left, right].map { picture in
            picture.resized(to: PixelSize(width: picture.width * height / picture.height, height: height))
        }
        var pixels: [UInt8] = []
        for row in 0..<height {
            for part in parts { pixels += part.pixels[3 * row * part.width..<3 * (row + 1) * part.width] }
        }
        return Picture(width: parts[0].width + parts[1].width, height: height, pixels: pixels)
    }

    /// Puts another picture over this one.
    mutating func paste(_ other: Picture, x: Int, y: Int) {
        var pixels = self.pixels
        for row in 0..<other.height {
            let to = 3 * ((y + row) * width + x)
            pixels.replaceSubrange(
                to..<to + 3 * other.width, with: other.pixels[3 * row * other.width..<3 * (row + 1) * other.width])
        }
        self = Picture(width: width, height: height, pixels: pixels)
    }

    /// This picture as if it had come from a file.
    func photograph(_ name: String) throws -> PictureFile {
        try PictureFile(name: name, bytes: encodeJPEG(quality: 95))
    }
}
