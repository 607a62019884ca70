/// How long a piece of work is going to take, by how long it has taken so far.
final class TimeLeft {
    private let begun = ContinuousClock.now
    /// Where it was at the first look: a resumed attempt does not begin at 0.
    private var first: Double?

    /// Before so many seconds, and so much of the work, nothing is known.
    private static let leastSeconds = 5.0
    private static let leastShare = 0.005

    /// - Parameter share: of the work that is done, 0…1.
    /// - Returns: `about 3 min left`; nil while nobody can tell.
    func text(at share: Double) -> String? {
        let start = first ?? share
        first = start
        let seconds = begun.duration(to: .now) / .seconds(1)
        guard seconds >= Self.leastSeconds, share - start >= Self.leastShare, share < 1 else { return nil }
        return Self.text(seconds: seconds * (1 - share) / (share - start))
    }

    static func text(seconds: Double) -> String {
        switch seconds {
        case ..<90: "about \(Int(max(1, seconds.rounded()))) s left"
        case ..<5400: "about \(Int((seconds / 60).rounded())) min left"
        default: "about \(Int((min(seconds, 1e9) / 3600).rounded())) h left"
        }
    }
}
