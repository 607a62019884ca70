import Foundation
import GRDB
import Gallery
import Glibc
import Logging
import Synchronization
import Wire

/// What keeps single jobs, or the daemon's chores, from going on, for `limner status` and `limner doctor`. Each is tried again by itself.
package final class Troubles: Sendable {
    /// What cannot be done, and what mends it.
    private struct Trouble: Equatable {
        let what: String
        let remedy: String
    }

    private let known = Mutex<[String: Trouble]>([:])

    package init() {}

    /// - Parameters:
    ///   - trouble: what cannot be done, and why; `nil` when it could be done after all.
    ///   - remedy: what mends it.
    func note(_ trouble: String?, remedy: String = Troubles.remedy, of subject: some CustomStringConvertible) {
        known.withLock { $0[subject.description] = trouble.map { Trouble(what: $0, remedy: remedy) } }
    }

    /// - Parameter what: cannot be done.
    func note(_ what: String, because error: any Error, of subject: some CustomStringConvertible) {
        known.withLock { $0[subject.description] = Self.trouble(what, error) }
    }

    /// Notes how a chore went that is done again and again, and logs that it fails, and that it does no more; not each time.
    ///
    /// - Parameters:
    ///   - what: cannot be done while it fails.
    ///   - error: `nil` when it was done.
    func follow(_ what: String, because error: (any Error)?, of subject: String, in logger: Logger) {
        let trouble = error.map { Self.trouble(what, $0) }
        let earlier = known.withLock { known in
            defer { known[subject] = trouble }
            return known[subject]
        }
        guard trouble != earlier else { return }
        if let trouble {
            logger.error("\("\(subject): \(trouble.what)".ended) \(trouble.remedy)")
        } else {
            logger.notice("\(subject): that is over, and it goes on")
        }
    }

    private static func trouble(_ what: String, _ error: any Error) -> Trouble {
        // The gallery says itself what mends it.
        if let error = error as? GalleryError, !error.isDiskFull {
            let report = ReportError(error)
            let reason = report.message.hasSuffix(".") ? String(report.message.dropLast()) : report.message
            return Trouble(what: "\(what): \(reason)", remedy: "\(report.hint) It is tried again by itself.")
        }
        return Trouble(what: "\(what): \(error.reason)", remedy: remedy(for: error))
    }

    private static func remedy(for error: any Error) -> String {
        if error.isDiskFull { return spaceRemedy }
        if error is DatabaseError { return queueRemedy }
        guard let error = error as? SpoolError else { return remedy }
        switch error {
        case .workerUnstartable, .workerProtocol, .workerEnded: return workerRemedy
        case .portUnusable(_, EADDRINUSE): return takenPortRemedy
        case .portUnusable: return portRemedy
        case .tooManyConnections: return connectionsRemedy
        default: break
        }
        switch error.errno {
        case EMFILE?: return filesRemedy
        case ENFILE?: return systemFilesRemedy
        default: return remedy
        }
    }

    /// What is known of one subject: what cannot be done, and what mends it.
    func sentence(of subject: String) -> String? {
        known.withLock { $0[subject].map { "\(subject): \($0.what.ended) \($0.remedy)" } }
    }

    /// Most that are told one by one.
    private static let limit = 20

    /// A sentence each, sorted, and what mends it; of very many, the first and how many more there are.
    package var all: [(sentence: String, remedy: String)] {
        let all = known.withLock { $0.map { (sentence: "\($0.key): \($0.value.what)", remedy: $0.value.remedy) } }
            .sorted { $0.sentence < $1.sentence }
        if all.count <= Self.limit { return all }
        let more = "… and \(all.count - Self.limit) more problems"
        return all.prefix(Self.limit) + [(sentence: more, remedy: DoctorAnswer.Finding.more.advice)]
    }

    package var sentences: [String] { all.map(\.sentence) }

    /// What mends most of them.
    package static let remedy =
        "Make what is named readable and writable for the user that runs limnerd, or move it away; it is tried again by itself."
    private static let queueRemedy =
        "Make the queue's file readable and writable for the user that runs limnerd, and look at its disk; it is tried again by itself."
    private static let workerRemedy =
        "Install limnerd and limner-worker together, or correct limnerd's --worker; limner doctor examines the worker. It is tried again by itself."
    private static let portRemedy =
        "Set metrics.port to another port, from 1024 on, and restart limnerd; it is tried again by itself."
    private static let takenPortRemedy =
        "Stop what listens there, or set metrics.port to a free port and restart limnerd; it is tried again by itself."
    private static let connectionsRemedy =
        "End the programs that hold them open (ss -xp shows which of a socket, ss -tp of a port); those that send nothing are ended by themselves."
    private static let filesRemedy =
        "Raise the limit of open files (LimitNOFILE= of the service, ulimit -n) and restart limnerd, or end programs that hold connections open; it is tried again by itself."
    private static let systemFilesRemedy =
        "Raise the system's limit of open files (sysctl fs.file-max), or end programs that hold many open; it is tried again by itself."
    private static let spaceRemedy = "Free some space on the disk; it is tried again by itself."
}
