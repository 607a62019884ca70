import Foundation
import GRDB
import Testing
import Wire

@testable import Spool

@Suite struct QueueTests {
    private let root = TestRoot()
    private let time = HandClock()

    private func open() throws -> Queue {
        try FileManager.default.createDirectory(atPath: root.paths.state, withIntermediateDirectories: true)
        return try Queue(path: root.paths.database, clock: time.clock)
    }

    @discardableResult
    private func add(
        _ queue: Queue, _ name: String, _ task: JobTask = JobTask(.identify), priority: Int = 0,
        queued: Bool = true
    ) throws -> JobIdentifier {
        let serial = try queue.jobs().count
        let id = JobIdentifier(time: Date(timeIntervalSince1970: Double(serial)), salt: 1, name: name)
        let job = JobRecord(
            id: id, kind: task.kind, origin: .picture, source: Array(name.utf8), priority: priority, task: task,
            created: .now)
        let input = InputRecord(
            ordinal: 0, role: .picture, source: Array(name.utf8), name: name, original: FileName(name), claimed: name,
            identity: FileIdentity(device: .max, inode: 7, size: 3, modified: 4, changed: 5))
        try queue.add(job, inputs: [input], why: "test")
        if queued { try queue.enqueue(id, why: "test") }
        return id
    }

    private func states(_ queue: Queue, _ id: JobIdentifier) throws -> [JobState] {
        try #require(try queue.reader.detail(id, folders: root.paths)).events.map(\.to)
    }

    @Test func commitsAreDurable() throws {
        let queue = try open()
        let (synchronous, journal) = try queue.pool.writeWithoutTransaction { db in
            (try Int.fetchOne(db, sql: "PRAGMA synchronous"), try String.fetchOne(db, sql: "PRAGMA journal_mode"))
        }
        #expect(synchronous == 2)
        #expect(journal == "wal")
    }

    @Test func rowsComeBackAsTheyWere() throws {
        let queue = try open()
        let id = try add(queue, "a.jpg", priority: 5, queued: false)
        let job = try #require(try queue.job(id))
        #expect(job.task == JobTask(.identify))
        #expect(job.state == .waiting)
        #expect(job.priority == 5)
        let input = try #require(try queue.inputs(of: id).first)
        #expect(input.identity.device == .max)
        #expect(input.stage == .intended)
        try queue.note([
            Queue.InputSight(job: id, ordinal: 0, stage: .hashed, identity: input.identity, sha256: "ff")
        ])
        #expect(try queue.inputs(of: id).first?.stage == .hashed)
    }

    @Test func highestPriorityFirstThenOldest() throws {
        let queue = try open()
        let first = try add(queue, "a")
        let urgent = try add(queue, "b", priority: 10)
        let second = try add(queue, "c")
        let order = try (0..<3).map { _ in try queue.claim(lease: .seconds(60))?.id }
        #expect(order == [urgent, first, second])
        #expect(try queue.claim(lease: .seconds(60)) == nil)
    }

    /// People dropped together with photographs to be identified must be known by then.
    @Test func enrollmentsGoBeforeOthersOfTheirPriority() throws {
        let queue = try open()
        let question = try add(queue, "a")
        let person = try add(queue, "b", JobTask(.enroll, named: "Ann"))
        let urgent = try add(queue, "c", priority: 1)
        let order = try (0..<2).map { _ in try queue.claim(lease: .seconds(60))?.id }
        #expect(order == [urgent, person])
        let enrollment = try #require(try queue.decide(person, .done, in: [.running]))
        try queue.conclude(enrollment, .done, error: nil, lastWords: nil, why: "test")
        #expect(try queue.claim(lease: .seconds(60))?.id == question)
    }

    @Test func everyTransitionIsAnEvent() throws {
        let queue = try open()
        let id = try add(queue, "a")
        let job = try #require(try queue.claim(lease: .seconds(60)))
        #expect(job.attempt == 1)
        let decided = try #require(try queue.decide(id, .done, token: job.token, in: [.running]))
        try queue.conclude(decided, .done, error: nil, lastWords: nil, why: "test")
        #expect(try states(queue, id) == [.waiting, .queued, .running, .done])
        #expect(try queue.reader.counts().isBalanced)
    }

    @Test func aStaleTokenEndsNothing() throws {
        let queue = try open()
        let id = try add(queue, "a")
        let old = try #require(try queue.claim(lease: .seconds(60)))
        #expect(try queue.giveBack(old, why: "test", countAttempt: true))
        let new = try #require(try queue.claim(lease: .seconds(60)))
        #expect(new.token != old.token)
        #expect(new.attempt == 2)
        let error = ReportError(code: .internal, message: "test")
        #expect(try !queue.fail(old, error: error, lastWords: nil, retryAfter: .zero))
        #expect(try !queue.giveBack(old, why: "test"))
        #expect(try !queue.renew(id, old.token, lease: .seconds(60)))
        #expect(try queue.decide(id, .done, token: old.token, in: [.running]) == nil)
        #expect(try queue.decide(id, .done, token: new.token, in: [.running]) != nil)
        // And once an end is decided, there is no other.
        #expect(try queue.decide(id, .cancelled, in: [.running]) == nil)
        #expect(try !queue.giveBack(new, why: "test"))
        #expect(try queue.expired().isEmpty)
    }

    @Test func aDecidedJobIsNotClaimed() throws {
        let queue = try open()
        let id = try add(queue, "a")
        #expect(try queue.decide(id, .cancelled, in: [.queued]) != nil)
        #expect(try queue.claim(lease: .seconds(60)) == nil)
        try queue.undecide(id)
        #expect(try queue.claim(lease: .seconds(60))?.id == id)
    }

    @Test func backoffAndLeaseCountOnTheMonotonicClock() throws {
        let queue = try open()
        let id = try add(queue, "a")
        let job = try #require(try queue.claim(lease: .seconds(10)))
        time.advance(9_000)
        #expect(try queue.expired().isEmpty)
        #expect(try queue.renew(id, job.token, lease: .seconds(10)))
        time.advance(9_000)
        #expect(try queue.expired().isEmpty)
        time.advance(2_000)
        #expect(try queue.expired().map(\.id) == [id])
        let error = ReportError(code: .workerTimedOut, message: "test")
        #expect(try queue.fail(job, error: error, lastWords: "last", retryAfter: .seconds(5)))
        #expect(try queue.promoteDue() == 0)
        #expect(try queue.claim(lease: .seconds(10)) == nil)
        #expect(try queue.nextDeadline() == 5_000)
        time.advance(5_000)
        #expect(try queue.promoteDue() == 1)
        #expect(try queue.claim(lease: .seconds(10))?.attempt == 2)
    }

    @Test func aFullDiskCostsNoAttempt() throws {
        let queue = try open()
        try add(queue, "a")
        for _ in 0..<5 {
            let job = try #require(try queue.claim(lease: .seconds(10)))
            #expect(job.attempt == 1)
            let error = ReportError(code: .diskFull, message: "test")
            #expect(try queue.fail(job, error: error, lastWords: nil, retryAfter: .zero, countAttempt: false))
            #expect(try queue.promoteDue() == 1)
        }
    }

    @Test func everythingSurvivesReopening() throws {
        let id: JobIdentifier
        do {
            let queue = try open()
            id = try add(queue, "a")
            try queue.setPaused(true)
            _ = try queue.claim(lease: .seconds(60))
        }
        let queue = try open()
        #expect(try queue.isPaused)
        #expect(try queue.job(id)?.state == .running)
        let reader = try QueueReader(path: root.paths.database)
        let status = try reader.status(root: root.path)
        #expect(status.paused)
        #expect(status.counts.running == 1)
        #expect(status.running.map(\.id) == [id])
    }

    @Test func pagesGoFromNewestToOldest() throws {
        let queue = try open()
        let ids = try (0..<7).map { try add(queue, "f\($0)") }
        let first = try queue.reader.page(limit: 3)
        #expect(first.jobs.map(\.id) == Array(ids.reversed().prefix(3)))
        let second = try queue.reader.page(before: first.next, limit: 3)
        let third = try queue.reader.page(before: second.next, limit: 3)
        #expect(third.jobs.map(\.id) == [ids[0]])
        #expect(third.next == nil)
        #expect(try queue.reader.page(state: .done).jobs.isEmpty)
        #expect(try queue.reader.page(kind: .identify).jobs.count == 7)
    }

    @Test func concurrentClaimsNeverShareAJob() async throws {
        let queue = try open()
        for number in 0..<200 { try add(queue, "f\(number)") }
        let claimed = try await withThrowingTaskGroup(of: [JobIdentifier].self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var mine: [JobIdentifier] = []
                    while let job = try queue.claim(lease: .seconds(60)) { mine.append(job.id) }
                    return mine
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(claimed.count == 200)
        #expect(Set(claimed).count == 200)
    }

    @Test func aWithdrawnFileWasNeverSeen() throws {
        let queue = try open()
        let id = try add(queue, "a", queued: false)
        try queue.withdraw(id)
        let counts = try queue.reader.counts()
        #expect(counts.seen == 0)
        #expect(counts.isBalanced)
        #expect(try queue.inputs(of: id).isEmpty)
    }

    @Test func aNewerDatabaseIsRefused() throws {
        do {
            let queue = try open()
            try queue.pool.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99: from the future')") }
        }
        #expect(throws: SpoolError.self) { try open() }
    }
}
