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
