import Foundation
import Wire

/// Answers why a file is, or is not, being worked on.
package struct FileHistory: Sendable {
    let tree: RootTree
    let reader: QueueReader
    let watch: InboxWatch
    let settings: SettingsBox

    /// - Parameter path: absolute, or relative to the inbox; raw bytes.
    package func explain(_ path: [UInt8]) async throws -> WhyAnswer {
        let shown = String(decoding: path, as: UTF8.self)
        guard let place = place(of: path) else {
            if let id = finishedJob(path), let detail = try reader.detail(id, folders: tree.paths) {
                return WhyAnswer(
                    path: shown, verdict: .job, explanation: "It belongs to \(sentence(detail)).", jobs: [detail])
            }
            let inbox = tree.paths.inbox
            return WhyAnswer(
                path: shown, verdict: .outside, explanation: "It does not lie in the inbox, which is \(inbox).")
        }
        let jobs = try reader.jobs(fromPath: place.bytes).compactMap { try reader.detail($0, folders: tree.paths) }
        if let answer = try await present(place, shown, jobs) { return answer }
        guard let last = jobs.last else {
            return WhyAnswer(
                path: shown, verdict: .unknown, explanation: "There is no such file, and no job ever came from there.")
        }
        return WhyAnswer(path: shown, verdict: .job, explanation: "It became \(sentence(last)).", jobs: jobs)
    }

    /// What is to be said of a file that lies in the inbox now; `nil` when there is none.
    private func present(_ place: InboxPath, _ shown: String, _ jobs: [JobDetail]) async throws -> WhyAnswer? {
        guard let facts = try? tree.inbox.folder(place.folders).facts(place.name) else { return nil }
        func answer(_ verdict: WhyAnswer.Verdict, _ explanation: String) -> WhyAnswer {
            WhyAnswer(path: shown, verdict: verdict, explanation: explanation, jobs: jobs)
        }
        if let hidden = place.names.first(where: \.isHidden) {
            return answer(
                .ignored, "\"\(hidden)\" starts with a dot; hidden files are not taken until they are renamed.")
        }
        if facts.kind == .folder {
            return answer(.ignored, "It is a folder; the files in it are taken, the folder stays.")
        }
        if place.name.isIgnored {
            let list = FileName.partialSuffixes.joined(separator: ", ")
            return answer(
                .ignored, "Its name ends like that of an unfinished transfer (\(list)); rename it when it is whole.")
        }
        let intake = settings.current.intake
        let delay = DurationText.text(of: intake.stability)
        guard let age = await watch.age(of: place) else {
            return answer(.unsettled, "It has only just come; it is taken when it has not changed for \(delay).")
        }
        let unchanged = DurationText.text(of: .milliseconds(age))
        if age < intake.stability.milliseconds {
            return answer(.unsettled, "It has been unchanged for \(unchanged); it is taken after \(delay).")
        }
        if let shortage = await watch.status.shortage {
            return answer(.unsettled, "It is at rest, but nothing is taken in: \(shortage).")
        }
        if tree.hasWriter(place) {
            return answer(
                .unsettled,
                "It has been unchanged for \(unchanged), but a program has it open for writing; it is taken when that is over."
            )
        }
        if Placement(place) == .loose {
            let wait = DurationText.text(of: intake.manifestWait)
            return answer(
                .unsettled,
                "It lies in no folder that names a kind of job and waits for a manifest that asks for it: so far \(unchanged) of \(wait)."
            )
        }
        return answer(
            .unsettled,
            "It has been unchanged for \(unchanged) and is due; a manifest may claim it, or see the daemon's log.")
    }

    private func sentence(_ detail: JobDetail) -> String {
        let job = detail.job
        let error = job.error.map { ": \($0.message)" } ?? ""
        return "job \(job.id), which is \(job.state.rawValue)\(error)"
    }

    /// The path below the inbox; `nil` when it lies elsewhere.
    private func place(of path: [UInt8]) -> InboxPath? {
        let inbox = Array((tree.paths.inbox + "/").utf8)
        if path.first != UInt8(ascii: "/") { return InboxPath(bytes: path) }
        return path.starts(with: inbox) ? InboxPath(bytes: Array(path.dropFirst(inbox.count))) : nil
    }

    /// The job in whose folder of outbox, done, quarantine or claimed files a path lies.
    private func finishedJob(_ path: [UInt8]) -> JobIdentifier? {
        let paths = tree.paths
        for folder in [paths.outbox, paths.done, paths.quarantine, paths.claimed] {
            let prefix = Array((folder + "/").utf8)
            guard path.starts(with: prefix) else { continue }
            let rest = path.dropFirst(prefix.count).prefix { $0 != UInt8(ascii: "/") }
            return JobIdentifier(String(decoding: rest, as: UTF8.self))
        }
        return nil
    }
}
