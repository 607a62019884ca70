import ArgumentParser
import Spool
import Wire

struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Takes jobs back, also running ones.")

    @OptionGroup var studio: StudioOptions

    @Argument(help: "The jobs' names, or their folders.")
    var jobs: [JobIdentifier]

    @Flag(help: "Print JSON, one line a job.")
    var json = false

    func run() async throws {
        let client = try Studio(studio).client
        try await JobChange(jobs: jobs, json: json).apply { try await client.cancel($0) }
    }
}
