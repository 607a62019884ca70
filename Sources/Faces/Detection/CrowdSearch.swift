import Pictures
import Wire

/// Looks for the small faces of a large photograph in tiles at full size, which the search of the whole makes too small to see.
struct CrowdSearch {
    let detector: FaceDetector
    let scale: SearchScale
    let minimumScore: Float

    /// Pixels of a tile's side.
    static let side = 1280
    /// Neighbours share so much of a side: more than the faces that a tile is searched for are wide.
    private static let shared = side / 5
    /// A face that is narrower in the search of the whole means that others may have been missed.
    private static let small: Float = 30
    /// A face of this width in the search of the whole was seen well enough there.
    private static let wide: Float = 100
    /// Of two boxes one is the other's part where so much of the smaller lies in the larger.
    private static let contained: Float = 0.6

    /// At which long side a large photograph is worth a closer look where nobody was seen at all; nil for one that was not
    /// made much smaller.
    func closerSide(_ size: PixelSize) -> Int? { size.longSide > 2 * scale.longest ? 2 * scale.longest : nil }

    /// Whether tiles may show more than a search of the whole did: the picture was made much smaller, and small faces were seen.
    ///
    /// - Parameter found: by the search of the whole, in pixels of `size`.
    func isWorthwhile(_ size: PixelSize, found: [DetectedFace]) -> Bool {
        let shrunk = Float(scale.longest) / Float(size.longSide)
        return closerSide(size) != nil && found.contains { $0.box.width * shrunk < Self.small }
    }

    /// What the whole and the tiles show together, best first.
    ///
    /// Cost: a search of 1280×1280 pixels for each of some (width·height) / 1,050,000 tiles, and the close-ups of its faces.
    /// - Parameters:
    ///   - picture: the whole photograph at full size; RGB without alpha.
    ///   - found: by the search of the whole, in its pixels.
    /// - Throws: `NetsError`.
    func faces(in picture: Picture, beside found: [DetectedFace]) throws -> [DetectedFace] {
        let shrunk = Float(scale.longest) / Float(picture.size.longSide)
        let search = FaceSearch(detector: detector, scale: scale, minimumScore: minimumScore)
        let close = try Self.tiles(of: picture.size).flatMap { tile in
            try detector.faces(in: picture.cropped(to: tile), minimumScore: minimumScore)
                .map { $0.shifted(x: Float(tile.x), y: Float(tile.y)) }
                .filter { $0.box.width * shrunk < Self.wide && isWhole($0.box, in: tile, of: picture.size) }
                .compactMap { try search.confirmed($0, in: picture) }
        }
        // Close ones first, as their landmarks are more exact.
        return Self.merged(NonMaximumSuppression().survivors(of: close) + found).sorted { $0.score > $1.score }
    }

    /// Tiles of one size that cover a picture and share a part with each neighbour.
    static func tiles(of size: PixelSize) -> [PixelRect] {
        func starts(_ length: Int) -> [Int] {
            guard length > side else { return [0] }
            let count = (length - shared + side - shared - 1) / (side - shared)
            return (0..<count).map { ($0 * (length - side)) / (count - 1) }
        }
        return starts(size.height).flatMap { y in
            starts(size.width).map { x in
                PixelRect(x: x, y: y, width: side, height: side).clipped(to: size)
            }
        }
    }

    /// Whether a face was not cut by an edge of its tile that lies within the picture.
    private func isWhole(_ box: FaceBox, in tile: PixelRect, of size: PixelSize) -> Bool {
        let (left, top) = (Float(tile.x), Float(tile.y))
        let (right, bottom) = (left + Float(tile.width), top + Float(tile.height))
        return (box.x > left || tile.x == 0) && (box.y > top || tile.y == 0)
            && (box.x + box.width < right || tile.x + tile.width == size.width)
            && (box.y + box.height < bottom || tile.y + tile.height == size.height)
    }

    /// Every face once: of boxes that cover one another the first stays.
    static func merged(_ faces: [DetectedFace]) -> [DetectedFace] {
        faces.reduce(into: []) { kept, face in
            let isNew = kept.allSatisfy { other in
                face.box.overlap(with: other.box) <= NonMaximumSuppression().maximumOverlap
                    && face.box.shared(with: other.box) <= contained * min(face.box.area, other.box.area)
            }
            if isNew { kept.append(face) }
        }
    }
}
