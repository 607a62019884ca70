import Foundation

/// How numbers are said to people, wherever they are said.
package enum Phrases {
    /// `1 template`, `2 templates`.
    package static func count(_ count: Int, _ noun: String) -> String { count == 1 ? "1 \(noun)" : "\(count) \(noun)s" }

    /// `1.2 GiB`.
    package static func bytes(_ count: Int64) -> String {
        var value = Double(count)
        for unit in ["B", "KiB", "MiB", "GiB"] {
            if value < 1024 { return String(format: unit == "B" ? "%.0f %@" : "%.1f %@", value, unit) }
            value /= 1024
        }
        return String(format: "%.1f TiB", value)
    }
}
