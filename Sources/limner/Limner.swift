import ArgumentParser
import Foundation
import Wire

/// The command line of Limner: argument types, and one call into Spool each.
@main
struct Limner: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limner",
        abstract: "A studio for pictures: faces enrolled, verified and identified; photographs repainted.",
        discussion: """
            Without a daemon, status, list, show and why read its database, read-only, and say so. Answers go to standard \
            output, everything else to standard error: progress is a bar on a terminal and plain lines in a pipe. With --json, an \
            error that has a code is an answer, too: {"error": …}.
            Exit status: \(CommandStatus.summary).
            Shell completions: limner --generate-completion-script bash (or zsh, fish).
            """,
        version: LimnerVersion.text,
        groupedSubcommands: [
            CommandGroup(
                name: "Daemon",
                subcommands: [
                    StatusCommand.self, ListCommand.self, ShowCommand.self, PreviewCommand.self, SubmitCommand.self,
                    CancelCommand.self,
                    RetryCommand.self, PauseCommand.self, ResumeCommand.self, WhyCommand.self, DoctorCommand.self,
                    ConfigCommand.self, VersionCommand.self,
                ]),
            CommandGroup(
                name: "Foreground",
                subcommands: [
                    StylizeCommand.self, PhotographCommand.self, StylesCommand.self, FilmCommand.self,
                    CompareCommand.self, FacesCommand.self, LearnCommand.self, ReplayCommand.self, ModelsCommand.self,
                    GalleryCommand.self,
                    TortureCommand.self, RehearseCommand.self, ManualCommand.self,
                ]),
        ])

    /// This program's file; the others of the same version lie beside it.
    static var program: URL { URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath() }

    static func main() async {
        do {
            var command = try parseAsRoot()
            try RepeatedOptions.check(Array(CommandLine.arguments.dropFirst()), of: type(of: command))
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            CommandError.exit(error, json: CommandLine.arguments.prefix { $0 != "--" }.contains("--json"))
        }
    }

    /// Flags as other programs have them, with the ones that are meant.
    static func foreign(_ words: some Sequence<String>) -> [(word: String, flag: String)] {
        words.compactMap { word in
            guard word.hasPrefix("--"), let name = word.split(separator: "=").first.map(String.init),
                let key = OtherNames.option(name), let option = JobOption.all.first(where: { $0.key == key })
            else { return nil }
            return (name, option.flag)
        }
    }

    /// The first word that stands where a command is expected and is none, with the command that it may have been meant for.
    static func mistyped(_ words: some Sequence<String>) -> (word: String, nearest: String)? {
        var command: any ParsableCommand.Type = Limner.self
        for word in words {
            let commands = command.configuration.subcommands
            if let next = commands.first(where: { $0._commandName == word }) {
                command = next
                continue
            }
            guard !word.hasPrefix("-") else { return nil }
            return NearestName.of(word, among: commands.map { $0._commandName }).map { (word, $0) }
        }
        return nil
    }
}
