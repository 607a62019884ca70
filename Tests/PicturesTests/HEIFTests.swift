import Foundation
import Testing

@testable import Parsing
@testable import Pictures

/// A HEIF file of items whose bytes stand in its metadata, so that nothing counts places.
private struct HEIFFile {
    struct Item {
        let kind: String
        let body: [UInt8]
        /// Boxes.
        var properties: [[UInt8]]
    }

    /// Numbered from 1, which is the picture.
    var items: [Item]
    var references: [(kind: String, from: Int, to: [Int])] = []
    var brands = ["heic", "mif1"]
    var behind: [UInt8] = []

    static func number(_ value: Int, _ count: Int = 4) -> [UInt8] {
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    static func box(_ name: String, _ body: [UInt8]) -> [UInt8] { number(8 + body.count) + Array(name.utf8) + body }

    static func full(_ name: String, version: Int = 0, _ body: [UInt8]) -> [UInt8] {
        box(name, number(version << 24) + body)
    }

    static func size(_ width: Int, _ height: Int) -> [UInt8] { full("ispe", number(width) + number(height)) }

    static func crop(_ x: Int, _ y: Int, _ width: Int, _ height: Int, of size: PixelSize) -> [UInt8] {
        let offsets = [(x, width, size.width), (y, height, size.height)].flatMap { start, part, side in
            number(2 * start + part - side) + number(2)
        }
        return box("clap", number(width) + number(1) + number(height) + number(1) + offsets)
    }

    var bytes: [UInt8] {
        typealias File = HEIFFile
        var (places, stored, kinds, properties, uses): ([UInt8], [UInt8], [UInt8], [UInt8], [UInt8]) = (
            [], [], [], [], []
        )
        var count = 0
        for (index, item) in items.enumerated() {
            places += File.number(index + 1, 2) + [0, 1, 0, 0, 0, 1] + File.number(stored.count)
            places += File.number(item.body.count)
            stored += item.body
            kinds += File.full("infe", version: 2, File.number(index + 1, 2) + [0, 0] + Array(item.kind.utf8) + [0])
            uses += File.number(index + 1, 2) + [UInt8(item.properties.count)]
            for property in item.properties {
                count += 1
                properties += property
                uses.append(UInt8(count))
            }
        }
        let references = references.flatMap { kind, from, to in
            File.box(kind, File.number(from, 2) + File.number(to.count, 2) + to.flatMap { File.number($0, 2) })
        }
        var meta = File.full("hdlr", File.number(0) + Array("pict".utf8) + [UInt8](repeating: 0, count: 13))
        meta += File.full("pitm", [0, 1])
        meta += File.full("iloc", version: 1, [0x44, 0] + File.number(items.count, 2) + places)
        meta += File.full("iinf", File.number(items.count, 2) + kinds) + File.full("iref", references)
        meta += File.box("iprp", File.box("ipco", properties) + File.full("ipma", File.number(items.count) + uses))
        let type = Array(brands[0].utf8) + File.number(0) + brands.flatMap { Array($0.utf8) }
        return File.box("ftyp", type) + File.full("meta", meta + File.box("idat", stored)) + behind
    }

    func file() throws -> PictureFile { try PictureFile(name: "made", bytes: bytes) }
    func decode() throws -> Picture { try file().decode() }
}

/// Pictures of several items, turned and cropped, with transparency and of many bits, in HEIC and AVIF.
@Suite struct HEIFTests {
    /// Of the fixtures' coded pictures: HEVC's are filled up to a block.
    fileprivate static let sizes = ["heic": PixelSize(width: 64, height: 64), "avif": PixelSize(width: 13, height: 9)]
    fileprivate static let codecs = ["heic", "avif"]

    /// The coded picture of a fixture and its transparency, with the boxes that a decoder needs.
    private func coded(_ name: String) throws -> [HEIFFile.Item] {
        let layout = try HEIFLayout(Fixtures.file(name).bytes)
        return try (layout.colours.items + (layout.alpha?.items ?? [])).map { item in
            let file = try layout.file(of: item)
            let kind = name.hasPrefix("heic") ? "hvc1" : "av01"
            // Transparency has no meaning of colours.
            let boxes = try [kind == "hvc1" ? "hvcC" : "av1C", "nclx"].compactMap { box -> [UInt8]? in
                guard let name = file.firstIndex(of: Array(box.utf8)) else {
                    try #require(box == "nclx" && layout.alpha?.items.contains(item) == true)
                    return nil
                }
                let at = name - (box == "nclx" ? 8 : 4)
                return Array(file[at..<at + Int(file[at + 2]) << 8 + Int(file[at + 3])])
            }
            let pixels = try #require(file.firstIndex(of: Array("mdat".utf8))) + 4
            let sized = HEIFFile.size(layout.colours.size.width, layout.colours.size.height)
            return HEIFFile.Item(kind: kind, body: Array(file[pixels...]), properties: [sized] + boxes)
        }
    }

    private func single(_ name: String, _ transforms: [[UInt8]] = []) throws -> HEIFFile {
        var item = try coded(name)[0]
        item.properties += transforms
        return HEIFFile(items: [item])
    }

    /// - Parameter size: of the grid; nil for all of its tiles.
    private func grid(
        _ name: String, columns: Int = 2, rows: Int = 1, _ size: PixelSize? = nil, transforms: [[UInt8]] = [],
        ofTiles: [[UInt8]] = [], saying said: PixelSize? = nil, tiles: Int? = nil
    ) throws -> HEIFFile {
        var item = try coded(name)[0]
        let tile = try said ?? #require(Self.sizes[name])
        let size = size ?? PixelSize(width: tile.width * columns, height: tile.height * rows)
        item.properties[0] = HEIFFile.size(tile.width, tile.height)
        item.properties += ofTiles
        let count = tiles ?? columns * rows
        let sides = HEIFFile.number(size.width, 2) + HEIFFile.number(size.height, 2)
        let whole = HEIFFile.Item(
            kind: "grid", body: [0, 0, UInt8(rows - 1), UInt8(columns - 1)] + sides,
            properties: [HEIFFile.size(size.width, size.height)] + transforms)
        return HEIFFile(
            items: [whole] + [HEIFFile.Item](repeating: item, count: count),
            references: [("dimg", 1, Array(2..<2 + count))])
    }

    private func damage(_ file: HEIFFile) throws -> String {
        let error = try pictureError { _ = try file.decode() }
        guard case .corrupt(_, let reason) = error else { throw error }
        return reason
    }

    /// ITU-T H.265, 7.4.2: no two zeros stand before a byte below three, and at the end of a unit a few at most.
    @Test func `bytes that HEVC does not make are damage`() throws {
        let plain = try single("heic")
        let size = try plain.decode().size
        let body = plain.items[0].body
        func changed(_ places: Range<Int>, _ bytes: [UInt8]) -> HEIFFile {
            var file = plain
            var body = body
            body.replaceSubrange(places, with: bytes)
            file.items[0] = HEIFFile.Item(kind: "hvc1", body: body, properties: plain.items[0].properties)
            return file
        }
        #expect(try plain.file().header().storedSize == size)
        let middle = body.count / 2
        for bytes in [[0, 0, 0], [0, 0, 1], [0, 0, 2]] as [[UInt8]] {
            #expect(try damage(changed(middle..<middle + 3, bytes)).contains("HEVC does not make"), "\(bytes)")
        }
        func ended(by zeros: Int) -> HEIFFile {
            changed(body.count - zeros..<body.count, [UInt8](repeating: 0, count: zeros))
        }
        #expect(try damage(ended(by: 16)).contains("HEVC does not make"))
        #expect(throws: Never.self) { try ended(by: 8).file().header() }
        #expect(throws: Never.self) { try changed(middle..<middle + 3, [0, 0, 3]).file().header() }
    }

    @Test func `a grey picture has no profile of RGB`() throws {
        var file = try single("heic")
        let profile = Array(Fixtures.all.profile)
        file.items[0].properties.append(HEIFFile.box("colr", Array("prof".utf8) + profile))
        #expect(try HEIFLayout(file.bytes).profile.map(Array.init) == profile)
        // The format of colour differences, in its decoder's configuration.
        let place = 8 + 16
        let index = try #require(file.items[0].properties.firstIndex { $0[4...].starts(with: "hvcC".utf8) })
        file.items[0].properties[index][place] &= ~3
        #expect(try HEIFLayout(file.bytes).profile == nil)
    }

    // MARK: Grids

    @Test(arguments: HEIFTests.codecs) func `tiles lie beside and below one another`(name: String) throws {
        let tile = try single(name).decode()
        let (width, height) = (tile.width, tile.height)
        let picture = try grid(name, columns: 2, rows: 2, PixelSize(width: width + 7, height: 2 * height)).decode()
        #expect(picture.size == PixelSize(width: width + 7, height: 2 * height))
        for (x, y) in [(0, 0), (width, 0), (0, height), (width, height)] {
            let shown = PixelRect(x: x, y: y, width: x == 0 ? width : 7, height: height)
            let expected = tile.cropped(to: PixelRect(x: 0, y: 0, width: shown.width, height: height))
            #expect(picture.cropped(to: shown).pixels == expected.pixels)
        }
        // Tiles that are not shown.
        #expect(try grid(name, columns: 2, rows: 2, tile.size).decode().pixels == tile.pixels)
    }

    /// What no tile covers has no pixels: a decoder would leave there what its memory held.
    @Test(arguments: HEIFTests.codecs) func `tiles that do not cover their grid are damage`(name: String) throws {
        let tile = try #require(Self.sizes[name])
        let wider = PixelSize(width: 2 * tile.width + 1, height: tile.height)
        let higher = PixelSize(width: 2 * tile.width, height: tile.height + 1)
        #expect(try damage(grid(name, wider)).contains("do not cover"))
        #expect(try damage(grid(name, higher)).contains("do not cover"))
        #expect(try damage(grid(name, tiles: 1)).contains("1 tiles in place of 2"))
        let error = try pictureError { _ = try grid(name, wider).file().header() }
        guard case .corrupt = error else { throw error }
        // Their streams have fewer pixels than they say.
        let larger = PixelSize(width: tile.width + 2, height: tile.height + 1)
        #expect(try damage(grid(name, saying: larger)).contains("another size"))
        var mixed = try grid(name)
        mixed.items[2].properties[0] = HEIFFile.size(tile.width - 1, tile.height)
        #expect(try damage(mixed).contains("different sizes"))
        let outside = HEIFFile.crop(3 * tile.width, 0, 4, 4, of: PixelSize(width: 2 * tile.width, height: tile.height))
        #expect(try damage(grid(name, transforms: [outside])).contains("crop"))
    }

    /// Each would cost a pass over all pixels, and a stranger's file may name one property thousands of times.
    @Test(arguments: HEIFTests.codecs) func `what is turned more than once is damage`(name: String) throws {
        let turn = HEIFFile.box("irot", [1])
        #expect(try damage(single(name, [turn, turn])).contains("more than once"))
        #expect(try damage(grid(name, transforms: [turn, HEIFFile.box("imir", [0]), turn])).contains("more than once"))
    }

    /// `avifenc --grid 2x1 --irot 1` writes both.
    @Test(arguments: HEIFTests.codecs) func `a grid is turned as a whole, its tiles are not`(name: String) throws {
        let turn = HEIFFile.box("irot", [1])
        let upright = try grid(name).decode()
        let seen = try grid(name, transforms: [turn], ofTiles: [turn]).decode()
        #expect(seen == upright.upright(from: .needsAnticlockwiseTurn))
        let crop = HEIFFile.crop(3, 2, 20, 6, of: upright.size)
        let part = try grid(name, transforms: [crop], ofTiles: [crop]).decode()
        #expect(part == upright.cropped(to: PixelRect(x: 3, y: 2, width: 20, height: 6)))
    }

    // MARK: Transparency

    /// Of a picture of a size, and what is seen then.
    fileprivate static let transforms:
        [(boxes: @Sendable (PixelSize) -> [[UInt8]], seen: @Sendable (Picture) -> Picture)] =
            [
                ({ _ in [HEIFFile.box("irot", [1])] }, { $0.upright(from: .needsAnticlockwiseTurn) }),
                ({ _ in [HEIFFile.box("irot", [2])] }, { $0.upright(from: .upsideDown) }),
                ({ _ in [HEIFFile.box("irot", [3])] }, { $0.upright(from: .needsClockwiseTurn) }),
                ({ _ in [HEIFFile.box("imir", [0])] }, { $0.upright(from: .upsideDownMirrored) }),
                ({ _ in [HEIFFile.box("imir", [1])] }, { $0.upright(from: .mirrored) }),
                (
                    { [HEIFFile.crop(2, 1, 8, 6, of: $0), HEIFFile.box("irot", [1]), HEIFFile.box("imir", [1])] },
                    {
                        $0.cropped(to: PixelRect(x: 2, y: 1, width: 8, height: 6)).upright(
                            from: .needsAnticlockwiseTurn
                        )
                        .upright(from: .mirrored)
                    }
                ),
            ]

    private func transparent(_ name: String, _ ofColours: [[UInt8]], _ ofAlpha: [[UInt8]]) throws -> HEIFFile {
        var items = try coded("\(name)-alpha")
        items[0].properties += ofColours
        let kind = "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha"
        items[1].properties += [HEIFFile.full("auxC", Array(kind.utf8) + [0])] + ofAlpha
        return HEIFFile(items: items, references: [("auxl", 2, [1])])
    }

    @Test(arguments: HEIFTests.codecs, HEIFTests.transforms.indices)
    func `transparency is turned and cropped with its colours`(name: String, index: Int) throws {
        let plain = try transparent(name, [], []).decode()
        let fixture = try Fixtures.file("\(name)-alpha").decode()
        let shown = plain.cropped(to: PixelRect(x: 0, y: 0, width: fixture.width, height: fixture.height))
        #expect(shown.pixels == fixture.pixels && plain.channels == .rgba)
        let boxes = Self.transforms[index].boxes(plain.size)
        let seen = Self.transforms[index].seen
        let expected = seen(plain)
        #expect(try transparent(name, boxes, []).decode() == expected)
        #expect(try transparent(name, boxes, boxes).decode() == expected)
        #expect(try transparent(name, boxes, []).file().header().size == expected.size)
    }

    // MARK: Kinds

    @Test(arguments: ["isom", "mp42", "qt  ", "1pic", "MiHB", "mif2", "MA1B", "heim", "avis"], HEIFTests.codecs)
    func `what is in a file decides, not its first brand`(brand: String, name: String) throws {
        var file = try single(name)
        let plain = try file.decode()
        for others in [["mif1", name], ["mif1"], []] {
            file.brands = [brand] + others
            #expect(try file.decode() == plain)
            #expect(try file.file().header().format == (name == "heic" ? .heif : .avif))
        }
        // A film may name the brand of pictures.
        let film = HEIFFile.box("ftyp", Array("mp42".utf8) + HEIFFile.number(0) + Array("mp42mif1heic".utf8))
        let error = try pictureError {
            _ = try PictureFile(name: "film", bytes: film + HEIFFile.box("moov", HEIFFile.number(0))).header()
        }
        #expect(error == .foreign(picture: "film", format: .video))
    }

    @Test(
        arguments: [
            ("avc1", "by AVC"), ("jpeg", "by JPEG"), ("j2k1", "by JPEG 2000"), ("vvc1", "by VVC"),
            ("unci", "not compressed"), ("lhv1", "layered HEVC"), ("iovl", "other pictures"), ("mime", "is none"),
        ])
    func `codecs that are not read are named`(kind: String, words: String) throws {
        let item = try coded("heic")[0]
        let other = HEIFFile(items: [.init(kind: kind, body: item.body, properties: item.properties)])
        let error = try pictureError { _ = try other.decode() }
        guard case .unsupported(_, let reason) = error else { throw error }
        #expect(reason.contains(words))
    }

    /// No sentence is a library's.
    @Test(arguments: HEIFTests.codecs) func `what a file lacks is told`(name: String) throws {
        var file = try single(name)
        let whole = file.items[0]
        file.items[0].properties.remove(at: 1)
        #expect(try damage(file).contains("decoder must know"))
        file.items[0] = .init(kind: whole.kind, body: whole.body, properties: Array(whole.properties.dropFirst()))
        #expect(try damage(file) == "it does not give its size")
        file.items[0] = .init(kind: whole.kind, body: [], properties: whole.properties)
        guard case .truncated = try pictureError({ _ = try file.decode() }) else {
            Issue.record("not called truncated")
            return
        }
        file.items[0] = .init(kind: whole.kind, body: [UInt8](whole.body.reversed()), properties: whole.properties)
        let reason = try damage(file)
        #expect(reason == "its pixels cannot be decoded" || reason.contains("its stream has"), "\(reason)")
    }

    @Test func `a sequence of pictures moves`() throws {
        func file(_ count: Int) throws -> HEIFFile {
            var table = HEIFFile.full("stsz", HEIFFile.number(0) + HEIFFile.number(count))
            for name in ["stbl", "minf", "mdia", "trak", "moov"] { table = HEIFFile.box(name, table) }
            var file = try single("avif")
            file.brands = ["avis", "avif", "mif1"]
            file.behind = table
            return file
        }
        #expect(try PictureHeader(file(2).bytes).isAnimated && !PictureHeader(file(1).bytes).isAnimated)
        #expect(try !PictureHeader(single("avif").bytes).isAnimated)
        // Without a picture of its own.
        var alone = try file(2).bytes
        let meta = try #require(alone.firstIndex(of: Array("meta".utf8)))
        alone.replaceSubrange(meta..<meta + 4, with: Array("free".utf8))
        let error = try pictureError { _ = try PictureFile(name: "sequence", bytes: alone).header() }
        guard case .unsupported(_, let reason) = error else { throw error }
        #expect(reason.contains("sequence of pictures"))
    }

    // MARK: Bits

    /// Greys of 480 to 543 of 1023, lossless, by `avifenc -d 10 -y 444 -l --cicp 9/16/0`.
    fileprivate static let ramp = """
        AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUEAAADybWV0YQAAAAAAAAAoaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAAAGxpYmF2aWYA\
        AAAADnBpdG0AAAAAAAEAAAAeaWxvYwAAAABEAAABAAEAAAABAAABGgAAAIcAAAAoaWluZgAAAAAAAQAAABppbmZlAgAAAAABAABhdjAxQ29sb3IA\
        AAAAamlwcnAAAABLaXBjbwAAABRpc3BlAAAAAAAAAEAAAAAIAAAAEHBpeGkAAAAAAwoKCgAAAAxhdjFDgSBAAAAAABNjb2xybmNseAAJABAAAIAA\
        AAAXaXBtYQAAAAAAAAABAAEEAQKDBAAAAI9tZGF0EgAKCDgUv+xhIgASMnkQAADluwD82F5kotKqy0OKNwnPU7NwhJbjMZ26T7a8sk/hcIlxuMFy\
        Lxyhx8ujHZrh3ofnsXmy/LldS/5NdtZRjtdLhbXqM9NGUmdHJ9IaD/EV0+g8wAdGMitFjDyF1ROcRrQW5kUmmquDCXessQXwix0FRLTUCGBQ
        """

    @Test func `ten bits stay, and light is brought to the ordinary one from all of them`() throws {
        let bytes = [UInt8](try #require(Data(base64Encoded: Self.ramp)))
        var plain = bytes
        let codes = try #require(plain.firstIndex(of: Array("nclx".utf8))) + 4
        plain.replaceSubrange(codes..<codes + 4, with: [0, 1, 0, 13])
        let file = try PictureFile(name: "ramp", bytes: plain)
        #expect(try file.header().depth == 10)
        let deep = try #require(try file.decode().deep)
        for x in 0..<64 { #expect(deep[3 * x] == UInt16(((480 + x) * 65_535 + 511) / 1023)) }
        let bright = try #require(try PictureFile(name: "bright", bytes: bytes).decode().deep)
        #expect(Set((0..<64).map { bright[3 * $0] }).count == 64)
        var expected = deep
        BrightLight.perceptualQuantizer.turnToSRGB(
            &expected, channels: .rgb, primaries: try #require(BrightLight.Primaries(code: 9)))
        #expect(bright == expected)
    }
}
