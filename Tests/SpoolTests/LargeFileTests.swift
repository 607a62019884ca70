import Foundation
import Glibc
import Testing
import Wire

@testable import Spool

/// What has many bytes is read a piece at a look, and holds up nobody.
@Suite struct LargeFileTests {
    /// A studio of which each look is made by the test.
    private final class Studio {
        let parts: Parts
        var rest = RestWatch()

        init(_ adjust: (inout Settings.Intake) -> Void = { _ in }) throws { parts = try Parts(adjust) }

        func look() async {
            rest.look(at: parts.tree.inbox, now: parts.time.clock.now())
            await parts.intake.consider(rest, parts.settings)
            parts.time.advance(parts.settings.stability.milliseconds)
        }

        /// Looks until the studio is as wanted; every step of a large file's way is one look.
        func look(until condition: () throws -> Bool) async throws {
            for _ in 0..<100 {
                await look()
                if try condition() { return }
                // A program that another test is just starting has, for a moment, this process's files open.
                if await parts.intake.holdsOff { try await Task.sleep(for: .milliseconds(10)) }
            }
            Issue.record("never")
        }

        /// A sparse file that begins as a film.
        func drop(_ path: String, pieces: Double) throws {
            try parts.root.drop(path, "YUV4MPEG2 W4 H4 F25:1\n")
            truncate("\(parts.root.paths.inbox)/\(path)", Int(Double(Intake.groupBytes) * pieces))
        }

        func job(_ path: String) throws -> JobRecord? { try parts.jobs().first { $0.sourceText == path } }

        func awaited(_ path: String) throws -> String? { try job(path).flatMap { parts.intake.awaited(by: $0.id) } }

        func isQueued(_ path: String) throws -> Bool { try job(path)?.state == .queued }

        /// Whether every file of a job was hashed as it lies there now.
        func isHashed(_ path: String) throws -> Bool {
            guard let job = try job(path) else { return false }
            let folder = try parts.tree.claimed(of: job.id)
            return try parts.queue.inputs(of: job.id).allSatisfy {
                try folder.digest(FileName($0.claimed)).sha256 == $0.sha256
            }
        }
    }

    private static let film = "stylize/wave/film.y4m"

    @Test func othersAreTakenMeanwhile() async throws {
        let studio = try Studio()
        try studio.drop(Self.film, pieces: 7.5)
        try await studio.look { try studio.awaited(Self.film) != nil }
        #expect(try studio.awaited(Self.film) == "its files, being read: 64.0 MiB of 480.0 MiB")
        #expect(await studio.parts.intake.nextDeadline(studio.parts.settings) == 0, "it is read on without an event")
        try studio.parts.root.drop("identify/a.jpg", "small")
        try await studio.look { try studio.isQueued("identify/a.jpg") }
        #expect(try studio.job(Self.film)?.state == .waiting)
        try await studio.look { try studio.isQueued(Self.film) }
        #expect(try studio.isHashed(Self.film) && studio.awaited(Self.film) == nil)
        #expect(await studio.parts.intake.nextDeadline(studio.parts.settings) != 0)
    }

    @Test func oneIsReadAfterTheOther() async throws {
        let studio = try Studio()
        let other = "stylize/wave/other.y4m"
        for path in [Self.film, other] { try studio.drop(path, pieces: 2.5) }
        try await studio.look { try studio.awaited(Self.film) != nil && studio.awaited(other) != nil }
        let waits = try [Self.film, other].compactMap(studio.awaited)
        #expect(waits.count { $0.hasPrefix("its files, being read: ") } == 1, "\(waits)")
        #expect(waits.contains("its turn to be read, 160.0 MiB"), "\(waits)")
        try await studio.look { try studio.isQueued(Self.film) != studio.isQueued(other) }
        try await studio.look { try studio.isQueued(Self.film) && studio.isQueued(other) }
        #expect(try studio.isHashed(Self.film) && studio.isHashed(other))
    }

    @Test func aKillCostsWhatWasRead() async throws {
        let studio = try Studio()
        try studio.drop(Self.film, pieces: 2.5)
        try await studio.look { try studio.awaited(Self.film) != nil }
        let killed = try #require(try studio.job(Self.film))
        await studio.parts.reconcile()
        #expect(try studio.job(Self.film)?.state == .waiting, "a start does not wait for it either")
        let parts = studio.parts
        let fresh = Intake(
            tree: parts.tree, queue: parts.queue, outbox: parts.outbox, clock: parts.time.clock, logger: Parts.quiet)
        await parts.look(times: 6, by: fresh)
        #expect(try parts.onlyJob().id == killed.id && studio.isQueued(Self.film) && studio.isHashed(Self.film))
        let proof = try await Audit(folders: parts.root.paths, reader: parts.queue.reader).proof()
        #expect(proof.unaccounted == 0 && proof.findings == [])
    }

    /// What was read before is read again.
    @Test func aWriterThatGoesOnBeginsItAnew() async throws {
        let studio = try Studio()
        try studio.drop(Self.film, pieces: 2.5)
        try await studio.look { try studio.awaited(Self.film) != nil }
        let id = try #require(try studio.job(Self.film)).id
        let writer = try FileHandle(
            forWritingTo: URL(fileURLWithPath: "\(studio.parts.root.paths.claimed(of: id))/film.y4m"))
        try writer.write(contentsOf: Data("YUV4MPEG2 W8".utf8))
        try writer.close()
        try await studio.look { try studio.isQueued(Self.film) }
        #expect(try studio.isHashed(Self.film))
    }

    /// To be read is no absence, however long it takes.
    @Test func aManifestIsNotRefusedMeanwhile() async throws {
        let studio = try Studio { $0.manifestWait = .milliseconds(200) }
        try studio.drop("film.y4m", pieces: 8.5)
        try studio.parts.root.drop(
            "film.json",
            #"{"limner": 1, "kind": "stylize", "inputs": ["film.y4m"], "options": {"styles": [{"name": "wave"}]}}"#)
        try await studio.look { try studio.job("film.json").map { $0.state != .waiting } ?? false }
        #expect(try studio.isQueued("film.json") && studio.isHashed("film.json"))
    }

    /// Of many files that are large together, those that were read stay so.
    @Test func aFolderIsReadInPieces() async throws {
        let studio = try Studio()
        for number in 1...5 { try studio.drop("learn/gate/ada/\(number).jpg", pieces: 0.4) }
        try await studio.look { try studio.awaited("learn/gate") != nil }
        let id = try #require(try studio.job("learn/gate")).id
        #expect(
            try studio.parts.queue.inputs(of: id).map(\.stage) == [.hashed, .hashed] + [
                .intended, .intended, .intended,
            ])
        try await studio.look { try studio.isQueued("learn/gate") }
        #expect(try studio.isHashed("learn/gate"))
    }

    /// Out of more folders than are held open.
    @Test func aFolderOfManyPeopleIsReadInPieces() async throws {
        let studio = try Studio()
        for person in 0..<120 { try studio.drop("learn/gate/\(person)/a.jpg", pieces: 0.01) }
        try await studio.look { try studio.awaited("learn/gate") != nil }
        #expect(studio.parts.root.files("inbox").isEmpty)
        try await studio.look { try studio.isQueued("learn/gate") }
        #expect(try studio.isHashed("learn/gate"))
        let proof = try await Audit(folders: studio.parts.root.paths, reader: studio.parts.queue.reader).proof()
        #expect(proof.unaccounted == 0 && proof.findings == [])
    }

    @Test func whatIsCancelledIsReadNoMore() async throws {
        let studio = try Studio()
        try studio.drop(Self.film, pieces: 2.5)
        try await studio.look { try studio.awaited(Self.film) != nil }
        let id = try #require(try studio.job(Self.film)).id
        #expect(try await studio.parts.intake.end(id, Outbox.End(conclusion: .cancelled, why: "test")))
        await studio.look()
        #expect(try studio.awaited(Self.film) == nil)
        #expect(await studio.parts.intake.nextDeadline(studio.parts.settings) == nil)
    }
}
