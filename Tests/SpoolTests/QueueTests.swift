import Foundation
import GRDB
import Synchronization
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
        if queued { try queue.enqueue(id) }
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

    /// The root may be moved while the daemon runs, and comes back. Questions that meet find a connection each.
    @Test func questionsAreAnsweredWhereverTheFileIs() throws {
        let queue = try open()
        try #require(rename(root.paths.state, root.paths.state + "-away") == 0)
        let answers = Mutex<[Result<Int?, any Error>]>([])
        let (asked, all) = (DispatchGroup(), DispatchGroup())
        all.enter()
        for _ in 0..<queue.pool.configuration.maximumReaderCount {
            asked.enter()
            queue.pool.asyncRead { connection in
                let answer = connection.flatMap { db in
                    Result { try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM job") }
                }
                answers.withLock { $0.append(answer) }
                asked.leave()
                if case .success = connection { all.wait() }
            }
        }
        asked.wait()
        all.leave()
        #expect(try answers.withLock { try $0.map { try $0.get() } } == [0, 0, 0])
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
        let order = try (0..<3).map { _ in try queue.claim()?.id }
        #expect(order == [urgent, first, second])
        #expect(try queue.claim() == nil)
    }

    /// People dropped together with photographs to be identified must be known by then.
    @Test func enrollmentsGoBeforeOthersOfTheirPriority() throws {
        let queue = try open()
        let question = try add(queue, "a")
        let person = try add(queue, "b", JobTask(.enroll, named: "Ann"))
        let urgent = try add(queue, "c", priority: 1)
        let order = try (0..<2).map { _ in try queue.claim()?.id }
        #expect(order == [urgent, person])
        let enrollment = try #require(try queue.decide(person, .done, in: [.running]))
        try queue.end(enrollment, .done)
        #expect(try queue.claim()?.id == question)
    }

    @Test func everyTransitionIsAnEvent() throws {
        let queue = try open()
        let id = try add(queue, "a")
        let job = try #require(try queue.claim())
        #expect(job.attempt == 1)
        let decided = try #require(try queue.decide(job, Outcome(.done)))
        try queue.end(decided, .done)
        #expect(try states(queue, id) == [.waiting, .queued, .running, .done])
        #expect(try queue.reader.counts().isBalanced)
    }

    @Test func aStaleTokenEndsNothing() throws {
        let queue = try open()
        let id = try add(queue, "a")
        let old = try #require(try queue.claim())
        #expect(try queue.giveBack(old, why: "test", counted: true))
        let new = try #require(try queue.claim())
        #expect(new.token != old.token)
        #expect(new.attempt == 2)
        let error = ReportError(code: .internal, message: "test")
        #expect(try !queue.fail(old, error: error, lastWords: nil, retryAfter: .zero))
        #expect(try !queue.giveBack(old, why: "test"))
        #expect(try queue.decide(old, Outcome(.done)) == nil)
        #expect(try queue.decide(new, Outcome(.done)) != nil)
        // And once an end is decided, there is no other.
        #expect(try queue.decide(id, .cancelled, in: [.running]) == nil)
        #expect(try !queue.giveBack(new, why: "test"))
    }

    @Test func aDecidedJobIsNotClaimed() throws {
        let queue = try open()
        let id = try add(queue, "a")
        #expect(try queue.decide(id, .cancelled, in: [.queued]) != nil)
        #expect(try queue.claim() == nil)
        try queue.undecide(id)
        #expect(try queue.claim()?.id == id)
    }

    @Test func backoffCountsOnTheMonotonicClock() throws {
        let queue = try open()
        try add(queue, "a")
        let job = try #require(try queue.claim())
        let error = ReportError(code: .workerTimedOut, message: "test")
        #expect(try queue.fail(job, error: error, lastWords: "last", retryAfter: .seconds(5)))
        #expect(try queue.promoteDue() == 0)
        #expect(try queue.claim() == nil)
        #expect(try queue.nextDeadline() == 5_000)
        time.advance(5_000)
        #expect(try queue.promoteDue() == 1)
        #expect(try queue.claim()?.attempt == 2)
    }

    @Test func aFullDiskCostsNoAttempt() throws {
        let queue = try open()
        try add(queue, "a")
        for _ in 0..<5 {
            let job = try #require(try queue.claim())
            #expect(job.attempt == 1)
            let error = ReportError(code: .diskFull, message: "test")
            #expect(try queue.fail(job, error: error, lastWords: nil, retryAfter: .zero, counted: false))
            #expect(try queue.promoteDue() == 1)
        }
    }

    @Test func everythingSurvivesReopening() throws {
        let id: JobIdentifier
        do {
            let queue = try open()
            id = try add(queue, "a")
            try queue.setPaused(true)
            _ = try queue.claim()
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
                    while let job = try queue.claim() { mine.append(job.id) }
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

    /// Jobs whose wait is over are queued while the user takes them back: each ends up in one place, and nothing traps.
    @Test func whatIsPromotedAndCancelledAtOnceIsOneOfTheTwo() async throws {
        let queue = try open()
        let error = ReportError(code: .outputFailed, message: "test")
        let ids = try (0..<200).map { try add(queue, "f\($0)") }
        while let job = try queue.claim() {
            #expect(try queue.fail(job, error: error, lastWords: nil, retryAfter: .zero))
        }
        async let promoted: Int = Task.detached { try queue.promoteDue() }.value
        async let skipped = Task.detached { try ids.flatMap { try queue.skipWait(of: [$0]) }.count }.value
        async let cancelled = Task.detached {
            try ids.compactMap { id -> JobIdentifier? in
                guard let job = try queue.decide(id, .cancelled, in: [.failed]) else { return nil }
                try queue.end(job, .cancelled)
                return id
            }
        }.value
        let moved = try await promoted + skipped
        let ended = try await cancelled
        #expect(moved + ended.count == 200)
        for id in ids { #expect(try queue.job(id)?.state == (ended.contains(id) ? .cancelled : .queued)) }
        for id in ended { #expect(try states(queue, id).last == .cancelled) }
        #expect(try queue.reader.counts().isBalanced)
    }

    @Test func aRetryClearsTheWait() throws {
        let queue = try open()
        let id = try add(queue, "a")
        let error = ReportError(code: .outputFailed, message: "test")
        let job = try #require(try queue.claim())
        #expect(try queue.fail(job, error: error, lastWords: nil, retryAfter: .seconds(120)))
        #expect(try queue.claim() == nil)
        #expect(try queue.skipWait(of: [id]).map(\.id) == [id])
        #expect(try queue.claim()?.id == id)
        // And whoever does not wait is not moved.
        #expect(try queue.skipWait(of: [id]).isEmpty)
    }

    @Test func everyStepFromAnotherStandingIsRefused() throws {
        let queue = try open()
        let id = try add(queue, "a")
        let queued = try #require(try queue.job(id))
        let error = ReportError(code: .internal, message: "test")
        #expect(try !queue.giveBack(queued, why: "test"))
        #expect(try !queue.fail(queued, error: error, lastWords: nil, retryAfter: .zero))
        #expect(try queue.reopen([id]).isEmpty)
        try queue.requeue([id], why: "test")
        try queue.settle(id)
        try queue.undecide(id)
        try queue.end(queued, .done)
        #expect(try queue.job(id) == queued)
        #expect(try states(queue, id) == [.waiting, .queued])
    }

    /// A claim is not worth a wait for the disk, until the machine has gone down under a daemon.
    @Test func claimsAreCountedForGoodAfterTheMachineWentDown() throws {
        func open(_ boot: String) throws -> Queue {
            try FileManager.default.createDirectory(atPath: root.paths.state, withIntermediateDirectories: true)
            return try Queue(path: root.paths.database, clock: time.clock, boot: boot)
        }
        #expect(try !open("first").countsEveryClaim)
        #expect(try !open("first").countsEveryClaim, "only the daemon died")
        let crashed = try open("second")
        #expect(crashed.countsEveryClaim)
        try add(crashed, "a")
        #expect(try crashed.claim()?.attempt == 1)
        #expect(try crashed.durability().isSafe)
        try crashed.rest()
        let next = try open("third")
        #expect(!next.countsEveryClaim)
        #expect(try next.giveBack(try #require(try next.jobs().first), why: "test"))
        #expect(try next.claim()?.attempt == 1)
        #expect(try next.durability().isSafe, "a lazy commit leaves the next ones as they were")
    }

    /// What another version, or nobody at all, has written.
    @Test func oddRowsAreNeitherTrapsNorInTheWay() throws {
        let queue = try open()
        let ids = try (0..<6).map { try add(queue, "f\($0)", queued: $0 > 0) }
        try queue.pool.write { db in
            try db.execute(sql: "PRAGMA defer_foreign_keys = ON")
            func set(_ assignment: String, _ index: Int) throws {
                try db.execute(sql: "UPDATE job SET \(assignment) WHERE id = ?", arguments: [ids[index].text])
            }
            try set("state = 'sleeping', concluding = 'perhaps'", 0)
            try set("task = '{', kind = 'sculpt', origin = 'heaven', error = '[]'", 1)
            try set("attempt = 9223372036854775807, token = 9223372036854775807, run_at = -9223372036854775807", 2)
            try set("attempt = -9223372036854775807, created = 9223372036854775807, updated = -9223372036854775807", 3)
            try set("concluding = 'nonsense'", 4)
            for table in ["input", "event", "file"] {
                try db.execute(
                    sql: "UPDATE \(table) SET job = '../../etc' WHERE job = ?", arguments: [ids[5].text])
            }
            try set("id = '../../etc'", 5)
            try db.execute(sql: "UPDATE input SET role = 'hero', stage = 'acting'")
        }
        #expect(try queue.repair().count == 2)
        #expect(try queue.repair().isEmpty)
        #expect(try queue.job(ids[0])?.standing == .waiting)
        #expect(try queue.job(ids[1])?.refusal?.code == .internal)
        #expect(try queue.inputs(of: ids[1]).first?.stage == .intended)
        let counts = try queue.reader.counts()
        #expect(counts.isBalanced)
        #expect(counts.seen == 5)
        #expect(try queue.reader.page().jobs.count == 5)
        var claimed: Set<JobIdentifier> = []
        while let job = try queue.claim() {
            claimed.insert(job.id)
            let error = ReportError(code: .internal, message: "test")
            #expect(try queue.fail(job, error: error, lastWords: nil, retryAfter: .seconds(1)))
        }
        // The kind that nobody knows is never claimed; it waits for the version that does.
        #expect(claimed.isSuperset(of: [ids[2], ids[3]]))
        #expect(try queue.nextDeadline() != nil)
    }

    @Test func namesSortAsTheJobsCame() throws {
        let queue = try open()
        let names = (0..<3000).map { FileName("\(9999 - $0).jpg") }
        let ids =
            try names[..<1500].map { try queue.identifiers(for: [$0])[0] }
            + queue.identifiers(for: Array(names[1500...]))
        #expect(ids == ids.sorted())
        #expect(Set(ids).count == ids.count)
        var sequence = Queue.NameSequence()
        let noon = Date(timeIntervalSince1970: 1_800_000_000)
        let many = (0..<70_000).map { _ in sequence.next(at: noon, [65]) }
        #expect(many == many.sorted() && Set(many).count == many.count, "also when a second is full")
        #expect(sequence.next(at: noon.addingTimeInterval(-7200), [65]) < many[0], "a clock set back is followed")
    }

    @Test func aNewerDatabaseIsRefused() throws {
        do {
            let queue = try open()
            try queue.pool.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99: from the future')") }
        }
        #expect(throws: SpoolError.self) { try open() }
    }
}
