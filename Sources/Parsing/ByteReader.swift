/// Reads numbers from the front of some bytes; nil when they are at an end.
struct ByteReader {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    /// A number of at most eight bytes, high byte first; nil also when it exceeds 62 bits, so that two can be added.
    mutating func big(_ count: Int) -> Int? {
        guard let bytes = take(count), count < 8 || bytes.first.map({ $0 < 0x40 }) ?? true else { return nil }
        return bytes.reduce(0) { $0 << 8 | Int($1) }
    }

    /// A number of at most seven bytes, low byte first.
    mutating func little(_ count: Int) -> Int? { take(count)?.reversed().reduce(0) { $0 << 8 | Int($1) } }
}
