import Pictures
import Wire

/// Looks for the small faces of a large photograph, which the search of the whole makes too small to see: at twice its size, whatever that
/// search saw, and where faces show that are too small to be sure of there, in tiles at full size.
struct CrowdSearch {
    let detector: FaceDetector
    let scale: SearchScale
    let minimumScore: Float

    /// Pixels of a tile's side.
    static let side = 1280
    /// Neighbours share so much of a side: more than the faces that a tile is searched for are wide.
    private static let shared = side / 5
    /// A face that is narrower in the closer look means that others beside it may have been missed.
    private static let small: Float = 30
    /// What scores less there is not even the trace of a face: of 60 faces 13 pixels wide in a picture of 2560, one in thirty leaves one.
    private static let faintest: Float = 0.2
    /// A face of this width in the search of the whole was seen well enough there.
    private static let wide: Float = 100
    /// Of two boxes one is the other's part where so much of the smaller lies in the larger.
    private static let contained: Float = 0.6

    /// What a closer look sees.
    struct Look {
        /// With what the search of the whole saw, best first, in pixels of the photograph.
        let faces: [DetectedFace]
        /// Where small faces are, surely or perhaps, and others may be that it does not see; likewise.
        let crowded: [FaceBox]
    }

    /// At which long side a photograph is looked at once more; nil for one that the search of the whole sees as it is.
    func closerSide(_ size: PixelSize) -> Int? {
        size.longSide > scale.longest ? min(size.longSide, scale.closest) : nil
    }

    /// Looks at the whole photograph once more.
    ///
    /// Cost: four times the largest search of the whole at most, and the close-ups of faces that it did not see.
    /// - Parameters:
    ///   - picture: the photograph of `size` decoded, at ``closerSide(_:)`` or above; RGB without alpha.
    ///   - found: by the search of the whole, in pixels of `size`. They stay as they are.
    /// - Throws: `NetsError`.
    func look(at picture: Picture, of size: PixelSize, beside found: [DetectedFace]) throws -> Look {
        guard let side = closerSide(size) else { return Look(faces: found, crowded: []) }
        let shown = side == size.longSide ? size : size.fitted(longSide: side)
        let shrunk = Float(scale.longest) / Float(side)
        let traces = try detector.faces(
            in: picture.resized(to: shown, filter: .bilinear), minimumScore: min(Self.faintest, minimumScore))
        let search = FaceSearch(detector: detector, scale: scale, minimumScore: minimumScore)
        let new = try traces.filter { $0.score >= minimumScore && $0.box.width * shrunk < Self.wide }
            .map { $0.scaled(from: shown, to: size) }.filter { Self.isNew($0, beside: found) }
            .compactMap { try search.confirmed($0.scaled(from: size, to: picture.size), in: picture) }
            .map { $0.scaled(from: picture.size, to: size) }
        // What shows within a large face, such as a reflection in glasses, is no crowd.
        let crowded =
            side == size.longSide
            ? []
            : traces.filter { $0.box.width < Self.small }
                .map { $0.scaled(from: shown, to: size) }.filter { !Self.isPart($0, of: found) }
        return Look(
            faces: new.isEmpty ? found : (found + Self.merged(new)).sorted { $0.score > $1.score },
            crowded: crowded.map(\.box))
    }

    /// What the whole and the tiles show together, best first. Tiles are searched where the photograph is crowded, and beside those that
    /// show small faces.
    ///
    /// Cost: a search of 1280×1280 pixels for each tile, of which there are some (width·height) / 1,050,000, and the close-ups of its faces.
    /// - Parameters:
    ///   - picture: the whole photograph at full size; RGB without alpha.
    ///   - found: so far, in its pixels.
    ///   - crowded: as the closer look saw it.
    /// - Throws: `NetsError`.
    func faces(
        in picture: Picture, beside found: [DetectedFace], where crowded: [FaceBox]
    ) throws -> [DetectedFace] {
        let shrunk = Float(scale.longest) / Float(picture.size.longSide)
        let looked = Float(scale.closest) / Float(picture.size.longSide)
        let search = FaceSearch(detector: detector, scale: scale, minimumScore: minimumScore)
        let tiles = Self.tiles(of: picture.size)
        var searched: Set<Int> = []
        var waiting = tiles.indices.filter { place in crowded.contains { tiles[place].meets($0) } }
        var close: [DetectedFace] = []
        while let place = waiting.popLast() {
            guard searched.insert(place).inserted else { continue }
            let tile = tiles[place]
            let seen = try detector.faces(in: picture.cropped(to: tile), minimumScore: minimumScore)
                .map { $0.shifted(x: Float(tile.x), y: Float(tile.y)) }
                .filter { $0.box.width * shrunk < Self.wide && isWhole($0.box, in: tile, of: picture.size) }
                .compactMap { try search.confirmed($0, in: picture) }
            close += seen
            if seen.contains(where: { $0.box.width * looked < Self.small }) {
                waiting += tiles.indices.filter { tiles[$0].meets(FaceBox(tile)) }
            }
        }
        return Self.joined(close, found).sorted { $0.score > $1.score }
    }

    /// What tiles show, and what was found before them. A face of both is taken as a tile shows it, as its landmarks are more exact
    /// there; of a face that was found, no part becomes another, nor does one that was found within another go.
    static func joined(_ close: [DetectedFace], _ found: [DetectedFace]) -> [DetectedFace] {
        let fresh = merged(close).filter { !isPart($0, of: found) }
        return fresh + found.filter { isNew($0, beside: fresh) || isPart($0, of: found) }
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

    /// Every face once: of boxes that cover one another the best stays, of one within another the larger.
    static func merged(_ faces: [DetectedFace]) -> [DetectedFace] {
        NonMaximumSuppression().survivors(of: faces).sorted { $0.box.area > $1.box.area }.reduce(into: []) {
            kept, face in
            if isNew(face, beside: kept) { kept.append(face) }
        }
    }

    /// Whether a face is none of others, nor a part of one.
    static func isNew(_ face: DetectedFace, beside others: [DetectedFace]) -> Bool {
        others.allSatisfy { other in
            !isSame(face, other) && face.box.shared(with: other.box) <= contained * min(face.box.area, other.box.area)
        }
    }

    /// Whether a face lies within a larger one of others, but is not it.
    static func isPart(_ face: DetectedFace, of others: [DetectedFace]) -> Bool {
        others.contains { other in
            !isSame(face, other) && face.box.area < other.box.area
                && face.box.shared(with: other.box) > contained * face.box.area
        }
    }

    private static func isSame(_ face: DetectedFace, _ other: DetectedFace) -> Bool {
        face.box.overlap(with: other.box) > NonMaximumSuppression().maximumOverlap
    }
}

extension PixelRect {
    fileprivate func meets(_ box: FaceBox) -> Bool {
        box.x < Float(x + width) && box.x + box.width > Float(x) && box.y < Float(y + height)
            && box.y + box.height > Float(y)
    }
}

extension FaceBox {
    fileprivate init(_ rect: PixelRect) {
        self.init(x: Float(rect.x), y: Float(rect.y), width: Float(rect.width), height: Float(rect.height))
    }
}
