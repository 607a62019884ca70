import ArgumentParser
import Foundation
import Spool
import Wire

struct GalleryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gallery", abstract: "The people who are enrolled: templates, never pictures.",
        subcommands: [List.self, Show.self, Rename.self, Remove.self, Export.self, Import.self],
        defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Everybody.")

        @OptionGroup var options: Options

        func run() async throws {
            try await options.ask(.list, lines: GalleryText.people)
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "One person's templates.")

        @Argument var person: String
        @OptionGroup var options: Options

        func run() async throws {
            try await options.ask(.show(person: person), lines: GalleryText.person)
        }
    }

    struct Rename: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Gives a person another name.")

        @Argument(help: ArgumentHelp("The name so far.", valueName: "a"))
        var person: String
        @Argument(help: ArgumentHelp("The new name, which nobody has.", valueName: "b"))
        var name: String
        @OptionGroup var options: Options

        func run() async throws {
            try await options.ask(.rename(person: person, to: name)) {
                ["\(person) is now \(name), with \(GalleryText.templates($0.changed))"]
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Forgets a person; the bytes are overwritten.")

        @Argument var person: String
        @OptionGroup var options: Options

        func run() async throws {
            try await options.ask(.remove(person: person)) {
                ["\(person) is removed, with \(GalleryText.templates($0.changed))"]
            }
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Writes everybody to a JSON file.")

        @Argument(help: ArgumentHelp("The file; what stands there is replaced.", valueName: "file"))
        var file: FileArgument
        @OptionGroup var options: Options

        func run() async throws {
            let given = try GivenPath(file)
            let target = try OutputTarget(given, keeping: [])
            try await options.ask(
                .export(path: target.path), naming: [GivenPath(typed: given.typed, path: target.path)]
            ) {
                [
                    "\(GalleryText.templates($0.changed)) of \(GalleryText.count($0.people.count)) written to \(given.typed)"
                ]
            }
        }
    }

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Adds what export wrote; what is there already is kept.")

        @Argument(help: ArgumentHelp("The file.", valueName: "file"))
        var file: FileArgument
        @OptionGroup var options: Options

        func run() async throws {
            let given = try GivenPath(existing: file)
            try await options.ask(.importFile(path: given.path), naming: [given]) {
                ["\(GalleryText.templates($0.changed)) added; the gallery holds \(GalleryText.count($0.people.count))"]
            }
        }
    }

    /// What all of them share.
    struct Options: ParsableArguments {
        @OptionGroup var studio: StudioOptions

        @Flag(help: "Print JSON.")
        var json = false

        @Flag(help: "Show what the worker says.")
        var verbose = false

        /// The answer of `--json`.
        private struct Answer: Encodable {
            var people: [GalleryAnswer.Person]
            var templates: [GalleryAnswer.Template]
            var changed: Int
        }

        /// Asks, and prints the answer.
        func ask(
            _ action: GalleryRequest.Action, naming paths: [GivenPath] = [], lines: (GalleryAnswer) -> [String]
        ) async throws {
            let session = try WorkerSession(studio, verbose: verbose)
            let answer = try await answer(to: action, naming: paths, session)
            if json {
                try Terminal.answer(
                    json: Answer(people: answer.people, templates: answer.templates, changed: answer.changed))
            } else {
                Terminal.answer(lines(answer))
            }
        }

        /// A gallery that nobody was enrolled into has no file, and a question does not make one: it would belong to
        /// whoever asks, and the daemon could not write to it.
        private func answer(
            to action: GalleryRequest.Action, naming paths: [GivenPath], _ session: WorkerSession
        ) async throws -> GalleryAnswer {
            let folders = session.settings.folders
            if !FileManager.default.fileExists(atPath: folders.gallery) {
                switch action {
                case .list: return GalleryAnswer(token: .foreground, people: [])
                case .importFile: try makeFolder(folders.state)
                case .show, .rename, .remove, .export:
                    throw CommandError.refused(
                        ReportError(
                            code: .galleryEmpty, message: "Nobody is enrolled in the studio at \(folders.root)."))
                }
            }
            do {
                let message = try await session.ask(.gallery(GalleryRequest(token: .foreground, action: action)))
                guard case .gallery(let answer) = message else { throw CommandError.unexpectedAnswer("\(message)") }
                return answer
            } catch CommandError.refused(let error) {
                throw CommandError.refused(error.naming(paths))
            }
        }

        private func makeFolder(_ path: String) throws {
            do {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            } catch {
                throw CommandError.outputUnwritable(path: path, reason: error.localizedDescription)
            }
        }
    }
}

/// The gallery as people read it.
enum GalleryText {
    /// Digits of a hash that tell two files apart at a glance.
    private static let hashDigits = 12

    static func people(_ answer: GalleryAnswer) -> [String] {
        guard !answer.people.isEmpty else { return ["nobody is enrolled"] }
        var table = Table(head: ["person", "templates", "last enrolled"])
        for person in answer.people {
            table.add([person.name, String(person.templates), person.lastEnrolled.map(Phrases.time) ?? "-"])
        }
        return table.lines
    }

    static func person(_ answer: GalleryAnswer) -> [String] {
        var table = Table(head: ["enrolled", "quality", "photograph", "model"])
        for template in answer.templates {
            table.add([
                Phrases.time(template.enrolled), Phrases.measure(template.quality),
                String(template.sourceSHA256.prefix(hashDigits)), String(template.modelSHA256.prefix(hashDigits)),
            ])
        }
        let name = answer.people.first?.name ?? ""
        return ["\(name): \(templates(answer.templates.count))"] + (table.isEmpty ? [] : table.lines)
    }

    static func templates(_ count: Int) -> String { count == 1 ? "1 template" : "\(count) templates" }

    static func count(_ people: Int) -> String { people == 1 ? "1 person" : "\(people) people" }
}
