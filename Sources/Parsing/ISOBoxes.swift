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
