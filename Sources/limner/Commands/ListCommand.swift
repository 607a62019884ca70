import ArgumentParser
import Spool
import Wire

struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Jobs, newest first.", discussion: "Without a daemon, the queue's file is read.")

    @OptionGroup var studio: StudioOptions

    @Option(help: "Only jobs of this state.")
    var state: JobState?

    @Option(help: "Only jobs of this kind.")
    var kind: JobKind?

    @Option(help: "Most jobs.")
    var limit = 20

    @Option(help: ArgumentHelp("Only jobs older than this one.", valueName: "job"))
    var before: JobIdentifier?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be at least 1, not \(limit).") }
    }

    func run() async throws {
        let answer = try await Studio(studio).ask(
            live: { client in
                try await page { limit, before in
                    try await client.jobs(state: state, kind: kind, limit: limit, before: before)
                }
            },
            offline: { reader in
                try await page { limit, before in
                    try reader.page(state: state, kind: kind, before: before, limit: limit)
                }
            })
        if !answer.isLive { Terminal.say(Studio.offlineNote) }
        if json { return try Terminal.answer(json: answer.value) }
        var table = Table(head: ["job", "kind", "state", "tries", "updated", "source"])
        for job in answer.value.jobs {
            let state = job.progress.map { "\(job.state.rawValue) \(Int($0.fraction * 100))%" } ?? job.state.rawValue
            table.add([
                job.id.text, job.kind?.rawValue ?? "-", state, String(job.attempt), Phrases.time(job.updated),
                job.source,
            ])
        }
        Terminal.answer(table.isEmpty ? ["no jobs"] : table.lines)
        if let next = answer.value.next { Terminal.say("more: limner list --before \(next)") }
    }

    /// Asks for pages until there are enough jobs; whoever answers bounds each.
    private func page(
        _ ask: (Int, JobIdentifier?) async throws -> JobPage
    ) async throws -> JobPage {
        var page = try await ask(limit, before)
        while let next = page.next, page.jobs.count < limit {
            let part = try await ask(limit - page.jobs.count, next)
            page.jobs += part.jobs
            page.next = part.next
        }
        return page
    }
}
