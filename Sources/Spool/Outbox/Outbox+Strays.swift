import Foundation
import Glibc
import Parsing
import Wire

/// What stands in the outbox at a job's name, and what to do when it is no end of the job.
extension Outbox {
    enum Found {
        case nothing
        /// A commit has happened.
        case report(Report)
        /// Something that this daemon never puts there; the reason completes "outbox/JOB …".
        case stray(String)
    }

    /// Longest report that is read back, in bytes.
    private static let reportLimit = 64 << 20
    /// Errors that say what a file is or whose, and not how the machine is.
    private static let telling = [EACCES, EPERM, ELOOP, ENOTDIR, EISDIR, ENXIO]

    /// Whether anything stands there.
    func holdsFolder(of id: JobIdentifier) -> Bool { (try? tree.outbox.facts(FileName(id.text))) != nil }

    /// A commit is a whole report of the job, by one rename: what is cut short, empty or another's is none.
    ///
    /// - Throws: for a disk that does not answer.
    func look(at id: JobIdentifier) throws -> Found {
        let name = FileName(id.text)
        guard let facts = try tree.outbox.facts(name) else { return .nothing }
        guard facts.kind == .folder else { return .stray("is no folder") }
        do {
            let folder = try tree.outbox.folder(name)
            guard try folder.facts(RootTree.reportName) != nil else { return .stray("holds no report.json") }
            guard let bytes = try folder.read(RootTree.reportName, limit: Self.reportLimit) else {
                return .stray("holds a report.json of more than \(Self.reportLimit >> 20) MiB")
            }
            let report = try WireJSON.decode(Report.self, ofStranger: Data(bytes))
            guard report.id == id, Conclusion(report.status) != nil else {
                return .stray("holds a report.json that tells of \(report.id), \(report.status.rawValue)")
            }
            return .report(report)
        } catch let error as SpoolError where error.errno.map(Self.telling.contains) == true {
            return .stray("cannot be read (\(error))")
        } catch let error where error is DecodingError || error is JSONSyntaxError {
            return .stray("holds a report.json that is none")
        }
    }

    /// Moves what is no commit, and in the way of one, into the quarantine.
    func setAside(_ id: JobIdentifier, _ reason: String) throws {
        let free = try setAside(FileName(id.text), of: tree.outbox)
        logger.error("outbox/\(id) \(reason) and is no end of the job; it lies in quarantine/\(free) now")
    }

    /// Moves what nothing can be done with into the quarantine, where nothing of it is lost until retention removes it.
    ///
    /// - Returns: its name there.
    func setAside(_ name: FileName, of folder: Folder) throws -> FileName {
        let stem = Self.strayPrefix + name.bytes.prefix(Self.longestStray)
        let free = try (1...Self.mostStrays).lazy.map { FileName(bytes: $0 == 1 ? stem : stem + Array("-\($0)".utf8)) }
            .first { try tree.quarantine.facts($0) == nil }
        guard let free else {
            throw SpoolError.system(
                call: "rename", path: "\(tree.quarantine.path)/\(FileName(bytes: stem))", errno: EEXIST)
        }
        try folder.move(name, to: tree.quarantine, as: free)
        try tree.quarantine.sync()
        try folder.sync()
        return free
    }

    /// Whether an entry of the quarantine was set aside.
    static func isStray(_ name: FileName) -> Bool { name.bytes.starts(with: strayPrefix) }

    static let strayPrefix = Array("stray-".utf8)
    /// Bytes of a name that are kept; its prefix, its number and what retention appends stay within a name's 255.
    private static let longestStray = 200
    /// Enough for whoever puts something there again and again by mistake.
    private static let mostStrays = 100
}
