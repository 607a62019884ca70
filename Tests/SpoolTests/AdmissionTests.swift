import Foundation
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

@Suite struct MemoryNeedTests {
    @Test func needsGrowWithPicturesAndOptions() throws {
        let small = try PictureHeader(pictureHead(1000, 1000))
        let large = try PictureHeader(pictureHead(8000, 10_000))
        let faces = JobTask.identify(Identification())
        let settings = Settings().stylize
        func mebibytes(_ task: JobTask, _ header: PictureHeader) -> Int64 {
            MemoryNeed(task, [header], settings).bytes >> 20
        }
        #expect(mebibytes(faces, small) >= 119)
        #expect(mebibytes(faces, large) >= 361)
        var painting = Stylization(styles: [StyleChoice(source: .name("wave"))])
        #expect(mebibytes(.stylize(painting), small) > mebibytes(faces, small))
        let standard = mebibytes(.stylize(painting), large)
        painting.size = 1024
        #expect(mebibytes(.stylize(painting), large) > standard)
        // Never enlarged.
        painting.size = 8192
        #expect(mebibytes(.stylize(painting), small) == 256 + (1200 * 1_000_000 + 8_000_000) >> 20)
        painting.preset = .fast
        #expect(mebibytes(.stylize(painting), small) < 300)
    }

    /// Whatever headers claim, alone or together: an estimate that fits nowhere, and no trap.
    @Test func claimsOfAnySizeAreAdded() throws {
        let most = UInt32(Int32.max)
        let settings = Settings().stylize
        var painting = Stylization(styles: [StyleChoice(source: .name("wave"))])
        painting.size = 8192
        for (width, height) in [(most, most), (most, 1), (1, most), (65_500, 65_500)] {
            let header = try PictureHeader(pictureHead(width, height))
            for headers in [[header], [header, header, header]] {
                for task in [JobTask.identify(Identification()), .stylize(painting)] {
                    #expect(MemoryNeed(task, headers, settings).bytes > 10 << 30)
                }
                _ = MemoryNeed.fitting(painting, headers, settings, into: 1 << 30)
            }
        }
    }
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

    @Test func aJobThatDoesNotFitIsPassedOver() async throws {
        let parts = try Parts()
        try parts.root.drop("stylize/wave/a.jpg", "large")
        await parts.look()
        try parts.root.drop("identify/b.jpg", "small")
        await parts.look()
        let need = try parts.queue.memory(of: try #require(try parts.jobs().first { $0.kind == .stylize }).id)
        #expect(need > 200 << 20)
        #expect(try parts.queue.claim(memory: need - 1)?.kind == .identify)
        #expect(try parts.queue.claim(memory: need - 1) == nil)
        #expect(try parts.queue.claim(memory: need)?.kind == .stylize)
    }
}

extension OneReaderSuites {
    @Suite(.serialized) struct MemoryTests {
        /// 300 MiB leave 44 for an output of 1,200 bytes a pixel: a square of 196 pixels.
        @Test func aPaintingIsMadeAsLargeAsFits() async throws {
            let extra = "workers.memoryLimitMB: 300\nstylize.size: 1024\n"
            try await DaemonHarness.with(extra: extra) { harness in
                try harness.root.drop("stylize/wave/a.jpg", "sleep 1")
                try await harness.settle(jobs: 1)
                let report = try #require(try await harness.job(from: "stylize/wave/a.jpg", in: [.done]).report)
                guard case .stylize(let options) = report.task else { throw CancellationError() }
                #expect(options.size == 196)
                try harness.reload(Self.unscaled + extra)
                try harness.root.drop("stylize/wave/b.jpg", "sleep 1")
                try await harness.settle(jobs: 2)
                let second = try #require(try await harness.job(from: "stylize/wave/b.jpg", in: [.done]).report)
                guard case .stylize(let asked) = second.task else { throw CancellationError() }
                #expect(asked.size == nil)
            }
        }

        private static let unscaled = DaemonHarness.settings + "stylize.oversize: run\n"

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
