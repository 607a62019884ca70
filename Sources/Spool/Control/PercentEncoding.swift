import Parsing

/// Percent-encoding of raw bytes (RFC 3986, section 2.1), so that a file name that is no UTF-8 can be asked about.
enum PercentEncoding {
    /// Keeps letters, digits and `-._~/`.
    static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var text = ""
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: "/"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                text += "%" + byte.hexadecimal.uppercased()
            }
        }
        return text
    }

    /// A percent sign without two digits stands for itself.
    static func decode(_ text: some StringProtocol) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2, let value = UInt8(hexadecimal: rest.prefix(2)) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }

    /// The parameters of a query, in the order given.
    static func parameters(_ query: String) -> [(name: String, value: [UInt8])] {
        query.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(decoding: decode(parts[0]), as: UTF8.self), parts.count > 1 ? decode(parts[1]) : [])
        }
    }

    /// The query of parameters, with its question mark; empty without any.
    static func query(_ parameters: [(name: String, value: [UInt8]?)]) -> String {
        let pairs = parameters.compactMap { pair in pair.value.map { "\(pair.name)=\(encode($0))" } }
        return pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&")
    }
}
