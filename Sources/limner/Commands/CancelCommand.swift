import ArgumentParser
import Spool
import Wire

struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Takes jobs back, also running ones.")

    @OptionGroup var studio: StudioOptions

    @OptionGroup var choice: JobChoice

    @Flag(help: "Print JSON, one line a job.")
    var json = false

    func run() async throws {
        let client = try Studio(studio).client
        try await JobChange(choice: choice, json: json).apply { try await client.cancel($0) }
    }
}
