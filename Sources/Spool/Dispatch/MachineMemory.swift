import Foundation
import Glibc
import Wire

/// The memory of this machine.
package enum MachineMemory {
    /// Bytes that a job is made to fit into, by a smaller output: what a worker can have. `nil` when it is to be tried as
    /// asked.
    package static func fitting(_ settings: Settings) -> Int64? {
        guard settings.stylize.oversize == .scale else { return nil }
        let workers = settings.workers
        return workers.memoryLimitMB > 0
            ? Int64(workers.memoryLimitMB) << 20 : max(0, total - Int64(workers.memoryReserveMB) << 20)
    }

    /// Bytes that are built in.
    static var total: Int64 { Int64(sysconf(Int32(_SC_PHYS_PAGES))) * Int64(sysconf(Int32(_SC_PAGESIZE))) }

    /// Bytes that programs can still have without swapping: `MemAvailable` of proc(5), or where `/proc/meminfo` is hidden,
    /// as from a service with `ProcSubset=pid`, what sysinfo(2) calls free, which is less.
    static func available() -> Int64? {
        if let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .ascii),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("MemAvailable:") }),
            let kibibytes = Int64(line.filter(\.isNumber))
        {
            return kibibytes << 10
        }
        let pages = sysconf(Int32(_SC_AVPHYS_PAGES))
        return pages < 0 ? nil : Int64(pages) * Int64(sysconf(Int32(_SC_PAGESIZE)))
    }
}
