import Foundation
import Glibc
import Parsing
import Synchronization
import Testing
import Wire

@testable import Spool

/// The head of a PNG file: the signature and a header chunk, with whatever checksum.
func pictureHead(_ width: UInt32, _ height: UInt32) -> [UInt8] {
    var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8)
    for number in [width, height] { bytes += withUnsafeBytes(of: number.bigEndian, Array.init) }
    return bytes + [8, 2, 0, 0, 0] + [0, 0, 0, 0]
}

@Suite struct AdmissionTests {
    /// 33 bytes that claim 2^62 pixels; limits are the daemon's own, and no worker sees such a file.
    @Test(arguments: [(UInt32(Int32.max), UInt32(Int32.max)), (20_000, 20_000)])
    func aPictureThatClaimsTooMuchIsQuarantined(width: UInt32, height: UInt32) async throws {
        let parts = try Parts()
        try parts.root.drop("identify/huge.png", pictureHead(width, height))
        try parts.root.drop("stylize/wave/huge.png", pictureHead(width, height))
        try parts.root.drop("identify/b.jpg", "small")
        let text = #"{"limner":1,"kind":"verify","inputs":["two.png"],"options":{"reference":"huge.png"}}"#
        try parts.root.drop("pair/job.json", text)
        try parts.root.drop("pair/huge.png", pictureHead(width, height))
        try parts.root.drop("pair/two.png", pictureHead(10, 10))
        await parts.look(times: 6)
        let jobs = try parts.jobs()
        #expect(jobs.count == 4)
        for job in jobs where job.sourceText != "identify/b.jpg" {
            #expect(job.state == .quarantined, "\(job.sourceText)")
            let error = try #require(try parts.root.report(job.id).error)
            #expect(error.code == .pictureTooLarge)
            #expect(error.message.contains("huge.png") && error.message.contains("\(width) × \(height)"))
        }
        #expect(jobs.first { $0.sourceText == "identify/b.jpg" }?.state == .queued)
        #expect(try parts.counts().isBalanced)
    }

    /// Films are larger than pictures; what is a film is told by its first bytes, where one may be repainted.
    @Test func aFilmMayHaveMoreBytesThanAPicture() async throws {
        let parts = try Parts { ($0.maxBytes, $0.maxFilmBytes) = (1000, 2000) }
        let film = Array("YUV4MPEG2 W4 H4 F25:1\n".utf8)
        func bytes(_ count: Int) -> [UInt8] { film + [UInt8](repeating: 65, count: count - film.count) }
        try parts.root.drop("stylize/wave/film.y4m", bytes(1500))
        try parts.root.drop("stylize/wave/long.y4m", bytes(2001))
        try parts.root.drop("stylize/wave/picture.jpg", [UInt8](repeating: 65, count: 1500))
        try parts.root.drop("identify/film.y4m", bytes(1500))
        await parts.look()
        for job in try parts.jobs() {
            #expect((job.state == .queued) == (job.sourceText == "stylize/wave/film.y4m"), "\(job.sourceText)")
            if job.state == .quarantined {
                let error = try #require(try parts.root.report(job.id).error)
                #expect(error.code == .pictureTooLarge)
                #expect(error.message.contains(job.sourceText.contains("long") ? "2000" : "1000"))
            }
        }
    }

    /// A sparse file of a terabyte, which nobody hashes in a test's time.
    @Test func whatIsTooLargeIsRefusedUnread() async throws {
        let parts = try Parts { $0.maxBytes = 1000 }
        try parts.root.drop("identify/huge.jpg", [0xFF, 0xD8, 0xFF])
        #expect(truncate("\(parts.root.paths.inbox)/identify/huge.jpg", 1 << 40) == 0)
        try parts.root.drop("identify/b.jpg", "small")
        await parts.look()
        #expect(try parts.jobs().count == 2)
        for job in try parts.jobs() {
            let isHuge = job.sourceText == "identify/huge.jpg"
            #expect((job.state == .quarantined) == isHuge, "\(job.sourceText)")
            #expect(try parts.queue.inputs(of: job.id).allSatisfy { ($0.sha256 == nil) == isHuge })
            guard isHuge else { continue }
            let error = try #require(try parts.root.report(job.id).error)
            #expect(error.code == .pictureTooLarge && error.hint == "Scale it down, or raise `intake.maxBytes`.")
        }
    }

    @Test func aJobThatDoesNotFitIsPassedOver() async throws {
        let parts = try Parts()
        try parts.root.drop("stylize/wave/a.jpg", "large")
        await parts.look()
        try parts.root.drop("identify/b.jpg", "small")
        await parts.look()
        let need: Int64 = 200 << 20
        try parts.queue.note(memory: need, of: try #require(try parts.jobs().first { $0.kind == .stylize }).id)
        #expect(try parts.queue.claim(memory: need - 1)?.kind == .identify)
        #expect(try parts.queue.claim(memory: need - 1) == nil)
        #expect(try parts.queue.claim(memory: need)?.kind == .stylize)
    }
}

extension OneReaderSuites {
    @Suite(.serialized) struct MemoryTests {
        /// What a worker's plan says decides, and the attempt is not counted.
        @Test func aJobWhosePlanIsTooLargeNowWaits() async throws {
            let memory: @Sendable () -> Int64? = { 1 << 30 }
            try await DaemonHarness.with(memory: memory) { harness in
                try harness.root.drop("identify/first.jpg", "memory 600\nwork 5000")
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
                var putBack = 0
                for number in 0..<4 {
                    let done = try await harness.job(from: "identify/\(number).jpg", in: [.done])
                    #expect(done.job.attempt == 1)
                    if done.events.contains(where: { $0.to == .queued && $0.why.contains("MiB") }) { putBack += 1 }
                }
                #expect(putBack > 0, "a plan was made beside a job that ran, and found no room")
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
