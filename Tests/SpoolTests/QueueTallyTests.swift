import Foundation
import GRDB
import Testing
import Wire

@testable import Spool

/// The kept counts are what a count of the rows gives, after every way of changing a row.
@Suite struct QueueTallyTests {
    private func expectTally(_ queue: Queue, location: SourceLocation = #_sourceLocation) throws {
        let (counted, jobs) = try queue.pool.read { db in
            let sql = "SELECT state, COALESCE(kind, 'none') AS kind, COUNT(*) AS count FROM job GROUP BY 1, 2"
            let rows = try Row.fetchAll(db, sql: sql).map { row in
                let standing = QueueFigures.Standing(
                    state: try #require(JobState(rawValue: row["state"])), kind: row["kind"])
                return (standing, row["count"] as Int)
            }
            return (try QueueReader.counted(db), Dictionary(uniqueKeysWithValues: rows))
        }
        #expect(try queue.reader.counts() == counted, sourceLocation: location)
        let figures = try queue.reader.figures()
        #expect(figures.jobs.filter { $0.value != 0 } == jobs, sourceLocation: location)
        #expect(figures.seen == counted.seen, sourceLocation: location)
    }

    @discardableResult
    private func add(_ queue: Queue, _ name: String, _ task: JobTask?, serial: Int) throws -> JobRecord {
        let id = JobIdentifier(time: Date(timeIntervalSince1970: Double(serial)), salt: 1, name: name)
        let job = JobRecord(
            id: id, kind: task?.kind, origin: task == nil ? .manifest : .picture, source: Array(name.utf8), task: task,
            created: .now)
        try queue.add(job, inputs: [input(name, 0)], why: "test")
        return job
    }

    private func requeue(_ queue: Queue, _ id: JobIdentifier) throws {
        try queue.settle(id)
        #expect(try queue.reopen([id]).map(\.id) == [id])
        try queue.requeue([id], why: "test")
    }

    private func input(_ name: String, _ ordinal: Int) -> InputRecord {
        InputRecord(
            ordinal: ordinal, role: .picture, source: Array(name.utf8), name: name, original: FileName(name),
            claimed: name, identity: FileIdentity(device: 1, inode: 7, size: 3, modified: 4, changed: 5))
    }

    @Test func itFollowsEveryTransition() throws {
        let parts = try Parts()
        let queue = parts.queue
        let identify = JobTask(.identify)
        for serial in 0..<12 { try add(queue, "f\(serial)", identify, serial: serial) }
        let manifest = try add(queue, "m.json", nil, serial: 12)
        try expectTally(queue)
        try queue.add([input("a.jpg", 1)], to: manifest)
        try expectTally(queue)
        try queue.describe(
            manifest.id, task: JobTask(.stylize, named: "wave"), priority: 0,
            manifestID: nil, refusal: nil)
        try expectTally(queue)
        let waiting = try queue.waiting().map(\.job)
        #expect(waiting.count == 13)
        try queue.withdraw(waiting[0].id)
        try expectTally(queue)
        for job in waiting.dropFirst() { try queue.enqueue(job.id) }
        try expectTally(queue)
        let error = ReportError(code: .internal, message: "test")
        let claimed = try (0..<6).map { _ in try #require(try queue.claim()) }
        try expectTally(queue)
        #expect(try queue.giveBack(claimed[0], why: "test"))
        #expect(try queue.fail(claimed[1], error: error, lastWords: nil, retryAfter: .seconds(1)))
        try expectTally(queue)
        parts.time.advance(1000)
        #expect(try queue.promoteDue() == 1)
        try expectTally(queue)
        for (job, end) in zip(claimed[2...], [Conclusion.done, .quarantined, .cancelled, .done]) {
            let decided = try #require(try queue.decide(job, Outcome(end)))
            try queue.end(decided, end, error: end == .done ? nil : error)
            try expectTally(queue)
        }
        for job in claimed[2...] { try queue.settle(job.id) }
        try requeue(queue, claimed[3].id)
        try expectTally(queue)
        try queue.forget(claimed[2...].map(\.id))
        try expectTally(queue)
        let counts = try parts.counts()
        #expect(counts.isBalanced)
        #expect(counts.seen == 9)
        #expect(counts.queued == 9)
    }

    @Test func itFollowsRetention() async throws {
        let parts = try Parts()
        for number in 0..<3 { try parts.root.drop("enroll/\(number).jpg", "nobody's") }
        await parts.look()
        #expect(try parts.counts().quarantined == 3)
        var rules = Settings().retention
        rules.quarantine = .seconds(1)
        rules.outbox = .seconds(1)
        rules.history = .seconds(1)
        let removed = try parts.outbox.retain(rules, now: .now.addingTimeInterval(60))
        #expect(removed.jobs == 3)
        #expect(try parts.counts() == JobCounts())
        try expectTally(parts.queue)
    }

    /// A database of the release before, with rows in it.
    private func older(_ path: String) throws -> DatabasePool {
        let pool = try DatabasePool(path: path)
        try QueueSchema.migrator.migrate(pool, upTo: "3: memory")
        try pool.write { db in
            for (number, state) in JobState.allCases.enumerated() {
                for (kind, copies) in [("'identify'", number), ("'enroll'", 2), ("NULL", 1)] {
                    for copy in 0..<copies {
                        let id = "20260101T00000\(number)Z-000\(copy)-\(kind.filter(\.isLetter))"
                        try db.execute(
                            sql: """
                                INSERT INTO job (id, kind, state, origin, source, created, updated)
                                VALUES ('\(id)', \(kind), '\(state.rawValue)', 'picture', x'61', 1, 1);
                                INSERT INTO file (path, device, inode, size, modified, seen, job, leads)
                                VALUES (x'61', 1, 1, 1, 1, 1, '\(id)', 1), (x'62', 1, 1, 1, 1, 1, '\(id)', 0);
                                """)
                    }
                }
            }
        }
        return pool
    }

    @Test func itIsMadeOfAnOlderDatabase() throws {
        let root = TestRoot()
        try FileManager.default.createDirectory(atPath: root.paths.state, withIntermediateDirectories: true)
        let before: JobCounts
        do {
            let pool = try older(root.paths.database)
            before = try pool.read(QueueReader.counted)
            #expect(before.seen == 21 + 21)
            // What the command line says before a daemon has migrated it.
            #expect(try QueueReader(path: root.paths.database).counts() == before)
            try pool.close()
        }
        let queue = try Queue(path: root.paths.database)
        #expect(try queue.reader.counts() == before)
        try expectTally(queue)
        let job = try #require(try queue.jobs().first { $0.state == .queued })
        try queue.end(try #require(try queue.decide(job.id, .cancelled, in: [.queued])), .cancelled)
        try expectTally(queue)
    }

    @Test func pagesOfAnyStateAndKindGoFromNewestToOldest() throws {
        let root = TestRoot()
        try FileManager.default.createDirectory(atPath: root.paths.state, withIntermediateDirectories: true)
        try older(root.paths.database).close()
        let queue = try Queue(path: root.paths.database)
        let all = try queue.jobs().sorted { $0.id > $1.id }
        let states: [JobState?] = JobState.allCases + [nil]
        let kinds: [JobKind?] = JobKind.allCases + [nil]
        for (state, kind) in states.flatMap({ state in kinds.map { (state, $0) } }) {
            let wanted = all.filter { (state == nil || $0.state == state) && (kind == nil || $0.kind == kind) }
            var found: [JobIdentifier] = []
            var next: JobIdentifier?
            repeat {
                let page = try queue.reader.page(state: state, kind: kind, before: next, limit: 4)
                #expect(page.jobs.count <= 4)
                found += page.jobs.map(\.id)
                next = page.next
            } while next != nil
            #expect(found == wanted.map(\.id), "\(String(describing: state)) \(String(describing: kind))")
        }
    }
}
