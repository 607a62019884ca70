import Foundation
import GRDB
import TestSupport
import Testing
import Wire

@testable import Spool

/// Every release's queue is opened, brought up to date and served by this one; see `Tests/SavedStates/save_state.py`.
extension OneReaderSuites {
    @Suite(.serialized) struct SavedStateTests {
        /// A release is tested by what it left: raising the version without saving a state fails here.
        @Test func thereIsOneForThisVersion() throws {
            #expect(try SavedState.all().map(\.version).contains(LimnerVersion.text))
        }

        @Test(arguments: try SavedState.all())
        func aReaderTellsWhatTheReleaseTold(_ saved: SavedState) throws {
            let root = try copy(of: saved)
            let queue = try Queue(path: root.paths.database)
            let jobs = try saved.jobs()
            #expect(Set(jobs.map(\.state)) == Set(JobState.allCases), "a job of each state is in it")
            let counts = try queue.reader.counts()
            for state in JobState.allCases { #expect(counts[state] == jobs.filter { $0.state == state }.count) }
            #expect(counts.isBalanced)
            let page = try queue.reader.page(limit: QueueReader.pageLimit)
            #expect(page.jobs.map(\.id) == jobs.map(\.id).reversed())
            for job in jobs {
                let detail = try #require(try queue.reader.detail(job.id, folders: root.paths))
                #expect(detail.events.map(\.to) == job.history, "\(job.source)")
                #expect(detail.job.state == job.state)
                #expect(detail.job.kind == job.kind)
                #expect(detail.job.source == job.source)
                #expect(detail.job.priority == job.priority)
                #expect(detail.job.attempt == job.attempt)
                // A task of the release is understood; the waiting manifest has not been given one yet.
                #expect((detail.task != nil) == (job.kind != nil), "\(job.source)")
                #expect(
                    (detail.report != nil) == [.done, .quarantined, .cancelled].contains(job.state), "\(job.source)")
            }
        }

        /// The daemon goes on where that release was killed: what ended stays, all else is done, and nothing is lost.
        @Test(arguments: try SavedState.all())
        func theDaemonGoesOn(_ saved: SavedState) async throws {
            let root = try copy(of: saved)
            let jobs = try saved.jobs()
            let ended: Set<JobState> = [.done, .quarantined, .cancelled]
            let kept = try jobs.filter { ended.contains($0.state) }.map { try reportBytes(root, $0) }
            try root.drop("jobs/late.jpg", "output late.txt at-last")
            // Saved originals are older than they would be kept, and saved manifests than they would wait.
            let extra = "retention:\n  originals: 0s\n"
            try await DaemonHarness.with(root: root, extra: extra, replacing: "  manifestWait: 2s\n") { harness in
                try await harness.settle(jobs: jobs.count)
                for job in jobs {
                    let detail = try await harness.client.job(job.id)
                    let isEnded = ended.contains(job.state)
                    #expect(detail.job.state == (isEnded ? job.state : .done), "\(job.source)")
                    #expect(detail.events.map(\.to).starts(with: job.history), "\(job.source)")
                    // The attempt that was under way is lost, and the one that failed is followed by another.
                    let again = [.failed, .running].contains(job.state) ? 1 : 0
                    let first = [.queued, .waiting].contains(job.state) ? 1 : 0
                    #expect(detail.job.attempt == job.attempt + again + first, "\(job.source)")
                    #expect(try root.report(job.id).status.rawValue == detail.job.state.rawValue)
                }
                let proof = try await harness.client.proof()
                #expect(proof.findings.isEmpty)
                #expect(proof.unaccounted == 0)
                // What the release knew by its name is still the same job.
                try root.drop("jobs/pair.jpg", "output pair.txt twice")
                try root.drop(
                    "jobs/again.json",
                    #"{"limner": 1, "kind": "identify", "inputs": ["pair.jpg"], "options": {"top": 1}, "id": "urgent"}"#
                )
                let twin = try await harness.job(from: "jobs/again.json", in: [.cancelled, .done])
                #expect(twin.job.state == .cancelled)
            }
            #expect(try jobs.filter { ended.contains($0.state) }.map { try reportBytes(root, $0) } == kept)
        }

        private func reportBytes(_ root: TestRoot, _ job: SavedState.Job) throws -> Data {
            try Data(contentsOf: URL(fileURLWithPath: root.paths.outbox(of: job.id) + "/report.json"))
        }

        /// A root of one's own with everything that the release left.
        private func copy(of saved: SavedState) throws -> TestRoot {
            let root = TestRoot()
            for part in try FileManager.default.contentsOfDirectory(atPath: saved.root.path) {
                try FileManager.default.copyItem(
                    at: saved.root.appending(path: part), to: URL(fileURLWithPath: root.path + "/" + part))
            }
            return root
        }
    }
}
