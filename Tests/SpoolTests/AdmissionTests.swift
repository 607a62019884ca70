import Foundation
import Synchronization
import Testing
import Wire

@testable import Spool

@Suite struct PictureHeaderTests {
    private func png(_ width: UInt32, _ height: UInt32) -> [UInt8] {
        var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8)
        for number in [width, height] { bytes += withUnsafeBytes(of: number.bigEndian, Array.init) }
        return bytes + [8, 2, 0, 0, 0]
    }

    /// SOI, an application segment, fill bytes, and the frame header.
    private func jpeg(_ width: UInt16, _ height: UInt16, frame: UInt8 = 0xC0) -> [UInt8] {
        func two(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 255)] }
        let exif: [UInt8] = [0xFF, 0xE1] + two(2 + 300) + [UInt8](repeating: 0xC0, count: 300)
        return [0xFF, 0xD8] + exif + [0xFF, 0xFF, frame] + two(17) + [8] + two(height) + two(width) + [3]
    }

    @Test func sizesAreRead() {
        #expect(PictureHeader(png(6000, 4000))?.pixels == 24_000_000)
        #expect(PictureHeader(jpeg(640, 427))?.pixels == 640 * 427)
        // Progressive.
        #expect(PictureHeader(jpeg(640, 427, frame: 0xC2))?.width == 640)
    }

    @Test func whateverElseIsNoHeader() {
        let whole = jpeg(640, 427)
        for count in 0..<(whole.count - 1) { #expect(PictureHeader(Array(whole.prefix(count))) == nil, "\(count)") }
        for count in 0..<24 { #expect(PictureHeader(Array(png(1, 1).prefix(count))) == nil, "\(count)") }
        #expect(PictureHeader(png(.max, .max)) == nil)
        #expect(PictureHeader([0xFF, 0xD8, 0xFF, 0xE0, 0, 1, 0xFF]) == nil)
        #expect(PictureHeader([0xFF, 0xD8, 0xFF, 0xD9]) == nil)
        #expect(PictureHeader([UInt8](repeating: 0xFF, count: 5000)) == nil)
    }

    @Test func needsGrowWithPicturesAndOptions() throws {
        let small = try #require(PictureHeader(png(1000, 1000)))
        let large = try #require(PictureHeader(png(8000, 10_000)))
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
}

@Suite struct AdmissionTests {
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
