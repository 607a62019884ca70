/// Boxes of an ISO base media file (ISO/IEC 14496-12, 4.2), bounds-checked; ends at the first that does not fit.
struct ISOBoxes: Sequence, IteratorProtocol {
    struct Box {
        /// Four letters.
        let name: String
        let body: ArraySlice<UInt8>
        /// The box says to be longer than the bytes that are here.
        let isCut: Bool

        /// As a full box: version and flags first.
        var full: Full? {
            var reader = ByteReader(body)
            guard let version = reader.big(1), let flags = reader.big(3) else { return nil }
            return Full(version: version, flags: flags, reader: reader)
        }

        struct Full {
            let version: Int
            let flags: Int
            /// Behind the two.
            var reader: ByteReader
        }
    }

    private var reader: ByteReader

    init(_ bytes: ArraySlice<UInt8>) { reader = ByteReader(bytes) }

    mutating func next() -> Box? {
        guard var length = reader.big(4), let name = reader.take(4) else { return nil }
        var head = 8
        if length == 1 {
            guard let high = reader.big(4), let low = reader.big(4), high < 1 << 16 else { return nil }
            length = high << 32 | low
            head = 16
        }
        let isCut = length != 0 && length - head > reader.rest.count
        guard length == 0 || length >= head,
            let body = reader.take(length == 0 || isCut ? reader.rest.count : length - head)
        else { return nil }
        return Box(name: String(decoding: name, as: UTF8.self), body: body, isCut: isCut)
    }
}

/// The items of a HEIF file, and what it says of them (ISO/IEC 23008-12, clause 6, and ISO/IEC 14496-12, 8.11).
private struct HEIFItems {
    private(set) var primary: Int?
    private(set) var kinds: [Int: String] = [:]
    /// Which items an item is made of, and which it belongs to.
    private(set) var parts: [Int: [Int]] = [:]
    private(set) var auxiliaries: [Int: [Int]] = [:]
    /// Where an item's bytes lie in the file, or in the box that holds those of small items.
    private var extents: [Int: (isInBox: Bool, ranges: [(offset: Int, length: Int)])] = [:]
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

    init(_ meta: ISOBoxes.Box, of file: [UInt8]) {
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

    /// Whether an auxiliary picture is transparency, by the names that HEVC's and everybody's have for it (ISO/IEC 23008-12, 6.5.8).
    func isAlpha(_ item: Int) -> Bool {
        guard let full = first("auxC", of: item)?.property.full else { return false }
        let name = full.reader.rest.prefix { $0 != 0 }
        return ["urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", "urn:mpeg:hevc:2015:auxid:1"].contains {
            name.elementsEqual($0.utf8)
        }
    }

    /// What is coded may be larger than the item by its padding to whole blocks, not by much. Of several configurations of a decoder
    /// the first is its own.
    ///
    /// - Parameter isSeen: whether it is decoded: then no stretch of it may be lost, as one of a depth map may.
    mutating func checkStream(of item: Int, isSeen: Bool) throws(PictureHeader.Fault) {
        guard checked.insert(item).inserted else { return }
        let size = try size(of: item)
        var coded: [PixelSize] = []
        if let (index, property) = first("hvcC", of: item) {
            coded.append(configured(index) { CodedSize.hevc(configuration: property.body) })
            coded += CodedSize.hevc(stream: try pixels(of: item, isSeen: isSeen)[...], configuration: property.body)
        }
        if let (index, property) = first("av1C", of: item) {
            coded.append(configured(index) { CodedSize.av1(stream: property.body.dropFirst(Self.av1Head)) })
            coded += CodedSize.av1(stream: try pixels(of: item, isSeen: isSeen)[...])
        }
        for stream in coded
        where stream.width > size.width + Self.block || stream.height > size.height + Self.block {
            throw .corrupt(
                reason:
                    "its stream has \(stream.width) × \(stream.height) pixels, and it has \(size.width) × \(size.height)"
            )
        }
    }

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
    private mutating func pixels(of item: Int, isSeen: Bool) throws(PictureHeader.Fault) -> [UInt8] {
        let coded = try content(of: item)
        guard !isSeen || !LostStretch.isIn(coded[...]) else { throw .corrupt(reason: LostStretch.reason) }
        return coded
    }

    /// The bytes of an item, as far as they are here.
    private mutating func content(of item: Int) throws(PictureHeader.Fault) -> [UInt8] {
        guard let extent = extents[item] else { return [] }
        let source = extent.isInBox ? box : file[...]
        var bytes: [UInt8] = []
        for (offset, length) in extent.ranges where offset <= source.count && bytes.count < source.count {
            let start = source.startIndex + offset
            bytes += source[start...].prefix(length == 0 ? source.count : length)
        }
        read += bytes.count
        guard read <= Self.overlap * file.count else {
            throw .corrupt(reason: "its parts have more bytes than it")
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

    private func first(_ name: String, of item: Int) -> (number: Int, property: ISOBoxes.Box)? {
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
            extents[item] = (method & 15 == 1, ranges)
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

extension PictureHeader {
    /// The primary item's size after its crop and its turns, which are part of the format: Exif's orientation repeats them.
    static func heif(_ bytes: [UInt8], _ format: PictureFormat) throws(Fault) -> PictureHeader {
        guard let meta = ISOBoxes(bytes[...]).first(where: { $0.name == "meta" }), !meta.isCut else { throw .truncated }
        var items = HEIFItems(meta, of: bytes)
        guard let primary = items.primary else { throw .corrupt(reason: "it names no picture of its own") }
        let coded = try items.size(of: primary)
        try check(primary, coded, isSeen: true, in: &items)
        for auxiliary in Set(items.auxiliaries[primary] ?? []).sorted() {
            try check(auxiliary, coded, isSeen: items.isAlpha(auxiliary), in: &items)
        }
        var size = coded
        var (components, depth) = (3, 8)
        var saysColours = false
        for property in items.properties(of: primary) {
            switch property.name {
            case "clap": if let part = crop(property) { size = part.within(size) }
            case "irot": if property.body.first.map({ $0 & 1 }) == 1 { swap(&size.width, &size.height) }
            case "colr":
                // A profile, or code points, of which 2 says nothing.
                var reader = ByteReader(property.body)
                let isCode = reader.take(4)?.elementsEqual("nclx".utf8) ?? false
                saysColours = saysColours || !isCode || reader.big(2) != 2
            case "pixi":
                guard var full = property.full, let count = full.reader.big(1), let bits = full.reader.big(1) else {
                    break
                }
                (components, depth) = (max(count, 1), max(bits, 1))
            default: break
            }
        }
        let exif = saysColours ? nil : try items.exif()
        return PictureHeader(
            format, size, components: components, depth: depth, progressive: false,
            isAdobeRGB: exif?.isAdobeRGB ?? false, leastBytes: 0, codedSize: coded)
    }

    /// Tiles and masks are decoded as they come: so many pixels as the picture has, and some at the edges, must suffice.
    private static func check(
        _ item: Int, _ size: PixelSize, isSeen: Bool, in items: inout HEIFItems
    ) throws(Fault) {
        var claimed = 0
        func add(_ part: PixelSize) {
            claimed = claimed.addingReportingOverflow(part.area).overflow ? .max : claimed + part.area
        }
        switch items.kinds[item] {
        case "grid":
            for part in items.parts[item] ?? [] {
                guard let kind = items.kinds[part], !derived.contains(kind) else {
                    throw .unsupported(reason: "its tiles are made of other pictures")
                }
                add(try items.size(of: part))
                try items.checkStream(of: part, isSeen: isSeen)
            }
        case let kind? where derived.contains(kind): throw .unsupported(reason: "it is made of other pictures")
        default:
            add(try items.size(of: item))
            try items.checkStream(of: item, isSeen: isSeen)
        }
        let (most, overflow) = size.area.multipliedReportingOverflow(by: 2)
        guard overflow || claimed <= most + edge else {
            throw .corrupt(reason: "its parts have \(claimed) pixels, and it has \(size.area)")
        }
    }

    private static let derived: Set<String> = ["grid", "iovl", "iden"]
    /// What a row and a column of tiles may reach beyond a small picture.
    private static let edge = 4 << 20

    /// ISO/IEC 14496-12, 12.1.4: width and height as fractions; where it lies does not matter here.
    private static func crop(_ box: ISOBoxes.Box) -> PixelSize? {
        var reader = ByteReader(box.body)
        guard let width = reader.big(4), let wide = reader.big(4), let height = reader.big(4), let high = reader.big(4),
            wide > 0, high > 0
        else { return nil }
        func rounded(_ number: Int, _ by: Int) -> Int { (number + by / 2) / by }
        return PixelSize(width: max(1, rounded(width, wide)), height: max(1, rounded(height, high)))
    }
}

extension PixelSize {
    fileprivate func within(_ size: PixelSize) -> PixelSize {
        PixelSize(width: min(width, size.width), height: min(height, size.height))
    }
}
