import ArgumentParser
import Spool
import Wire

struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Queues jobs again that were quarantined or cancelled.")

    @OptionGroup var studio: StudioOptions

    @Argument(help: "The jobs' names, or their folders.")
    var jobs: [JobIdentifier]

    @Flag(help: "Wait until every job has ended, and show its result.")
    var wait = false

    @Flag(help: "Print JSON, one line a job.")
    var json = false

    func run() async throws {
        let client = try Studio(studio).client
        try await JobChange(jobs: jobs, json: json && !wait).apply { try await client.retry($0) }
        if wait { try await JobWait(client: client, json: json).untilEnded(jobs) }
    }
}
