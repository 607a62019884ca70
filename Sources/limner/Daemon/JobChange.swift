import Spool
import Wire

/// One action on several jobs: each is tried, whatever became of the others.
struct JobChange {
    let jobs: [JobIdentifier]
    /// One line of JSON a job instead of text.
    let json: Bool

    /// - Throws: ``CommandError/negative`` after the last, when the daemon refused one.
    func apply(_ action: (JobIdentifier) async throws -> JobActionAnswer) async throws {
        var refused = false
        for job in jobs {
            do {
                let answer = try await action(job)
                if json {
                    try Terminal.answer(json: answer, oneLine: true)
                } else {
                    Terminal.answer("\(job): \(answer.message)")
                }
            } catch SpoolError.refused(let error) {
                refused = true
                Terminal.say(CommandError.refused(error).lines(about: job.text))
            }
        }
        if refused { throw CommandError.negative }
    }
}
