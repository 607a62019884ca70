import ArgumentParser
import Spool
import Wire

struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Every setting in force, and where its value came from.",
        discussion: "The daemon is asked; when none answers, or with --local, the sources are read here.")

    @OptionGroup var studio: StudioOptions

    @Flag(help: "Do not ask the daemon: what this command line, environment and file come to.")
    var local = false

    @Flag(help: "Add what each setting means and may be.")
    var explain = false

    @Flag(help: "Print JSON.")
    var json = false

    /// The answer of `--explain --json`, which the manual of the settings is made from.
    private struct Explanation: Encodable {
        struct Entry: Encodable {
            var key: String
            var value: String
            var origin: String
            var builtIn: String
            var expected: String
            var environment: String
            var summary: String
        }

        var entries: [Entry]

        init(_ answer: ConfigAnswer) {
            let settings = Settings()
            entries = answer.entries.compactMap { entry in
                SettingsCatalogue.key(named: entry.key).map { key in
                    Entry(
                        key: entry.key, value: entry.value, origin: entry.origin, builtIn: key.text(in: settings),
                        expected: key.expected, environment: key.environmentName, summary: key.summary)
                }
            }
        }
    }

    func run() async throws {
        let resolver = try studio.resolve()
        var answer = resolver.answer
        if !local {
            do {
                answer = try await ControlClient(socket: resolver.settings.folders.controlSocket).config()
            } catch SpoolError.daemonUnreachable {
                Terminal.say("limner: no daemon answers; these are the settings that one would start with")
            }
        }
        if json {
            if explain { return try Terminal.answer(json: Explanation(answer)) }
            return try Terminal.answer(json: answer)
        }
        // Values last: some are long, and the last column is not padded.
        var table = Table(head: ["setting", "from", "value"])
        for entry in answer.entries {
            table.add([entry.key, entry.origin, entry.value.isEmpty ? "-" : entry.value])
            if explain, let key = SettingsCatalogue.key(named: entry.key) {
                table.add(["", "", "  \(key.summary) (\(key.expected); \(key.environmentName))"])
            }
        }
        Terminal.answer(table.lines)
    }
}
