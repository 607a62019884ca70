import Foundation
import GRDB
import Wire

extension Audit {
    /// What the queue says, in one transaction.
    struct Ledger: Sendable {
        struct Job: Sendable {
            var state: JobState
            /// An end, or the way back from one, is being carried out: its files may be anywhere between.
            var isConcluding: Bool
            var settled: Bool
        }

        /// A file that must lie in its job's claimed folder.
        struct Input: Sendable {
            var job: String
            var claimed: String
        }

        var counts = JobCounts()
        var jobs: [String: Job] = [:]
        /// Of jobs under way.
        var inputs: [Input] = []
        /// Ended jobs whose originals have not been moved yet.
        var unsettled: [String: JobState] = [:]
        /// Paths in the inbox that a job is about to take; it counts as seen already.
        var intended: Set<[UInt8]> = []
        var doneTwice: [String] = []

        init(_ reader: QueueReader) throws {
            try reader.database.read { db in try read(db) }
        }

        private mutating func read(_ db: Database) throws {
            counts = try QueueReader.counted(db)
            let rows = try Row.fetchCursor(
                db, sql: "SELECT id, state, concluding IS NOT NULL AS ending, settled FROM job")
            while let row = try rows.next() {
                guard let state = JobState(rawValue: row["state"]) else { continue }
                let id: String = row["id"]
                let job = Job(state: state, isConcluding: row["ending"], settled: row["settled"])
                jobs[id] = job
                if state.isFinal, !job.settled, !job.isConcluding { unsettled[id] = state }
            }
            let inputs = try Row.fetchCursor(
                db,
                sql: """
                    SELECT job, claimed, input.source AS source, stage, origin FROM input JOIN job ON job.id = job
                    WHERE state IN ('waiting', 'queued', 'running', 'failed') AND concluding IS NULL
                    """)
            while let row = try inputs.next() {
                if row["stage"] == InputRecord.Stage.hashed.rawValue {
                    self.inputs.append(Input(job: row["job"], claimed: row["claimed"]))
                } else if row["origin"] != JobOrigin.submission.rawValue {
                    intended.insert([UInt8](row["source"] as Data))
                }
            }
            doneTwice = try String.fetchAll(
                db, sql: "SELECT job FROM event WHERE \"to\" = 'done' GROUP BY job HAVING COUNT(*) > 1 ORDER BY job")
        }
    }

    /// What the disk holds. Hidden names in our own folders are files being written, and count for nothing.
    struct Disk: Sendable {
        /// Paths of files in the inbox that are not ignored by their name.
        var inbox: Set<[UInt8]> = []
        /// Folder of a job to the files in it.
        var claimed: [String: Set<String>] = [:]
        /// Folder of a job to whether a report lies in it.
        var outbox: [String: Bool] = [:]
        var done: Set<String> = []
        var quarantine: Set<String> = []

        init(_ folders: RootFolders) throws {
            inbox = Set(InboxScan(try Folder(path: folders.inbox)).entries.keys.map(\.bytes))
            let claims = try Folder(path: folders.claimed)
            for name in try claims.names() {
                guard let folder = try Self.folder(name, in: claims) else { continue }
                claimed[name.portable] = Set(try folder.names().filter { !$0.isHidden }.map(\.portable))
            }
            let outbox = try Folder(path: folders.outbox)
            for name in try outbox.names() where !name.isHidden {
                guard let folder = try Self.folder(name, in: outbox) else { continue }
                self.outbox[name.portable] = try folder.facts(RootTree.reportName) != nil
            }
            done = try Self.jobs(in: folders.done)
            quarantine = try Self.jobs(in: folders.quarantine)
        }

        /// `nil` for what has just gone, or is no folder: users may put files of their own beside ours.
        private static func folder(_ name: FileName, in parent: Folder) throws -> Folder? {
            do {
                return try parent.folder(name)
            } catch let error as SpoolError where [ENOENT, ENOTDIR, ELOOP].contains(error.errno) {
                return nil
            }
        }

        /// Folders that are named as jobs are.
        private static func jobs(in path: String) throws -> Set<String> {
            Set(try Folder(path: path).names().map(\.portable).filter { JobIdentifier($0) != nil })
        }
    }
}
