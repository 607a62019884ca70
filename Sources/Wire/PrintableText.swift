extension String {
    /// The text with a full stop, unless it has its end already.
    package var ended: String { last.map { ".!?".contains($0) } == true ? self : self + "." }

    /// The text as one line that a terminal or a log shows and does not obey: whatever would move the cursor, end the line,
    /// turn the direction of writing or not be seen at all is written out as `\n`, `\r`, `\t` or `\u{1B}`.
    ///
    /// File names are any bytes, and strangers choose them.
    package var printable: String {
        // Most texts are as they should be.
        guard unicodeScalars.contains(where: \.isUnprintable) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            if scalar.isUnprintable {
                text += scalar.escaped(asASCII: true)
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

extension Unicode.Scalar {
    /// Whether a scalar has no place in a line of text, or in a name: controls (Cc), separators of lines and paragraphs, and
    /// format characters (Cf), among them those that turn the direction of writing (UAX #9), but for the two joiners, which
    /// several scripts and emoji need.
    package var isUnprintable: Bool {
        if isASCII { return value < 0x20 || value == 0x7F }
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: return true
        case .format: return value != 0x200C && value != 0x200D
        default: return false
        }
    }
}
