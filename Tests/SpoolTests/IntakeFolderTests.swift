import Foundation
import Glibc
import Testing
import Wire

@testable import Spool

/// A folder of people, `learn/<name>/<person>/…`, is one job as soon as the whole of it is at rest.
@Suite struct IntakeFolderTests {
    private func people(_ parts: Parts, _ names: [String] = ["ada/1.jpg", "ada/2.jpg", "bob/1.jpg", "bob/old/1.jpg"])
        throws
    {
        for name in names { try parts.root.drop("learn/gate/\(name)", name) }
    }

    @Test func isTakenAsOneJobOnceAllOfItRests() async throws {
        let parts = try Parts()
        try people(parts)
        try parts.root.drop("learn/gate/ada/1.jpg.json", #"{"title": "nobody's manifest"}"#)
        await parts.look(times: 8)
        #expect(try parts.jobs().isEmpty, "a pause between two copies is not the end")
        await parts.look(times: 14)
        let job = try parts.onlyJob()
        #expect(job.state == .queued && job.kind == .learn && job.sourceText == "learn/gate")
        #expect(job.task == JobTask(.learn, named: "gate") && job.task?.options.name == "gate")
        let inputs = try parts.queue.inputs(of: job.id)
        #expect(
            inputs.map(\.name) == [
                "learn/gate/ada/1.jpg", "learn/gate/ada/2.jpg", "learn/gate/bob/1.jpg", "learn/gate/bob/old/1.jpg",
            ])
        #expect(inputs.map(\.original.description) == ["ada-1.jpg", "ada-2.jpg", "bob-1.jpg", "bob-old-1.jpg"])
        #expect(inputs.allSatisfy { $0.sha256 != nil && $0.role == .picture })
        #expect(
            inputs.map { LearningPerson.name(of: $0.name, model: job.task?.options.name) } == [
                "ada", "ada", "bob", "bob",
            ])
        #expect(parts.root.files("inbox") == ["learn/gate/ada/1.jpg.json"])
        let counts = try parts.counts()
        #expect(counts.seen == 1 && counts.isBalanced)
        let proof = try await Audit(folders: parts.root.paths, reader: parts.queue.reader).proof()
        #expect(proof.unaccounted == 0)
    }

    @Test func whatIsStillComingHoldsTheRestUp() async throws {
        let parts = try Parts()
        try people(parts)
        var rest = RestWatch()
        for look in 0..<20 {
            // Each comes within the folder's rest, though long after the one before was at rest.
            if look.isMultiple(of: 6) { try parts.root.drop("learn/gate/eve/\(look).jpg", "x") }
            rest.look(at: parts.tree.inbox, now: parts.time.clock.now())
            await parts.intake.consider(rest, parts.settings)
            parts.time.advance(parts.settings.stability.milliseconds)
        }
        #expect(try parts.jobs().isEmpty)
        try parts.root.drop("learn/other/ada/1.jpg", "x")
        try parts.root.drop("learn/gate/eve/late.jpg", "x")
        try parts.root.drop("learn/gate/eve/.late.jpg.aZ09bY", "the rest of it")
        await parts.look(times: 14)
        #expect(Set(try parts.jobs().map(\.sourceText)).isSubset(of: ["learn/other", "learn/gate"]))
        #expect(try parts.jobs().contains { $0.sourceText == "learn/other" }, "one folder does not wait for another")
    }

    @Test func whatWasTakenAwayIsLeftOut() async throws {
        let parts = try Parts()
        try people(parts)
        var rest = RestWatch()
        func settle() {
            for _ in 0..<12 {
                rest.look(at: parts.tree.inbox, now: parts.time.clock.now())
                parts.time.advance(parts.settings.stability.milliseconds)
            }
        }
        settle()
        try FileManager.default.removeItem(atPath: parts.root.paths.inbox + "/learn/gate/ada")
        await parts.intake.consider(rest, parts.settings)
        let job = try parts.onlyJob()
        #expect(job.state == .queued)
        #expect(try parts.queue.inputs(of: job.id).map(\.name) == ["learn/gate/bob/1.jpg", "learn/gate/bob/old/1.jpg"])
        #expect(try parts.counts().isBalanced)
        try people(parts, ["ada/3.jpg", "ada/4.jpg"])
        settle()
        try FileManager.default.removeItem(atPath: parts.root.paths.inbox + "/learn/gate")
        await parts.intake.consider(rest, parts.settings)
        #expect(try parts.jobs().map(\.id) == [job.id], "a folder that is gone never was a job")
        #expect(try parts.counts().isBalanced)
    }

    /// Killed between two renames, it is one job all the same.
    @Test func killedWhileItIsTaken() async throws {
        let parts = try Parts()
        try people(parts, ["ada/1.jpg", "ada/2.jpg"])
        let id = JobIdentifier(time: .now, salt: 5, name: "gate")
        let job = JobRecord(
            id: id, kind: .learn, origin: .folder, source: Array("learn/gate".utf8),
            task: JobTask(.learn, named: "gate"),
            created: .now)
        let inputs = try (1...2).map { number in
            let path = try #require(InboxPath("learn/gate/ada/\(number).jpg"))
            let facts = try #require(try parts.tree.find(path).facts)
            return InputRecord(
                ordinal: number, role: .picture, source: path.bytes, name: path.description,
                original: FileName("ada-\(number).jpg"), claimed: "ada-\(number).jpg", identity: facts.identity)
        }
        try parts.queue.add(job, inputs: inputs, why: "test")
        let claimed = parts.root.paths.claimed(of: id)
        try FileManager.default.createDirectory(atPath: claimed, withIntermediateDirectories: true)
        try FileManager.default.moveItem(
            atPath: parts.root.paths.inbox + "/learn/gate/ada/1.jpg", toPath: claimed + "/ada-1.jpg")
        await parts.reconcile()
        #expect(try parts.onlyJob().state == .queued)
        #expect(try parts.queue.inputs(of: id).allSatisfy { $0.stage == .hashed })
        #expect(parts.root.files("state/claimed") == ["\(id)/ada-1.jpg", "\(id)/ada-2.jpg"])
        #expect(parts.root.files("inbox").isEmpty)
    }

    @Test func aPictureWithoutAPersonAndAPersonWithoutAModelAreRefused() async throws {
        let parts = try Parts()
        try parts.root.drop("learn/1.jpg", "x")
        try parts.root.drop("learn/gate/2.jpg", "x")
        await parts.look()
        let jobs = try parts.jobs()
        #expect(jobs.count == 2 && jobs.allSatisfy { $0.error?.code == .folderUnknown && $0.state == .quarantined })
        #expect(jobs.allSatisfy { $0.error?.message.contains("learn/<name>/<person>/") == true }, "\(jobs)")
    }

    @Test func aManifestTakesItsOwnOfTheFolder() async throws {
        let parts = try Parts()
        try people(parts)
        try parts.root.drop(
            "learn/gate/some.json",
            #"{"limner": 1, "kind": "learn", "inputs": ["ada/1.jpg", "ada/2.jpg"], "options": {"name": "some"}}"#)
        await parts.look(times: 14)
        let jobs = try parts.jobs()
        #expect(Set(jobs.map(\.sourceText)) == ["learn/gate/some.json", "learn/gate"])
        #expect(jobs.allSatisfy { $0.state == .queued })
        let rest = try #require(jobs.first { $0.origin == .folder })
        #expect(
            try parts.queue.inputs(of: rest.id).map(\.name) == ["learn/gate/bob/1.jpg", "learn/gate/bob/old/1.jpg"])
    }

    @Test func moreThanAJobMayHaveIsRefusedAsAWhole() async throws {
        let parts = try Parts()
        for number in 0...Manifest.inputLimit { try parts.root.drop("learn/gate/ada/\(number).jpg", "x") }
        await parts.look(times: 14)
        let job = try parts.onlyJob()
        #expect(job.state == .quarantined && job.error?.code == .optionInvalid)
        #expect(try parts.root.report(job.id).error?.message.contains("5001 pictures") == true)
        #expect(parts.root.files("inbox").isEmpty)
    }

    @Test func whoAPictureShowsIsSaidByItsFolder() {
        for (path, person) in [
            ("learn/gate/ada/1.jpg", "ada"), ("LEARN/gate/ada/2019/1.jpg", "ada"), ("people/ada/1.jpg", "people/ada"),
            ("ada/1.jpg", "ada"), ("learn/other/ada/1.jpg", "learn/other/ada"), ("1.jpg", ""),
        ] {
            #expect(LearningPerson.name(of: path, model: "gate") == person, "\(path)")
        }
    }
}
