import Foundation
import Glibc
import Testing
import Wire

@testable import Spool

extension OneReaderSuites {
    /// What comes at the very moment at which an attempt ends.
    @Suite(.serialized) struct DispatcherTests {
        private func attempts(_ harness: DaemonHarness) async throws -> Int {
            let name = #"limner_attempt_duration_seconds_count{kind="identify"} "#
            let lines = try await harness.client.metrics().split(separator: "\n")
            return try #require(lines.first { $0.hasPrefix(name) }.flatMap { Int($0.dropFirst(name.count)) })
        }

        @Test func thatNoWorkerCanBeStartedIsSaidWhereverAJobIsAskedFor() async throws {
            try await DaemonHarness.with(worker: "/nonexistent/limner-worker") { harness in
                try harness.root.drop("identify/a.jpg", "progress 1")
                let words = "the worker /nonexistent/limner-worker could not be started: "
                try await eventually("the status says it") {
                    let problems = try await harness.client.status().problems
                    return problems.contains { $0.contains(words) && $0.contains("Install limnerd and limner-worker") }
                }
                let detail = try await harness.job(from: "identify/a.jpg", in: [.queued])
                #expect(try await harness.client.job(detail.job.id).waitsFor?.contains(words) == true)
                let why = try await harness.client.why(path: Array("identify/a.jpg".utf8))
                #expect(why.explanation.contains(words), "\(why.explanation)")
                let figures = try await harness.client.metrics()
                #expect(!figures.contains("limner_worker_start_failures_total 0\n"))
                _ = try await harness.client.cancel(detail.job.id)
                try await eventually("nobody needs one any more") {
                    try await harness.client.status().problems.isEmpty
                }
            }
        }

        /// A cancellation that was accepted is kept, also when the worker has just finished.
        @Test func cancelAgainstFinish() async throws {
            try await DaemonHarness.with { harness in
                var cancelled: [JobIdentifier] = []
                for number in 0..<40 {
                    try harness.root.drop("identify/\(number).jpg", "output a.txt x\nsleep \(number % 8 * 4)")
                    let id = try await harness.job(from: "identify/\(number).jpg", in: Set(JobState.allCases)).job.id
                    // Some while they are queued, some while they run, some just after.
                    if number % 2 == 1 {
                        try await eventually("it has begun") {
                            let state = try await harness.client.job(id).job.state
                            return state == .running || state.isFinal
                        }
                    }
                    do {
                        _ = try await harness.client.cancel(id)
                        cancelled.append(id)
                    } catch SpoolError.refused {}
                }
                try await harness.settle(jobs: 40)
                for id in cancelled { #expect(try await harness.client.job(id).job.state == .cancelled) }
                for job in try await harness.client.jobs(limit: 100).jobs {
                    #expect(try harness.root.report(job.id).status.rawValue == job.state.rawValue)
                }
                #expect(try await harness.client.status().counts.cancelled == cancelled.count)
                #expect(try await harness.client.proof().findings == [])
                #expect(harness.root.files("state/work").isEmpty)
            }
        }

        /// However a stop falls between the steps of an end, each job is done once.
        @Test func stopAgainstFinish() async throws {
            let root = TestRoot()
            var dropped = 0
            for round in 0..<6 {
                let harness = try await DaemonHarness(root: root, text: DaemonHarness.settings)
                for _ in 0..<4 {
                    try root.drop("identify/\(dropped).jpg", "output a.txt \(dropped)\nsleep \(round * 7)")
                    dropped += 1
                }
                let wanted = dropped - 3
                try await eventually("the first is done or under way") {
                    let counts = try await harness.client.status().counts
                    return counts.done + counts.running >= wanted
                }
                try await harness.stop()
                #expect(try harness.daemon.queue.reader.counts().running == 0)
            }
            try await DaemonHarness.with(root: root) { harness in
                try await harness.settle(jobs: dropped)
                #expect(try await harness.client.status().counts.done == dropped)
                #expect(try await harness.client.jobs(limit: 100).jobs.allSatisfy { $0.attempt == 1 })
                #expect(try await harness.client.proof().findings == [])
                #expect(root.files("outbox").count == 2 * dropped)
            }
        }

        /// Seen as a job that was painted again every ten seconds for ever, and could not be cancelled.
        @Test func anEmptyReportInTheWayCostsNothing() async throws {
            try await DaemonHarness.with { harness in
                let root = harness.root
                for (name, isCancelled) in [("a", false), ("b", true)] {
                    try root.drop("identify/\(name).jpg", "output a.txt x\nsleep \(isCancelled ? 60_000 : 400)")
                    let id = try await harness.job(from: "identify/\(name).jpg", in: [.running]).job.id
                    try root.write("\(root.path)/outbox/\(id)/report.json", "")
                    if isCancelled { _ = try await harness.client.cancel(id) }
                    let end = try await harness.job(from: "identify/\(name).jpg", in: [.done, .cancelled])
                    #expect(end.job.state == (isCancelled ? .cancelled : .done))
                    #expect(end.job.attempt == 1)
                    #expect(root.files("quarantine").contains("stray-\(id)/report.json"))
                }
                #expect(try await attempts(harness) == 2)
            }
        }

        /// The work is not done again for an end that could not be committed; status and doctor name the job until it is.
        @Test func anEndThatCannotBeCommittedIsKept() async throws {
            try await DaemonHarness.with { harness in
                let root = harness.root
                try root.drop("identify/a.jpg", "output a.txt x\nsleep 3000")
                let id = try await harness.job(from: "identify/a.jpg", in: [.running]).job.id
                let obstacles = (1...100).map { "\(root.path)/quarantine/stray-\(id)" + ($0 == 1 ? "" : "-\($0)") }
                for path in obstacles { try root.write(path, "x") }
                try root.write("\(root.path)/outbox/\(id)/report.json", "")
                let failed = try await harness.job(from: "identify/a.jpg", in: [.failed])
                #expect(failed.job.error?.code == .outputFailed)
                #expect(try await harness.client.status().problems.contains { $0.contains(id.text) })
                let finding = try await harness.client.doctor().findings.first { $0.check == .jobs }
                #expect(finding?.verdict == .failed)
                #expect(finding?.message.contains(id.text) == true)
                for path in obstacles { unlink(path) }
                _ = try await harness.client.retry(id)
                let done = try await harness.job(from: "identify/a.jpg", in: [.done])
                #expect(done.job.attempt == 1)
                #expect(root.files("outbox") == ["\(id)/a.txt", "\(id)/report.json"])
                #expect(try await attempts(harness) == 1)
                #expect(try await harness.client.status().problems.isEmpty)
            }
        }

        @Test func manyAreCancelledAndTriedAgainAtOnce() async throws {
            try await DaemonHarness.with { harness in
                let count = JobSelection.limit + 40
                _ = try await harness.client.pause()
                for number in 0..<count { try harness.root.drop("identify/\(number).jpg", "progress 1") }
                try harness.root.drop("stylize/wave/s.jpg", "progress 1")
                try await eventually("all are queued") {
                    try await harness.client.status().counts.queued == count + 1
                }
                func all(
                    _ action: (JobSelection) async throws -> JobChangesAnswer, _ state: JobState
                ) async throws -> Int {
                    var (changed, next) = (0, JobIdentifier?.none)
                    repeat {
                        let answer = try await action(JobSelection(state: state, kind: .identify, before: next))
                        #expect(answer.refused.isEmpty)
                        changed += answer.changed.count
                        next = answer.next
                    } while next != nil
                    return changed
                }
                #expect(try await all(harness.client.cancel, .queued) == count)
                #expect(try await harness.client.status().counts.cancelled == count)
                #expect(try await harness.client.status().counts.queued == 1, "the other kind")
                #expect(try await all(harness.client.cancel, .queued) == 0)
                #expect(try await all(harness.client.retry, .failed) == 0)
                #expect(try await all(harness.client.retry, .cancelled) == count)
                let named = try await harness.client.jobs(limit: 3).jobs.map(\.id)
                let nobody = JobIdentifier(time: .now, salt: 0, name: "nobody")
                let answer = try await harness.client.cancel(JobSelection(jobs: named + [nobody]))
                #expect(answer.changed.map(\.job.id) == named)
                #expect(answer.refused.map(\.id) == [nobody])
                #expect(try await harness.client.cancel(JobSelection(jobs: named)).refused.map(\.id) == named)
                _ = try await harness.client.resume()
                try await harness.settle(jobs: count + 1)
                #expect(try await harness.client.proof().findings == [])
            }
        }
    }
}
