import ArgumentParser
import Foundation
import Gallery
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
            try await options.ask(GalleryQuestion(.list), lines: GalleryText.people)
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "One person's templates.")

        @Argument var person: String
        @OptionGroup var options: Options

        func run() async throws {
            try await options.ask(GalleryQuestion(.show, person: person), lines: GalleryText.person)
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
            try await options.ask(GalleryQuestion(.rename, person: person, to: name)) {
                ["\(person) is now \(name), with \(GalleryText.templates($0.changed))"]
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Forgets a person; the bytes are overwritten.")

        @Argument var person: String
        @OptionGroup var options: Options

        func run() async throws {
            try await options.ask(GalleryQuestion(.remove, person: person)) {
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
            let studio = try options.gallery()
            let json = try await studio.ask(.reading) {
                try await $0.exportGallery()
            } direct: {
                try $0.export().json()
            }
            let written = try GalleryExport(json: json).answer
            do {
                try json.write(to: URL(fileURLWithPath: target.path), options: .atomic)
            } catch {
                throw CommandError.outputUnwritable(path: given.typed, reason: error.localizedDescription)
            }
            try options.tell(written) {
                let (templates, people) = (GalleryText.templates($0.changed), GalleryText.count($0.people.count))
                return ["\(templates) of \(people) written to \(given.typed)"]
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
            let json: Data
            do {
                json = try Data(contentsOf: URL(fileURLWithPath: given.path))
            } catch {
                throw CommandError.inputUnreadable(path: given.typed, reason: error.localizedDescription)
            }
            let answer = try await options.gallery().ask(.filling) {
                try await $0.importGallery(json)
            } direct: {
                try $0.answer(importing: json)
            }
            try options.tell(answer) {
                ["\(GalleryText.templates($0.changed)) added; the gallery holds \(GalleryText.count($0.people.count))"]
            }
        }
    }

    /// What all of them share.
    struct Options: ParsableArguments {
        @OptionGroup var studio: StudioOptions

        @Flag(help: "Print JSON.")
        var json = false

        func gallery() throws -> StudioGallery { try StudioGallery(Studio(studio)) }

        /// Asks, and prints the answer.
        func ask(_ question: GalleryQuestion, lines: (GalleryAnswer) -> [String]) async throws {
            let use: StudioGallery.Use =
                switch question.ask {
                case .list, .show: .reading
                case .rename, .remove: .changing
                }
            let answer: GalleryAnswer
            do {
                answer = try await gallery().ask(use) {
                    try await $0.gallery(question)
                } direct: {
                    try $0.answer(question)
                }
            } catch GalleryError.empty where question.ask == .list {
                answer = GalleryAnswer.nobody
            }
            try tell(answer, lines: lines)
        }

        func tell(_ answer: GalleryAnswer, lines: (GalleryAnswer) -> [String]) throws {
            if json { try Terminal.answer(json: answer) } else { Terminal.answer(lines(answer)) }
        }
    }
}

/// A studio's gallery: through the daemon when one answers, else by its file.
struct StudioGallery {
    /// What a command does with it.
    enum Use {
        case reading, changing
        /// There may be no gallery yet. Otherwise none is made by the way: it would belong to whoever asks, and the daemon
        /// could not write to it.
        case filling
    }

    private let studio: Studio

    init(_ studio: Studio) { self.studio = studio }

    /// - Throws: ``GalleryError/empty(path:)`` where there is no file, unless it is to be filled.
    func ask<Value>(
        _ use: Use, live: (ControlClient) async throws -> Value, direct: (Gallery) throws -> Value
    ) async throws -> Value {
        do {
            return try await live(studio.client)
        } catch SpoolError.daemonUnreachable {
            let folders = studio.settings.folders
            if use == .filling {
                try GivenPath.makeFolder(folders.state)
            } else if !FileManager.default.fileExists(atPath: folders.gallery) {
                throw GalleryError.empty(path: folders.gallery)
            }
            return try direct(Gallery(path: folders.gallery, access: use == .reading ? .reading : .writing))
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

    static func templates(_ count: Int) -> String { Phrases.count(count, "template") }

    static func count(_ people: Int) -> String { people == 1 ? "1 person" : "\(people) people" }
}
