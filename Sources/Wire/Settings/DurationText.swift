/// Durations as people write them: `1.5` (seconds), `500ms`, `90s`, `5m`, `2h`, `30d`.
package enum DurationText {
    private static let units: [(suffix: String, seconds: Double)] = [
        ("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86_400),
    ]

    /// `nil` when the text is no duration, or a negative or infinite one.
    package static func duration(from text: String) -> Duration? {
        let unit = units.first { text.hasSuffix($0.suffix) } ?? ("", 1)
        let digits = text.dropLast(unit.suffix.count)
        guard digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }), let number = Double(digits) else {
            return nil
        }
        let seconds = number * unit.seconds
        guard seconds.isFinite, seconds >= 0, seconds < 1e12 else { return nil }
        return .milliseconds(Int64((seconds * 1000).rounded()))
    }

    /// In the largest unit that leaves a whole number: `30d`, `90s`, `1500ms`.
    package static func text(of duration: Duration) -> String {
        let milliseconds = duration.milliseconds
        guard milliseconds != 0 else { return "0s" }
        for unit in units.reversed() {
            let size = Int64(unit.seconds * 1000)
            if milliseconds % size == 0 { return "\(milliseconds / size)\(unit.suffix)" }
        }
        return "\(milliseconds)ms"
    }

    /// What has been measured, to the precision that people ask for: `250ms`, `6s`, `7m`, `3h`.
    package static func rounded(_ duration: Duration) -> String {
        let seconds = duration.seconds
        let unit = units.last { seconds >= 2 * $0.seconds } ?? units[0]
        return text(of: .milliseconds(Int64((seconds / unit.seconds).rounded() * unit.seconds * 1000)))
    }
}

extension Duration {
    package var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }

    package var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
