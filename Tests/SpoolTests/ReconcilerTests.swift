import Foundation
import GRDB
import Gallery
import Glibc
import Testing
import Wire

@testable import Spool

/// Each test builds what a daemon that was killed at one point leaves behind, and expects the start to repair it.
@Suite struct ReconcilerTests {
    /// A job that was noted as an intention, with nothing moved.
    private func intend(_ parts: Parts, _ path: String, refusal: ReportError? = nil) throws -> JobRecord {
        let place = try #require(InboxPath(path))
        let facts = try #require(try parts.tree.inbox.folder(place.folders).facts(place.name))
        let id = JobIdentifier(time: .now, salt: .random(in: 0...999), name: place.name.bytes)
        let job = JobRecord(
            id: id, kind: .identify, origin: .picture, source: place.bytes, task: JobTask(.identify),
            refusal: refusal, created: .now)
        let input = InputRecord(
            ordinal: 0, role: .picture, source: place.bytes, name: path, original: place.name,
            claimed: place.name.portable, identity: facts.identity)
        try parts.queue.add(job, inputs: [input], why: "test")
        return job
    }

    private func queued(_ parts: Parts, _ path: String) async throws -> JobRecord {
        try parts.root.drop(path, "x")
        await parts.look()
        return try parts.onlyJob()
    }

    private func running(_ parts: Parts, _ path: String) async throws -> JobRecord {
        _ = try await queued(parts, path)
        return try #require(try parts.queue.claim())
    }

    /// Half-done work of a job that is not finished is kept; of all others, it goes.
    @Test func checkpointsOutliveTheDaemonWithTheirJobs() async throws {
        let parts = try Parts()
        let job = try await running(parts, "identify/a.jpg")
        let path = parts.root.paths.checkpoints
        try parts.root.write(path + "/\(job.id)/0.safetensors", "half")
        try parts.root.write(path + "/20200101T000000-0000-gone.jpg/0.safetensors", "half")
        try parts.root.write(path + "/notes.txt", "a stray file")
        await parts.reconcile()
        #expect(parts.root.files("state/checkpoints") == ["\(job.id)/0.safetensors"])
    }

    /// Trying again may go on with what was kept of a cancelled job, for as long as there are its originals.
    @Test func checkpointsOfACancelledJobGoWithItsOriginals() async throws {
        let parts = try Parts()
        let job = try await running(parts, "identify/a.jpg")
        let decided = try #require(try parts.queue.decide(job.id, .cancelled, in: [.running]))
        let kept = "\(job.id)/film.json"
        try parts.root.write(parts.root.paths.checkpoints + "/" + kept, "{}")
        let film = PaintedFilm(
            frames: 2, rate: "25", isUneven: false, cuts: [], secondsPerFrame: 1, warpError: nil, announced: 5,
            partial: true, poster: nil)
        let painting = StylizationResult.Painting(
            input: "a.mp4", output: "a.mp4", width: 8, height: 8, iterations: 1, losses: [], film: film)
        let result = WorkerResult(
            token: job.token, inputs: [], models: [], task: JobTask(.stylize),
            result: .stylize(StylizationResult(pictures: [painting])), outputs: [], timings: [:])
        try parts.outbox.conclude(decided, Outbox.End(conclusion: .cancelled, why: "test", result: result))
        #expect(parts.root.files("state/checkpoints") == [kept])
        await parts.reconcile()
        #expect(parts.root.files("state/checkpoints") == [kept])
        var rules = Settings().retention
        rules.originals = .seconds(3600)
        _ = try parts.outbox.retain(rules, now: Date.now.addingTimeInterval(7200))
        #expect(parts.root.files("done").isEmpty && parts.root.files("state/checkpoints").isEmpty)
        // As when somebody has taken the originals away.
        try parts.root.write(parts.root.paths.checkpoints + "/" + kept, "{}")
        try parts.outbox.dropCheckpoints(FileName(job.id.text))
        #expect(parts.root.files("state/checkpoints").isEmpty)
    }

    @Test func checkpointsOfACancelledPaintingGoAtOnce() async throws {
        let parts = try Parts()
        let job = try await running(parts, "identify/a.jpg")
        let decided = try #require(try parts.queue.decide(job.id, .cancelled, in: [.running]))
        try parts.root.write(parts.root.paths.checkpoints + "/\(job.id)/0.safetensors", "half")
        try parts.outbox.conclude(decided, Outbox.End(conclusion: .cancelled, why: "test"))
        #expect(parts.root.files("state/checkpoints").isEmpty)
    }

    @Test func killedAfterTheIntention() async throws {
        let parts = try Parts()
        try parts.root.drop("identify/a.jpg", "x")
        let job = try intend(parts, "identify/a.jpg")
        await parts.reconcile()
        #expect(try parts.queue.job(job.id)?.state == .queued)
        #expect(parts.root.files("inbox").isEmpty)
    }

    @Test func killedAfterTheRename() async throws {
        let parts = try Parts()
        try parts.root.drop("identify/a.jpg", "x")
        let job = try intend(parts, "identify/a.jpg")
        let folder = try parts.tree.claimed(of: job.id, creating: true)
        try parts.tree.inbox.folder(FileName("identify")).move(FileName("a.jpg"), to: folder, as: FileName("a.jpg"))
        await parts.reconcile()
        #expect(try parts.queue.job(job.id)?.state == .queued)
        #expect(try parts.queue.inputs(of: job.id).first?.sha256 != nil)
    }

    @Test func killedAfterTheIntentionOfARefusal() async throws {
        let parts = try Parts()
        try parts.root.drop("identify/a.jpg", "x")
        let job = try intend(
            parts, "identify/a.jpg", refusal: ReportError(code: .folderUnknown, message: "test"))
        await parts.reconcile()
        #expect(try parts.queue.job(job.id)?.state == .quarantined)
        #expect(try parts.root.report(job.id).error?.code == .folderUnknown)
        #expect(parts.root.files("quarantine").contains("\(job.id)/a.jpg"))
    }

    @Test func theIntendedFileIsGone() async throws {
        let parts = try Parts()
        try parts.root.drop("identify/a.jpg", "x")
        _ = try intend(parts, "identify/a.jpg")
        unlink(parts.root.paths.inbox + "/identify/a.jpg")
        await parts.reconcile()
        #expect(try parts.jobs().isEmpty)
    }

    @Test func killedWhileRunning() async throws {
        let parts = try Parts()
        let job = try await running(parts, "identify/a.jpg")
        let staging = Outbox.staging(of: job)
        try parts.root.write(parts.root.paths.work + "/\(staging)/half.jpg", "half")
        await parts.reconcile()
        let again = try #require(try parts.queue.job(job.id))
        #expect(again.state == .queued)
        #expect(again.attempt == 1)
        #expect(parts.root.files("state/work").isEmpty)
        #expect(parts.root.files("outbox").isEmpty)
        let next = try #require(try parts.queue.claim())
        #expect(next.token.number == job.token.number + 1)
    }

    /// The end is decided, the report perhaps written aside, but nothing committed.
    @Test func killedBeforeTheCommit() async throws {
        let parts = try Parts()
        let job = try await running(parts, "identify/a.jpg")
        _ = try parts.queue.decide(job, Outcome(.done))
        try parts.root.write(parts.root.paths.work + "/\(Outbox.staging(of: job))/report.json", "{}")
        await parts.reconcile()
        #expect(try parts.queue.job(job.id)?.state == .queued)
        #expect(try parts.queue.claim() != nil)
    }

    /// The outputs are in the outbox; the database does not know.
    @Test(arguments: [true, false])
    func killedAfterTheCommit(decided: Bool) async throws {
        let parts = try Parts()
        let job = try await running(parts, "identify/a.jpg")
        let report = Report(
            id: job.id, kind: .identify, status: .done, times: .init(seen: .now, finished: .now), attempt: 1)
        if decided { _ = try parts.queue.decide(job, Outcome(.done)) }
        let text = String(decoding: try WireJSON.encodePretty(report), as: UTF8.self)
        try parts.root.write(parts.root.paths.outbox(of: job.id) + "/report.json", text)
        try parts.root.write(parts.root.paths.outbox(of: job.id) + "/out.jpg", "picture")
        await parts.reconcile()
        #expect(try parts.queue.job(job.id)?.state == .done)
        #expect(parts.root.files("outbox") == ["\(job.id)/out.jpg", "\(job.id)/report.json"])
        #expect(parts.root.files("done") == ["\(job.id)/a.jpg"])
        #expect(try parts.queue.claim() == nil)
    }

    @Test(arguments: [Report.Status.quarantined, .cancelled])
    func killedAfterTheCommitOfAFailure(status: Report.Status) async throws {
        let parts = try Parts()
        let job = try await running(parts, "identify/a.jpg")
        let report = Report(
            id: job.id, kind: .identify, status: status, times: .init(seen: .now, finished: .now), attempt: 1,
            error: ReportError(code: .noFace, message: "test"))
        let text = String(decoding: try WireJSON.encodePretty(report), as: UTF8.self)
        try parts.root.write(parts.root.paths.outbox(of: job.id) + "/report.json", text)
        await parts.reconcile()
        let end = try #require(try parts.queue.job(job.id))
        #expect(end.state.rawValue == status.rawValue)
        #expect(end.error?.code == .noFace)
        let folder = status == .quarantined ? "quarantine" : "done"
        #expect(parts.root.files(folder).contains("\(job.id)/a.jpg"))
    }

    /// Done is recorded; the original still lies where it was claimed.
    @Test(arguments: [false, true])
    func killedBeforeTheOriginalMoved(moved: Bool) async throws {
        let parts = try Parts()
        let job = try await running(parts, "identify/a.jpg")
        let decided = try #require(try parts.queue.decide(job, Outcome(.done)))
        try parts.queue.end(decided, .done)
        if moved {
            try parts.tree.claimed.move(FileName(job.id.text), to: parts.tree.done, as: FileName(job.id.text))
        }
        await parts.reconcile()
        #expect(parts.root.files("done") == ["\(job.id)/a.jpg"])
        #expect(parts.root.files("state/claimed").isEmpty)
        #expect(try parts.queue.unsettled().isEmpty)
    }

    @Test func killedWhileCancelling() async throws {
        let parts = try Parts()
        let job = try await queued(parts, "identify/a.jpg")
        _ = try parts.queue.decide(job.id, .cancelled, in: [.queued])
        await parts.reconcile()
        #expect(try parts.queue.job(job.id)?.state == .cancelled)
        #expect(try parts.root.report(job.id).status == .cancelled)
        #expect(parts.root.files("done") == ["\(job.id)/a.jpg"])
    }

    @Test(arguments: [0, 1, 2])
    func killedWhileRetrying(steps: Int) async throws {
        let parts = try Parts()
        let job = try await running(parts, "identify/a.jpg")
        let decided = try #require(try parts.queue.decide(job, Outcome(.quarantined)))
        let error = ReportError(code: .workerCrashed, message: "test")
        try parts.outbox.conclude(
            decided, Outbox.End(conclusion: .quarantined, why: "test", error: error, lastWords: "last\n"))
        let bundle = parts.root.files("quarantine").map { $0.split(separator: "/").last.map(String.init) }
        #expect(bundle == ["a.jpg", "report.json", "worker-stderr.txt"])
        #expect(try parts.queue.reopen([job.id]).count == 1)
        let name = FileName(job.id.text)
        if steps > 0 { try parts.tree.quarantine.move(name, to: parts.tree.claimed, as: name) }
        if steps > 1 { try parts.tree.outbox.remove(name) }
        await parts.reconcile()
        let again = try #require(try parts.queue.job(job.id))
        #expect(again.state == .queued)
        #expect(again.attempt == 0)
        #expect(parts.root.files("state/claimed") == ["\(job.id)/a.jpg"])
        #expect(parts.root.files("outbox").isEmpty)
        #expect(parts.root.files("quarantine").isEmpty)
    }

    @Test func killedWhileAManifestTookItsPictures() async throws {
        let parts = try Parts()
        try parts.root.drop(
            "m.json", #"{"limner": 1, "kind": "identify", "inputs": ["a.jpg", "b.jpg"], "options": {}}"#)
        await parts.look()
        let job = try parts.onlyJob()
        #expect(job.state == .waiting)
        // Both pictures came and were noted; one was moved.
        try parts.root.drop("a.jpg", "1")
        try parts.root.drop("b.jpg", "2")
        var inputs: [InputRecord] = []
        for (index, name) in ["a.jpg", "b.jpg"].enumerated() {
            let facts = try #require(try parts.tree.inbox.facts(FileName(name)))
            inputs.append(
                InputRecord(
                    ordinal: index + 1, role: .picture, source: Array(name.utf8), name: name, original: FileName(name),
                    claimed: name, identity: facts.identity))
        }
        try parts.queue.add(inputs, to: job)
        let folder = try parts.tree.claimed(of: job.id)
        try parts.tree.inbox.move(FileName("a.jpg"), to: folder, as: FileName("a.jpg"))
        let reconciler = await parts.reconcile()
        #expect(parts.root.files("state/claimed").count == 3)
        // A look tells who is to be enrolled before.
        #expect(try parts.queue.job(job.id)?.state == .waiting)
        await parts.look(by: reconciler.intake)
        #expect(try parts.queue.job(job.id)?.state == .queued)
    }

    @Test func killedWhileReceivingASubmission() async throws {
        let parts = try Parts()
        let id = JobIdentifier(time: .now, salt: 3, name: "sent.jpg")
        let job = JobRecord(
            id: id, kind: .identify, origin: .submission, source: Array("sent.jpg".utf8),
            task: JobTask(.identify), created: .now)
        let nothing = FileIdentity(device: 0, inode: 0, size: 0, modified: 0, changed: 0)
        let input = InputRecord(
            ordinal: 0, role: .picture, source: job.source, name: "sent.jpg", original: FileName("sent.jpg"),
            claimed: "sent.jpg", identity: nothing)
        try parts.queue.add(job, inputs: [input], why: "test")
        try parts.root.write(parts.root.paths.claimed(of: id) + "/.receiving", "half")
        try parts.root.write(parts.root.paths.claimed + "/\(Intake.receivingPrefixOfAll)1", "half")
        await parts.reconcile()
        #expect(try parts.jobs().isEmpty)
        #expect(parts.root.files("state/claimed").isEmpty && parts.root.files("quarantine").isEmpty)
        #expect(try parts.counts().isBalanced)
    }

    /// Repairs are tried again while the daemon is at work.
    @Test func whatIsBeingReceivedIsLeftAlone() async throws {
        let parts = try Parts()
        let reconciler = await parts.reconcile()
        let own = await reconciler.intake.receivingPrefix + "1"
        for name in [own, Intake.receivingPrefixOfAll + "1"] {
            try parts.root.write(parts.root.paths.claimed + "/" + name, "half")
        }
        await reconciler.run()
        #expect(parts.root.files("state/claimed") == [own] && parts.root.files("quarantine").isEmpty)
    }

    @Test func claimedFilesWithoutAJobAreKept() async throws {
        let parts = try Parts()
        let id = JobIdentifier(time: .now, salt: 4, name: "lost.jpg")
        try parts.root.write(parts.root.paths.claimed(of: id) + "/lost.jpg", "x")
        await parts.reconcile()
        #expect(parts.root.files("quarantine") == ["stray-\(id)/lost.jpg"])
        let proof = try await Audit(folders: parts.root.paths, reader: parts.queue.reader).proof()
        #expect(proof.unaccounted == 0)
    }

    // MARK: What a job changes in the gallery

    /// The decision is stored with what it changes; only the report in the outbox makes it so.
    @Test(arguments: [false, true], [false, true])
    func killedBetweenTheDecisionAndTheGallery(isCommitted: Bool, isApplied: Bool) async throws {
        let parts = try Parts()
        let job = try await running(parts, "identify/a.jpg")
        let changes = try enrollment(of: "ada")
        _ = try parts.queue.decide(job, Outcome(.done, changes: changes))
        if isCommitted {
            let report = Report(
                id: job.id, kind: .identify, status: .done, times: .init(seen: .now, finished: .now), attempt: 1)
            try parts.root.write(
                parts.root.paths.outbox(of: job.id) + "/report.json",
                String(decoding: try WireJSON.encodePretty(report), as: UTF8.self))
            if isApplied { try parts.gallery.apply(changes, job: job.id) }
        }
        let queue = try Queue(path: parts.root.paths.database, clock: parts.time.clock)
        #expect(try queue.job(job.id)?.standing == .ending(Outcome(.done, changes: changes), from: .running))
        await parts.reconcile(queue)
        #expect(try queue.job(job.id)?.standing == (isCommitted ? .ended(.done, settled: true) : .queued))
        #expect(try parts.gallery.people().map(\.templates) == (isCommitted ? [1] : []))
        let stored = try await queue.pool.read {
            try String.fetchAll($0, sql: "SELECT changes FROM job WHERE changes IS NOT NULL")
        }
        #expect(stored.isEmpty, "nothing of a face stays behind in the queue")
    }

    /// The same promise for corrections.
    @Test(arguments: [false, true], [false, true])
    func killedBetweenTheDecisionAndACorrection(isCommitted: Bool, isApplied: Bool) async throws {
        let parts = try Parts()
        let (before, ada) = (JobIdentifier(time: .now, salt: 7, name: "seen"), try PersonName("ada"))
        let enrolled = try enrollment(of: "ada")
        try parts.gallery.apply(enrolled, job: before)
        guard case .enroll(let proposal) = enrolled[0] else { return }
        let turned = try #require(Template(normalising: [3, 2, 1], model: proposal.templates[0].template.model))
        let face = NewTemplate(
            template: turned, quality: proposal.templates[0].quality, source: String(repeating: "b", count: 64))
        try parts.gallery.remember([
            (before, [SeenFace(number: 1, picture: "a", face: face, decision: .unknown, revision: 0)])
        ])
        let job = try await running(parts, "identify/a.jpg")
        let changes = [GalleryChange.correct(FaceCorrection(.confirm, 1, of: before, as: ada))]
        _ = try parts.queue.decide(job, Outcome(.done, changes: changes))
        if isCommitted {
            let report = Report(
                id: job.id, kind: .feedback, status: .done, times: .init(seen: .now, finished: .now), attempt: 1)
            try parts.root.write(
                parts.root.paths.outbox(of: job.id) + "/report.json",
                String(decoding: try WireJSON.encodePretty(report), as: UTF8.self))
            if isApplied { try parts.gallery.apply(changes, job: job.id) }
        }
        let queue = try Queue(path: parts.root.paths.database, clock: parts.time.clock)
        await parts.reconcile(queue)
        #expect(try queue.job(job.id)?.standing == (isCommitted ? .ended(.done, settled: true) : .queued))
        #expect(try parts.gallery.people().map(\.templates) == [isCommitted ? 2 : 1])
    }

    /// The report was collected before the daemon could record the end: the gallery learns of it all the same.
    @Test func theReportOfAnEnrollmentWasCollected() async throws {
        let parts = try Parts()
        let job = try await running(parts, "identify/a.jpg")
        _ = try parts.queue.decide(job, Outcome(.done, changes: try enrollment(of: "ada")))
        try parts.tree.claimed.move(FileName(job.id.text), to: parts.tree.done, as: FileName(job.id.text))
        await parts.reconcile()
        #expect(try parts.queue.job(job.id)?.state == .done)
        #expect(try parts.gallery.people().map(\.name) == ["ada"])
    }

    /// An outcome that cannot be read is not half carried out.
    @Test func anOutcomeOfAnotherVersionIsNamed() async throws {
        let parts = try Parts()
        let job = try await running(parts, "identify/a.jpg")
        _ = try parts.queue.decide(job, Outcome(.done, changes: try enrollment(of: "ada")))
        try await parts.queue.pool.write { try $0.execute(sql: "UPDATE job SET changes = '[{}]'") }
        try parts.root.drop("identify/b.jpg", "x")
        await parts.reconcile()
        #expect(parts.troubles.sentences.contains { $0.contains(job.id.text) })
        await parts.look()
        #expect(try parts.counts().queued == 1, "the others go on")
    }

    // MARK: One odd thing holds up nothing

    @Test func whateverLiesAmongTheClaimedFilesIsMovedAside() async throws {
        let parts = try Parts()
        let job = try await running(parts, "identify/a.jpg")
        let claimed = parts.root.paths.claimed
        try parts.root.write(claimed + "/notes.txt", "mine")
        try parts.root.write(claimed + "/" + String(repeating: "n", count: 255), "a name as long as they get")
        symlink("/etc", claimed + "/link")
        mkfifo(claimed + "/fifo", 0o600)
        mkdir(claimed + "/empty", 0o700)
        await parts.reconcile()
        #expect(try parts.queue.job(job.id)?.state == .queued)
        let long = String(repeating: "n", count: 200)
        #expect(parts.root.files("quarantine") == ["stray-fifo", "stray-link", "stray-" + long, "stray-notes.txt"])
        #expect(parts.root.files("state/claimed") == ["\(job.id)/a.jpg"])
        #expect(parts.troubles.sentences.isEmpty)
    }

    @Test func whatADoctorThatWasKilledLeftBehindGoes() async throws {
        let parts = try Parts()
        let folders = ["inbox", "outbox", "done", "quarantine", "state/claimed"]
        for folder in folders { try parts.root.write("\(parts.root.path)/\(folder)/\(InboxProbe.prefix)1f", "x") }
        await parts.reconcile()
        #expect(folders.flatMap { parts.root.files($0) } == [])
    }

    /// What is no whole report of the job is no commit, and must not be in the way of one.
    @Test(arguments: ["", "{", "[]", "another", "folder", "link", "file", "nothing"])
    func aReportThatIsNoneIsMovedAside(_ kind: String) async throws {
        let parts = try Parts()
        let job = try await running(parts, "identify/a.jpg")
        let folder = parts.root.paths.outbox(of: job.id)
        let path = folder + "/report.json"
        switch kind {
        case "another":
            let id = JobIdentifier(time: .now, salt: 9, name: "b.jpg")
            let report = Report(
                id: id, kind: .identify, status: .done, times: .init(seen: .now, finished: .now), attempt: 1)
            try parts.root.write(path, String(decoding: try WireJSON.encodePretty(report), as: UTF8.self))
        case "folder": try parts.root.write(path + "/inner", "x")
        case "link":
            try parts.root.write(folder + "/out.jpg", "x")
            symlink("/etc/passwd", path)
        case "file": try parts.root.write(folder, "x")
        case "nothing": try parts.root.write(folder + "/out.jpg", "x")
        default: try parts.root.write(path, kind)
        }
        await parts.reconcile()
        #expect(try parts.queue.job(job.id)?.state == .queued)
        #expect(parts.root.files("outbox").isEmpty)
        #expect(parts.root.files("quarantine").allSatisfy { $0.hasPrefix("stray-\(job.id)") })
        #expect(Set(parts.root.files("quarantine").map { $0.prefix { $0 != "/" } }).count == 1)
        // And the job comes to its end.
        let again = try #require(try parts.queue.claim())
        let decided = try #require(try parts.queue.decide(again, Outcome(.done)))
        try parts.outbox.conclude(decided, Outbox.End(conclusion: .done, why: "test"))
        #expect(try parts.root.report(job.id).status == .done)
        #expect(parts.troubles.sentences.isEmpty)
    }

    /// As after the database came from a backup: whatever state it tells, a report in the outbox is the job's end.
    @Test(arguments: JobState.allCases.filter { !$0.isFinal })
    func aReportEndsAJobOfAnyState(_ state: JobState) async throws {
        let parts = try Parts()
        let job = try await queued(parts, "identify/a.jpg")
        try await parts.queue.pool.write {
            try $0.execute(sql: "UPDATE job SET state = ?", arguments: [state.rawValue])
        }
        let report = Report(
            id: job.id, kind: .identify, status: .done, times: .init(seen: .now, finished: .now), attempt: 1)
        try parts.root.write(
            parts.root.paths.outbox(of: job.id) + "/report.json",
            String(decoding: try WireJSON.encodePretty(report), as: UTF8.self))
        await parts.reconcile()
        #expect(try parts.queue.job(job.id)?.standing == .ended(.done, settled: true))
        #expect(parts.root.files("done") == ["\(job.id)/a.jpg"])
        #expect(parts.troubles.sentences.isEmpty)
    }

    @Test func anOddStateBeginsAnew() async throws {
        let parts = try Parts()
        let job = try await queued(parts, "identify/a.jpg")
        try await parts.queue.pool.write { try $0.execute(sql: "UPDATE job SET state = 'dreaming'") }
        await parts.reconcile()
        #expect(try parts.queue.job(job.id)?.state == .queued)
        #expect(try parts.counts().isBalanced)
    }

    /// One job cannot be repaired: it is named, the other is repaired, and the first is as soon as it can be.
    @Test func oneJobThatCannotBeRepairedHoldsUpNoOther() async throws {
        let parts = try Parts()
        for name in ["a", "b"] { try parts.root.drop("identify/\(name).jpg", name) }
        await parts.look()
        var ids: [JobIdentifier] = []
        while let job = try parts.queue.claim() {
            let decided = try #require(try parts.queue.decide(job, Outcome(.done)))
            try parts.queue.end(decided, .done)
            ids.append(job.id)
        }
        // The claimed folder of the first is none.
        let folder = parts.root.paths.claimed(of: ids[0])
        rename(folder, folder + ".away")
        try parts.root.write(folder, "in the way")
        let reconciler = await parts.reconcile()
        #expect(try parts.queue.unsettled().map(\.id) == [ids[0]])
        #expect(parts.troubles.sentences.contains { $0.contains(ids[0].text) })
        unlink(folder)
        // It was taken for an orphan meanwhile, and is none.
        rename(parts.root.paths.quarantine + "/stray-\(ids[0]).away", folder)
        await reconciler.tryAgain()
        for job in try parts.queue.unsettled() { try parts.outbox.settle(job) }
        #expect(try parts.queue.unsettled().isEmpty)
        #expect(!parts.troubles.sentences.contains { $0.contains(ids[0].text) })
        #expect(parts.root.files("done").count == 2)
    }

    /// Attempts are counted, so that a picture which takes the machine down with it comes to an end.
    @Test(arguments: [("then", false), ("now", true)])
    func theMachineWentDownAtTheLastAttempt(boot: String, isOver: Bool) async throws {
        let parts = try Parts()
        _ = try await queued(parts, "identify/a.jpg")
        var queue = try Queue(path: parts.root.paths.database, clock: parts.time.clock, boot: "then")
        for attempt in 1...3 {
            #expect(try queue.claim()?.attempt == attempt)
            if attempt < 3 { await parts.reconcile(queue) }
        }
        queue = try Queue(path: parts.root.paths.database, clock: parts.time.clock, boot: boot)
        await parts.reconcile(queue)
        let job = try parts.onlyJob()
        #expect(job.state == (isOver ? .quarantined : .queued))
        #expect(job.error?.code == (isOver ? .workerCrashed : nil))
    }

    /// The commit happened, and the user has taken the report away before the daemon could say so.
    @Test func theReportWasCollectedBeforeTheRecord() async throws {
        let parts = try Parts()
        let job = try await running(parts, "identify/a.jpg")
        try parts.tree.claimed.move(FileName(job.id.text), to: parts.tree.done, as: FileName(job.id.text))
        await parts.reconcile()
        #expect(try parts.queue.job(job.id)?.standing == .ended(.done, settled: true))
        #expect(parts.root.files("outbox").isEmpty)
    }

    @Test func reconcilingTwiceChangesNothing() async throws {
        let parts = try Parts()
        _ = try await running(parts, "identify/a.jpg")
        await parts.reconcile()
        let once = try parts.jobs()
        await parts.reconcile()
        #expect(try parts.jobs() == once)
    }
}
