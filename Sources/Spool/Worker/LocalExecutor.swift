import Foundation
import Glibc
import Wire

/// Where attempts run: processes of this machine. The dispatcher decides which job runs when and what becomes of it; this says
/// how many fit and lends a worker. An attempt is planned, begun, heard and stopped through the ``WorkerConversation`` that is
/// lent, and how its process ended comes back with it. Another place, such as a cluster, would answer the same questions.
package struct LocalExecutor: Sendable {
    /// How a worker is started under these settings.
    let command: @Sendable (Settings) -> WorkerCommand
    /// Bytes that the machine has for programs; `nil` when it does not tell.
    let memory: @Sendable () -> Int64?

    private static let cores = ProcessInfo.processInfo.activeProcessorCount

    package init(
        command: @escaping @Sendable (Settings) -> WorkerCommand,
        memory: @escaping @Sendable () -> Int64? = { MachineMemory.available() }
    ) {
        self.command = command
        self.memory = memory
    }

    /// Which folders and files a worker that was started now could read, by its paths. A confined worker keeps to those that
    /// lay there when it started, and needs a successor when others do.
    func sight(_ settings: Settings) -> [FolderPlace?] {
        [settings.folders.gallery, settings.folders.styles, settings.models.path].map { path in
            (try? Folder.place(at: path)) ?? nil
        }
    }

    /// How many workers run at once.
    func places(_ settings: Settings) -> Int { settings.workers.number(cores: Self.cores) }

    /// Threads for one of so many jobs that share the machine.
    func threads(_ settings: Settings, among jobs: Int) -> Int {
        settings.engine.threads > 0 ? settings.engine.threads : max(1, Self.cores / jobs)
    }

    /// Bytes for one more attempt: what the machine has, without what is to be left to others and what the attempts that run
    /// are still going to take. `nil` when memory is no matter: nothing runs that could give any back, or nobody wants it
    /// looked at.
    ///
    /// - Parameter running: the other attempts; one without a plan has not begun.
    func room(_ settings: Settings, beside running: [(plan: WorkerPlan?, worker: Int32?)]) -> Int64? {
        let reserve = Int64(settings.workers.memoryReserveMB) << 20
        guard reserve > 0, !running.isEmpty, let available = memory() else { return nil }
        let growth = running.reduce(Int64(0)) { sum, attempt in
            guard let plan = attempt.plan, let worker = attempt.worker else { return sum }
            let more = max(0, plan.memoryBytes - (Self.residentBytes(of: worker) ?? 0))
            let (total, overflows) = sum.addingReportingOverflow(more)
            return overflows ? .max : total
        }
        return max(0, max(0, available - growth) - reserve)
    }

    /// The second number of `/proc/<pid>/statm` counts resident pages.
    static func residentBytes(of worker: Int32) -> Int64? {
        guard let text = try? String(contentsOfFile: "/proc/\(worker)/statm", encoding: .ascii) else { return nil }
        let numbers = text.split(separator: " ")
        guard numbers.count > 1, let pages = Int64(numbers[1]) else { return nil }
        return pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
    }
}
