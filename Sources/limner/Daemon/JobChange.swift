import ArgumentParser
import Spool
import Wire

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
                    Terminal.answer("\(change.job.id): \(change.message)")
                }
            }
            for refusal in answer.refused {
                refused = true
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
