import Foundation
import Glibc
import Testing
import Wire

extension EndToEnd {
    /// Whatever is killed when, each file ends in one report.
    @Suite struct CrashTests {
        /// A style whose optimisation lasts long enough to be interrupted.
        private func longJob(_ daemon: LiveDaemon) throws {
            try daemon.writeStyle(
                "long", #"{"pictures": ["stripes.png"], "options": {"iterations": 30, "scales": 1}}"#)
            try daemon.drop(Assets.scene(), at: "stylize/long/scene.jpg")
        }

        private func running(_ daemon: LiveDaemon) async throws {
            try await eventually("the job is being painted", log: daemon.folders.root + "/daemon.log") {
                try daemon.status().running.first?.progress?.stage == "painting"
            }
        }

        @Test func theWorkerIsKilledInTheMiddleOfAJob() async throws {
            let daemon = try await LiveDaemon()
            try longJob(daemon)
            try await running(daemon)
            let victim = try #require(daemon.workers.first)
            #expect(kill(victim, SIGKILL) == 0)
            let filed = try await daemon.settle(1)[0]
            #expect(filed.report.status == .done)
            #expect(filed.report.attempt == 2)
            #expect(filed.report.outputs.count == 1)
        }

        @Test func aJobWhoseWorkerAlwaysDiesIsQuarantined() async throws {
            let daemon = try await LiveDaemon(["LIMNER_RETRIES_MAX": "1"])
            try longJob(daemon)
            for attempt in 1...2 {
                try await running(daemon)
                let victim = try #require(daemon.workers.first)
                #expect(kill(victim, SIGSEGV) == 0)
                try await eventually("attempt \(attempt) has failed") { try daemon.status().counts.running == 0 }
            }
            let filed = try await daemon.settle(1)[0]
            #expect(filed.report.status == .quarantined)
            #expect(filed.report.error?.code == .workerCrashed)
            #expect(filed.report.attempt == 2)
            #expect(daemon.files(in: daemon.folders.quarantine).contains { $0.hasSuffix("scene.jpg") })
        }

        @Test func theDaemonIsKilledInTheMiddleOfAJobAndStartedAgain() async throws {
            let daemon = try await LiveDaemon()
            try longJob(daemon)
            try await running(daemon)
            daemon.end(SIGKILL)
            try await daemon.start()
            let filed = try await daemon.settle(1)[0]
            #expect(filed.report.status == .done)
            #expect(filed.report.outputs.count == 1)
            #expect(daemon.files(in: daemon.folders.done).count == 1)
            #expect(daemon.files(in: daemon.folders.inbox).isEmpty)
            #expect(try daemon.status().counts.isBalanced)
        }

        @Test func aRunningJobGoesBackToTheQueueOnSIGTERM() async throws {
            let daemon = try await LiveDaemon()
            try longJob(daemon)
            try await running(daemon)
            #expect(daemon.end(SIGTERM) == 0)
            let counts = try daemon.status().counts
            #expect(counts.queued == 1)
            #expect(counts.running == 0)
            try await daemon.start()
            #expect(try await daemon.settle(1)[0].report.status == .done)
        }

        @Test func aJobThatTakesTooLongIsKilled() async throws {
            let daemon = try await LiveDaemon(["LIMNER_TIMEOUTS_STYLIZE": "1s", "LIMNER_RETRIES_MAX": "0"])
            try longJob(daemon)
            let filed = try await daemon.settle(1)[0]
            #expect(filed.report.status == .quarantined)
            #expect(filed.report.error?.code == .workerTimedOut)
        }

        @Test func aSecondDaemonOnTheSameRootIsRefused() async throws {
            let daemon = try await LiveDaemon()
            let second = try Programs.run(Programs.limnerd, ["--root", daemon.folders.root])
            #expect(second.code != 0)
            #expect(second.error.contains(daemon.folders.root))
            #expect(try daemon.status().counts.isBalanced)
        }
    }
}
