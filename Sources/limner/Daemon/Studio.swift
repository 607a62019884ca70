import ArgumentParser
import Foundation
import Spool
import Wire

/// The studio as a command asks it: through the daemon when one answers, else by reading the queue's file.
struct Studio {
    let settings: Settings
    let client: ControlClient
    /// Settings were given for the command alone, which a daemon knows nothing of; it was found by its root.
    let hasOwnSettings: Bool

    init(_ options: StudioOptions) throws {
        settings = try options.settings()
        hasOwnSettings = options.assignments.contains { !$0.hasPrefix("root=") }
        client = ControlClient(socket: settings.folders.controlSocket)
    }

    /// An answer, and whether the daemon gave it.
    struct Answer<Value> {
        var value: Value
        var isLive: Bool
    }

    /// Asks the daemon; when none answers, reads the queue and says so on standard error.
    ///
    /// - Throws: as ``Settings/has(_:for:)``.
    func ask<Value>(
        live: (ControlClient) async throws -> Value, offline: (QueueReader) async throws -> Value
    ) async throws -> Answer<Value> {
        do {
            let value = try await live(client)
            noteOwnSettings()
            return Answer(value: value, isLive: true)
        } catch SpoolError.daemonUnreachable {
            let path = settings.folders.database
            guard try settings.has(path, for: R_OK) else {
                throw CommandError.nothingToAsk(root: settings.root)
            }
            do {
                return Answer(value: try await offline(QueueReader(path: path)), isLive: false)
            } catch let error as CommandError {
                throw error
            } catch {
                if let damage = SpoolError(ofDamaged: path, error) { throw damage }
                throw CommandError.databaseUnreadable(path: path, reason: error.reason)
            }
        }
    }

    /// Says on standard error, after a daemon's answer, that it decides by its own settings.
    func noteOwnSettings() {
        if hasOwnSettings { Terminal.say("limner: limnerd answered, by its own settings: --set did not reach it") }
    }

    /// What to say of an answer that no daemon gave.
    static let offlineNote = "limner: no daemon answers; this is what its queue says"
}

extension Settings {
    /// Whether a file of the studio is there, for whoever reads it without a daemon.
    ///
    /// - Parameter mode: of access(2).
    /// - Throws: ``SpoolError/forbidden(path:)`` when that cannot be seen, or the file not be used so;
    ///   ``CommandError/rootMissing(_:)`` when there is no studio.
    func has(_ path: String, for mode: Int32 = F_OK) throws -> Bool {
        if access(path, mode) == 0 { return true }
        switch OpenFailure(errno: errno) {
        case .forbidden: throw SpoolError.forbidden(path: path)
        // Whoever opens it says what is wrong.
        case .other: return true
        case .missing:
            guard access(root, F_OK) == 0 else { throw CommandError.rootMissing(root) }
            return false
        }
    }
}

/// Which jobs an action is for: those that are named, or all of a state and kind.
struct JobChoice: ParsableArguments {
    @Argument(help: "The jobs' names, or their folders.")
    var jobs: [JobIdentifier] = []

    @Flag(help: "All jobs for which it makes sense.")
    var all = false

    @Option(help: "All jobs of this state.")
    var state: JobState?

    @Option(help: "All jobs of this kind, or those of them in the state that is given.")
    var kind: JobKind?

    func validate() throws {
        let isSelection = all || state != nil || kind != nil
        guard jobs.isEmpty == isSelection else {
            throw ValidationError(
                isSelection
                    ? "Name jobs, or choose them with --all, --state and --kind, not both."
                    : "Name jobs, or choose them with --all, --state or --kind.")
        }
    }
}

/// One action on several jobs: each is tried, whatever became of the others.
struct JobChange {
    let choice: JobChoice
    /// One line of JSON a job instead of text.
    let json: Bool

    /// - Parameter action: what the daemon is asked, for as many jobs as it takes at once.
    /// - Returns: the jobs that were changed.
    /// - Throws: ``CommandError/negative`` after the last, when the daemon refused one.
    @discardableResult
    func apply(
        _ action: (JobSelection) async throws -> JobChangesAnswer
    ) async throws -> [JobIdentifier] {
        var changed: [JobIdentifier] = []
        var refused = false
        func tell(_ answer: JobChangesAnswer) throws {
            for change in answer.changed {
                changed.append(change.job.id)
                if json {
                    try Terminal.answer(json: change, oneLine: true)
                } else {
                    Terminal.answer(change.message)
                }
            }
            for refusal in answer.refused {
                refused = true
                if json { try Terminal.answer(json: refusal, oneLine: true) }
                Terminal.say(CommandError.refused(refusal.error).lines(about: refusal.id.text))
            }
        }
        if choice.jobs.isEmpty {
            var next: JobIdentifier?
            repeat {
                let answer = try await action(
                    JobSelection(state: choice.state, kind: choice.kind, before: next))
                try tell(answer)
                next = answer.next
            } while next != nil
            if changed.isEmpty, !refused { Terminal.say("no such jobs") }
        }
        for start in stride(from: 0, to: choice.jobs.count, by: JobSelection.limit) {
            let named = choice.jobs[start..<min(start + JobSelection.limit, choice.jobs.count)]
            try tell(try await action(JobSelection(jobs: Array(named))))
        }
        if refused { throw CommandError.negative }
        return changed
    }
}

/// Watches jobs until each has ended.
struct JobWait {
    let client: ControlClient
    /// One line of JSON a job instead of text.
    let json: Bool

    /// Between two looks.
    private static let interval = Duration.milliseconds(300)

    /// Prints each job when it has ended, in the order given.
    ///
    /// - Throws: ``CommandError/negative`` after the last, unless all are done.
    func untilEnded(_ jobs: [JobIdentifier]) async throws {
        var allDone = true
        for (index, id) in jobs.enumerated() {
            let title = jobs.count == 1 ? id.text : "\(index + 1) of \(jobs.count)  \(id)"
            let detail = try await end(of: id, ProgressLine(title: title))
            allDone = allDone && detail.job.state == .done
            if json {
                try Terminal.answer(json: detail, oneLine: true)
            } else {
                Terminal.answer(JobText.detail(detail))
            }
        }
        if !allDone { throw CommandError.negative }
    }

    private func end(of id: JobIdentifier, _ line: ProgressLine) async throws -> JobDetail {
        defer { line.clear() }
        while true {
            let detail = try await client.job(id)
            if detail.job.state.isFinal { return detail }
            let progress = detail.job.progress
            line.update(
                fraction: progress?.fraction ?? 0, stage: progress?.stage ?? detail.job.state.rawValue,
                detail: progress?.detail ?? detail.waitsFor.map { "waits for \($0)" })
            try await Task.sleep(for: Self.interval)
        }
    }
}
