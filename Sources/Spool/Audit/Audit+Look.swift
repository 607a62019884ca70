import Foundation
import GRDB
import Glibc
import Wire

extension Audit {
    /// One comparison of the queue, as it stands at one moment, with the disk. Rows and entries are taken one by one and
    /// looked up on the other side, so that a million jobs need no more memory than ten.
    struct Look {
        private(set) var counts = JobCounts()
        /// Files in the inbox that no job is about to take.
        private(set) var inbox = 0
        /// Everything on which the two do not agree, by kind and name.
        private(set) var findings: [ProofAnswer.Finding] = []

        /// Folders of the inbox that could not be looked into.
        private(set) var unread: [String] = []

        private let folders: RootFolders
        private let ignored: IgnoredNames

        /// A row of `job`, as far as it matters here.
        private struct Job {
            var state: JobState
            /// An end, or the way back from one, is being carried out: its files may be anywhere between.
            var isConcluding: Bool
            var settled: Bool
        }

        init(_ reader: QueueReader, _ folders: RootFolders, _ ignored: IgnoredNames) throws {
            self.folders = folders
            self.ignored = ignored
            try reader.database.read { db in try compare(db) }
            findings.sort { ($0.kind.rawValue, $0.name) < ($1.kind.rawValue, $1.name) }
        }

        private mutating func compare(_ db: Database) throws {
            counts = try QueueReader.counted(db)
            if !counts.isBalanced {
                let difference = counts.seen - counts.sum
                find(.sum, "\(difference)", "\(counts.seen) files were seen, \(counts.sum) jobs stand")
            }
            let twice = try String.fetchAll(
                db, sql: "SELECT job FROM event WHERE \"to\" = 'done' GROUP BY job HAVING COUNT(*) > 1")
            for id in twice { find(.doneTwice, id, "\(id) was done more than once") }
            let claims = try Folder(path: folders.claimed)
            let done = try Folder(path: folders.done)
            let quarantine = try Folder(path: folders.quarantine)
            try compareInbox(db)
            try compareInputs(db, claims)
            try compareOriginals(db, claims, done, quarantine)
            try compareClaims(db, claims)
            try compareOutbox(db)
            try compareOriginalFolders(db, done, "done")
            try compareOriginalFolders(db, quarantine, "quarantine")
        }

        private mutating func find(_ kind: ProofAnswer.Finding.Kind, _ name: String, _ explanation: String) {
            findings.append(ProofAnswer.Finding(kind, name, explanation))
        }

        private func job(_ name: FileName, _ db: Database) throws -> Job? {
            let statement = try db.cachedStatement(
                sql: "SELECT state, concluding IS NOT NULL AS ending, settled FROM job WHERE id = ?")
            guard let row = try Row.fetchOne(statement, arguments: [name.portable]),
                let state = JobState(rawValue: row["state"])
            else { return nil }
            return Job(state: state, isConcluding: row["ending"], settled: row["settled"])
        }

        /// `nil` for what has just gone, or is no folder: users may put files of their own beside ours.
        private func folder(_ name: FileName, in parent: Folder) throws -> Folder? {
            do {
                return try parent.folder(name)
            } catch let error as SpoolError where [ENOENT, ENOTDIR, ELOOP].contains(error.errno) {
                return nil
            }
        }

        // MARK: From the queue to the disk

        /// Paths in the inbox that a job is about to take count as seen already.
        private mutating func compareInbox(_ db: Database) throws {
            let sql = """
                SELECT input.source FROM job JOIN input ON input.job = job.id
                WHERE state IN ('waiting', 'queued', 'running', 'failed') AND concluding IS NULL
                AND stage = 'intended' AND origin <> 'submission'
                """
            let intended = Set(try Data.fetchAll(db, sql: sql).map { [UInt8]($0) })
            var count = 0
            let inbox = try Folder(path: folders.inbox)
            let scan = InboxScan(
                inbox, ignoring: ignored,
                find: { path, facts in
                    if intended.contains(path.bytes) { return }
                    // What is nobody's manifest is never taken.
                    if path.name.isManifest, facts.kind == .regular, !inbox.meansManifest(path) { return }
                    count += 1
                })
            self.inbox = count
            unread = scan.closed.keys.map { $0.isEmpty ? "." : InboxPath($0).description }.sorted()
        }

        /// Every file that was claimed for a job under way lies in the job's folder.
        private mutating func compareInputs(_ db: Database, _ claims: Folder) throws {
            let sql = """
                SELECT job.id AS job, claimed FROM job JOIN input ON input.job = job.id
                WHERE state IN ('waiting', 'queued', 'running', 'failed') AND concluding IS NULL AND stage = 'hashed'
                """
            let rows = try Row.fetchCursor(db, sql: sql)
            while let row = try rows.next() {
                let job: String = row["job"]
                let claimed: String = row["claimed"]
                if try folder(FileName(job), in: claims)?.facts(FileName(claimed)) == nil {
                    find(.inputMissing, job, "state/claimed/\(job)/\(claimed) is gone")
                }
            }
        }

        /// The originals of an ended job are where they were or where they go.
        private mutating func compareOriginals(
            _ db: Database, _ claims: Folder, _ done: Folder, _ quarantine: Folder
        ) throws {
            let sql = """
                SELECT id, state FROM job INDEXED BY job_unsettled WHERE settled = 0 AND concluding IS NULL
                AND state IN ('done', 'quarantined', 'cancelled')
                """
            let rows = try Row.fetchCursor(db, sql: sql)
            while let row = try rows.next() {
                let id: String = row["id"]
                let state: String = row["state"]
                let target = state == JobState.quarantined.rawValue ? quarantine : done
                if try claims.facts(FileName(id)) == nil, try target.facts(FileName(id)) == nil {
                    find(.originalMissing, id, "the originals of \(id), which is \(state), are gone")
                }
            }
        }

        // MARK: From the disk to the queue

        /// Claimed files belong to a job that is not finished. Hidden names are files being written, and count for nothing.
        private mutating func compareClaims(_ db: Database, _ claims: Folder) throws {
            try claims.forEachName { name in
                let job = try self.job(name, db)
                if let job, !job.state.isFinal || !job.settled || job.isConcluding { return }
                guard let folder = try self.folder(name, in: claims),
                    try folder.names().contains(where: { !$0.isHidden })
                else { return }
                find(
                    .claimedWithoutJob, name.portable,
                    job.map { "\(name) is \($0.state.rawValue), yet its files are still claimed" }
                        ?? "no job knows the files in state/claimed/\(name)")
            }
        }

        /// What is named as a job in the outbox is the whole end of it.
        private mutating func compareOutbox(_ db: Database) throws {
            let outbox = try Folder(path: folders.outbox)
            try outbox.forEachName { name in
                guard JobIdentifier(name.portable) != nil, let folder = try self.folder(name, in: outbox) else {
                    return
                }
                let job = try self.job(name, db)
                guard let job, job.state.isFinal || job.isConcluding else {
                    find(
                        .outboxWithoutJob, name.portable,
                        "outbox/\(name) stands there, but the job \(Self.standing(job))")
                    return
                }
                if try folder.facts(RootTree.reportName) == nil {
                    find(.reportMissing, name.portable, "outbox/\(name) holds no report.json")
                }
            }
        }

        /// Folders that are named as jobs are, in `done/` and `quarantine/`, belong to jobs that ended so.
        private mutating func compareOriginalFolders(_ db: Database, _ folder: Folder, _ place: String) throws {
            try folder.forEachName { name in
                guard JobIdentifier(name.portable) != nil else { return }
                let job = try self.job(name, db)
                if let job,
                    job.isConcluding || (job.state.isFinal && (job.state == .quarantined) == (place == "quarantine"))
                {
                    return
                }
                find(
                    .originalsWithoutJob, name.portable,
                    "\(place)/\(name) stands there, but the job \(Self.standing(job))")
            }
        }

        private static func standing(_ job: Job?) -> String {
            job.map { "is \($0.state.rawValue)" } ?? "is not in the queue"
        }
    }
}
