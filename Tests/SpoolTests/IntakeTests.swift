import Foundation
import Glibc
import TestSupport
import Testing
import Wire

@testable import Spool

@Suite struct IntakeTests {
    @Test func aPictureIsClaimedHashedAndQueued() async throws {
        let parts = try Parts()
        try parts.root.drop("enroll/Ada/a b.jpg", "abc")
        await parts.look()
        let job = try parts.onlyJob()
        #expect(job.state == .queued)
        #expect(job.task == JobTask(.enroll, named: "Ada"))
        #expect(job.sourceText == "enroll/Ada/a b.jpg")
        let input = try #require(try parts.queue.inputs(of: job.id).first)
        #expect(input.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(parts.root.files("state/claimed") == ["\(job.id)/a b.jpg"])
        #expect(parts.root.files("inbox").isEmpty)
        #expect(try parts.counts().isBalanced)
    }

    @Test func nothingIsTakenBeforeItRests() async throws {
        let parts = try Parts()
        try parts.root.drop("identify/a.jpg", "1")
        await parts.look(times: 1)
        #expect(try parts.jobs().isEmpty)
    }

    @Test func aNameThatIsNoUTF8GoesThrough() async throws {
        let parts = try Parts()
        let raw: [UInt8] = Array("caf".utf8) + [0xE9] + Array(".jpg".utf8)
        let folder = try parts.tree.inbox.folder(FileName("identify"))
        try folder.write(Array("x".utf8), to: FileName(bytes: raw))
        await parts.look()
        let job = try parts.onlyJob()
        #expect(job.state == .queued)
        #expect(parts.root.files("state/claimed") == ["\(job.id)/caf%E9.jpg"])
        // And it gets its own bytes back at the end.
        let claimed = try #require(try parts.queue.claim())
        let decided = try #require(try parts.queue.decide(claimed, Outcome(.done)))
        try parts.outbox.conclude(decided, Outbox.End(conclusion: .done, why: "test"))
        #expect(try parts.tree.done.folder(FileName(job.id.text)).names() == [FileName(bytes: raw)])
    }

    @Test func specialFilesAreMovedAndNeverOpened() async throws {
        let parts = try Parts()
        let inbox = parts.root.paths.inbox
        symlink("/etc/passwd", inbox + "/identify/link.jpg")
        mkfifo(inbox + "/identify/pipe.jpg", 0o600)
        symlink("nowhere", inbox + "/dangling.json")
        await parts.look()
        let jobs = try parts.jobs()
        #expect(jobs.count == 3)
        for job in jobs {
            #expect(job.state == .quarantined)
            #expect(job.error?.code == .notARegularFile)
            #expect(try parts.root.report(job.id).error?.code == .notARegularFile)
        }
        #expect(parts.root.files("inbox").isEmpty)
        let quarantined = parts.root.files("quarantine").map { $0.split(separator: "/").last.map(String.init) }
        #expect(quarantined.contains("link.jpg"))
        #expect(try String(contentsOfFile: "/etc/passwd", encoding: .utf8).isEmpty == false)
    }

    @Test func filesInMeaninglessPlacesAreHeldThenQuarantined() async throws {
        let parts = try Parts { $0.manifestWait = .milliseconds(500) }
        try parts.root.drop("a.jpg", "x")
        try parts.root.drop("enroll/b.jpg", "x")
        await parts.look(times: 3)
        #expect(try parts.jobs().map(\.sourceText) == ["enroll/b.jpg"])
        await parts.look(times: 8)
        let jobs = try parts.jobs()
        #expect(jobs.count == 2)
        for job in jobs { #expect(try parts.root.report(job.id).error?.code == .folderUnknown) }
    }

    @Test func everyReportFollowsTheSchema() async throws {
        let parts = try Parts()
        symlink("/etc/passwd", parts.root.paths.inbox + "/identify/link.jpg")
        try parts.root.drop("enroll/b.jpg", "x")
        try parts.root.drop("bad.json", #"{"limner": 1"#)
        await parts.look()
        let schema = try JSONSchema(named: "report")
        let jobs = try parts.jobs()
        #expect(jobs.count == 3)
        for job in jobs {
            let text = try Data(contentsOf: URL(fileURLWithPath: parts.root.paths.outbox(of: job.id) + "/report.json"))
            #expect(try schema.violations(in: text) == [], "\(job.id)")
        }
    }

    @Test func aWriterThatGoesOnAfterTheClaimIsWaitedFor() async throws {
        let parts = try Parts()
        try parts.root.drop("identify/a.jpg", "first")
        let writer = try FileHandle(forWritingTo: URL(fileURLWithPath: parts.root.paths.inbox + "/identify/a.jpg"))
        var rest = RestWatch()
        rest.look(at: parts.tree.inbox, now: parts.time.clock.now())
        parts.time.advance(100)
        // Between the last look and the claim the writer goes on: the claim's own look has to notice.
        writer.write(Data("second, and longer".utf8))
        try writer.close()
        await parts.intake.consider(rest, parts.settings)
        let job = try parts.onlyJob()
        #expect(job.state == .waiting)
        #expect(parts.root.files("state/claimed").count == 1)
        parts.time.advance(50)
        await parts.intake.pursueWaiting(rest, parts.settings)
        #expect(try parts.onlyJob().state == .waiting)
        parts.time.advance(100)
        await parts.intake.pursueWaiting(rest, parts.settings)
        #expect(try parts.onlyJob().state == .queued)
        #expect(try parts.queue.inputs(of: job.id).first?.identity.size == 18)
    }

    @Test func aFileThatIsOpenForWritingIsNotAtRest() async throws {
        let parts = try Parts()
        try parts.root.drop("identify/a.jpg", "first")
        let writer = try FileHandle(forWritingTo: URL(fileURLWithPath: parts.root.paths.inbox + "/identify/a.jpg"))
        for _ in 0..<3 { await parts.look() }
        #expect(try parts.jobs().isEmpty, "its writer may go on at any time, however long it has paused")
        #expect(await parts.intake.nextDeadline(parts.settings) != nil, "it is looked at again without an event")
        try writer.close()
        await parts.look()
        #expect(try parts.onlyJob().state == .queued)
    }

    @Test func aFileThatIsTakenAwayInTimeWasNeverAJob() async throws {
        let parts = try Parts()
        try parts.root.drop("identify/a.jpg", "x")
        var rest = RestWatch()
        rest.look(at: parts.tree.inbox, now: parts.time.clock.now())
        parts.time.advance(100)
        unlink(parts.root.paths.inbox + "/identify/a.jpg")
        await parts.intake.consider(rest, parts.settings)
        #expect(try parts.jobs().isEmpty)
        #expect(try parts.counts().seen == 0)
    }

    @Test func aFailedClaimIsTriedAgainAsTheSameJob() async throws {
        let parts = try Parts()
        try parts.root.drop("identify/a.jpg", "x")
        // Without the folder for claimed files, every claim fails.
        let claimed = parts.root.paths.claimed
        rmdir(claimed)
        await parts.look()
        #expect(try parts.onlyJob().state == .waiting)
        await parts.look()
        #expect(try parts.jobs().count == 1)
        #expect(parts.root.files("inbox") == ["identify/a.jpg"])
    }
}
