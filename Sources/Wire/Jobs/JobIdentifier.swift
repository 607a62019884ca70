import Foundation

/// The name of a job: `yyyyMMdd'T'HHmmss'Z'-<4 hex>-<stem>`, for example `20260314T150926Z-9f3a-wedding`.
///
/// It sorts by time as plain text, is safe as one path component on every file system (ASCII letters, digits,
/// `-`, `_` and `.`; at most 96 bytes), and ends with the picture's own name so that a listing can be read.
package struct JobIdentifier: Codable, Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The whole name; also the job's folder under `outbox/` and `quarantine/`.
    package let text: String

    /// Longest stem kept, in bytes. The prefix takes 22 more.
    package static let stemLimit = 64

    /// Names a new job.
    ///
    /// - Parameters:
    ///   - time: when the job came in; whole seconds are kept, in UTC.
    ///   - salt: tells jobs of one second apart; the low 16 bits are used.
    ///   - name: the raw bytes of the input's file name, in whatever encoding the disk holds.
    package init(time: Date, salt: UInt16, name: some Sequence<UInt8>) {
        let digits = String(salt, radix: 16)
        let hex = String(repeating: "0", count: 4 - digits.count) + digits
        text = "\(Self.stamp(time))-\(hex)-\(Self.stem(of: name))"
    }

    /// Names a new job after a file name that is valid text.
    package init(time: Date, salt: UInt16, name: String) {
        self.init(time: time, salt: salt, name: name.utf8)
    }

    /// Accepts a name only when it has the exact form that `init(time:salt:name:)` gives, so that what comes from
    /// a URL or a command line can be used as a folder name.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 23, bytes.count <= 22 + Self.stemLimit else { return nil }
        let form = Array("dddddddd-dddddd".utf8)
        for (index, mark) in form.enumerated() where mark == UInt8(ascii: "d") {
            guard Self.isDigit(bytes[index]) else { return nil }
        }
        guard bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z"),
            bytes[16] == UInt8(ascii: "-"), bytes[21] == UInt8(ascii: "-"),
            bytes[17..<21].allSatisfy(Self.isLowercaseHex),
            bytes[22...].allSatisfy(Self.isStemByte), bytes[22] != UInt8(ascii: ".")
        else { return nil }
        self.text = text
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let identifier = JobIdentifier(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(text)\" is not a job's name")
        }
        self = identifier
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    package var description: String { text }

    package static func < (left: JobIdentifier, right: JobIdentifier) -> Bool { left.text < right.text }

    /// The file's name without its last extension, every run of other bytes made one `-`; `picture` when nothing is left.
    package static func stem(of name: some Sequence<UInt8>) -> String {
        var bytes = Array(name)
        if let dot = bytes.lastIndex(of: UInt8(ascii: ".")), dot > 0 { bytes.removeSubrange(dot...) }
        var kept: [UInt8] = []
        for byte in bytes {
            if isStemByte(byte), byte != UInt8(ascii: "-") {
                kept.append(byte)
            } else if kept.last != UInt8(ascii: "-") {
                kept.append(UInt8(ascii: "-"))
            }
        }
        let edges: Set<UInt8> = [UInt8(ascii: "-"), UInt8(ascii: ".")]
        while let first = kept.first, edges.contains(first) { kept.removeFirst() }
        if kept.count > stemLimit { kept.removeSubrange(stemLimit...) }
        while let last = kept.last, edges.contains(last) { kept.removeLast() }
        return kept.isEmpty ? "picture" : String(decoding: kept, as: UTF8.self)
    }

    /// By the one formatter that needs no tables of ICU, which would stay in the daemon's memory.
    private static func stamp(_ time: Date) -> String {
        time.formatted(
            Date.ISO8601FormatStyle(
                dateSeparator: .omitted, dateTimeSeparator: .standard, timeSeparator: .omitted, timeZone: .gmt))
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isLowercaseHex(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }

    private static func isStemByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
