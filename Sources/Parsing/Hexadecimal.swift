extension UInt8 {
    /// Two lowercase digits.
    package var hexadecimal: String { (self < 16 ? "0" : "") + String(self, radix: 16) }
}

extension Sequence<UInt8> {
    /// Two lowercase digits a byte.
    package var hexadecimal: String {
        reduce(into: "") { $0 += $1.hexadecimal }
    }
}

extension FixedWidthInteger {
    /// Of digits of either case and nothing else: `init(_:radix:)` takes a sign, too. Nil for anything else, none among it.
    package init?(hexadecimal digits: some Collection<UInt8>) {
        guard digits.allSatisfy(\.isHexadecimalDigit) else { return nil }
        self.init(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}

extension UInt8 {
    fileprivate var isHexadecimalDigit: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
