import Foundation
import Wire

/// Values as people read them.
enum Phrases {
    /// `2026-03-14 15:09:26Z`.
    static func time(_ date: Date) -> String {
        WireJSON.text(of: date).prefix(19).replacing("T", with: " ") + "Z"
    }

    /// `0.6314`: four places, as many as a comparison is worth.
    static func measure(_ value: Double) -> String { String(format: "%.4f", value) }

    /// `1 template`, `2 templates`.
    static func count(_ count: Int, _ noun: String) -> String { count == 1 ? "1 \(noun)" : "\(count) \(noun)s" }

    /// `12.3 s` or `640 ms`.
    static func duration(milliseconds: Double) -> String {
        milliseconds < 1000
            ? String(format: "%.0f ms", milliseconds) : String(format: "%.1f s", milliseconds / 1000)
    }

    /// `1.2 GiB`.
    static func bytes(_ count: Int64) -> String {
        var value = Double(count)
        for unit in ["B", "KiB", "MiB", "GiB"] {
            if value < 1024 { return String(format: unit == "B" ? "%.0f %@" : "%.1f %@", value, unit) }
            value /= 1024
        }
        return String(format: "%.1f TiB", value)
    }

    static func box(_ box: Box) -> String {
        String(format: "%.0fx%.0f at %.0f,%.0f", box.width, box.height, box.x, box.y)
    }
}
