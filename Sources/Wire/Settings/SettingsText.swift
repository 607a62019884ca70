import Parsing

/// Bounds on the text of a settings file, looked for before YAML is read: its aliases multiply what is read, and its
/// reader compares keys of any length.
package enum SettingsText {
    /// Longest text that is read, in bytes; one with every setting and its sentence takes a quarter.
    package static let byteLimit = 64 << 10
    /// Each alias may stand for all that came before it, so that every few of them double what is read.
    private static let aliasLimit = 8
    /// Characters written as escapes may be combining marks; see ``TextRule``.
    private static let escapeLimit = 1000

    /// Why a text would be dearer to read than its length; `nil` for one that may be read.
    static func excess(of text: String) -> String? {
        let count = text.utf8.count
        if count > byteLimit { return "the file has more than \(byteLimit) bytes" }
        if !TextRule.isBounded(text) { return "more than \(TextRule.marks) combining marks in a row" }
        var (aliases, escapes) = (0, 0)
        for line in text.utf8.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            let bytes = Array(line.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") })
            if bytes.first == UInt8(ascii: "#") { continue }
            for (at, byte) in bytes.enumerated() {
                let next = at + 1 < bytes.count ? bytes[at + 1] : 0
                // An asterisk where a value may begin, and a name; words of quoted text that look alike are counted, too.
                let begins = at == 0 || " \t[{,:".utf8.contains(bytes[at - 1])
                if byte == UInt8(ascii: "*"), next > UInt8(ascii: " "), begins { aliases += 1 }
                if byte == UInt8(ascii: "\\"), "uU".utf8.contains(next) { escapes += 1 }
            }
        }
        if aliases > aliasLimit { return "more than \(aliasLimit) aliases" }
        return escapes > escapeLimit ? "more than \(escapeLimit) characters written as escapes" : nil
    }
}
