import Foundation
import GRDB
import Gallery
import Glibc
import Testing
import Wire

@testable import Spool

@Suite struct OutboxTests {
    private let parts: Parts

    init() throws { parts = try Parts() }

    /// Jobs that are running, each with an output in its staging folder.
    private func running(_ count: Int) async throws -> [JobRecord] {
        for number in 0..<count { try parts.root.drop("identify/\(number).jpg", "\(number)") }
        await parts.look()
        var jobs: [JobRecord] = []
        while let job = try parts.queue.claim() {
            let staging = parts.root.paths.work + "/\(Outbox.staging(of: job))"
            try parts.root.write(staging + "/out.txt", job.id.text)
            jobs.append(job)
        }
        #expect(jobs.count == count)
        return jobs
    }

    private func decided(_ jobs: [JobRecord], _ conclusion: Conclusion = .done) throws -> [(JobRecord, Outbox.End)] {
        try parts.queue.decide(jobs.map(\.id), conclusion, in: [.running]).map {
            ($0, Outbox.End(conclusion: conclusion, why: "test", staging: Outbox.staging(of: $0)))
        }
    }

    @Test(arguments: [1, Outbox.singleSyncs + 1, 40])
    func aGroupEndsAsEachWouldAlone(count: Int) async throws {
        let jobs = try await running(count)
        #expect(parts.outbox.conclude(try decided(jobs)).isEmpty)
        for job in jobs {
            #expect(try parts.queue.job(job.id)?.standing == .ended(.done, settled: true))
            #expect(try parts.root.report(job.id).status == .done)
            let output = parts.root.paths.outbox(of: job.id) + "/out.txt"
            #expect(try String(contentsOfFile: output, encoding: .utf8) == job.id.text)
        }
        #expect(parts.root.files("done").count == count)
        #expect(parts.root.files("state/claimed").isEmpty)
        #expect(parts.root.files("state/work").isEmpty)
        #expect(try await Audit(folders: parts.root.paths, reader: parts.queue.reader).proof().unaccounted == 0)
    }

    /// One of a group cannot be committed, because what is in its way cannot be moved aside.
    @Test func oneThatCannotBeCommittedHoldsUpNoOther() async throws {
        let jobs = try await running(8)
        let bad = jobs[3]
        let obstacles = (1...100).map { "stray-\(bad.id)" + ($0 == 1 ? "" : "-\($0)") }
        for name in obstacles { try parts.root.write(parts.root.paths.quarantine + "/" + name, "x") }
        try parts.root.write(parts.root.paths.outbox(of: bad.id) + "/report.json", "")
        let failures = parts.outbox.conclude(try decided(jobs))
        #expect(Array(failures.keys) == [bad.id])
        #expect(try parts.queue.job(bad.id)?.standing == .ending(Outcome(.done), from: .running))
        #expect(parts.troubles.sentences.contains { $0.contains(bad.id.text) })
        #expect(try parts.counts().done == 7)
        for name in obstacles { unlink(parts.root.paths.quarantine + "/" + name) }
        let again = try #require(try parts.queue.job(bad.id))
        let end = Outbox.End(conclusion: .done, why: "test", staging: Outbox.staging(of: bad))
        try parts.outbox.conclude(again, end)
        #expect(try parts.counts().done == 8)
        #expect(parts.root.files("quarantine") == ["stray-\(bad.id)/report.json"])
        #expect(parts.troubles.sentences.isEmpty)
    }

    @Test func theFirstCommitStands() async throws {
        let job = try await running(1)[0]
        let earlier = Report(
            id: job.id, kind: .identify, status: .done, times: .init(seen: .now, finished: .now), attempt: 7)
        try parts.root.write(
            parts.root.paths.outbox(of: job.id) + "/report.json",
            String(decoding: try WireJSON.encodePretty(earlier), as: UTF8.self))
        #expect(parts.outbox.conclude(try decided([job], .quarantined)).isEmpty)
        #expect(try parts.root.report(job.id).attempt == 7)
        #expect(try parts.queue.job(job.id)?.state == .done)
        #expect(parts.root.files("outbox") == ["\(job.id)/report.json"])
        #expect(parts.root.files("done") == ["\(job.id)/0.jpg"])
    }

    /// The gallery refuses once the report is in the outbox: nothing is taken back, and the rest is done when it can be.
    @Test func whatFailsAfterTheCommitIsDoneAgain() async throws {
        let job = try await running(1)[0]
        let changes = try enrollment(of: "ada")
        try parts.gallery.apply(try enrollment(of: "bea"), job: JobIdentifier(time: .now, salt: 1, name: "b"))
        let database = try DatabaseQueue(path: parts.root.paths.gallery)
        try await database.write {
            try $0.execute(sql: "CREATE TRIGGER no BEFORE INSERT ON template BEGIN SELECT RAISE(ABORT, 'no'); END")
        }
        let decided = try #require(try parts.queue.decide(job, Outcome(.done, changes: changes)))
        let end = Outbox.End(conclusion: .done, why: "test", staging: Outbox.staging(of: job))
        #expect(parts.outbox.conclude([(decided, end)]).isEmpty)
        #expect(try parts.root.report(job.id).status == .done)
        #expect(try parts.queue.job(job.id)?.standing.isEnding == true)
        #expect(parts.troubles.sentences.contains { $0.contains(job.id.text) })
        #expect(try parts.queue.decide(job.id, .cancelled, in: Set(JobState.allCases)) == nil)
        try parts.outbox.finish()
        #expect(try parts.gallery.people().map(\.name) == ["bea"])
        try await database.write { try $0.execute(sql: "DROP TRIGGER no") }
        try parts.outbox.finish()
        #expect(try parts.gallery.people().map(\.name) == ["ada", "bea"])
        #expect(try parts.queue.job(job.id)?.standing == .ended(.done, settled: true))
        #expect(parts.troubles.sentences.isEmpty)
    }

    /// What a job has learned is offered under its name, never over another's, and is in the outbox in any case.
    @Test func aLearnedStyleStandsAmongTheStyles() async throws {
        for (number, job) in try await running(4).enumerated() {
            let name = number < 2 ? "wave" : "style \(number)"
            let isAccepted = number != 2
            let staging = "\(parts.root.paths.work)/\(Outbox.staging(of: job))"
            var outputs: [OutputFile] = []
            for file in isAccepted ? ["style.safetensors", "style.json", "page.png"] : ["page.png"] {
                try parts.root.write("\(staging)/\(file)", "\(file) of \(job.id)")
                outputs.append(OutputFile(name: file, bytes: 1, sha256: ""))
            }
            // The last finds that nothing can be put there.
            if number == 3 {
                try FileManager.default.removeItem(atPath: parts.root.paths.styles)
                try parts.root.write(parts.root.paths.styles, "no folder")
            }
            let learned = StyleLearningResult(
                name: name, accepted: isAccepted, why: "", pictures: 1, photographs: 4, figures: [], unusable: [],
                steps: 50, bestStep: 50, seconds: 1, losses: [],
                style: isAccepted ? "style.safetensors" : nil, recipe: isAccepted ? "style.json" : nil)
            var decided = try #require(try parts.queue.decide(job, Outcome(.done)))
            decided.kind = .learn
            let learning = JobTask(.learn) { ($0.name, $0.subject) = (name, .style) }
            let result = WorkerResult(
                token: job.token, inputs: [], models: [], task: learning,
                result: .learnStyle(learned), outputs: outputs, changes: [], timings: [:])
            let end = Outbox.End(
                conclusion: .done, why: "test", result: result, staging: Outbox.staging(of: job))
            try parts.outbox.conclude(decided, end)
            #expect(try parts.queue.job(job.id)?.standing == .ended(.done, settled: true))
            #expect(FileManager.default.fileExists(atPath: parts.root.paths.outbox(of: job.id) + "/page.png"))
            guard number < 3 else { continue }
            // A daemon that died before it could say so finds all done.
            parts.outbox.offer(.init(job: job, end: end, report: try parts.root.report(job.id), isCommitted: true))
            #expect(
                parts.root.files("styles") == ["wave/page.png", "wave/style.json", "wave/style.safetensors"],
                "after \(number)")
        }
    }

    @Test func aFailureGetsItsBundle() async throws {
        let jobs = try await running(6)
        let decided = try parts.queue.decide(jobs.map(\.id), .quarantined, in: [.running]).map { job in
            let error = ReportError(code: .workerCrashed, message: "test")
            return (job, Outbox.End(conclusion: .quarantined, why: "test", error: error, lastWords: "help\n"))
        }
        #expect(parts.outbox.conclude(decided).isEmpty)
        for job in jobs {
            let folder = parts.root.paths.quarantine(of: job.id)
            let report = try Data(contentsOf: URL(fileURLWithPath: folder + "/report.json"))
            #expect(try WireJSON.decode(Report.self, from: report) == parts.root.report(job.id))
            #expect(try String(contentsOfFile: folder + "/worker-stderr.txt", encoding: .utf8) == "help\n")
        }
        #expect(parts.root.files("quarantine").count == 18)
    }

    @Test func manyComeBackTogether() async throws {
        let jobs = try await running(Outbox.singleSyncs + 5)
        #expect(parts.outbox.conclude(try decided(jobs, .quarantined)).isEmpty)
        let reopened = try parts.queue.reopen(jobs.map(\.id))
        #expect(reopened.count == jobs.count)
        #expect(parts.outbox.reopen(reopened).isEmpty)
        #expect(try parts.counts().queued == jobs.count)
        #expect(parts.root.files("outbox").isEmpty)
        #expect(parts.root.files("quarantine").isEmpty)
        #expect(parts.root.files("state/claimed").count == jobs.count)
        #expect(parts.root.files("state/work").allSatisfy { $0.hasSuffix("out.txt") })
    }
}
