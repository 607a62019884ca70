import Foundation
import Glibc
import Synchronization
import Wire

/// Follows what a worker uses up during one attempt. A process that is gone tells nothing any more, so the last look counts.
final class UsageMeter: Sendable {
    private let pid: Int32
    private let started = ContinuousClock.now
    private let ticksBefore: Int
    private let last = Mutex<WorkerUsage?>(nil)

    init(pid: Int32) {
        self.pid = pid
        ticksBefore = Self.ticks(of: pid) ?? 0
        look()
    }

    var usage: WorkerUsage? { last.withLock { $0 } }

    /// Reads proc(5)'s `status` (`VmHWM`, in KiB) and `stat` (processor time in clock ticks).
    func look() {
        guard let ticks = Self.ticks(of: pid), let peak = Self.peak(of: pid) else { return }
        let usage = WorkerUsage(
            peakResidentBytes: peak, cpuSeconds: Double(ticks - ticksBefore) / Double(sysconf(Int32(_SC_CLK_TCK))),
            wallSeconds: started.duration(to: .now).seconds)
        last.withLock { $0 = usage }
    }

    private static func peak(of pid: Int32) -> Int64? {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") })
        else { return nil }
        return Int64(line.filter(\.isNumber)).map { $0 << 10 }
    }

    /// Fields 14 and 15 count from 1; the second, the program's name, may hold anything but ends with the last `)`.
    private static func ticks(of pid: Int32) -> Int? {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 12, let user = Int(fields[11]), let system = Int(fields[12]) else { return nil }
        return user + system
    }
}

/// The last lines of a worker's standard error since an attempt started.
final class WordsBox: Sendable {
    private let lines = Mutex<[String]>([])

    func add(_ line: String) {
        lines.withLock { lines in
            lines.append(line)
            if lines.count > TextTail.lineLimit { lines.removeFirst(lines.count - TextTail.lineLimit) }
        }
    }

    /// What was said since the last call; `nil` when it was nothing.
    func take() -> String? {
        let taken = lines.withLock { lines in
            defer { lines = [] }
            return lines
        }
        return taken.isEmpty ? nil : taken.joined(separator: "\n") + "\n"
    }
}
