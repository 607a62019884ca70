import Foundation
import Nets

/// What one run of the program found out, and about which machine.
struct Report: Codable {
    let processor: String
    let openblasCore: String
    let threads: Int
    /// The machine's SGEMM in GFLOP/s: the roofline of all rows.
    let sgemm: Double
    let rows: [Measurement]
    /// Greatest resident memory of the process, in MiB.
    let peakMemory: Double

    init(threads: Int, sgemm: Measurement, rows: [Measurement]) {
        processor = Self.processor
        openblasCore = OpenBLAS.core
        self.threads = threads
        self.sgemm = sgemm.gigaflops ?? 0
        self.rows = [sgemm] + rows
        var usage = rusage()
        getrusage(__rusage_who_t(0), &usage)
        peakMemory = Double(usage.ru_maxrss) / 1024
    }

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    static let heading =
        column("work", 44) + right("min", 9) + right("median", 10) + right("max", 10) + " ms"
        + right("GFLOP/s", 9) + right("of SGEMM", 10) + right("planned", 12)

    /// One line of the table.
    static func line(_ row: Measurement, sgemm: Double) -> String {
        let speed = row.gigaflops.map { right(String(format: "%.0f", $0), 9) } ?? right("", 9)
        let share = row.gigaflops.map { right(String(format: "%.0f %%", 100 * $0 / sgemm), 10) } ?? right("", 10)
        let memory = row.planned.map { right(String(format: "%.0f MiB", $0), 12) } ?? ""
        return column(row.name, 44) + String(format: "%9.2f %9.2f %9.2f   ", row.minimum, row.median, row.maximum)
            + speed + share + memory
    }

    private static func column(_ text: String, _ width: Int) -> String {
        text.padding(toLength: max(width, text.count), withPad: " ", startingAt: 0)
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// As `/proc/cpuinfo` calls it.
    static var processor: String {
        let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n") ?? []
        let line = lines.first { $0.hasPrefix("model name") }
        return line?.split(separator: ":").last?.trimmingCharacters(in: .whitespaces) ?? "unknown"
    }
}
