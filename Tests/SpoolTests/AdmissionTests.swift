import Foundation
import Synchronization
import Testing
import Wire

@testable import Spool

@Suite struct AdmissionTests {
    @Test func aJobThatDoesNotFitIsPassedOver() async throws {
        let parts = try Parts()
        try parts.root.drop("stylize/wave/a.jpg", "large")
        await parts.look()
        try parts.root.drop("identify/b.jpg", "small")
        await parts.look()
        let need: Int64 = 200 << 20
        try parts.queue.note(memory: need, of: try #require(try parts.jobs().first { $0.kind == .stylize }).id)
        #expect(try parts.queue.claim(lease: .seconds(60), memory: need - 1)?.kind == .identify)
        #expect(try parts.queue.claim(lease: .seconds(60), memory: need - 1) == nil)
        #expect(try parts.queue.claim(lease: .seconds(60), memory: need)?.kind == .stylize)
    }
}

extension OneReaderSuites {
    @Suite(.serialized) struct MemoryTests {
        /// What a worker's plan says decides, and the attempt is not counted.
        @Test func aJobWhosePlanIsTooLargeNowWaits() async throws {
            let memory: @Sendable () -> Int64? = { 1 << 30 }
            try await DaemonHarness.with(memory: memory) { harness in
                try harness.root.drop("identify/first.jpg", "memory 600\nwork 1500")
                _ = try await harness.job(from: "identify/first.jpg", in: [.running])
                try harness.root.drop("identify/large.jpg", "memory 900\nprogress 1")
                try harness.root.drop("identify/small.jpg", "memory 1\nprogress 1")
                let small = try await harness.job(from: "identify/small.jpg", in: [.done])
                let large = try await harness.job(from: "identify/large.jpg", in: [.done])
                let first = try await harness.job(from: "identify/first.jpg", in: [.done])
                #expect(large.job.attempt == 1)
                #expect(large.events.contains { $0.to == .queued && $0.why.contains("900 MiB") })
                #expect(try #require(large.report?.times.started) >= #require(first.report?.times.finished))
                #expect(small.job.attempt == 1)
            }
        }

        @Test func jobsWaitForEachOtherWhenMemoryIsShort() async throws {
            let box = MemoryBox(0)
            let memory: @Sendable () -> Int64? = { box.bytes.withLock { $0 } }
            try await DaemonHarness.with(memory: memory) { harness in
                // Two workers, but memory for nothing beside the first job, which starts all the same.
                for number in 0..<4 { try harness.root.drop("identify/\(number).jpg", "progress 0.1\nsleep 150") }
                var most = 0
                try await eventually("all are done") {
                    let counts = try await harness.client.status().counts
                    most = max(most, counts.running)
                    return counts.done == 4
                }
                #expect(most == 1)
                box.bytes.withLock { $0 = 64 << 30 }
                for number in 4..<12 { try harness.root.drop("identify/\(number).jpg", "progress 0.1\nsleep 300") }
                try await eventually("two run at once") { try await harness.client.status().counts.running == 2 }
                try await harness.settle(jobs: 12)
            }
        }
    }
}

private final class MemoryBox: Sendable {
    let bytes: Mutex<Int64>
    init(_ bytes: Int64) { self.bytes = Mutex(bytes) }
}
