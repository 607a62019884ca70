import Foundation
import GRDB
import Glibc
import Logging
import Testing
import Wire

@testable import Spool

/// Groups of files: what a kill leaves at each step is repaired, and one file's trouble is its own.
@Suite struct IntakeGroupTests {
    /// More than are made durable one by one.
    private static let many = 20

    private func names(_ count: Int) -> [String] { (0..<count).map { "identify/\($0).jpg" } }

    /// Notes files that lie in the inbox as intentions, with nothing moved.
    private func intend(_ parts: Parts, _ paths: [String]) throws -> [JobRecord] {
        let intentions = try paths.map { path in
            let place = try #require(InboxPath(path))
            let facts = try #require(try parts.tree.inbox.folder(place.folders).facts(place.name))
            let job = JobRecord(
                id: try parts.queue.identifiers(for: [place.name])[0], kind: .identify, origin: .picture,
                source: place.bytes, task: JobTask(.identify), created: .now)
            let input = InputRecord(
                ordinal: 0, role: .picture, source: place.bytes, name: path, original: place.name,
                claimed: place.name.portable, identity: facts.identity)
            return Queue.Intention(job: job, inputs: [input])
        }
        try parts.queue.add(intentions, why: "test")
        return intentions.map(\.job)
    }

    private func expectAllQueuedOnce(_ parts: Parts, _ paths: [String]) async throws {
        let jobs = try parts.jobs()
        #expect(jobs.allSatisfy { $0.state == .queued })
        #expect(jobs.map(\.sourceText).sorted() == paths.sorted())
        #expect(parts.root.files("inbox").isEmpty)
        for job in jobs { #expect(try parts.queue.inputs(of: job.id).allSatisfy { $0.sha256?.count == 64 }) }
        let proof = try await Audit(folders: parts.root.paths, reader: parts.queue.reader).proof()
        #expect(proof.findings == [])
        #expect(try parts.counts().seen == paths.count)
    }

    @Test(arguments: [1, 8, 9, 20, 1100])
    func filesOfOneLookAreQueuedOnce(count: Int) async throws {
        let parts = try Parts()
        for name in names(count) { try parts.root.drop(name, name) }
        await parts.look()
        try await expectAllQueuedOnce(parts, names(count))
    }

    /// Refusals wait for the disk together, and each has its report and bundle.
    @Test func refusalsOfOneLookEndTogether() async throws {
        let parts = try Parts()
        for number in 0..<Self.many { try parts.root.drop("enroll/\(number).jpg", "nobody's \(number)") }
        await parts.look()
        let jobs = try parts.jobs()
        #expect(jobs.count == Self.many)
        for job in jobs {
            #expect(job.standing == .ended(.quarantined, settled: true))
            #expect(try parts.root.report(job.id).error == job.refusal)
        }
        #expect(parts.root.files("quarantine").count == 2 * Self.many)
        #expect(try await Audit(folders: parts.root.paths, reader: parts.queue.reader).proof().findings == [])
    }

    /// The process ended after the intention, when so many of the files had been moved, and before any was hashed.
    @Test(arguments: [3, many], [0, 1, 2])
    func killedInTheMiddleOfAGroup(count: Int, share: Int) async throws {
        let parts = try Parts()
        for name in names(count) { try parts.root.drop(name, name) }
        let jobs = try intend(parts, names(count))
        let source = try parts.tree.inbox.folder(FileName("identify"))
        for job in jobs.prefix(count * share / 2) {
            let name = try #require(InboxPath(bytes: job.source)).name
            try source.move(name, to: parts.tree.claimed(of: job.id, creating: true), as: name)
        }
        await parts.reconcile()
        try await expectAllQueuedOnce(parts, names(count))
        #expect(Set(try parts.jobs().map(\.id)) == Set(jobs.map(\.id)))
    }

    /// A folder was made for the claimed file, and nothing more.
    @Test func killedBetweenFolderAndRename() async throws {
        let parts = try Parts()
        for name in names(Self.many) { try parts.root.drop(name, name) }
        let jobs = try intend(parts, names(Self.many))
        for job in jobs { _ = try parts.tree.claimed(of: job.id, creating: true) }
        await parts.reconcile()
        try await expectAllQueuedOnce(parts, names(Self.many))
    }

    @Test func whatIsGoneOrReplacedSinceTheLookIsNotTaken() async throws {
        let parts = try Parts()
        for name in names(Self.many) { try parts.root.drop(name, name) }
        let jobs = try intend(parts, names(Self.many))
        unlink(parts.root.paths.inbox + "/identify/0.jpg")
        try parts.root.drop("identify/other.jpg", "another file")
        rename(parts.root.paths.inbox + "/identify/other.jpg", parts.root.paths.inbox + "/identify/1.jpg")
        await parts.reconcile()
        #expect(parts.root.files("inbox") == ["identify/1.jpg"])
        #expect(try parts.jobs().map(\.id) == jobs.dropFirst(2).map(\.id).sorted())
        // Once it has rested, it is a job of its own.
        await parts.look()
        try await expectAllQueuedOnce(parts, Array(names(Self.many).dropFirst()))
    }

    @Test func aWriterThatGoesOnHoldsUpItsOwnFileOnly() async throws {
        let parts = try Parts()
        for name in names(Self.many) { try parts.root.drop(name, name) }
        let writer = try FileHandle(forWritingTo: URL(fileURLWithPath: parts.root.paths.inbox + "/identify/3.jpg"))
        var rest = RestWatch()
        rest.look(at: parts.tree.inbox, now: parts.time.clock.now())
        parts.time.advance(100)
        writer.write(Data("still writing, and longer than before".utf8))
        try writer.close()
        await parts.intake.consider(rest, parts.settings)
        #expect(try parts.counts().queued == Self.many - 1)
        #expect(try parts.queue.waiting().map(\.job.sourceText) == ["identify/3.jpg"])
        parts.time.advance(100)
        await parts.intake.pursueWaiting(rest, parts.settings)
        try await expectAllQueuedOnce(parts, names(Self.many))
    }

    /// A row that the database refuses: at the intention, and when the job is queued.
    @Test(arguments: [
        "BEFORE INSERT ON job WHEN NEW.source = x'6964656e746966792f352e6a7067'",
        "BEFORE UPDATE OF state ON job WHEN NEW.source = x'6964656e746966792f352e6a7067'",
    ])
    func oneThatCannotBeWrittenDownHoldsUpNoOther(event: String) async throws {
        let parts = try Parts()
        try await parts.queue.pool.write {
            try $0.execute(sql: "CREATE TRIGGER poison \(event) BEGIN SELECT RAISE(ABORT, 'poison'); END")
        }
        for name in names(Self.many) { try parts.root.drop(name, name) }
        await parts.look()
        #expect(try parts.counts().queued == Self.many - 1)
        try await parts.queue.pool.write { try $0.execute(sql: "DROP TRIGGER poison") }
        await parts.look()
        try await expectAllQueuedOnce(parts, names(Self.many))
    }

    @Test func twinsOfOneGroupAreDoneOnce() async throws {
        let parts = try Parts()
        let intake = Intake(
            tree: parts.tree, queue: parts.queue, outbox: parts.outbox, clock: parts.time.clock, logger: Parts.quiet,
            duplicates: { .skipAndLink })
        for name in names(Self.many) { try parts.root.drop(name, "the same") }
        await parts.look(by: intake)
        let jobs = try parts.jobs()
        let first = try #require(jobs.first { $0.state == .queued })
        let others = jobs.filter { $0.id != first.id }
        #expect(others.count == Self.many - 1)
        for job in others {
            #expect(job.state == .cancelled)
            #expect(try parts.root.report(job.id).duplicateOf == first.id)
        }
    }

    @Test func refusedFilesEndTogetherAndAfterThePictures() async throws {
        let parts = try Parts()
        for number in 0..<Self.many {
            try parts.root.drop("enroll/\(number).jpg", "nobody's")
            try parts.root.drop("identify/\(number).jpg", "\(number)")
        }
        await parts.look()
        let jobs = try parts.jobs()
        let refused = jobs.filter { $0.state == .quarantined }
        #expect(refused.count == Self.many)
        #expect(jobs.count { $0.state == .queued } == Self.many)
        for job in refused {
            #expect(try parts.root.report(job.id).error?.code == .folderUnknown)
            #expect(parts.root.files("quarantine/\(job.id)").count == 2)
        }
        let proof = try await Audit(folders: parts.root.paths, reader: parts.queue.reader).proof()
        #expect(proof.unaccounted == 0)
    }

    @Test func manifestsAndTheirPicturesGoTogether() async throws {
        let parts = try Parts()
        for number in 0..<Self.many {
            try parts.root.drop(
                "jobs/\(number).json",
                #"{"limner": 1, "kind": "identify", "inputs": ["\#(number).jpg"], "options": {}}"#)
            try parts.root.drop("jobs/\(number).jpg", "\(number)")
        }
        await parts.look()
        try await expectAllQueuedOnce(parts, (0..<Self.many).map { "jobs/\($0).json" })
        for job in try parts.jobs() { #expect(try parts.queue.inputs(of: job.id).count == 2) }
    }
}
