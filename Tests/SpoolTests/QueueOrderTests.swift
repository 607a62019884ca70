import Foundation
import GRDB
import Testing
import Wire

@testable import Spool

@Suite struct QueueOrderTests {
    private let parts: Parts

    init() throws { parts = try Parts() }

    @discardableResult
    private func queued(
        _ kind: JobKind, priority: Int = 0, seen: TimeInterval = 0, salt: UInt16
    ) throws -> JobIdentifier {
        let created = Date(timeIntervalSince1970: 1_700_000_000 + seen)
        let id = JobIdentifier(time: created, salt: salt, name: Array("a".utf8))
        let job = JobRecord(
            id: id, kind: kind, origin: .submission, source: Array("a".utf8), priority: priority,
            task: JobTask(kind, named: "ada"), created: created)
        let input = InputRecord(
            ordinal: 0, role: .picture, source: Array("a".utf8), name: "a", original: FileName("a"), claimed: "a",
            identity: FileIdentity(device: 0, inode: 0, size: 0, modified: 0, changed: 0))
        try parts.queue.add(job, inputs: [input], why: "test")
        try parts.queue.enqueue(id)
        return id
    }

    private func order(_ count: Int, limits: [JobKind: Int] = [:]) throws -> [JobIdentifier] {
        try (0..<count).compactMap { _ in try parts.queue.claim(limits: limits)?.id }
    }

    private func finish(_ id: JobIdentifier) throws {
        let job = try #require(try parts.queue.decide(id, .done, in: [.running]))
        try parts.queue.end(job, .done)
    }

    @Test func ageMakesUpForPriority() throws {
        try parts.queue.age(by: .seconds(60))
        let old = try queued(.identify, priority: 0, seen: 0, salt: 1)
        let urgent = try queued(.identify, priority: 5, seen: 240, salt: 2)
        let late = try queued(.identify, priority: 5, seen: 301, salt: 3)
        #expect(try order(3) == [urgent, old, late])
    }

    @Test func withoutAgeingOnlyPriorityCounts() throws {
        try parts.queue.age(by: .zero)
        let old = try queued(.identify, priority: 0, seen: 0, salt: 1)
        let urgent = try queued(.identify, priority: 1, seen: 900_000, salt: 2)
        let enrollment = try queued(.enroll, priority: 0, seen: 900_000, salt: 3)
        #expect(try order(2) == [urgent, enrollment])
        try finish(enrollment)
        #expect(try order(1) == [old])
    }

    @Test func anotherAgeingRanksWhatIsQueued() throws {
        try parts.queue.age(by: .zero)
        let old = try queued(.identify, priority: 0, seen: 0, salt: 1)
        let urgent = try queued(.identify, priority: 1, seen: 900_000, salt: 2)
        try parts.queue.age(by: .seconds(3600))
        #expect(try order(2) == [old, urgent])
        // The next daemon, without ageing, ranks anew although it starts from nothing.
        let again = try queued(.identify, priority: 0, seen: 0, salt: 4)
        let high = try queued(.identify, priority: 1, seen: 900_000, salt: 5)
        let next = try Queue(path: parts.root.paths.database, clock: parts.time.clock)
        try next.age(by: .zero)
        #expect(try next.claim()?.id == high)
        #expect(try next.claim()?.id == again)
    }

    @Test func whoLooksForPeopleWaitsForThoseEnrolledBefore() throws {
        let early = try queued(.identify, priority: 2, salt: 1)
        let person = try queued(.enroll, salt: 2)
        let late = try queued(.identify, salt: 3)
        let check = try queued(.verify, salt: 4)
        let painting = try queued(.stylize, salt: 5)
        #expect(try order(3) == [early, person, painting])
        #expect(try parts.queue.waiting(atMost: 5) == 0)
        #expect(try parts.queue.claim() == nil)
        _ = try parts.queue.giveBack(try #require(try parts.queue.job(painting)), why: "test")
        try finish(person)
        #expect(Set(try order(3)) == [late, check, painting])
    }

    @Test func kindsAreLimited() throws {
        try parts.queue.age(by: .zero)
        let first = try queued(.stylize, priority: 9, salt: 1)
        let second = try queued(.stylize, priority: 9, salt: 2)
        let face = try queued(.identify, salt: 3)
        let limits: [JobKind: Int] = [.stylize: 1]
        #expect(try order(2, limits: limits) == [first, face])
        #expect(try parts.queue.waiting(limits: limits, atMost: 5) == 0)
        #expect(try parts.queue.waiting(atMost: 5) == 1)
        #expect(try parts.queue.claim(limits: limits) == nil)
        let job = try #require(try parts.queue.job(first))
        _ = try parts.queue.giveBack(job, why: "test")
        #expect(try parts.queue.claim(limits: limits)?.id == first)
        #expect(try parts.queue.claim(limits: [.stylize: 2])?.id == second)
    }

    /// Without being told, SQLite sorts every queued job for each claim.
    @Test func aClaimWalksTheIndexOfQueuedJobs() throws {
        try queued(.identify, salt: 1)
        let plans = try parts.queue.pool.read { db in
            try Row.fetchAll(
                db, sql: "EXPLAIN QUERY PLAN \(try Queue.next(limits: [.stylize: 1], db))", arguments: [0]
            )
            .map { $0["detail"] as String }
        }
        #expect(plans.contains { $0.contains("USING INDEX job_queued") })
        #expect(!plans.contains { $0.contains("TEMP B-TREE") })
    }
}
