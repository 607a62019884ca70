/// A pattern of names, in which `*` is any run of bytes and `?` any one byte. Letters of ASCII match without their case.
package struct NamePattern: Sendable {
    package let text: String
    /// What stands between the stars, in small letters.
    private let pieces: [ArraySlice<UInt8>]
    private static let star = UInt8(ascii: "*")
    private static let mark = UInt8(ascii: "?")

    package init(_ text: String) {
        self.text = text
        pieces = text.utf8.map(Self.small).split(separator: Self.star, omittingEmptySubsequences: false).map { $0 }
    }

    /// Whether the last part of a path is a pattern: the frames of a film that lie in a folder.
    package static func isMeant(by path: String) -> Bool {
        let slash = UInt8(ascii: "/")
        return path.utf8.reversed().prefix { $0 != slash }.contains(star)
    }

    /// Whether there is nothing but stars.
    var matchesAll: Bool { pieces.allSatisfy(\.isEmpty) }

    package func matches(_ name: [UInt8]) -> Bool {
        guard pieces.count > 1 else { return Self.areEqual(name[...], pieces[0]) }
        let (head, tail) = (pieces[0], pieces[pieces.count - 1])
        guard name.count >= head.count + tail.count, Self.areEqual(name.suffix(tail.count), tail),
            Self.areEqual(name.prefix(head.count), head)
        else { return false }
        var rest = name[head.count..<(name.count - tail.count)]
        for piece in pieces.dropFirst().dropLast() {
            while rest.count >= piece.count, !Self.areEqual(rest.prefix(piece.count), piece) { rest.removeFirst() }
            guard rest.count >= piece.count else { return false }
            rest.removeFirst(piece.count)
        }
        return true
    }

    /// - Parameter wanted: in small letters.
    static func areEqual(_ bytes: ArraySlice<UInt8>, _ wanted: ArraySlice<UInt8>) -> Bool {
        guard bytes.count == wanted.count else { return false }
        // From the end, where most names differ from a suffix.
        for offset in stride(from: bytes.count - 1, through: 0, by: -1) {
            let want = wanted[wanted.startIndex + offset]
            guard want == mark || small(bytes[bytes.startIndex + offset]) == want else { return false }
        }
        return true
    }

    private static func small(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    /// Whether a name stands before another: runs of digits go by their value, so that `frame-9` comes before `frame-10`; all
    /// else, and numbers that are written in two ways, by the bytes.
    package static func precedes(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        var (one, other) = (left[...], right[...])
        while let first = one.first, let second = other.first {
            guard isDigit(first), isDigit(second) else {
                if first != second { return first < second }
                one.removeFirst()
                other.removeFirst()
                continue
            }
            let numbers = [one, other].map { $0.prefix(while: isDigit) }
            let values = numbers.map { $0.drop { $0 == UInt8(ascii: "0") } }
            if values[0].count != values[1].count { return values[0].count < values[1].count }
            if !values[0].elementsEqual(values[1]) { return values[0].lexicographicallyPrecedes(values[1]) }
            one.removeFirst(numbers[0].count)
            other.removeFirst(numbers[1].count)
        }
        if one.isEmpty != other.isEmpty { return one.isEmpty }
        return left.lexicographicallyPrecedes(right)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
