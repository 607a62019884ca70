import ArgumentParser
import Spool
import Wire

struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Queues jobs again that failed or were cancelled.",
        discussion: "--all means what failed or was quarantined; cancelled jobs need --state cancelled.")

    @OptionGroup var studio: StudioOptions

    @OptionGroup var choice: JobChoice

    @Flag(help: "Wait until every job has ended, and show its result.")
    var wait = false

    @Flag(help: "Print JSON, one line a job.")
    var json = false

    func run() async throws {
        let client = try Studio(studio).client
        let jobs = try await JobChange(choice: choice, json: json && !wait).apply { try await client.retry($0) }
        if wait { try await JobWait(client: client, json: json).untilEnded(jobs) }
    }
}
