import Foundation

/// Frames a second as a fraction in lowest terms: 30000/1001 is not 29.97, and an hour of the one is 3.6 s off the other.
package struct FrameRate: Sendable, Hashable {
    /// The highest rate that is believed, in frames a second.
    package static let most = 1000
    /// The longest time a frame may be shown, in seconds: with it, times of a film of any length fit 64 bits.
    package static let longestFrame = 3600
    /// The largest numerator and denominator.
    package static let largestTerm = 1_000_000_000

    package let numerator: Int
    package let denominator: Int

    /// - Returns: nil unless both are 1...``largestTerm``, the rate is at most ``most`` and a frame lasts at most
    ///   ``longestFrame``.
    package init?(_ numerator: Int, over denominator: Int = 1) {
        guard (1...Self.largestTerm).contains(numerator), (1...Self.largestTerm).contains(denominator),
            numerator <= Self.most * denominator, denominator <= Self.longestFrame * numerator
        else { return nil }
        var (a, b) = (numerator, denominator)
        while b != 0 { (a, b) = (b, a % b) }
        self.numerator = numerator / a
        self.denominator = denominator / a
    }

    /// Reads `25`, `30000/1001`, `30000:1001` and `29.97`; decimals near n·1000/1001 are those of television.
    ///
    /// - Throws: ``FilmError/notAFrameRate(text:)``, of 0/0 too, which some programs write for "unknown".
    package init(parsing text: String) throws(FilmError) {
        let terms = text.split(omittingEmptySubsequences: false) { $0 == "/" || $0 == ":" }
        let rate: FrameRate? =
            switch terms.count {
            case 1: Self.decimal(terms[0])
            case 2: Self.digits(terms[0]).flatMap { a in Self.digits(terms[1]).flatMap { FrameRate(a, over: $0) } }
            default: nil
            }
        guard let rate else { throw .notAFrameRate(text: text) }
        self = rate
    }

    /// The rate of a number as programs write it: as its decimals are read; of more of them the fraction of which it is the quotient,
    /// or else a millionth.
    ///
    /// - Throws: ``FilmError/notAFrameRate(text:)``.
    package init(nearest rate: Double) throws(FilmError) {
        if let short = try? FrameRate(parsing: "\(rate)") {
            self = short
            return
        }
        guard rate > 0, rate <= Double(Self.most) else { throw .notAFrameRate(text: "\(rate)") }
        if let quotient = Self.quotient(rate) {
            self = quotient
            return
        }
        let millionths = Int((rate * 1e6).rounded())
        let fraction = String(1_000_000 + millionths % 1_000_000).dropFirst()
        try self.init(parsing: "\(millionths / 1_000_000).\(fraction)")
    }

    /// By its continued fraction. Two fractions of such denominators lie further apart than a quotient is rounded.
    private static func quotient(_ rate: Double) -> FrameRate? {
        var (before, last) = ((n: 0.0, d: 1.0), (n: 1.0, d: 0.0))
        var rest = rate
        while true {
            let whole = rest.rounded(.down)
            (before, last) = (last, (whole * last.n + before.n, whole * last.d + before.d))
            guard last.d <= 1e6, last.n <= Double(largestTerm) else { return nil }
            if abs(last.n / last.d - rate) <= rate.ulp { return FrameRate(Int(last.n), over: Int(last.d)) }
            rest = 1 / (rest - whole)
        }
    }

    private static func digits(_ text: Substring) -> Int? {
        text.allSatisfy { $0.isASCII && $0.isNumber } ? Int(text) : nil
    }

    private static func decimal(_ text: Substring) -> FrameRate? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard let whole = digits(parts[0]), parts.count <= 2, whole <= most else { return nil }
        guard parts.count == 2 else { return FrameRate(whole) }
        guard parts[1].count <= 6, let fraction = digits(parts[1]) else { return nil }
        let scale = (0..<parts[1].count).reduce(1) { scale, _ in scale * 10 }
        let television = (whole + 1) * 1000
        // 23.98, 23.976, 29.97 and 59.94 are 24, 30 and 60 thousandths of 1001, rounded.
        let given = whole * scale + fraction
        if [24, 30, 48, 60, 120].contains(whole + 1), abs(given * 1001 - television * scale) * 2 <= 1001 {
            return FrameRate(television, over: 1001)
        }
        return FrameRate(given, over: scale)
    }

    /// Frames a second, rounded.
    package var value: Double { Double(numerator) / Double(denominator) }
}

extension FrameRate: CustomStringConvertible {
    package var description: String { denominator == 1 ? "\(numerator)" : "\(numerator)/\(denominator)" }
}
