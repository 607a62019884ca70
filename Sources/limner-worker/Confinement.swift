import CLinux
import Foundation
import Glibc
import Wire

/// What a worker gives up for good before it reads a stranger's byte: every file but those that it needs (Landlock, where
/// the kernel has it), sockets and all programs but those that it names (seccomp), and new privileges. What the kernel does not offer is said, and
/// the worker works on without it.
struct Confinement {
    /// Folders, or files, and all below them.
    let reads: [String]
    let writes: [String]
    /// Programs that it may run, which are as confined as it is.
    let programs: [String]

    /// What any program reads: libraries that are loaded late, zones, facts of the machine. What `/proc` tells of processes
    /// outside, Landlock keeps back by itself.
    private static let system = [
        "/usr", "/lib", "/lib64", "/etc/localtime", "/dev/null", "/dev/urandom", "/proc", "/sys/devices/system/cpu",
    ]

    /// Where what loads programs lies.
    private static let loaders = ["/usr/lib", "/usr/lib64", "/lib", "/lib64"]

    /// To be called while the process has one thread: others that it has already would stay free.
    func begin() -> WorkerConfinement {
        var confinement = WorkerConfinement(landlock: 0, gaps: [])
        func note(_ what: String, _ result: Int32) {
            if result < 0 { confinement.gaps.append("\(what): \(String(cString: strerror(-result)))") }
        }
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task"))?.count ?? 1
        if threads > 1 { confinement.gaps.append("\(threads) threads stay free") }
        note("new privileges cannot be given up", limner_forbid_privileges())
        let version = limner_landlock_version()
        if version > 0 {
            let result = enclose(version)
            note("files are not out of reach", result)
            if result >= 0 { confinement.landlock = Int(version) }
        } else {
            note("the kernel has no Landlock, so that files are not out of reach", version)
        }
        note("sockets and other programs are not out of reach", limner_forbid_calls())
        return confinement
    }

    private func enclose(_ version: Int32) -> Int32 {
        let ruleset = limner_landlock_forbid(version)
        guard ruleset >= 0 else { return ruleset }
        let reading = limner_landlock_reading()
        for path in Self.system + reads { allow(reading, path, ruleset, version) }
        if !programs.isEmpty {
            for path in Self.loaders + programs { allow(limner_landlock_running(), path, ruleset, version) }
        }
        for path in writes { allow(reading | limner_landlock_writing(version), path, ruleset, version) }
        return limner_landlock_enforce(ruleset)
    }

    /// What is not there cannot be reached either; the job that needs it says so.
    private func allow(_ rights: UInt64, _ path: String, _ ruleset: Int32, _ version: Int32) {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return }
        let isFolder = facts.st_mode & S_IFMT == S_IFDIR
        let result = limner_landlock_allow(
            ruleset, path, isFolder ? rights : rights & limner_landlock_of_files(version))
        if result < 0 {
            let reason = String(cString: strerror(-result))
            FileHandle.standardError.write(Data("\(path) stays out of reach: \(reason)\n".utf8))
        }
    }
}
