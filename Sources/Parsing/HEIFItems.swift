/// The items of a HEIF file, and what it says of them (ISO/IEC 23008-12, clause 6, and ISO/IEC 14496-12, 8.11).
struct HEIFItems: Sendable {
    private(set) var primary: Int?
    private(set) var kinds: [Int: String] = [:]
    /// Which items an item is made of, and which it belongs to.
    private(set) var parts: [Int: [Int]] = [:]
    private(set) var auxiliaries: [Int: [Int]] = [:]
    /// Where an item's bytes lie in the file, or in the box that holds those of small items.
    private var extents: [Int: (method: Int, ranges: [(offset: Int, length: Int)])] = [:]
    /// Which have their colours multiplied by their transparency.
    private(set) var premultiplied: Set<Int> = []
    private var box: ArraySlice<UInt8> = []
    private let file: [UInt8]
    private var properties: [ISOBoxes.Box] = []
    private var associations: [Int: [Int]] = [:]
    /// What has been found out: strangers' files refer to one thing thousands of times.
    private var sizes: [Int: PixelSize] = [:]
    private var configurations: [Int: PixelSize] = [:]
    private var checked: Set<Int> = []
    /// Bytes of items that have been read.
    private var read = 0

    /// So many times its bytes may a file be read: items may lie over one another, and are looked at one by one.
    private static let overlap = 4
    /// The largest block of both codecs.
    private static let block = 128
    /// Bytes of AV1's configuration before its units.
    private static let av1Head = 4

    /// - Throws: `truncated` and `corrupt` where a file holds no items, `unsupported` where it is a moving picture and no more.
    init(of file: [UInt8]) throws(PictureHeader.Fault) {
        var meta: ISOBoxes.Box?
        var isFilm = false
        for box in ISOBoxes(file[...]) where meta == nil {
            if box.name == "meta" { meta = box }
            isFilm = isFilm || box.name == "moov"
        }
        guard let meta else {
            throw isFilm ? .unsupported(reason: "it is a sequence of pictures and holds no single one") : .truncated
        }
        guard !meta.isCut else { throw .truncated }
        self.init(meta, of: file)
    }

    private init(_ meta: ISOBoxes.Box, of file: [UInt8]) {
        self.file = file
        guard let full = meta.full else { return }
        for box in ISOBoxes(full.reader.rest) {
            switch box.name {
            case "pitm":
                guard var full = box.full else { break }
                primary = full.reader.big(full.version == 0 ? 2 : 4)
            case "iinf": readKinds(box)
            case "iref": readReferences(box)
            case "iprp": readProperties(box)
            case "iloc": readExtents(box)
            case "idat": self.box = box.body
            default: break
            }
        }
    }

    /// The size that an item says to have (ISO/IEC 23008-12, 6.5.3).
    mutating func size(of item: Int) throws(PictureHeader.Fault) -> PixelSize {
        if let size = sizes[item] { return size }
        guard var full = first("ispe", of: item)?.property.full, let width = full.reader.big(4),
            let height = full.reader.big(4), width > 0, height > 0
        else { throw .corrupt(reason: "it does not give its size") }
        let size = PixelSize(width: width, height: height)
        sizes[item] = size
        return size
    }

    /// Whether an auxiliary picture is transparency, by the names that codecs' and everybody's have for it (ISO/IEC 23008-12, 6.5.8).
    func isAlpha(_ item: Int) -> Bool {
        guard let full = first("auxC", of: item)?.property.full else { return false }
        let name = full.reader.rest.prefix { $0 != 0 }
        return Self.alphas.contains { name.elementsEqual($0.utf8) }
    }

    /// How an item's pixels are coded.
    enum Codec: String {
        case hevc = "hvc1"
        case av1 = "av01"

        /// The box of its configuration.
        var configuration: String { self == .hevc ? "hvcC" : "av1C" }
    }

    /// Others that there are (ISO/IEC 23008-12, annexes, and 23001-17), as messages call them.
    private static let unread = [
        "avc1": "coded by AVC", "avc3": "coded by AVC", "jpeg": "coded by JPEG", "j2k1": "coded by JPEG 2000",
        "vvc1": "coded by VVC", "evc1": "coded by EVC", "lhv1": "coded by layered HEVC",
        "unci": "of pixels that are not compressed",
    ]
    private static let derived: Set<String> = ["grid", "iovl", "iden", "tmap"]

    func codec(of item: Int) throws(PictureHeader.Fault) -> Codec {
        guard let kind = kinds[item] else { throw .corrupt(reason: "it lacks a part that it names") }
        if let name = Self.unread[kind] { throw .unsupported(reason: "it is a HEIF picture \(name)") }
        guard !Self.derived.contains(kind) else { throw .unsupported(reason: "it is made of other pictures") }
        // The same with its parameters among the pixels.
        guard let codec = kind == "hev1" ? .hevc : Codec(rawValue: kind) else {
            throw .unsupported(reason: "what it names as its picture is none")
        }
        guard first(codec.configuration, of: item) != nil else {
            throw .corrupt(reason: "it lacks what its decoder must know")
        }
        return codec
    }

    /// Bits a sample: of HEVC by its configuration (ISO/IEC 14496-15, 8.3.3.1), of AV1 by its own (AV1 in ISOBMFF, 2.3.3).
    func depth(of item: Int) -> Int {
        if let body = first("hvcC", of: item)?.property.body { return 8 + Int(body.dropFirst(17).first ?? 0) & 7 }
        let flags = first("av1C", of: item)?.property.body.dropFirst(2).first ?? 0
        return flags & 0x40 == 0 ? 8 : flags & 0x20 == 0 ? 10 : 12
    }

    /// Without colour differences: of HEVC by its configuration (ISO/IEC 14496-15, 8.3.3.1), of AV1 by its own (AV1 in ISOBMFF, 2.3.3).
    func isGrey(_ item: Int) -> Bool {
        if let body = first("hvcC", of: item)?.property.body {
            return body.dropFirst(16).first.map { $0 & 3 == 0 } ?? false
        }
        return first("av1C", of: item)?.property.body.dropFirst(2).first.map { $0 & 0x10 != 0 } ?? false
    }

    private static let alphas = [
        "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", "urn:mpeg:hevc:2015:auxid:1", "urn:mpeg:avc:2015:auxid:1",
    ]

    /// What is coded may be larger than the item by its padding to whole blocks, not by much. Of several configurations of a decoder
    /// the first is its own.
    mutating func checkStream(of item: Int) throws(PictureHeader.Fault) {
        guard checked.insert(item).inserted else { return }
        let size = try size(of: item)
        var coded: [PixelSize] = []
        if let (index, property) = first("hvcC", of: item) {
            coded.append(configured(index) { CodedSize.hevc(configuration: property.body) })
            if let units = HEVCUnits(try pixels(of: item)[...], configuration: property.body) {
                guard !units.contains(where: HEVCUnits.isDamaged) else { throw .corrupt(reason: HEVCUnits.reason) }
                coded += CodedSize.hevc(stream: units)
            }
        }
        if let (index, property) = first("av1C", of: item) {
            coded.append(configured(index) { CodedSize.av1(stream: property.body.dropFirst(Self.av1Head)) })
            coded += CodedSize.av1(stream: try pixels(of: item)[...])
        }
        for stream in coded
        where stream.width > size.width + Self.block || stream.height > size.height + Self.block {
            throw .corrupt(
                reason:
                    "its stream has \(stream.width) × \(stream.height) pixels, and it has \(size.width) × \(size.height)"
            )
        }
    }

    /// Holds what is read of a file when its items are decoded, one as often as it stands there, to what takes seconds.
    func checkReading(_ places: [Int]) throws(PictureHeader.Fault) {
        let most = max(Self.overlap * file.count, Self.mostRead)
        var lengths: [Int: Int] = [:]
        var sum = 0
        for item in places where sum <= most {
            if lengths[item] == nil { lengths[item] = try stored(item).count }
            sum += lengths[item] ?? 0
        }
        guard sum <= most else {
            throw .corrupt(reason: "its parts have more bytes than it")
        }
    }

    /// A tile of one colour may stand in every place of a grid.
    private static let mostRead = 1 << 30

    /// The largest sides that a configuration names: tiles share one.
    private mutating func configured(_ index: Int, _ named: () -> [PixelSize]) -> PixelSize {
        if let size = configurations[index] { return size }
        let size = named().reduce(PixelSize(width: 0, height: 0)) {
            PixelSize(width: max($0.width, $1.width), height: max($0.height, $1.height))
        }
        configurations[index] = size
        return size
    }

    /// Its bytes where they are coded pixels.
    private mutating func pixels(of item: Int) throws(PictureHeader.Fault) -> [UInt8] {
        let coded = try content(of: item)
        guard !LostStretch.isIn(coded[...]) else { throw .corrupt(reason: LostStretch.reason) }
        return coded
    }

    /// The bytes of an item, as far as they are here.
    mutating func content(of item: Int) throws(PictureHeader.Fault) -> [UInt8] {
        let bytes = try stored(item)
        read += bytes.count
        guard read <= Self.overlap * file.count else {
            throw .corrupt(reason: "its parts have more bytes than it")
        }
        return bytes
    }

    /// The same of an item that is decoded: all of it.
    func whole(_ item: Int) throws(PictureHeader.Fault) -> [UInt8] {
        guard extents[item] != nil else { throw .corrupt(reason: "it does not tell where its pixels are") }
        let bytes = try stored(item)
        var spare = bytes.count
        for range in extents[item]?.ranges ?? [] where spare >= 0 { spare -= min(range.length, file.count + 1) }
        guard !bytes.isEmpty, spare >= 0 else { throw .truncated }
        return bytes
    }

    private func stored(_ item: Int) throws(PictureHeader.Fault) -> [UInt8] {
        guard let extent = extents[item] else { return [] }
        guard extent.method < 2 else { throw .unsupported(reason: "its parts lie within one another") }
        let source = extent.method == 1 ? box : file[...]
        var bytes: [UInt8] = []
        for (offset, length) in extent.ranges where offset <= source.count && bytes.count < source.count {
            let start = source.startIndex + offset
            bytes += source[start...].prefix(length == 0 ? source.count : length)
        }
        return bytes
    }

    /// What the first of the items of Exif says (ISO/IEC 23008-12, A.2.1): behind the bytes before its TIFF structure, which it counts.
    mutating func exif() throws(PictureHeader.Fault) -> Exif? {
        guard let item = kinds.filter({ $0.value == "Exif" }).keys.min() else { return nil }
        var reader = ByteReader(try content(of: item)[...])
        guard let before = reader.big(4), reader.take(before) != nil else { return nil }
        return Exif(reader.rest)
    }

    /// In the order in which they apply.
    func properties(of item: Int) -> [ISOBoxes.Box] { (associations[item] ?? []).compactMap(property) }

    private func property(_ number: Int) -> ISOBoxes.Box? {
        properties.indices.contains(number - 1) ? properties[number - 1] : nil
    }

    func first(_ name: String, of item: Int) -> (number: Int, property: ISOBoxes.Box)? {
        for number in associations[item] ?? [] {
            if let property = property(number), property.name == name { return (number, property) }
        }
        return nil
    }

    private mutating func readKinds(_ box: ISOBoxes.Box) {
        guard var full = box.full, full.reader.take(full.version == 0 ? 2 : 4) != nil else { return }
        for entry in ISOBoxes(full.reader.rest) where entry.name == "infe" {
            guard var full = entry.full, full.version >= 2, let item = full.reader.big(full.version == 2 ? 2 : 4),
                full.reader.take(2) != nil, let kind = full.reader.take(4)
            else { continue }
            kinds[item] = String(decoding: kind, as: UTF8.self)
        }
    }

    /// ISO/IEC 14496-12, 8.11.3: the lengths of the numbers come first.
    private mutating func readExtents(_ box: ISOBoxes.Box) {
        guard var full = box.full, let lengths = full.reader.big(2) else { return }
        let (offset, length, base, index) = (lengths >> 12, lengths >> 8 & 15, lengths >> 4 & 15, lengths & 15)
        guard [offset, length, base, index].allSatisfy({ [0, 4, 8].contains($0) }),
            let count = full.reader.big(full.version < 2 ? 2 : 4)
        else { return }
        for _ in 0..<count {
            guard let item = full.reader.big(full.version < 2 ? 2 : 4),
                let method = full.version == 0 ? 0 : full.reader.big(2), full.reader.take(2) != nil,
                let start = full.reader.big(base), let parts = full.reader.big(2)
            else { return }
            var ranges: [(offset: Int, length: Int)] = []
            // Numbers of no bytes are all the same: there is one such range, the whole.
            let isTold = offset + length + (full.version == 0 ? 0 : index) > 0
            for _ in 0..<(isTold ? parts : min(parts, 1)) {
                guard full.version == 0 || full.reader.take(index) != nil, let at = full.reader.big(offset),
                    let count = full.reader.big(length)
                else { return }
                ranges.append((start + at, count))
            }
            extents[item] = (method & 15, ranges)
        }
    }

    private mutating func readReferences(_ box: ISOBoxes.Box) {
        guard let full = box.full else { return }
        let width = full.version == 0 ? 2 : 4
        for reference in ISOBoxes(full.reader.rest) {
            var reader = ByteReader(reference.body)
            guard let from = reader.big(width), let count = reader.big(2) else { continue }
            let to = (0..<min(count, reader.rest.count / width)).compactMap { _ in reader.big(width) }
            switch reference.name {
            case "dimg": parts[from, default: []] += to
            case "auxl": for item in to { auxiliaries[item, default: []].append(from) }
            case "prem": premultiplied.insert(from)
            default: break
            }
        }
    }

    private mutating func readProperties(_ box: ISOBoxes.Box) {
        for box in ISOBoxes(box.body) {
            switch box.name {
            case "ipco": properties = Array(ISOBoxes(box.body))
            case "ipma":
                guard var full = box.full, let count = full.reader.big(4) else { break }
                let isWide = full.flags & 1 == 1
                for _ in 0..<count {
                    guard let item = full.reader.big(full.version < 1 ? 2 : 4), let used = full.reader.big(1) else {
                        break
                    }
                    for _ in 0..<used {
                        // The high bit says that a reader must know the property.
                        guard let index = full.reader.big(isWide ? 2 : 1) else { break }
                        associations[item, default: []].append(index & (isWide ? 0x7FFF : 0x7F))
                    }
                }
            default: break
            }
        }
    }
}
