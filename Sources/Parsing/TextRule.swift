/// Rules for text from strangers.
///
/// Swift compares and hashes strings by their canonical decomposition, and puts a run of combining marks in order by
/// insertion: a megabyte of marks on one letter takes most of an hour. Unicode's Stream-Safe Text Format (UAX #15,
/// section 13) bounds such runs at 30; no language's text comes near.
package enum TextRule {
    /// Longest run of combining marks in a text that people write.
    package static let marks = 30
    /// Longest run that a file's name can hold: 255 bytes of marks of two bytes.
    package static let marksOfFileName = 128

    /// Whether no run of combining marks is longer than `limit`. The cost is linear.
    package static func isBounded(_ text: String, marks limit: Int = marks) -> Bool {
        // Every combining mark lies beyond ASCII.
        guard text.utf8.contains(where: { $0 >= 0x80 }) else { return true }
        var run = 0
        for scalar in text.unicodeScalars {
            if scalar.isASCII || scalar.properties.canonicalCombiningClass == .notReordered {
                run = 0
            } else {
                run += 1
                if run > limit { return false }
            }
        }
        return true
    }

    /// A text in UTF-8 without the byte order mark that some editors put before it.
    package static func withoutMark<Bytes: Collection<UInt8>>(_ bytes: Bytes) -> Bytes.SubSequence {
        bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    }

    /// Whether a text that begins with a letter of ASCII is UTF-16, by its byte order mark or by the letter's zero byte (RFC 4627,
    /// section 3).
    package static func isUTF16(_ bytes: some Collection<UInt8>) -> Bool {
        let start = Array(bytes.prefix(2))
        return start == [0xFF, 0xFE] || start == [0xFE, 0xFF] || start.count == 2 && start.count { $0 == 0 } == 1
    }

    /// A text that ``isUTF16(_:)`` holds for in UTF-8, with a byte order mark if it has one; what is no character is replaced.
    package static func utf8(ofUTF16 bytes: [UInt8]) -> [UInt8] {
        let isBigEndian = bytes[0] == 0 || bytes[0] == 0xFE
        let units = stride(from: 0, to: bytes.count - 1, by: 2).map { index in
            let unit = UInt16(bytes[index]) | UInt16(bytes[index + 1]) << 8
            return isBigEndian ? unit.byteSwapped : unit
        }
        return Array(String(decoding: units, as: UTF16.self).utf8)
    }

    /// Whether it names one entry of a folder: not empty, `.` or `..`, without a slash and a zero byte. Looked at are bytes, as the
    /// system does: a slash with a combining mark behind it is another `Character`, and a slash all the same.
    package static func isFileName(_ text: String) -> Bool {
        !text.isEmpty && !text.utf8.contains(UInt8(ascii: "/")) && !text.utf8.contains(0)
            && !text.utf8.elementsEqual(".".utf8) && !text.utf8.elementsEqual("..".utf8)
    }

    /// What stands between the slashes of a path, which are bytes as in ``isFileName(_:)``.
    package static func parts(ofPath text: String, omittingEmpty: Bool = true) -> [String] {
        text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: omittingEmpty)
            .map { String(Substring($0)) }
    }
}
