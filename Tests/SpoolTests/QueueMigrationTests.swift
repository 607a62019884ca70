import Foundation
import GRDB
import Testing
import Wire

@testable import Spool

/// A queue as each migration left it, the first included, becomes a queue of today with nothing lost.
@Suite struct QueueMigrationTests {
    private let root = TestRoot()
    private let time = HandClock()

    /// Opens the file with the schema as of a migration, writes one job a state with the first schema's columns, and closes it.
    private func write(upTo migration: String) throws {
        try FileManager.default.createDirectory(atPath: root.paths.state, withIntermediateDirectories: true)
        let pool = try DatabasePool(path: root.paths.database)
        try QueueSchema.migrator.migrate(pool, upTo: migration)
        try pool.write { db in
            for (serial, state) in JobState.allCases.enumerated() {
                try insert(state, priority: 0, serial: serial, db)
            }
            try insert(.queued, priority: 5, serial: JobState.allCases.count, db)
            // Since there are ranks, a job has one from when it is queued.
            if try db.columns(in: "job").contains(where: { $0.name == "rank" }) {
                try db.execute(sql: "UPDATE job SET rank = priority")
            }
        }
        try pool.close()
    }

    private func id(_ serial: Int) -> JobIdentifier {
        JobIdentifier(time: Date(timeIntervalSince1970: 1_700_000_000 + Double(serial)), salt: 1, name: "\(serial).jpg")
    }

    private func insert(_ state: JobState, priority: Int, serial: Int, _ db: Database) throws {
        let job = id(serial).text
        let source = Data("identify/\(serial).jpg".utf8)
        let task = try Queue.json(JobTask(.identify))
        let created: Int64 = 1_700_000_000_000 + Int64(serial) * 1000
        try db.execute(
            sql: """
                INSERT INTO job (id, kind, state, priority, attempt, token, origin, source, task, created, updated)
                VALUES (?, 'identify', ?, ?, 1, 3, 'picture', ?, ?, ?, ?)
                """, arguments: [job, state.rawValue, priority, source, task, created, created])
        try db.execute(
            sql: """
                INSERT INTO input (job, ordinal, role, source, name, original, claimed, stage, device, inode, size, modified)
                VALUES (?, 0, 'picture', ?, 'a.jpg', ?, 'a.jpg', 'hashed', 1, 2, 3, 4)
                """, arguments: [job, source, Data("a.jpg".utf8)])
        try db.execute(
            sql: "INSERT INTO event (job, id, time, \"from\", \"to\", why) VALUES (?, ?, ?, NULL, 'waiting', 'seen')",
            arguments: [job, serial, created])
        try db.execute(
            sql: """
                INSERT INTO file (path, device, inode, size, modified, seen, job, leads) VALUES (?, 1, 2, 3, 4, ?, ?, 1)
                """, arguments: [source, created, job])
    }

    @Test(arguments: QueueSchema.migrator.migrations)
    func everyEarlierSchemaIsBroughtUpToDate(_ migration: String) throws {
        try write(upTo: migration)
        let queue = try Queue(path: root.paths.database, clock: time.clock)
        #expect(try queue.pool.read(QueueSchema.migrator.hasCompletedMigrations))
        let counts = try queue.reader.counts()
        for state in JobState.allCases { #expect(counts[state] == (state == .queued ? 2 : 1)) }
        #expect(counts.isBalanced)
        for (serial, state) in JobState.allCases.enumerated() {
            let job = try #require(try queue.job(id(serial)))
            #expect(job.state == state)
            #expect(job.task == JobTask(.identify))
            #expect(job.token == WorkerToken(3))
            #expect(try queue.inputs(of: job.id).map(\.name) == ["a.jpg"])
            #expect(try queue.reader.detail(job.id, folders: root.paths)?.events.map(\.to) == [.waiting])
        }
        // The order was the priority's before there were ranks, and it is kept.
        #expect(try queue.claim()?.id == id(JobState.allCases.count))
        let next = try #require(try queue.claim())
        #expect(next.sourceText == "identify/\(JobState.allCases.firstIndex(of: .queued)!).jpg")
        #expect(try queue.decide(next, Outcome(.done)) != nil)
        #expect(try queue.claim() == nil)
    }
}
