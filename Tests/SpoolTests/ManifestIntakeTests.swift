import Foundation
import Glibc
import Testing
import Wire

@testable import Spool

@Suite struct ManifestIntakeTests {
    private func manifest(_ inputs: [String], id: String? = nil, options: String = "{}") -> String {
        let list = inputs.map { "\"\($0)\"" }.joined(separator: ", ")
        let name = id.map { ", \"id\": \"\($0)\"" } ?? ""
        return
            "{\"limner\": 1, \"kind\": \"identify\", \"inputs\": [\(list)], \"options\": \(options), \"priority\": 7\(name)}"
    }

    @Test func aManifestTakesItsPictures() async throws {
        let parts = try Parts()
        try parts.root.drop("jobs/who.json", manifest(["a.jpg", "more/a.jpg"]))
        try parts.root.drop("jobs/a.jpg", "1")
        try parts.root.drop("jobs/more/a.jpg", "2")
        await parts.look()
        let job = try parts.onlyJob()
        #expect(job.state == .queued)
        #expect(job.priority == 7)
        let inputs = try parts.queue.inputs(of: job.id)
        #expect(inputs.map(\.role) == [.manifest, .picture, .picture])
        #expect(inputs.map(\.name) == ["jobs/who.json", "a.jpg", "more/a.jpg"])
        #expect(inputs.map(\.claimed) == ["who.json", "a.jpg", "2-a.jpg"])
        #expect(parts.root.files("inbox").isEmpty)
        #expect(try parts.counts().seen == 1)
    }

    @Test func aPictureInAKindFolderGoesToItsManifest() async throws {
        let parts = try Parts()
        try parts.root.drop("identify/who.json", manifest(["a.jpg"]))
        try parts.root.drop("identify/a.jpg", "1")
        try parts.root.drop("identify/other.jpg", "1")
        await parts.look(times: 5)
        let jobs = try parts.jobs()
        #expect(Set(jobs.map(\.sourceText)) == ["identify/who.json", "identify/other.jpg"])
        #expect(jobs.allSatisfy { $0.state == .queued })
    }

    @Test func aPictureThatComesLaterIsWaitedFor() async throws {
        let parts = try Parts { $0.manifestWait = .seconds(60) }
        try parts.root.drop("who.json", manifest(["a.jpg"]))
        await parts.look(times: 5)
        #expect(try parts.onlyJob().state == .waiting)
        try parts.root.drop("a.jpg", "1")
        await parts.look()
        #expect(try parts.onlyJob().state == .queued)
    }

    @Test func aPictureThatNeverComesIsNamed() async throws {
        let parts = try Parts { $0.manifestWait = .milliseconds(400) }
        try parts.root.drop("who.json", manifest(["here.jpg", "gone.jpg"]))
        try parts.root.drop("here.jpg", "1")
        await parts.look(times: 8)
        let job = try #require(try parts.jobs().first { $0.origin == .manifest })
        #expect(job.state == .quarantined)
        let error = try #require(try parts.root.report(job.id).error)
        #expect(error.code == .manifestPictureMissing)
        #expect(error.message.contains("gone.jpg"))
        #expect(!error.message.contains("here.jpg"))
        #expect(parts.root.files("quarantine").contains("\(job.id)/who.json"))
    }

    @Test(arguments: [
        (#"{"limner": 1,"#, ErrorCode.manifestInvalid),
        (#"{"limner": 1, "kind": "identify", "inputs": ["a.jpg"], "optoins": {}}"#, .manifestUnknownKey),
        (#"{"limner": 1, "kind": "identify", "inputs": ["../a.jpg"]}"#, .manifestPathInvalid),
        (#"{"limner": 1, "kind": "identify", "inputs": ["/etc/passwd"]}"#, .manifestPathInvalid),
        (#"{"limner": 1, "kind": "identify", "inputs": ["a.jpg"], "options": {"top": 0}}"#, .optionInvalid),
    ])
    func aManifestThatCannotBeUsed(_ text: String, _ code: ErrorCode) async throws {
        let parts = try Parts()
        try parts.root.drop("identify/who.json", text)
        await parts.look()
        let job = try parts.onlyJob()
        #expect(job.state == .quarantined)
        #expect(try parts.root.report(job.id).error?.code == code)
        #expect(parts.root.files("quarantine").contains("\(job.id)/who.json"))
    }

    @Test func noPathPassesThroughALink() async throws {
        let parts = try Parts()
        try parts.root.write(parts.root.path + "/secret/a.jpg", "x")
        symlink("../../secret", parts.root.paths.inbox + "/jobs-link")
        try parts.root.drop("who.json", manifest(["jobs-link/a.jpg"]))
        symlink("/etc/passwd", parts.root.paths.inbox + "/p.jpg")
        try parts.root.drop("two.json", manifest(["p.jpg"]))
        await parts.look()
        for name in ["who.json", "two.json"] {
            let job = try #require(try parts.jobs().first { $0.sourceText == name })
            // The link may have gone to quarantine first; then the picture is simply missing.
            #expect(job.state == .quarantined, "\(name)")
            #expect(job.error?.code == .manifestPathInvalid, "\(name)")
        }
        #expect(FileManager.default.fileExists(atPath: parts.root.path + "/secret/a.jpg"))
    }

    /// macOS writes accents apart from their letters, most keyboards do not.
    @Test func aPathIsTheSameHoweverItsAccentsAreWritten() async throws {
        let parts = try Parts()
        try parts.root.drop("é/who.json", manifest(["pict\u{E9}.jpg", "\u{E9}t\u{E9}/a.jpg"]))
        try parts.root.drop("é/picte\u{301}.jpg", "1")
        try parts.root.drop("é/e\u{301}te\u{301}/a.jpg", "2")
        await parts.look()
        #expect(try parts.onlyJob().state == .queued)
        #expect(parts.root.files("inbox").isEmpty)
    }

    @Test func aPictureThatIsLeftAloneIsNamedWithTheReason() async throws {
        let parts = try Parts { $0.manifestWait = .milliseconds(400) }
        try parts.root.drop("who.json", manifest(["a.tmp"]))
        try parts.root.drop("a.tmp", "1")
        await parts.look(times: 8)
        let job = try parts.onlyJob()
        #expect(job.error?.code == .manifestPictureMissing)
        #expect(job.error?.message.contains("*.tmp of intake.ignore") == true, "\(job.error?.message ?? "")")
    }

    @Test func whatAManifestWaitsForIsKnown() async throws {
        let parts = try Parts { $0.manifestWait = .seconds(60) }
        try parts.root.drop("who.json", manifest(["here.jpg", "late.jpg"]))
        try parts.root.drop("here.jpg", "1")
        await parts.look(times: 5)
        #expect(parts.intake.awaited(by: try parts.onlyJob().id) == "\"late.jpg\"")
        try parts.root.drop("late.jpg", "1")
        await parts.look()
        #expect(parts.intake.awaited(by: try parts.onlyJob().id) == nil)
    }

    /// Looks at least once, as one watch does, until a condition holds.
    private func look(_ parts: Parts, _ rest: inout RestWatch, until condition: () throws -> Bool) async throws {
        for _ in 0..<50 {
            rest.look(at: parts.tree.inbox, now: parts.time.clock.now())
            await parts.intake.consider(rest, parts.settings)
            parts.time.advance(parts.settings.stability.milliseconds)
            if try condition() { return }
            // Of what another test's new program has open for a moment.
            if await parts.intake.holdsOff { try await Task.sleep(for: .milliseconds(10)) }
        }
        Issue.record("never")
    }

    /// Whoever is enrolled by a picture that came with a manifest is known when the manifest's job begins.
    @Test(arguments: ["verify", "identify"]) func anEnrollmentThatCameAlongGoesFirst(_ kind: String) async throws {
        let parts = try Parts()
        let options = kind == "verify" ? #"{"person": "ada"}"# : "{}"
        let text = #"{"limner": 1, "kind": "\#(kind)", "inputs": ["v.jpg"], "options": \#(options)}"#
        try parts.root.drop("v.jpg", "1")
        try parts.root.drop("ask.json", text)
        try parts.root.drop("enroll/ada/e.jpg", "2")
        var rest = RestWatch()
        try await look(parts, &rest) { try parts.jobs().contains { $0.origin == .manifest } }
        let asked = try #require(try parts.jobs().first { $0.origin == .manifest })
        #expect(asked.state == .waiting)
        #expect(parts.intake.awaited(by: asked.id) == "\"enroll/ada/e.jpg\"")
        try await look(parts, &rest) { try parts.queue.job(asked.id)?.state == .queued }
        #expect(try parts.jobs().first { $0.kind == .enroll }?.state == .queued)
    }

    /// A manifest that enrolls does so before those beside it look, whatever its name is.
    @Test func aManifestThatEnrollsGoesFirst() async throws {
        let parts = try Parts()
        try parts.root.drop("v.jpg", "1")
        try parts.root.drop("ask.json", manifest(["v.jpg"]))
        try parts.root.drop(
            "people.json", #"{"limner": 1, "kind": "enroll", "inputs": ["e.jpg"], "options": {"person": "ada"}}"#)
        try parts.root.drop("e.jpg", "2")
        try parts.root.drop("e.jpg.part", "")
        func state(_ name: String) throws -> JobState? { try parts.jobs().first { $0.sourceText == name }?.state }
        var rest = RestWatch()
        try await look(parts, &rest) { try parts.jobs().count == 2 }
        #expect(try state("ask.json") == .waiting)
        unlink(parts.root.paths.inbox + "/e.jpg.part")
        try await look(parts, &rest) { try state("ask.json") == .queued }
        #expect(try state("people.json") == .queued)
    }

    /// The next daemon has seen nothing of the inbox when it takes up what the last one left.
    @Test func anEnrollmentThatCameAlongGoesFirstAfterARestart() async throws {
        let parts = try Parts()
        try parts.root.drop("v.jpg", "1")
        try parts.root.drop("ask.json", manifest(["v.jpg"]))
        try parts.root.drop("enroll/ada/e.jpg", "2")
        try parts.root.drop("enroll/ada/e.jpg.part", "")
        var rest = RestWatch()
        try await look(parts, &rest) { try !parts.jobs().isEmpty }
        let asked = try parts.onlyJob()
        let next = await parts.reconcile().intake
        await parts.look(by: next)
        #expect(try parts.queue.job(asked.id)?.state == .waiting)
        #expect(next.awaited(by: asked.id) == "\"enroll/ada/e.jpg\"")
        unlink(parts.root.paths.inbox + "/enroll/ada/e.jpg.part")
        await parts.look(times: 5, by: next)
        #expect(try parts.jobs().map(\.state) == [.queued, .queued])
    }

    /// A copy that never ends holds nobody up for ever.
    @Test func anEnrollmentThatNeverComesToRestIsNotWaitedForWithoutEnd() async throws {
        let parts = try Parts { $0.manifestWait = .seconds(1) }
        try parts.root.drop("v.jpg", "1")
        try parts.root.drop("ask.json", manifest(["v.jpg"]))
        try parts.root.drop("enroll/ada/e.jpg", "2")
        try parts.root.drop("enroll/ada/e.jpg.part", "")
        var rest = RestWatch()
        try await look(parts, &rest) { try parts.jobs().count == 1 }
        parts.time.advance(2000)
        try await look(parts, &rest) { true }
        #expect(try parts.onlyJob().state == .waiting)
        // Its own pictures are there.
        #expect(try #require(await parts.intake.nextDeadline(parts.settings)) > 0)
        parts.time.advance(10_000)
        try await look(parts, &rest) { true }
        #expect(try parts.onlyJob().state == .queued)
        #expect(parts.root.files("inbox") == ["enroll/ada/e.jpg", "enroll/ada/e.jpg.part"])
    }

    /// One photograph in several styles is a manifest for each.
    @Test func manifestsThatNameOnePictureEachGetIt() async throws {
        let parts = try Parts { $0.manifestWait = .seconds(60) }
        for name in ["one", "two", "three"] { try parts.root.drop("who/\(name).json", manifest(["a.jpg"])) }
        try parts.root.drop("who/a.jpg", "the picture")
        await parts.look()
        let jobs = try parts.jobs()
        #expect(jobs.map(\.state) == [.queued, .queued, .queued])
        for job in jobs {
            let inputs = try parts.queue.inputs(of: job.id)
            #expect(inputs.count == 2 && inputs.allSatisfy { $0.sha256 != nil })
            let claimed = "\(parts.root.paths.claimed)/\(job.id)/a.jpg"
            #expect(try String(contentsOfFile: claimed, encoding: .utf8) == "the picture")
        }
        #expect(parts.root.files("inbox").isEmpty)
        let proof = try await Audit(folders: parts.root.paths, reader: parts.queue.reader).proof()
        #expect(proof.unaccounted == 0)
    }

    @Test func aManifestThatComesLateIsToldWhoHasItsPicture() async throws {
        let parts = try Parts { $0.manifestWait = .milliseconds(400) }
        try parts.root.drop("one.json", manifest(["a.jpg"]))
        try parts.root.drop("a.jpg", "1")
        await parts.look()
        let first = try parts.onlyJob()
        try parts.root.drop("two.json", manifest(["a.jpg", "b.jpg"]))
        await parts.look(times: 2)
        let second = try #require(try parts.jobs().first { $0.id != first.id })
        #expect(
            parts.intake.awaited(by: second.id)
                == "\"a.jpg\" (what lay there before went to job \(first.id): drop it again), \"b.jpg\"")
        await parts.look(times: 8)
        let refused = try #require(try parts.queue.job(second.id))
        #expect(refused.error?.code == .manifestPictureMissing)
        #expect(refused.error?.message.contains("went to job \(first.id)") == true, "\(refused.error?.message ?? "")")
    }

    /// Photo services write a JSON file beside each photograph.
    @Test func aJSONFileThatIsNobodysManifestIsLeftAloneAndHoldsNothingUp() async throws {
        let parts = try Parts()
        for number in 0..<40 {
            try parts.root.drop("identify/\(number).jpg", "picture \(number)")
            try parts.root.drop("identify/\(number).jpg.json", #"{"title": "\#(number).jpg", "people": ["limner"]}"#)
        }
        try parts.root.drop("identify/list.json", #"["limner"]"#)
        try parts.root.drop("identify/cut.json", "{")
        await parts.look(times: 2)
        let jobs = try parts.jobs()
        #expect(jobs.count == 40)
        #expect(jobs.allSatisfy { $0.state == .queued })
        #expect(parts.root.files("inbox").count == 42)
        #expect(parts.root.files("quarantine").isEmpty)
        let proof = try await Audit(folders: parts.root.paths, reader: parts.queue.reader).proof()
        #expect(proof.inbox == 0, "what is nobody's does not wait to be taken")
        #expect(proof.unaccounted == 0)
        // It becomes a manifest when it is written to be one.
        try parts.root.drop("identify/cut.json", manifest(["late.jpg"]))
        try parts.root.drop("identify/late.jpg", "x")
        await parts.look(times: 4)
        #expect(try parts.jobs().last { $0.origin == .manifest }?.state == .queued)
    }

    @Test func aSecondManifestWithTheSameIdIsNotDoneTwice() async throws {
        let parts = try Parts()
        try parts.root.drop("one.json", manifest(["a.jpg"], id: "trip"))
        try parts.root.drop("a.jpg", "1")
        await parts.look()
        try parts.root.drop("two.json", manifest(["a.jpg"], id: "trip"))
        try parts.root.drop("a.jpg", "1")
        await parts.look(times: 4)
        let jobs = try parts.jobs()
        #expect(jobs.map(\.state) == [.queued, .cancelled] || jobs.map(\.state) == [.cancelled, .queued])
        let second = try #require(jobs.first { $0.state == .cancelled })
        #expect(second.sourceText == "two.json")
        #expect(parts.root.files("done").contains("\(second.id)/a.jpg"))
        #expect(parts.root.files("inbox").isEmpty)
        // Without its pictures too it is not waited for longer than a moment.
        try parts.root.drop("three.json", manifest(["a.jpg"], id: "trip"))
        await parts.look(times: 16)
        #expect(try parts.jobs().count { $0.state == .cancelled } == 2)
    }

    // MARK: Frames by a pattern

    private func film(_ inputs: String) -> String {
        #"{"limner": 1, "kind": "stylize", "inputs": [\#(inputs)], "options": {"styles": [{"name": "wave"}]}}"#
    }

    @Test func aPatternTakesItsFramesInTheOrderOfTheirNumbers() async throws {
        let parts = try Parts { $0.manifestWait = .milliseconds(400) }
        try parts.root.drop("stylize/wave/film.json", film(#""frames/f-*.png", "end.png""#))
        for name in ["f-10.png", "f-9.png", "f-1.png", "other.png"] {
            try parts.root.drop("stylize/wave/frames/\(name)", name)
        }
        try parts.root.drop("stylize/wave/end.png", "end")
        await parts.look(times: 8)
        let waiting = try #require(try parts.jobs().first { $0.origin == .manifest })
        #expect(waiting.state == .waiting, "more may be on their way")
        #expect(parts.intake.awaited(by: waiting.id)?.contains("frames/f-*.png") == true)
        await parts.look(times: 14)
        let jobs = try parts.jobs()
        #expect(Set(jobs.map(\.sourceText)) == ["stylize/wave/film.json", "stylize/wave/frames/other.png"])
        let job = try #require(jobs.first { $0.origin == .manifest })
        #expect(job.state == .queued && job.task?.options.frameRate == 25)
        let inputs = try parts.queue.inputs(of: job.id).dropFirst()
        #expect(inputs.map(\.name) == ["frames/f-1.png", "frames/f-9.png", "frames/f-10.png", "end.png"])
        #expect(inputs.allSatisfy { $0.role == .picture && $0.sha256 != nil })
    }

    @Test func aPatternThatNothingMatchesIsNamed() async throws {
        let parts = try Parts { $0.manifestWait = .milliseconds(400) }
        try parts.root.drop("film.json", film(#""frames/*.png""#))
        await parts.look(times: 40)
        let job = try parts.onlyJob()
        #expect(job.state == .quarantined && job.error?.code == .manifestPictureMissing)
        #expect(job.error?.message.contains(#""frames/*.png""#) == true, "\(job.error?.message ?? "")")
    }

    @Test func moreFramesThanAJobMayHaveAreRefused() async throws {
        let parts = try Parts()
        for frame in 0...Manifest.inputLimit { try parts.root.drop("frames/\(frame).png", "") }
        try parts.root.drop("film.json", film(#""frames/*.png""#))
        await parts.look(times: 25)
        let job = try #require(try parts.jobs().first { $0.origin == .manifest })
        #expect(
            job.error?.code == .manifestInvalid && job.error?.message.contains("5001 frames") == true,
            "\(job.error?.message ?? "")")
    }
}
