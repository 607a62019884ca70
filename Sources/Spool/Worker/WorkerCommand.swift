import Foundation
import Wire

/// How a worker process is started: the program, its flags and its whole environment.
package struct WorkerCommand: Sendable, Equatable {
    /// Absolute path.
    package var executable: String
    package var arguments: [String]
    /// Everything that the worker sees; nothing is inherited.
    package var environment: [String: String]

    package init(executable: String, arguments: [String], environment: [String: String]) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
    }

    /// The flags that are settings, by the setting's name: with the options of ``defaultsFlag``, all that a bundle may ask
    /// of a replay. Until 0.1 each of these options had a flag of its own.
    static let settings = [
        "--threads": "engine.threads", "--face-embedder": "faces.embedder", "--memory-limit": "workers.memoryLimitMB",
        "--face-threshold": "faces.threshold", "--detection-score": "faces.detectionScore",
        "--style-preset": "stylize.preset", "--style-size": "stylize.size", "--style-quality": "stylize.quality",
        "--style-format": "stylize.format", "--style-network": "stylize.network",
    ]
    /// What the settings say of options that a job leaves open, as JSON.
    static let defaultsFlag = "--defaults"

    /// The worker as the settings want it.
    ///
    /// - Parameters:
    ///   - executable: absolute path; by default ``sibling(of:)`` this program.
    ///   - reads: what it may read besides models and styles; by default the claimed files.
    ///   - writes: the folders that it may write to; by default those of the studio's unfinished outputs and checkpoints.
    ///   - cores: of the machine; how many threads a worker has when `engine.threads` is 0.
    package init(
        settings: Settings, executable: String = WorkerCommand.sibling(), reads: [String]? = nil,
        writes: [String]? = nil, cores: Int = ProcessInfo.processInfo.activeProcessorCount
    ) {
        let folders = settings.folders
        let threads = settings.engine.threads == 0 ? cores : settings.engine.threads
        var flags: [(name: String, value: String)] = []
        flags.append(("--models", settings.models.path))
        flags.append(("--gallery", folders.gallery))
        if !settings.faces.keyFile.isEmpty { flags.append(("--gallery-key", settings.faces.keyFile)) }
        flags.append(("--styles", folders.styles))
        flags.append(("--threads", "\(threads)"))
        flags.append(("--face-embedder", settings.faces.embedder))
        flags.append((Self.defaultsFlag, settings.options.json))
        for path in reads ?? [folders.claimed] { flags.append(("--reads", path)) }
        for folder in [settings.models.path, folders.styles] {
            for path in Self.linked(from: folder) { flags.append(("--reads", path)) }
        }
        for path in writes ?? [folders.work, folders.checkpoints] { flags.append(("--writes", path)) }
        if settings.workers.memoryLimitMB > 0 { flags.append(("--memory-limit", "\(settings.workers.memoryLimitMB)")) }
        // OpenBLAS reads OPENBLAS_CORETYPE when it is loaded, before any flag could reach it; unset, it chooses by itself, and the worker
        // where that does not suit the processor.
        var environment = ["PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC"]
        // A crash is to end the worker at once, with the reason as its last words; a backtrace takes seconds and memory.
        environment["SWIFT_BACKTRACE"] = "enable=no"
        // Threads are the worker's own; OpenBLAS starts as many as processors unless it is told when it is loaded.
        environment["OPENBLAS_NUM_THREADS"] = "1"
        if !settings.engine.openblasCoreType.isEmpty {
            environment["OPENBLAS_CORETYPE"] = settings.engine.openblasCoreType
        }
        self.init(executable: executable, arguments: flags.flatMap { [$0.name, $0.value] }, environment: environment)
    }

    /// Where the symbolic links in a folder and in the folders in it lead: what a user has linked, a worker may read. A change
    /// makes another command, and so another worker.
    private static func linked(from folder: String, levels: Int = 2) -> [String] {
        guard levels > 0 else { return [] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().flatMap { name -> [String] in
            let path = "\(folder)/\(name)"
            guard (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil else {
                return linked(from: path, levels: levels - 1)
            }
            return [URL(fileURLWithPath: path).resolvingSymlinksInPath().path]
        }
    }

    /// `limner-worker` beside a program (by default this one), where the build and the installation both put it.
    package static func sibling(of program: String = "/proc/self/exe") -> String {
        let resolved = URL(fileURLWithPath: program).resolvingSymlinksInPath()
        return resolved.deletingLastPathComponent().appendingPathComponent("limner-worker").path
    }
}
