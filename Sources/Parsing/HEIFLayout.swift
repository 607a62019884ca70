/// What of a HEIF file makes its picture: coded pictures beside one another, transparency, what turns and crops them, and what the colours
/// mean (ISO/IEC 23008-12, clause 6, and AV1 Image File Format). Each coded picture can be had as a file of its own.
package struct HEIFLayout: Sendable {
    /// One coded picture, or tiles in reading order.
    package struct Canvas: Sendable {
        /// Before it is cropped and turned.
        package let size: PixelSize
        package let tile: PixelSize
        package let columns: Int
        /// Items, to be asked for by ``HEIFLayout/file(of:)``.
        package let items: [Int]
        package let transforms: [Transform]
        /// Bits a sample.
        package let depth: Int

        package var shownSize: PixelSize { transforms.reduce(size) { $1.applied(to: $0) } }
    }

    /// 6.5.9, 6.5.10, 6.5.12.
    package enum Transform: Sendable, Equatable {
        /// Within what is cropped.
        case crop(x: Int, y: Int, size: PixelSize)
        case turn(Orientation)

        func applied(to size: PixelSize) -> PixelSize {
            switch self {
            case .crop(_, _, let part): part
            case .turn(let orientation): orientation.applied(to: size)
            }
        }
    }

    package let colours: Canvas
    /// In the green of its pictures; without transforms of its own where those of the colours are meant.
    package let alpha: Canvas?
    /// The colours are multiplied by it.
    package let isPremultiplied: Bool
    /// Code points of ITU-T H.273 for primaries and curve; 2 where the file does not say.
    package let primaries: Int
    package let transfer: Int
    /// None of a grey picture.
    package let profile: ArraySlice<UInt8>?
    let isAV1: Bool
    private var items: HEIFItems
    private let saysColours: Bool

    package init(_ bytes: [UInt8]) throws(PictureHeader.Fault) {
        var items = try HEIFItems(of: bytes)
        guard let primary = items.primary else { throw .corrupt(reason: "it names no picture of its own") }
        colours = try Self.canvas(of: primary, in: &items)
        isAV1 = try items.codec(of: colours.items[0]) == .av1
        alpha = try Self.alpha(of: primary, colours, in: &items)
        isPremultiplied = !items.premultiplied.isDisjoint(with: [primary] + colours.items)
        // Tiles tell what their grid leaves out.
        let told = [primary, colours.items[0]].flatMap { items.properties(of: $0) }.filter { $0.name == "colr" }
        func body(_ kinds: [String]) -> ArraySlice<UInt8>? {
            told.first { colour in kinds.contains { colour.body.starts(with: $0.utf8) } }?.body.dropFirst(4)
        }
        let isGrey = items.isGrey(colours.items[0])
        profile = isGrey ? nil : body(["prof", "rICC"])
        var codes = ByteReader(body(["nclx"]) ?? [])
        (primaries, transfer) = (codes.big(2) ?? 2, codes.big(2) ?? 2)
        saysColours = isGrey || profile != nil || primaries != 2
        self.items = items
    }

    /// Where no words of the format itself say otherwise.
    mutating func isAdobeRGB() throws(PictureHeader.Fault) -> Bool {
        guard !saysColours else { return false }
        return try items.exif()?.isAdobeRGB ?? false
    }

    /// A coded picture as the only one of a file, neither cropped nor turned, so that nothing else that a stranger's file says reaches a
    /// decoder.
    ///
    /// - Throws: `truncated` where bytes of it are not here.
    package func file(of item: Int) throws(PictureHeader.Fault) -> [UInt8] {
        let codec = try items.codec(of: item)
        let pixels = try items.whole(item)
        // The matrix by which its colours are coded; where a tile does not tell, its grid may, which means nothing of transparency.
        let told = [item] + (Set(alpha?.items ?? []).contains(item) ? [] : [items.primary].compactMap(\.self))
        let colour = told.flatMap { items.properties(of: $0) }
            .first { $0.name == "colr" && $0.body.starts(with: "nclx".utf8) }
        let own = ["ispe", codec.configuration].compactMap { items.first($0, of: item)?.property }
        let properties = own + (colour.map { [$0] } ?? [])
        let brand = codec == .av1 ? "avif" : "heic"
        func number(_ value: Int, _ count: Int) -> [UInt8] {
            (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        func box(_ name: String, _ body: [UInt8]) -> [UInt8] { number(8 + body.count, 4) + Array(name.utf8) + body }
        func full(_ name: String, version: Int = 0, _ body: [UInt8]) -> [UInt8] {
            box(name, number(version << 24, 4) + body)
        }
        let kind = full("infe", version: 2, number(1, 2) + number(0, 2) + Array(codec.rawValue.utf8) + [0])
        let described = properties.flatMap { box($0.name, Array($0.body)) }
        let associations =
            number(1, 4) + number(1, 2) + number(properties.count, 1) + (1...properties.count).map(UInt8.init)
        func meta(_ place: Int) -> [UInt8] {
            full(
                "meta",
                full("hdlr", number(0, 4) + Array("pict".utf8) + number(0, 13)) + full("pitm", number(1, 2))
                    + full(
                        "iloc",
                        [0x44, 0] + number(1, 2) + number(1, 2) + number(0, 2) + number(1, 2)
                            + number(place, 4) + number(pixels.count, 4))
                    + full("iinf", number(1, 2) + kind)
                    + box("iprp", box("ipco", described) + full("ipma", associations)))
        }
        let type = box("ftyp", Array(brand.utf8) + number(0, 4) + Array("mif1".utf8) + Array(brand.utf8))
        return type + meta(type.count + meta(0).count + 8) + box("mdat", pixels)
    }

    // MARK: Checks

    /// Tiles and transparency are decoded as they come: so many pixels as the picture has, and some at the edges, must suffice.
    mutating func check() throws(PictureHeader.Fault) {
        for canvas in [colours] + (alpha.map { [$0] } ?? []) {
            let claimed = canvas.tile.area.multipliedReportingOverflow(by: canvas.items.count)
            let most = colours.size.area.multipliedReportingOverflow(by: 2)
            guard most.overflow || !claimed.overflow && claimed.partialValue - Self.edge <= most.partialValue else {
                throw .corrupt(reason: "its parts have more than twice its pixels")
            }
            for item in Set(canvas.items).sorted() { try items.checkStream(of: item) }
            try items.checkReading(canvas.items)
        }
    }

    /// What a row and a column of tiles may reach beyond a small picture.
    private static let edge = 4 << 20

    // MARK: Canvases

    private static func canvas(of item: Int, in items: inout HEIFItems) throws(PictureHeader.Fault) -> Canvas {
        let size = try items.size(of: item)
        let transforms = try transforms(of: item, size, in: items)
        guard items.kinds[item] == "grid" else {
            _ = try items.codec(of: item)
            return Canvas(
                size: size, tile: size, columns: 1, items: [item], transforms: transforms, depth: items.depth(of: item))
        }
        // 6.6.2.3: a version, whether sides take four bytes, rows and columns less one, the sides.
        var grid = ByteReader(try items.content(of: item)[...])
        guard grid.big(1) != nil, let flags = grid.big(1), let rows = grid.big(1), let columns = grid.big(1),
            let width = grid.big(flags & 1 == 1 ? 4 : 2), let height = grid.big(flags & 1 == 1 ? 4 : 2)
        else { throw .truncated }
        let tiles = items.parts[item] ?? []
        let wanted = (rows + 1) * (columns + 1)
        guard tiles.count == wanted else {
            throw .corrupt(reason: "its grid has \(tiles.count) tiles in place of \(wanted)")
        }
        guard size == PixelSize(width: width, height: height) else { throw .corrupt(reason: "it gives two sizes") }
        let tile = try items.size(of: tiles[0])
        for other in Set(tiles).sorted() {
            _ = try items.codec(of: other)
            guard try items.size(of: other) == tile else { throw .corrupt(reason: "its tiles have different sizes") }
        }
        guard tile.width * (columns + 1) >= width, tile.height * (rows + 1) >= height else {
            throw .corrupt(
                reason: "its tiles of \(tile.width) × \(tile.height) pixels do not cover its \(width) × \(height)")
        }
        // What tiles themselves are turned and cropped by is none of a grid's: writers repeat its own there.
        return Canvas(
            size: size, tile: tile, columns: columns + 1, items: tiles, transforms: transforms,
            depth: items.depth(of: tiles[0]))
    }

    /// Of the picture, or of each of its tiles.
    private static func alpha(
        of primary: Int, _ colours: Canvas, in items: inout HEIFItems
    ) throws(PictureHeader.Fault) -> Canvas? {
        var alphas: [Int: Bool] = [:]
        func isAlpha(_ item: Int) -> Bool {
            if let known = alphas[item] { return known }
            let found = items.isAlpha(item)
            alphas[item] = found
            return found
        }
        func mask(of item: Int) -> Int? { Set(items.auxiliaries[item] ?? []).sorted().first(where: isAlpha) }
        if let whole = mask(of: primary) { return try canvas(of: whole, in: &items) }
        // One tile may stand in many places.
        let known = Dictionary(uniqueKeysWithValues: Set(colours.items).map { ($0, mask(of: $0)) })
        let masks = colours.items.compactMap { known[$0] ?? nil }
        guard let first = masks.first else { return nil }
        guard masks.count == colours.items.count else {
            throw .unsupported(reason: "some of its tiles have a transparency and others have none")
        }
        for other in Set(masks).sorted() {
            _ = try items.codec(of: other)
            guard try items.size(of: other) == colours.tile else {
                throw .unsupported(reason: "the transparency of its tiles has another size than they have")
            }
        }
        return Canvas(
            size: colours.size, tile: colours.tile, columns: colours.columns, items: masks, transforms: [],
            depth: items.depth(of: first))
    }

    private static func transforms(
        of item: Int, _ size: PixelSize, in items: HEIFItems
    ) throws(PictureHeader.Fault) -> [Transform] {
        var (transforms, size): ([Transform], PixelSize) = ([], size)
        var seen: Set<String> = []
        for property in items.properties(of: item) {
            let flags = property.body.first ?? 0
            let transform: Transform
            switch property.name {
            case "clap": transform = try crop(property.body, of: size)
            // Quarters, anticlockwise.
            case "irot":
                transform = .turn(
                    [.upright, .needsAnticlockwiseTurn, .upsideDown, .needsClockwiseTurn][Int(flags & 3)])
            // Top for bottom, or left for right.
            case "imir": transform = .turn(flags & 1 == 0 ? .upsideDownMirrored : .mirrored)
            default: continue
            }
            // One of each is all that a file may have (ISO/IEC 23000-22, 7.3.6.7), and each costs a pass over the picture.
            guard seen.insert(property.name).inserted else {
                throw .corrupt(reason: "it is turned or cropped more than once")
            }
            transforms.append(transform)
            size = transform.applied(to: size)
        }
        return transforms
    }

    /// ISO/IEC 14496-12, 12.1.4: width and height, and how far its centre lies from the picture's, each as a fraction.
    private static func crop(_ body: ArraySlice<UInt8>, of size: PixelSize) throws(PictureHeader.Fault) -> Transform {
        var reader = ByteReader(body)
        func fraction() -> Double? {
            guard let over = reader.big(4), let under = reader.big(4), under > 0 else { return nil }
            return Double(Int32(truncatingIfNeeded: over)) / Double(under)
        }
        guard let width = fraction(), let height = fraction(), let across = fraction(), let down = fraction() else {
            throw .corrupt(reason: "its crop has no size")
        }
        func range(_ part: Double, _ offset: Double, _ side: Int) -> Range<Int>? {
            let count = part.rounded()
            let start = (offset + (Double(side) - part) / 2).rounded(.down)
            let range = Int(max(start, 0))..<Int(max(min(start + count, Double(side)), max(start, 0)))
            return range.isEmpty ? nil : range
        }
        guard let columns = range(width, across, size.width), let rows = range(height, down, size.height) else {
            throw .corrupt(reason: "its crop lies outside of it")
        }
        return .crop(
            x: columns.lowerBound, y: rows.lowerBound, size: PixelSize(width: columns.count, height: rows.count))
    }
}
