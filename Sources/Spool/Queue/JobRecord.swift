import Foundation
import GRDB
import Synchronization
import Wire

/// How a job came in.
package enum JobOrigin: String, Sendable {
    /// A picture in a kind's folder, or in none.
    case picture
    /// A folder whose pictures are one job.
    case folder
    /// A manifest.
    case manifest
    /// A picture sent to the control socket.
    case submission
}

/// A row of `job`.
package struct JobRecord: Sendable, Equatable {
    package var id: JobIdentifier
    package var kind: JobKind?
    package var standing: JobStanding
    package var priority: Int
    /// Attempts that were begun.
    package var attempt: Int
    /// Of the last attempt.
    package var token: WorkerToken
    package var origin: JobOrigin
    /// The path in the inbox, or the name that a submission gave, as raw bytes.
    package var source: [UInt8]
    package var manifestID: String?
    package var task: JobTask?
    /// Why intake refused the file; it is in quarantine, or on its way there.
    package var refusal: ReportError?
    package var error: ReportError?
    package var lastWords: String?
    /// Whether nobody is to be told of its end any more.
    package var isReported: Bool
    package var created: Date
    package var updated: Date
    package var started: Date?

    package init(
        id: JobIdentifier, kind: JobKind?, origin: JobOrigin, source: [UInt8], priority: Int = 0,
        manifestID: String? = nil, task: JobTask? = nil, refusal: ReportError? = nil, created: Date
    ) {
        self.id = id
        self.kind = kind
        standing = .waiting
        self.priority = priority
        attempt = 0
        token = WorkerToken(0)
        self.origin = origin
        self.source = source
        self.manifestID = manifestID
        self.task = task
        self.refusal = refusal
        isReported = true
        self.created = created
        updated = created
    }

    /// What users see of its standing.
    package var state: JobState { standing.state }

    /// Whether it can be done again as it is: it is a job of a kind, and was not refused.
    var isRepeatable: Bool { task != nil && refusal == nil }

    package var sourceText: String { String(decoding: source, as: UTF8.self) }

    package var summary: JobSummary {
        JobSummary(
            id: id, kind: kind, state: state, source: sourceText, priority: priority, attempt: attempt,
            created: created, updated: updated, progress: nil, error: error)
    }
}

extension JobRecord: FetchableRecord {
    /// What the row holds and this version does not know, as another version's task, becomes the job's refusal, so that it
    /// ends with a report instead of being in the way.
    ///
    /// - Throws: `DecodingError` for a state that is unknown, which ``Queue/repair()`` has put right before, and for an outcome
    ///   that is: nothing may be made of half of it.
    package init(row: Row) throws {
        id = try JobRecord.known(JobIdentifier.init, row, "id")
        kind = (row["kind"] as String?).flatMap(JobKind.init(rawValue:))
        priority = row["priority"]
        attempt = Int((row["attempt"] as Int64).clamped(to: 0...Self.mostAttempts))
        token = WorkerToken((row["token"] as Int64).clamped(to: 0...Int64.max - 1))
        origin = JobOrigin(rawValue: row["origin"]) ?? .picture
        source = [UInt8](row["source"] as Data)
        manifestID = row["manifest_id"]
        error = JobRecord.error(row["error"])
        lastWords = row["last_words"]
        isReported = row["reported"]
        created = Date(milliseconds: row["created"])
        updated = Date(milliseconds: row["updated"])
        started = (row["started"] as Int64?).map(Date.init(milliseconds:))
        do {
            task = try JobRecord.task(row["task"])
            refusal = JobRecord.error(row["refusal"])
        } catch {
            refusal = ReportError(
                code: .internal, message: "The queue holds a task that this version does not understand: \(error).",
                hint: "Drop the job's files again.")
        }
        let (token, runAt) = (token, row["run_at"] as Int64)
        let changes = try (row["changes"] as String?).map {
            try WireJSON.decode([GalleryChange].self, from: Data($0.utf8))
        }
        standing = try JobRecord.known(
            {
                JobStanding(
                    state: $0, concluding: row["concluding"], changes: changes ?? [], settled: row["settled"],
                    runAt: runAt,
                    token: token)
            }, row, "state")
    }

    /// More than any setting allows; what a broken database says beyond it is not reckoned with.
    private static let mostAttempts: Int64 = 1 << 20

    private static func known<Value>(_ make: (String) -> Value?, _ row: Row, _ column: String) throws -> Value {
        let text: String = row[column]
        guard let value = make(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: [], debugDescription: "the queue holds \"\(text)\", which is no \(Value.self)"))
        }
        return value
    }

    /// The task that was read last. Most jobs of a folder have the same, and JSON costs more than all else of a row.
    private static let lastTask = Mutex<(text: String, task: JobTask)?>(nil)

    private static func task(_ text: String?) throws -> JobTask? {
        guard let text else { return nil }
        if let last = lastTask.withLock({ $0 }), last.text == text { return last.task }
        let task = try WireJSON.decode(JobTask.self, from: Data(text.utf8))
        lastTask.withLock { $0 = (text, task) }
        return task
    }

    private static func error(_ text: String?) -> ReportError? {
        text.map { text in
            (try? WireJSON.decode(ReportError.self, from: Data(text.utf8)))
                ?? ReportError(
                    code: .internal, message: "The queue holds an error that this version does not understand.")
        }
    }
}

/// A row of `input`: one file of a job.
package struct InputRecord: Sendable, Equatable {
    package enum Stage: String, Sendable {
        /// It is about to be moved out of the inbox; where it lies is not known after a crash.
        case intended
        /// It lies in the job's folder below `state/claimed`, and its contents are settled and hashed.
        case hashed
    }

    package var ordinal: Int
    package var role: InputRole
    /// Where it lay: the path in the inbox as raw bytes.
    package var source: [UInt8]
    /// What the user calls it; see ``InputPicture/name``.
    package var name: String
    /// Its own file name, which it gets back at the end.
    package var original: FileName
    /// Its name below `state/claimed/<job>`: valid text, unique there, none of our own names.
    package var claimed: String
    package var stage = Stage.intended
    package var identity: FileIdentity
    package var sha256: String?

    package init(
        ordinal: Int, role: InputRole, source: [UInt8], name: String, original: FileName, claimed: String,
        stage: Stage = .intended, identity: FileIdentity, sha256: String? = nil
    ) {
        self.ordinal = ordinal
        self.role = role
        self.source = source
        self.name = name
        self.original = original
        self.claimed = claimed
        self.stage = stage
        self.identity = identity
        self.sha256 = sha256
    }
}

extension [InputRecord] {
    /// All but the manifest.
    var pictures: [InputRecord] { filter { $0.role != .manifest } }

    /// Of all files together.
    var bytes: Int64 { reduce(0) { $0.clampedSum($1.identity.size) } }
}

extension InputRecord: FetchableRecord {
    /// An input of an unknown stage is looked at again.
    package init(row: Row) {
        ordinal = row["ordinal"]
        role = InputRole(rawValue: row["role"]) ?? .picture
        stage = Stage(rawValue: row["stage"]) ?? .intended
        source = [UInt8](row["source"] as Data)
        name = row["name"]
        original = FileName(bytes: [UInt8](row["original"] as Data))
        claimed = row["claimed"]
        identity = FileIdentity(
            device: UInt64(bitPattern: row["device"]), inode: UInt64(bitPattern: row["inode"]), size: row["size"],
            modified: row["modified"], changed: 0)
        sha256 = row["sha256"]
    }
}

extension Date {
    /// Since 1970.
    init(milliseconds: Int64) { self.init(timeIntervalSince1970: Double(milliseconds) / 1000) }

    /// Whatever a clock or an old database said: what is too far away becomes the farthest.
    var milliseconds: Int64 {
        let count = (timeIntervalSince1970 * 1000).rounded()
        return Int64(exactly: count) ?? (count < 0 ? .min : .max)
    }
}

extension Comparable {
    func clamped(to limits: ClosedRange<Self>) -> Self { min(max(self, limits.lowerBound), limits.upperBound) }
}
