import Foundation
import Glibc
import Wire

/// Answers why a file is, or is not, being worked on.
package struct FileHistory: Sendable {
    let tree: RootTree
    let queue: Queue
    let watch: InboxWatch
    let intake: Intake
    let settings: SettingsBox
    let troubles: Troubles

    private var reader: QueueReader { queue.reader }

    /// What keeps a job from running; `nil` when it runs, has ended, or only others are before it.
    func obstacle(to job: JobSummary) throws -> String? {
        switch job.state {
        case .waiting: return intake.awaited(by: job.id)
        case .queued:
            if try queue.isPaused { return "limner resume: the daemon is paused" }
            if let finding = tree.examine().againstJobs { return "what is to be mended first: \(finding.sentence)" }
            return troubles.sentence(of: Dispatcher.starts).map { "what is to be mended first: \($0)" }
        case .failed:
            guard case .failed(let time)? = try queue.job(job.id)?.standing else { return nil }
            let left = max(0, time.subtractingReportingOverflow(queue.clock.now()).partialValue)
            return "its next attempt, in \(DurationText.rounded(.milliseconds(left)))"
        case .running, .done, .quarantined, .cancelled: return nil
        }
    }

    /// - Parameter path: absolute, or relative to the inbox; raw bytes.
    package func explain(_ path: [UInt8]) async throws -> WhyAnswer {
        let shown = String(decoding: path, as: UTF8.self)
        guard let place = place(of: path) else {
            if let id = finishedJob(path), let detail = try reader.detail(id, folders: tree.paths) {
                return WhyAnswer(
                    path: shown, verdict: .job, explanation: "It belongs to \(try sentence(detail))", jobs: [detail])
            }
            if isStray(path) {
                let explanation =
                    "No job knows it, and limnerd moved it there because it was in the way. Drop pictures into the inbox again; retention.quarantine removes it."
                return WhyAnswer(path: shown, verdict: .outside, explanation: explanation)
            }
            let inbox = tree.paths.inbox
            return WhyAnswer(
                path: shown, verdict: .outside, explanation: "It does not lie in the inbox, which is \(inbox).")
        }
        let jobs = try reader.jobs(fromPath: place.bytes).compactMap { try reader.detail($0, folders: tree.paths) }
        if let answer = try await present(place, shown, jobs) { return answer }
        guard let last = jobs.last else {
            if let job = JobIdentifier(shown), let detail = try reader.detail(job, folders: tree.paths) {
                return WhyAnswer(
                    path: shown, verdict: .job, explanation: "It is \(try sentence(detail))", jobs: [detail])
            }
            return WhyAnswer(
                path: shown, verdict: .unknown, explanation: "There is no such file, and no job ever came from there.")
        }
        return WhyAnswer(path: shown, verdict: .job, explanation: "It became \(try sentence(last))", jobs: jobs)
    }

    /// What is to be said of a file that lies in the inbox now; `nil` when there is none.
    private func present(_ place: InboxPath, _ shown: String, _ jobs: [JobDetail]) async throws -> WhyAnswer? {
        func answer(_ verdict: WhyAnswer.Verdict, _ explanation: String) -> WhyAnswer {
            WhyAnswer(path: shown, verdict: verdict, explanation: explanation, jobs: jobs)
        }
        let sight = await watch.sight(of: place)
        let facts: FileFacts
        do {
            // By its path: what is open may be another inbox by now.
            let folder = try Folder(path: tree.paths.inbox).folder(place.folders)
            guard let found = try folder.facts(place.name) else { return nil }
            facts = found
        } catch let error as SpoolError where [ENOENT, ENOTDIR, ELOOP].contains(error.errno) {
            return nil
        } catch {
            let advice = sight.obstacle.map { " \($0.sentence)" } ?? ""
            return answer(.unsettled, "limnerd cannot look at it: \(error).\(advice)")
        }
        if let left = leftAlone(place, facts) { return answer(.ignored, left) }
        let finding =
            tree.examine().againstIntake ?? sight.obstacle
            ?? intake.obstacle(to: place, of: jobs.filter { $0.job.state == .waiting }.map(\.job.id))
        if facts.kind == .folder {
            let more = finding.map { ". They cannot be taken: \($0.sentence)" } ?? "."
            return answer(.ignored, "It is a folder; the files in it are taken, the folder stays\(more)")
        }
        if let finding {
            return answer(.unsettled, "It lies there, but cannot be taken: \(finding.sentence)")
        }
        return answer(.unsettled, try waiting(place, facts, sight))
    }

    /// Why an entry of the inbox is never taken, whatever the time; `nil` when it is.
    private func leftAlone(_ place: InboxPath, _ facts: FileFacts) -> String? {
        if let hidden = place.names.first(where: \.isHidden) {
            return "\"\(hidden)\" starts with a dot; hidden files are not taken until they are renamed."
        }
        let ignored = settings.current.ignoredNames
        for name in place.names {
            guard let pattern = ignored.pattern(matching: name.bytes) else { continue }
            let rest =
                IgnoredNames.transferred(by: name.bytes) == nil
                ? "what machines leave behind is not taken until it is renamed."
                : "an unfinished transfer is taken when it has got its own name."
            return "\"\(name)\" matches \(pattern) of intake.ignore: \(rest)"
        }
        if place.name.isManifest, facts.kind == .regular, !tree.inbox.meansManifest(place) {
            if let kind = try? tree.inbox.folder(place.folders).kind(place.name) {
                return
                    "It is \(kind.name), and is left alone as its name ends in .json; it is taken when it is renamed."
            }
            return
                "It is JSON without the key \"limner\", so it is nobody's manifest and left alone; a manifest begins with \"limner\": 1."
        }
        return nil
    }

    /// What a file that will be taken waits for.
    private func waiting(_ place: InboxPath, _ facts: FileFacts, _ sight: InboxWatch.Sight) throws -> String {
        let intake = settings.current.intake
        let delay = DurationText.text(of: intake.stability)
        guard let unrest = sight.unrest else {
            return "It has only just come; it is taken when it has not changed for \(delay)."
        }
        let unchanged = DurationText.rounded(.milliseconds(unrest.age))
        if unrest.age < intake.stability.milliseconds {
            let changes = unrest.lastChange.map { change in
                let seen = DurationText.rounded(.milliseconds(unrest.seen))
                let times = unrest.changes == 1 ? "once" : "\(unrest.changes) times"
                return " It has changed \(times) in \(seen), last \(change.rawValue)."
            }
            return "It has been unchanged for \(unchanged); it is taken after \(delay).\(changes ?? "")"
        }
        if let transfer = sight.transfer {
            return
                "It has been unchanged for \(unchanged), but \"\(transfer)\" lies beside it, the mark of a transfer that has not ended; it is taken when that is gone."
        }
        if let shortage = watch.status.shortage { return "It is at rest, but nothing is taken in: \(shortage)." }
        if tree.hasWriter(place) {
            return
                "It has been unchanged for \(unchanged), but a program has it open for writing; it is taken when that is over."
        }
        if let job = self.intake.manifest(naming: place) {
            let others =
                self.intake.awaited(by: job).map { "which still waits for \($0)" } ?? "which is about to take it"
            return "The manifest of job \(job) asks for it, \(others)."
        }
        if let folder = Placement.folder(of: place), unrest.age < Intake.folderRest(intake) {
            let wait = DurationText.text(of: .milliseconds(Intake.folderRest(intake)))
            return
                "It has been unchanged for \(unchanged); the pictures of \(InboxPath(folder)) are taken together when nothing in it has changed for \(wait)."
        }
        if Placement(place) == .loose {
            let wait = DurationText.text(of: intake.manifestWait)
            let kind = place.folders.first.flatMap(Placement.nearbyKind)
            let meant = kind.map { " If \($0.rawValue)/ is meant, move it there." } ?? ""
            return
                "It lies in no folder that names a kind of job and waits for a manifest that asks for it: so far \(unchanged) of \(wait).\(meant)"
        }
        return "It has been unchanged for \(unchanged) and is due; a manifest may claim it, or see the daemon's log."
    }

    private func sentence(_ detail: JobDetail) throws -> String {
        let job = detail.job
        let waits = try obstacle(to: job).map { job.state == .waiting ? " for \($0)" : " and waits for \($0)" } ?? ""
        let error = job.error.map { ": \($0.message)" } ?? ""
        return "job \(job.id), which is \(job.state.rawValue)\(waits)\(error)".ended
    }

    /// The path below the inbox; `nil` when it lies elsewhere.
    private func place(of path: [UInt8]) -> InboxPath? {
        if path.first != UInt8(ascii: "/") { return InboxPath(bytes: path) }
        return Folder.rest(of: path, below: tree.paths.inbox).flatMap(InboxPath.init(bytes:))
    }

    /// Whether a path leads to what was set aside in the quarantine.
    private func isStray(_ path: [UInt8]) -> Bool {
        Folder.rest(of: path, below: tree.paths.quarantine)?.starts(with: Outbox.strayPrefix) ?? false
    }

    /// The job in whose folder of outbox, done, quarantine or claimed files a path lies.
    private func finishedJob(_ path: [UInt8]) -> JobIdentifier? {
        let paths = tree.paths
        for folder in [paths.outbox, paths.done, paths.quarantine, paths.claimed] {
            guard let rest = Folder.rest(of: path, below: folder) else { continue }
            return JobIdentifier(String(decoding: rest.prefix { $0 != UInt8(ascii: "/") }, as: UTF8.self))
        }
        return nil
    }
}
