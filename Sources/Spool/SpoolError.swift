import Foundation
import Glibc
import Wire

/// What can go wrong in the spool itself, as opposed to a job that fails (which is a recorded result).
package enum SpoolError: Error, Sendable, CustomStringConvertible {
    /// A system call failed.
    case system(call: String, path: String, errno: Int32)
    /// Another daemon works on the root.
    case rootInUse(root: String, pid: Int32?)
    /// SQLite did not take a setting that durability depends on.
    case databaseSetting(name: String, value: String, wanted: String)
    /// The queue's file is none, or is damaged.
    case databaseUnusable(path: String, reason: String)
    /// The database was written by a newer version.
    case databaseTooNew(path: String)
    /// libinotifytools could not start.
    case inotify(errno: Int32)
    /// A socket path that does not fit into `sockaddr_un`.
    case socketPathTooLong(path: String, limit: Int)
    /// A rename failed: either end may be the one that refuses.
    case rename(from: String, to: String, errno: Int32)
    /// Something other than a folder stands where one is needed.
    case notAFolder(path: String, isLink: Bool)
    /// The control socket could not be made.
    case socketUnusable(path: String, reason: String)
    /// The port of `metrics.port` could not be listened on.
    case portUnusable(port: Int, errno: Int32)
    /// So many connections are open that more are refused.
    case tooManyConnections(count: Int)
    /// No more files can be opened, by the process's own limit.
    case filesUsedUp(limit: Int)
    /// Nobody answers on the control socket.
    case daemonUnreachable(socket: String, reason: String)
    /// Something of the studio, as its socket, is closed to this user.
    case forbidden(path: String)
    /// The daemon answered with an error.
    case refused(ReportError)
    /// Events were missed, because they were not read as fast as they came.
    case eventsMissed
    /// What became of a job's faces since could not be found out, or added to its report.
    case retrospectFailed(job: String, others: Int, reason: String)
    /// The daemon's answer was not understood.
    case answerInvalid(path: String, reason: String)
    /// The worker could not be started.
    case workerUnstartable(path: String, reason: String)
    /// The worker and this process come from different builds.
    case workerProtocol(theirs: Int, ours: Int)
    /// A folder that cannot be replayed.
    case bundleInvalid(path: String, reason: String)
    /// The worker ended before it answered.
    case workerEnded(WorkerEnd)

    /// Whether the cause is a full disk or an exhausted quota.
    package var isOutOfSpace: Bool {
        errno.map(FullDisk.isMeant(by:)) ?? false
    }

    /// The error number of a system call.
    package var errno: Int32? {
        switch self {
        case .system(_, _, let error), .rename(_, _, let error), .inotify(let error): error
        case .notAFolder: ENOTDIR
        case .filesUsedUp: EMFILE
        case .forbidden: EACCES
        default: nil
        }
    }

    package var description: String {
        switch self {
        case .system(let call, let path, let error):
            return "\(call) \(path): \(String(cString: strerror(error)))"
        case .rootInUse(let root, let pid):
            let who = pid.map { " (process \($0))" } ?? ""
            return "another limnerd\(who) already works on \(root); stop it first, or give --root another folder"
        case .databaseSetting(let name, let value, let wanted):
            return "SQLite runs with \(name)=\(value) instead of \(wanted); the promise that nothing is lost needs it"
        case .databaseUnusable(let path, let reason):
            return
                "the queue \(path) cannot be used: \(reason); move it away, and put a backup there or begin with an empty one"
        case .databaseTooNew(let path):
            return "\(path) was written by a newer version of Limner; install that version or name another root"
        case .inotify(let error):
            return "inotify could not start: \(String(cString: strerror(error)))"
        case .socketPathTooLong(let path, let limit):
            return "the socket path \(path) is longer than \(limit) bytes; use a root with a shorter path"
        case .rename(let from, let to, let error):
            return "rename \(from) to \(to): \(String(cString: strerror(error)))"
        case .notAFolder(let path, let isLink):
            return isLink
                ? "\(path) is a symbolic link, and limnerd follows none: put the folder itself there"
                : "\(path) is a file, and limnerd needs a folder of this name: move it away"
        case .socketUnusable(let path, let reason):
            return "the control socket \(path) cannot be made: \(reason); look at what stands there, and at its folder"
        case .portUnusable(let port, EADDRINUSE):
            return "another program listens on 127.0.0.1:\(port)"
        case .portUnusable(let port, let error):
            return "127.0.0.1:\(port) cannot be listened on: \(String(cString: strerror(error)))"
        case .tooManyConnections(let count):
            return "\(count) connections are open; more are refused until some of them end"
        case .filesUsedUp(let limit):
            return "no more files can be opened; the limit is \(limit)"
        case .daemonUnreachable(let socket, let reason):
            return "no daemon answers on \(socket): \(reason); is limnerd running with this root?"
        case .forbidden(let path):
            let user = NSUserName()
            return
                "\(path): permission denied; a studio is its group's: sudo adduser \(user) limner for the service's, then log in anew"
        case .refused(let error):
            return "\(error.message) \(error.hint)"
        case .eventsMissed:
            return "events came faster than they were read, and some were missed; ask for the jobs, then listen again"
        case .retrospectFailed(let job, let others, let reason):
            let more = others > 0 ? " and of \(others) more jobs" : ""
            return "what became of the faces of \(job)\(more) since could not be told: \(reason)"
        case .answerInvalid(let path, let reason):
            return "the daemon's answer to \(path) was not understood: \(reason); are both of the same version?"
        case .workerUnstartable(let path, let reason):
            return "the worker \(path) could not be started: \(reason)"
        case .workerProtocol(let theirs, let ours):
            return
                "the worker speaks protocol \(theirs), not \(ours): it comes from another build; install both together"
        case .bundleInvalid(let path, let reason):
            return "\(path) cannot be replayed: \(reason); name a folder below quarantine/"
        case .workerEnded(let end):
            return "the worker ended before it answered: \(end)"
        }
    }
}
