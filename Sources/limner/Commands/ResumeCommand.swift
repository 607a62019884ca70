import ArgumentParser

struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "resume", abstract: "Ends a pause.")

    @OptionGroup var studio: StudioOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let answer = try await Studio(studio).client.resume()
        if json { try Terminal.answer(json: answer) } else { Terminal.answer("resumed") }
    }
}
