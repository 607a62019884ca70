import ArgumentParser
import Foundation
import Spool
import Wire

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "What the studio is doing, and how many jobs stand where.",
        discussion: "Without a daemon, the queue's file is read.")

    @OptionGroup var studio: StudioOptions

    @Flag(help: "Print JSON; with --watch, one line each time.")
    var json = false

    @Flag(help: "Go on until interrupted: redraw on a terminal, a line for each change in a pipe.")
    var watch = false

    @Flag(help: "Prove that nothing was lost: where everything that came to rest in the inbox is, by queue and disk.")
    var proof = false

    func validate() throws {
        if proof, watch { throw ValidationError("--proof and --watch do not go together.") }
    }

    /// Between two looks.
    private static let interval = Duration.milliseconds(500)

    func run() async throws {
        let studio = try Studio(studio)
        if proof { return try await prove(studio) }
        guard watch else {
            let answer = try await ask(studio)
            if !answer.isLive { Terminal.say(Studio.offlineNote) }
            if json { try Terminal.answer(json: answer.value) } else { Terminal.answer(Self.lines(answer.value)) }
            return
        }
        let redraws = !json && Terminal.isTerminal(.standardOutput)
        var shown: StatusAnswer?
        while true {
            let status = try await ask(studio).value
            if redraws {
                Terminal.redraw(Self.lines(status))
            } else if status != shown {
                if json {
                    try Terminal.answer(json: status, oneLine: true)
                } else if shown.map(Self.line) != Self.line(status) {
                    Terminal.answer(Self.line(status))
                }
            }
            shown = status
            try await Task.sleep(for: Self.interval)
        }
    }

    private func ask(_ studio: Studio) async throws -> Studio.Answer<StatusAnswer> {
        try await studio.ask(
            live: { try await $0.status() }, offline: { try $0.status(root: studio.settings.root) })
    }

    /// Everything in one line, for a pipe.
    static func line(_ status: StatusAnswer) -> String {
        var parts = [counts(status.counts)]
        if status.paused { parts.append("paused") }
        for job in status.running {
            let progress = job.progress.map { " \(Int($0.fraction * 100))% \($0.stage)" } ?? ""
            parts.append("\(job.id)\(progress)")
        }
        return parts.joined(separator: "; ")
    }

    static func counts(_ counts: JobCounts) -> String {
        let states = JobState.allCases.map { "\($0.rawValue) \(counts[$0])" }
        return states.joined(separator: "  ") + "  of \(counts.seen) seen"
    }

    static func lines(_ status: StatusAnswer) -> [String] {
        var lines: [String] = []
        if let pid = status.pid {
            let since = status.started.map { ", since \(Phrases.time($0))" } ?? ""
            lines.append("limnerd \(status.version) on \(status.root), process \(pid)\(since)")
        } else {
            lines.append("no daemon on \(status.root)")
        }
        if status.paused { lines.append("paused: nothing starts until limner resume") }
        lines.append(counts(status.counts))
        if !status.balanced { lines.append("The sum is wrong: please report this, with state/queue.sqlite.") }
        if let shortage = status.inbox?.shortage {
            lines.append("intake paused: \(shortage); it goes on by itself when there is space")
        }
        if let inbox = status.inbox {
            let scan = inbox.lastReconcile.map { ", scanned whole at \(Phrases.time($0))" } ?? ""
            let polls = inbox.polls ? ", polled" : ""
            lines.append("inbox: \(inbox.watches) folders watched\(polls), \(inbox.unsettled) files not at rest\(scan)")
        }
        lines += status.problems.map { "problem: \($0)" }
        for worker in status.workers {
            let memory = worker.residentBytes.map { ", \(Phrases.bytes($0))" } ?? ""
            let job = worker.job.map { "runs \($0)" } ?? "waits"
            lines.append("worker \(worker.pid): \(job), \(worker.served) served\(memory)")
        }
        for job in status.running {
            lines.append(
                ProgressLine.text(
                    title: job.id.text, fraction: job.progress?.fraction ?? 0,
                    stage: job.progress?.stage ?? "starting", detail: job.progress?.detail, width: 160))
        }
        return lines
    }
}

extension StatusCommand {
    /// Shows where everything is.
    ///
    /// - Throws: ``CommandError/negative`` when something is unaccounted for.
    func prove(_ studio: Studio) async throws {
        let answer = try await studio.ask(
            live: { try await $0.proof() },
            offline: { reader in
                let settings = studio.settings
                return try await Audit(folders: settings.folders, reader: reader) { settings.ignoredNames }.proof()
            })
        if !answer.isLive { Terminal.say(Studio.offlineNote) }
        if json { try Terminal.answer(json: answer.value) } else { Terminal.answer(Self.lines(answer.value)) }
        guard answer.value.unaccounted == 0 else { throw CommandError.negative }
    }

    /// The equation, and what is wrong with it.
    static func lines(_ proof: ProofAnswer) -> [String] {
        let counts = proof.counts
        let states: [(String, Int)] = [
            ("queued", counts.waiting + counts.queued + counts.failed), ("running", counts.running),
            ("done", counts.done), ("quarantined", counts.quarantined), ("cancelled", counts.cancelled),
        ]
        let sum = states.map { "\($0.1) \($0.0)" }.joined(separator: " + ")
        var lines = [
            "\(counts.seen) seen = \(sum)", "\(proof.inbox) in the inbox, not taken yet",
            "\(proof.unaccounted) unaccounted",
        ]
        lines += proof.unread.map { "  inbox/\($0) could not be looked into; its files are not counted" }
        lines += proof.findings.map { "  \($0.kind.rawValue): \($0.explanation)" }
        let more = proof.unaccounted - proof.findings.count
        if more > 0 { lines.append("  and \(more) more") }
        if proof.unaccounted > 0 { lines.append("Please report this, with state/queue.sqlite and the daemon's log.") }
        return lines
    }
}
