import Foundation
import Glibc
import Testing
import Wire

@testable import Spool

extension OneReaderSuites {
    /// What keeps a lease: work, and nothing else.
    @Suite(.serialized) struct LivenessTests {
        private let shortLease = "lease.duration: 1s\n"

        @Test func silentWorkOutlastsTheLease() async throws {
            try await DaemonHarness.with(extra: shortLease) { harness in
                try harness.root.drop("identify/a.jpg", "work 4000")
                try await harness.settle(jobs: 1)
                let job = try await harness.job(from: "identify/a.jpg", in: [.done, .quarantined]).job
                #expect(job.state == .done)
                #expect(job.attempt == 1)
            }
        }

        /// Its threads wait for each other; the one that beats can tell.
        @Test func aWorkerThatBeatsAndDoesNothingIsEnded() async throws {
            try await DaemonHarness.with(extra: shortLease) { harness in
                try harness.root.drop("identify/a.jpg", "stuck")
                try await harness.settle(jobs: 1)
                let error = try #require(
                    try await harness.job(from: "identify/a.jpg", in: [.quarantined]).report?.error)
                #expect(error.code == .workerTimedOut)
                #expect(error.hint.contains("lease.duration"))
                #expect(!error.hint.contains("timeouts"))
            }
        }

        @Test func aStoppedWorkerIsEnded() async throws {
            try await DaemonHarness.with(extra: shortLease) { harness in
                try harness.root.drop("identify/a.jpg", "first-attempt work 600000\nprogress 1")
                var stopped: Int32?
                try await eventually("a worker was stopped at its job") {
                    stopped = try await harness.client.status().workers.first { $0.job != nil }?.pid
                    return stopped.map { kill($0, SIGSTOP) == 0 } ?? false
                }
                try await harness.settle(jobs: 1)
                let job = try await harness.job(from: "identify/a.jpg", in: [.done, .quarantined]).job
                #expect(job.state == .done)
                #expect(job.attempt == 2)
                #expect(try kill(#require(stopped), 0) == -1)
            }
        }

        @Test func whatGetsOnMayTakeAnyNumberOfAttempts() async throws {
            try await DaemonHarness.with(extra: "timeouts.identify: 1s\n") { harness in
                try harness.root.drop("identify/a.jpg", "frames 6")
                try await harness.settle(jobs: 1)
                let job = try await harness.job(from: "identify/a.jpg", in: [.done, .quarantined]).job
                #expect(job.state == .done && job.attempt == 2)
            }
        }

        @Test func theHintOfATimeOutNamesItsSetting() async throws {
            try await DaemonHarness.with(extra: "timeouts.identify: 1s\n") { harness in
                try harness.root.drop("identify/a.jpg", "work 600000")
                try await harness.settle(jobs: 1)
                let error = try #require(
                    try await harness.job(from: "identify/a.jpg", in: [.quarantined]).report?.error)
                #expect(error.code == .workerTimedOut)
                #expect(error.hint.contains("timeouts.identify"))
            }
        }
    }
}
