import Foundation
import Glibc
import Testing
import Wire

@testable import Spool

/// What a file says of itself is a stranger's word: no number in it may end the daemon.
@Suite struct OddFactsTests {
    private static let numbers: [Int] = [
        .min, .min + 1, -1 << 40, -2_145_916_800, -1, 0, 1, 4_102_444_800, 10_413_792_000, 1 << 40, .max - 1, .max,
    ]

    private func status(seconds: Int, nanoseconds: Int, size: Int, inode: UInt, mode: UInt32) -> stat {
        var status = stat()
        status.st_mtim = timespec(tv_sec: seconds, tv_nsec: nanoseconds)
        status.st_ctim = timespec(tv_sec: nanoseconds, tv_nsec: seconds)
        status.st_size = size
        status.st_ino = inode
        status.st_dev = inode
        status.st_mode = mode
        return status
    }

    @Test func noStatusIsTooOdd() {
        for seconds in Self.numbers {
            for other in Self.numbers {
                for mode in [S_IFREG, S_IFDIR, 0, UInt32.max] {
                    let facts = FileFacts(
                        status(
                            seconds: seconds, nanoseconds: other, size: other, inode: UInt(bitPattern: seconds),
                            mode: mode))
                    #expect(facts.identity.isUnchanged(since: facts.identity))
                }
            }
        }
    }

    /// Seeded, so that a failure repeats.
    @Test func noStatusOfAnyBitsIsTooOdd() {
        var state: UInt64 = 20_261_128
        func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
        for _ in 0..<200_000 {
            var status = stat()
            withUnsafeMutableBytes(of: &status) { bytes in
                for index in stride(from: 0, to: bytes.count - 7, by: 8) {
                    bytes.storeBytes(of: next(), toByteOffset: index, as: UInt64.self)
                }
            }
            let facts = FileFacts(status)
            _ = Int64.max.clampedSum(facts.identity.size)
        }
    }

    /// Every year that can be told from another is: a picture that was replaced in 2300 was replaced.
    @Test func yearsBeyondTheNanosecondsOfAWordStillDiffer() {
        let years = [10_413_792_000, 10_413_792_001, 253_402_300_800]
        let identities = years.map {
            FileIdentity(status(seconds: $0, nanoseconds: 0, size: 1, inode: 1, mode: S_IFREG))
        }
        #expect(Set(identities.map(\.modified)).count == years.count)
    }

    @Test(arguments: [10_413_792_000, -2_145_916_800, -15_897_600, 0])
    func filesAndFoldersOfAnyYearAreTaken(seconds: Int) async throws {
        let parts = try Parts()
        try parts.root.drop("identify/fold/a.jpg", "x")
        for path in ["identify/fold/a.jpg", "identify/fold", ""] {
            let times = [
                timespec(tv_sec: seconds, tv_nsec: 999_999_999), timespec(tv_sec: seconds, tv_nsec: 999_999_999),
            ]
            try #require(utimensat(AT_FDCWD, parts.root.paths.inbox + "/" + path, times, 0) == 0)
        }
        await parts.look()
        let job = try parts.onlyJob()
        #expect(job.state == .queued)
        let proof = try await Audit(folders: parts.root.paths, reader: parts.queue.reader).proof()
        #expect(proof.unaccounted == 0)
    }

    @Test func theQueueKeepsAnyIdentity() throws {
        let parts = try Parts()
        for (number, value) in Self.numbers.enumerated() {
            let identity = FileIdentity(
                device: UInt64(bitPattern: Int64(value)), inode: UInt64(bitPattern: Int64(value)), size: Int64(value),
                modified: Int64(value), changed: Int64(value))
            let path = Array("identify/\(number).jpg".utf8)
            let job = JobRecord(
                id: JobIdentifier(time: .now, salt: UInt16(number), name: "a.jpg"), kind: .identify, origin: .picture,
                source: path, created: Date(timeIntervalSince1970: Double(value)))
            let input = InputRecord(
                ordinal: 0, role: .picture, source: path, name: "a.jpg", original: FileName("a.jpg"), claimed: "a.jpg",
                identity: identity)
            try parts.queue.add(job, inputs: [input], why: "test")
            let read = try #require(try parts.queue.inputs(of: job.id).first?.identity)
            #expect(read.isUnchanged(since: identity))
            let detail = try #require(try parts.queue.reader.detail(job.id, folders: parts.root.paths))
            #expect(!(try WireJSON.encode(detail)).isEmpty)
        }
        let waiting = try parts.queue.waiting()
        #expect(Intake.groups(of: waiting) { $0.inputs.reduce(0) { $0.clampedSum($1.identity.size) } }.count > 1)
    }

    @Test func sparseFilesMayClaimMoreThanCanBeCounted() async throws {
        let parts = try Parts()
        for name in ["a", "b"] {
            let file = parts.root.paths.inbox + "/identify/\(name).jpg"
            try parts.root.drop("identify/\(name).jpg", "x")
            // As much as the file system allows; 2^63 - 1 on tmpfs.
            for shift in stride(from: 62, to: 40, by: -1) where truncate(file, 1 << shift) == 0 { break }
        }
        let files = ["a.jpg", "b.jpg"].map { (name: $0, size: Int64.max) }
        #expect(Intake.groups(of: files) { $0.size }.map(\.count) == [1, 1])
        var rest = RestWatch()
        rest.look(at: parts.tree.inbox, now: 0)
        #expect(rest.resting(for: 100, now: 100).count == 2)
    }

    @Test func aTimeTooFarAwayIsWrittenAsTheFarthest() {
        #expect(WireJSON.text(of: Date(timeIntervalSince1970: 1e15)) == "9999-12-31T23:59:59.999Z")
        // The third of January by the Julian calendar, which the formatter writes such days in.
        #expect(WireJSON.text(of: Date(timeIntervalSince1970: -1e15)) == "0001-01-03T00:00:00.000Z")
        #expect(Date(timeIntervalSince1970: 1e300).milliseconds == .max)
        #expect(Date(timeIntervalSince1970: -.infinity).milliseconds == .min)
    }
}
