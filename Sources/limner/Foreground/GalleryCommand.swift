import ArgumentParser
import Foundation
import Gallery
import Spool
import Wire

struct GalleryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gallery", abstract: "The people who are enrolled: templates, never pictures.",
        subcommands: [
            List.self, Show.self, Rename.self, Remove.self, Erase.self, Merge.self, Move.self, Undo.self, Confirm.self,
            Deny.self,
            Unknowns.self, Name.self, ForgetStrangers.self, Export.self, Import.self,
        ],
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
        static let configuration = CommandConfiguration(
            abstract: "Takes a person out.",
            discussion: "The bytes are overwritten when it cannot be undone any more; see the setting faces.undo.")

        @Argument var person: String
        @OptionGroup var options: Options

        func run() async throws {
            try await options.ask(GalleryQuestion(.remove, person: person)) {
                ["\(person) is removed, with \(GalleryText.templates($0.changed))"]
            }
        }
    }

    struct Erase: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Forgets a person for good, and proves it.",
            discussion: """
                Templates, denials and remembered faces like theirs go, and with them whatever could have been taken back. The
                gallery's files are then searched for every byte of it. Pictures, reports and the queue's history are not the gallery:
                `limner list` shows the jobs.
                """)

        @Argument var person: String
        @OptionGroup var options: Options

        func run() async throws {
            try await options.ask(GalleryQuestion(.erase, person: person), lines: GalleryText.receipt)
        }
    }

    struct Merge: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Makes two people one.")

        @Argument(help: ArgumentHelp("Who gives all templates away.", valueName: "from"))
        var person: String
        @Argument(help: ArgumentHelp("Who gets them.", valueName: "into"))
        var other: String
        @OptionGroup var options: Options

        func run() async throws {
            try await options.ask(GalleryQuestion(.merge, person: person, to: other)) {
                ["\(person) is \(other) now, who got \(GalleryText.templates($0.changed))"]
            }
        }
    }

    struct Move: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Gives a template to another person, who is made when new.")

        @Argument var person: String
        @Argument(help: ArgumentHelp("The beginning of its photograph's hash, as show has it.", valueName: "template"))
        var template: String
        @Argument(help: ArgumentHelp("Who gets it.", valueName: "other"))
        var other: String
        @OptionGroup var options: Options

        func run() async throws {
            try await options.ask(GalleryQuestion(.move, person: person, to: other, template: template)) {
                ["\(other) got \(GalleryText.templates($0.changed)) of \(person)'s"]
            }
        }
    }

    struct Undo: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes the last change back, an enrolment too.",
            discussion: "As far back as the setting faces.undo says; again for the change before.")

        @OptionGroup var options: Options

        func run() async throws {
            try await options.ask(GalleryQuestion(.undo)) { ["taken back: \($0.undone ?? "")"] }
        }
    }

    struct Confirm: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says that a face of a job is a person's.",
            discussion: """
                By the setting faces.confirmed it becomes a template, unless it is too poor for one: the answer says so, and why.
                """)

        @OptionGroup var face: JobFace
        @Argument var person: String
        @OptionGroup var options: Options

        func run() async throws {
            try await options.ask(face.question(.confirm, person)) {
                ["face \(face.face) is \(person)'s, who has \(GalleryText.templates($0.changed)) more"]
                    + ($0.notes ?? [])
            }
        }
    }

    struct Deny: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says that a face of a job is not a person's.",
            discussion: "Neither it nor the same picture saved anew is taken for that person again.")

        @OptionGroup var face: JobFace
        @Argument var person: String
        @OptionGroup var options: Options

        func run() async throws {
            try await options.ask(face.question(.deny, person)) {
                let lost = $0.changed > 0 ? ", who has \(GalleryText.templates($0.changed)) less" : ""
                return ["face \(face.face) is not \(person)'s\(lost)"]
            }
        }
    }

    struct Unknowns: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The faces of nobody who is known, those of one person together.")

        @OptionGroup var options: Options

        func run() async throws {
            try await options.ask(GalleryQuestion(.unknowns), lines: GalleryText.unknowns)
        }
    }

    struct Name: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Gives an unknown person a name.",
            discussion:
                """
                All faces that unknowns lists with this one become templates of the person, who is made when new; one of which the \
                person was denied, or that is somebody else's by the gallery, is left out and named.
                """)

        @OptionGroup var face: JobFace
        @Argument var person: String
        @OptionGroup var options: Options

        func run() async throws {
            try await options.ask(face.question(.name, person)) {
                ["\(person) has \(GalleryText.templates($0.changed)) more"] + ($0.notes ?? [])
            }
        }
    }

    struct ForgetStrangers: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "forget-strangers",
            abstract: "Erases the templates of strangers that thresholds are solved with.",
            discussion: "Strangers are kept only when the setting faces.cohort says so.")

        @OptionGroup var options: Options

        func run() async throws {
            try await options.ask(GalleryQuestion(.forgetStrangers)) {
                ["\(Phrases.count($0.strangers ?? 0, "stranger")) forgotten"]
            }
        }
    }

    /// A face of a job.
    struct JobFace: ParsableArguments {
        @Argument(help: ArgumentHelp("The job, or its folder in the outbox.", valueName: "job"))
        var job: JobIdentifier
        @Argument(help: ArgumentHelp("The face's number in the job's report.", valueName: "face"))
        var face: Int

        func question(_ ask: GalleryQuestion.Ask, _ person: String) -> GalleryQuestion {
            GalleryQuestion(ask, person: person, job: job, face: face)
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes everybody to a JSON file, which only its owner can read.")

        @Argument(help: ArgumentHelp("The file; what stands there is replaced.", valueName: "file"))
        var file: FileArgument
        @OptionGroup var options: Options

        func run() async throws {
            let given = try GivenPath(output: file)
            let target = try OutputTarget(given, keeping: [])
            let studio = try options.gallery()
            let json = try await studio.ask(.reading) {
                try await $0.exportGallery()
            } direct: {
                try $0.export().json()
            }
            let written = try GalleryExport(json: json).answer
            do {
                // Faces, for nobody else to read, at no time.
                umask(0o077)
                try json.write(to: URL(fileURLWithPath: target.path), options: .atomic)
                try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: target.path)
            } catch {
                throw CommandError.outputUnwritable(path: given.typed, reason: error.words)
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
                throw CommandError.inputUnreadable(path: given.typed, reason: error.words)
            }
            let policy = try options.policy()
            let answer = try await options.gallery().ask(.filling) {
                try await $0.importGallery(json)
            } direct: {
                try $0.answer(importing: json, policy: policy)
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

        func policy() throws -> GalleryPolicy { GalleryPolicy(try Studio(studio).settings) }

        /// Asks, and prints the answer.
        func ask(_ question: GalleryQuestion, lines: (GalleryAnswer) -> [String]) async throws {
            let use = question.ask.isReading ? StudioGallery.Use.reading : .changing
            let policy = try policy()
            let answer: GalleryAnswer
            do {
                answer = try await gallery().ask(use) {
                    try await $0.gallery(question)
                } direct: {
                    try $0.answer(question, policy: policy)
                }
            } catch GalleryError.empty where question.ask == .list || question.ask == .unknowns {
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

    /// - Parameter decidesByOwnSettings: what is asked depends on settings: where some were given for the command alone, no daemon can
    ///   answer.
    /// - Throws: ``GalleryError/empty(path:)`` where there is no file, unless it is to be filled; as ``Settings/has(_:for:)``.
    func ask<Value>(
        _ use: Use, decidesByOwnSettings: Bool = false, live: (ControlClient) async throws -> Value,
        direct: (Gallery) throws -> Value
    ) async throws -> Value {
        if !(decidesByOwnSettings && studio.hasOwnSettings) {
            do {
                let value = try await live(studio.client)
                studio.noteOwnSettings()
                return value
            } catch SpoolError.daemonUnreachable {}
        }
        let folders = studio.settings.folders
        if use == .filling {
            try GivenPath.makeFolder(folders.state)
        } else if try !studio.settings.has(folders.gallery) {
            throw GalleryError.empty(path: folders.gallery)
        }
        return try direct(
            Gallery(
                path: folders.gallery, access: use == .reading ? .reading : .writing,
                keyFile: studio.settings.faces.keyFile, models: RecognitionStore { [studio] in studio.settings }))
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
        let left = answer.people.filter { $0.comparable == 0 }
        return table.lines
            + left.map { "\($0.name): needs re-enrolment, the model in use compares no template there is" }
            + answer.people.filter { $0.templates == 0 }.map { "\($0.name): has no template to compare with" }
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

    static func receipt(_ answer: GalleryAnswer) -> [String] {
        guard let receipt = answer.erased else { return [] }
        return [
            "\(receipt.person) is erased, \(Phrases.time(receipt.time)): \(templates(receipt.templates)), "
                + "\(Phrases.count(receipt.denials, "denial")), \(Phrases.count(receipt.remembered, "remembered face")), "
                + "\(Phrases.count(receipt.changes, "change")) that could have been taken back"
        ] + receipt.sha256.map { "  erased \($0)" }
            + receipt.searched.map { "  searched \($0.path), \($0.bytes) bytes: no such template, no such name" }
            + (receipt.nameRemains.map { ["  the name's bytes remain: \($0)"] } ?? [])
    }

    /// Faces of one person that are listed.
    private static let fewFaces = 5

    static func unknowns(_ answer: GalleryAnswer) -> [String] {
        let clusters = answer.unknowns ?? []
        guard !clusters.isEmpty else { return ["no unknown face is remembered"] }
        return clusters.enumerated().flatMap { place, faces in
            let more = faces.count > fewFaces ? ["  and \(faces.count - fewFaces) more"] : []
            return ["unknown person \(place + 1): \(Phrases.count(faces.count, "face"))"]
                + faces.prefix(fewFaces).map {
                    "  \($0.job) \($0.face)  \(Phrases.time($0.seen))  quality \(Phrases.measure($0.quality))  \($0.picture)"
                } + more
        } + ["limner gallery name JOB FACE PERSON gives all faces of one a name"]
    }

    static func templates(_ count: Int) -> String { Phrases.count(count, "template") }

    static func count(_ people: Int) -> String { people == 1 ? "1 person" : "\(people) people" }
}
