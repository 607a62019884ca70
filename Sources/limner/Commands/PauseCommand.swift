import ArgumentParser

struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Lets running jobs end and starts no others; files are still taken in.",
        discussion: "Running paintings keep what they have done, so that the machine may be switched off at any time.")

    @OptionGroup var studio: StudioOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let answer = try await Studio(studio).client.pause()
        if json { try Terminal.answer(json: answer) } else { Terminal.answer("paused") }
    }
}
