import ArgumentParser
import Spool
import Wire

struct ModelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models", abstract: "The networks: what is there, under which licence, and whether it is whole.",
        subcommands: [List.self, Verify.self, Import.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Every model that Limner knows, and those imported.")

        @OptionGroup var options: Options

        func run() async throws {
            _ = try await options.ask(.list)
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Hashes every file anew; the exit status is 1 when one is missing or corrupt.")

        @OptionGroup var options: Options

        func run() async throws {
            let models = try await options.ask(.verify)
            if models.contains(where: { $0.state != .present }) { throw CommandError.negative }
        }
    }

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Converts a model's file into the store.",
            discussion: "Files of models that Limner knows are recognised by their SHA-256.")

        @Argument(help: ArgumentHelp("The file.", valueName: "file"))
        var file: FileArgument

        @OptionGroup var options: Options

        func run() async throws {
            _ = try await options.ask(.import, GivenPath(existing: file))
        }
    }

    /// What all three share.
    struct Options: ParsableArguments {
        @OptionGroup var studio: StudioOptions

        @Flag(help: "Print JSON.")
        var json = false

        @Flag(help: "Show what the worker says.")
        var verbose = false

        /// Asks, and prints the answer.
        func ask(_ action: ModelsRequest.Action, _ file: GivenPath? = nil) async throws -> [ModelsAnswer.Entry] {
            var session = try WorkerSession(studio, verbose: verbose)
            if action == .import {
                let store = session.settings.models.path
                try GivenPath.makeFolder(store)
                session.writes = [store]
            }
            let message: WorkerMessage
            do {
                message = try await session.ask(
                    .models(ModelsRequest(token: .foreground, action: action, path: file?.path)))
            } catch CommandError.refused(let error) {
                throw CommandError.refused(error.naming(file.map { [$0] } ?? []))
            }
            guard case .models(let answer) = message else { throw CommandError.unexpectedAnswer("\(message)") }
            if json {
                try Terminal.answer(json: answer.models)
            } else {
                Terminal.answer(answer.models.flatMap { lines(of: $0, after: action) })
            }
            return answer.models
        }

        /// A line with the state, and one for each fact; after a verification only the verdict.
        private func lines(of model: ModelsAnswer.Entry, after action: ModelsRequest.Action) -> [String] {
            let isVerified = action == .verify && model.state == .present
            var lines = ["\(model.id)  \(isVerified ? "verified" : model.state.rawValue)"]
            if action != .verify {
                lines.append("  \(model.name) \(model.version), \(model.licence): \(model.use)")
                lines.append("  from \(model.origin)")
                lines.append("  SHA-256 \(model.sha256)")
            }
            if let problem = model.problem { lines.append("  problem: \(problem)") }
            return lines
        }
    }
}
