import Foundation
import Pictures

/// When a painting at work is shown, and as what: a small JPEG, every so often.
struct PreviewClock {
    private static let interval = Duration.seconds(10)
    private static let quality = 85

    private var last = ContinuousClock.now

    /// Whether another preview is due; the one after it is an interval later.
    mutating func strikes() -> Bool {
        let now = ContinuousClock.now
        guard now - last >= Self.interval else { return false }
        last = now
        return true
    }

    /// `nil` where it cannot be encoded, which is no reason to stop.
    static func jpeg(_ preview: Picture) -> Data? { (try? preview.encodeJPEG(quality: quality)).map { Data($0) } }
}
