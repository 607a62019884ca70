import Foundation
import Testing
import Wire

@testable import Spool

@Suite struct RetentionTests {
    private let parts: Parts

    init() throws { parts = try Parts() }

    /// Finished jobs, oldest first, each with an output of a MiB.
    private func finished(_ count: Int) async throws -> [JobIdentifier] {
        for number in 0..<count {
            try parts.root.drop("identify/\(number).jpg", String(repeating: "x", count: 1 << 20))
        }
        await parts.look()
        var ids: [JobIdentifier] = []
        while let job = try parts.queue.claim() {
            let decided = try #require(try parts.queue.decide(job.id, .done, in: [.running]))
            let staging = Outbox.staging(of: job)
            try parts.tree.work.folder(staging, creating: true).write(
                Array(repeating: 0, count: 1 << 20), to: FileName("out.bin"))
            try parts.outbox.conclude(decided, Outbox.End(conclusion: .done, why: "test", staging: staging))
            ids.append(job.id)
        }
        return ids.sorted { $0.text < $1.text }
    }

    private func rules(_ adjust: (inout Settings.Retention) -> Void) -> Settings.Retention {
        var rules = Settings().retention
        rules.originals = .zero
        adjust(&rules)
        return rules
    }

    private func folders(_ name: String) -> Set<String> {
        Set(parts.root.files(name).compactMap { $0.split(separator: "/").first.map(String.init) })
    }

    @Test func nothingGoesWithoutARule() async throws {
        _ = try await finished(3)
        let removed = try parts.outbox.retain(rules { _ in }, now: .distantFuture)
        #expect(removed == Outbox.Removed())
        #expect(folders("outbox").count == 3)
    }

    @Test func theOldestGoWhenThereIsTooMuch() async throws {
        let ids = try await finished(4)
        let removed = try parts.outbox.retain(
            rules {
                $0.outboxMB = 3
                $0.originalsMB = 1
            })
        #expect(removed.folders == 2 + 3)
        #expect(folders("outbox") == Set(ids.suffix(2).map(\.text)))
        #expect(folders("done") == [ids[3].text])
        #expect(parts.root.files("state/work").isEmpty)
        #expect(try parts.counts().isBalanced)
    }

    @Test func ageRemovesEachPlaceByItsOwnRule() async throws {
        _ = try await finished(2)
        let later = Date.now.addingTimeInterval(7200)
        let outbox = rules { $0.outbox = .seconds(3600) }
        #expect(try parts.outbox.retain(outbox, now: .now).folders == 0)
        #expect(try parts.outbox.retain(outbox, now: later).folders == 2)
        #expect(folders("outbox").isEmpty)
        #expect(folders("done").count == 2)
    }

    @Test func historyGoesOnlyAfterItsFolders() async throws {
        let ids = try await finished(3)
        let later = Date.now.addingTimeInterval(7200)
        let history = rules { $0.history = .seconds(3600) }
        #expect(try parts.outbox.retain(history, now: later) == Outbox.Removed())
        let all = rules {
            $0.outbox = .seconds(3600)
            $0.originals = .seconds(3600)
            $0.history = .seconds(3600)
        }
        #expect(try parts.outbox.retain(all, now: later) == Outbox.Removed(folders: 6, jobs: 3))
        #expect(try parts.queue.job(ids[0]) == nil)
        #expect(try parts.counts().seen == 0)
        let proof = try await Audit(folders: parts.root.paths, reader: parts.queue.reader).proof()
        #expect(proof.unaccounted == 0)
    }

    @Test func onlySoManyJobsAreRemembered() async throws {
        let ids = try await finished(4)
        let rules = rules {
            $0.outbox = .milliseconds(1)
            $0.originals = .milliseconds(1)
            $0.historyJobs = 3
        }
        #expect(try parts.outbox.retain(rules, now: Date.now.addingTimeInterval(60)).jobs == 1)
        #expect(try parts.jobs().map(\.id) == ids.suffix(3))
    }

    /// What was set aside is kept as long as what failed, and goes first when there is too much.
    @Test func straysGoByTheQuarantinesRules() async throws {
        let quarantine = parts.root.paths.quarantine
        func lay() throws {
            try parts.root.write(quarantine + "/stray-a/report.json", String(repeating: "x", count: 1 << 20))
            try parts.root.write(quarantine + "/stray-notes.txt", String(repeating: "x", count: 1 << 20))
            try parts.root.write(quarantine + "/mine.txt", "the user's")
            symlink("/etc", quarantine + "/stray-link")
        }
        try lay()
        let age = rules { $0.quarantine = .seconds(3600) }
        #expect(try parts.outbox.retain(age, now: .now).folders == 0)
        #expect(try parts.outbox.retain(age, now: Date.now.addingTimeInterval(7200)).folders == 3)
        #expect(parts.root.files("quarantine") == ["mine.txt"])
        try lay()
        // One of the two large ones goes; what takes no space may go with it.
        #expect((1...2).contains(try parts.outbox.retain(rules { $0.quarantineMB = 1 }).folders))
        #expect(Set(folders("quarantine")).isStrictSuperset(of: ["mine.txt"]))
        #expect(parts.root.files("state/work").isEmpty)
    }

    @Test func whatIsNotReportedStays() async throws {
        let ids = try await finished(2)
        try await parts.queue.pool.write {
            try $0.execute(sql: "UPDATE job SET reported = 0 WHERE id = ?", arguments: [ids[0].text])
        }
        try parts.root.drop("identify/open.jpg", "x")
        await parts.look()
        let rules = rules {
            $0.outbox = .milliseconds(1)
            $0.history = .milliseconds(1)
        }
        let removed = try parts.outbox.retain(rules, now: Date.now.addingTimeInterval(60))
        #expect(removed.folders == 1)
        #expect(folders("outbox") == [ids[0].text])
        #expect(try parts.jobs().count == 3)
    }
}

@Suite struct DuplicateTests {
    private func parts(_ policy: DuplicatePolicy) throws -> (Parts, Intake) {
        let parts = try Parts()
        let intake = Intake(
            tree: parts.tree, queue: parts.queue, outbox: parts.outbox, clock: parts.time.clock,
            logger: Parts.quiet, duplicates: { policy })
        return (parts, intake)
    }

    private func drop(_ parts: Parts, _ intake: Intake, _ path: String, _ text: String) async throws -> JobRecord {
        let before = Set(try parts.jobs().map(\.id))
        try parts.root.drop(path, text)
        await parts.look(by: intake)
        return try #require(try parts.jobs().first { !before.contains($0.id) })
    }

    @Test func aDuplicateIsLinkedToTheFirst() async throws {
        let (parts, intake) = try parts(.skipAndLink)
        let first = try await drop(parts, intake, "identify/a.jpg", "same")
        #expect(first.state == .queued)
        let second = try await drop(parts, intake, "identify/b.jpg", "same")
        #expect(second.state == .cancelled)
        let report = try parts.root.report(second.id)
        #expect(report.duplicateOf == first.id)
        #expect(report.error?.message.contains(first.id.text) == true)
        #expect(parts.root.files("done") == ["\(second.id)/b.jpg"])
        // Another picture, or another task, is another job.
        for (path, text) in [("identify/c.jpg", "other"), ("verify/ada/a.jpg", "same"), ("verify/bea/a.jpg", "same")] {
            let job = try await drop(parts, intake, path, text)
            #expect(job.state == .queued, "\(path)")
        }
        #expect(try parts.counts().isBalanced)
    }

    @Test func aFailedFirstIsNoReasonToSkip() async throws {
        let (parts, intake) = try parts(.skipAndLink)
        let first = try await drop(parts, intake, "identify/a.jpg", "same")
        let decided = try #require(try parts.queue.decide(first.id, .quarantined, in: [.queued]))
        try parts.outbox.conclude(decided, Outbox.End(conclusion: .quarantined, why: "test"))
        let again = try await drop(parts, intake, "identify/b.jpg", "same")
        #expect(again.state == .queued)
    }

    @Test func withoutThePolicyItRunsAgain() async throws {
        let (parts, intake) = try parts(.runAgain)
        _ = try await drop(parts, intake, "identify/a.jpg", "same")
        let again = try await drop(parts, intake, "identify/b.jpg", "same")
        #expect(again.state == .queued)
        // The fingerprint is kept all the same, for when the policy changes.
        let later = Intake(
            tree: parts.tree, queue: parts.queue, outbox: parts.outbox, clock: parts.time.clock,
            logger: Parts.quiet, duplicates: { .skipAndLink })
        let skipped = try await drop(parts, later, "identify/c.jpg", "same")
        #expect(skipped.state == .cancelled)
    }
}

extension OneReaderSuites {
    @Suite(.serialized) struct LowWaterTests {
        @Test func intakePausesAndGoesOnByItself() async throws {
            let full = "disk.lowWater: 17592186044416\n"
            try await DaemonHarness.with(extra: full) { harness in
                try harness.root.drop("identify/a.jpg", "progress 1")
                try await eventually("status says so") {
                    try await harness.client.status().inbox?.shortage?.contains("disk.lowWater") == true
                }
                try await eventually("why says so") {
                    let why = try await harness.client.why(path: Array("identify/a.jpg".utf8))
                    return why.explanation.contains("disk.lowWater")
                }
                #expect(try await harness.client.metrics().contains("limner_intake_paused 1\n"))
                #expect(try await harness.client.status().counts.seen == 0)
                let submission = JobSubmission(task: JobTask(.identify), name: "b.jpg")
                await #expect {
                    try await harness.client.submit(submission, picture: Data("x".utf8))
                } throws: { error in
                    guard case SpoolError.refused(let refusal) = error else { return false }
                    return refusal.code == .diskFull
                }
                try harness.reload(DaemonHarness.settings + "disk.lowWater: 0\n")
                _ = try await harness.job(from: "identify/a.jpg", in: [.done])
                #expect(try await harness.client.status().inbox?.shortage == nil)
            }
        }
    }
}
