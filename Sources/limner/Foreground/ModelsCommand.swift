import ArgumentParser
import Foundation
import Gallery
import Spool
import Wire

struct ModelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models", abstract: "The networks: what is there, under which licence, and whether it is whole.",
        subcommands: [List.self, Verify.self, Import.self, ActivateModel.self, RetireModel.self],
        defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Every model that Limner knows, and those imported or learned.",
            discussion: """
                Of models that compare faces it says which is in use, and how many templates of the gallery each can compare; of learned \
                ones also what they were learned of and what they proved.
                """)

        @OptionGroup var options: Options

        func run() async throws {
            var models = try await options.models(.list)
            let networks: [GalleryAnswer.Network]
            do {
                networks = try await Self.networks(Studio(options.studio))
            } catch {
                // The models are there, whatever is wrong with the gallery.
                Terminal.say("limner: how many templates each compares is not known: \(error)")
                return try options.tell(models, after: .list)
            }
            for place in models.indices where ModelIdentifier(models[place].id)?.isEmbedder == true {
                let model = models[place]
                // The worker refuses a head whose base is another than it was.
                let own = networks.filter { network in
                    model.base.map { $0 == network.name } ?? (model.sha256 == network.sha256)
                }
                models[place].templates = own.reduce(0) { $0 + $1.templates }
            }
            try options.tell(models, after: .list)
        }

        private static func networks(_ studio: Studio) async throws -> [GalleryAnswer.Network] {
            do {
                return try await StudioGallery(studio).ask(.reading) {
                    try await $0.gallery(GalleryQuestion(.networks))
                } direct: {
                    try $0.answer(GalleryQuestion(.networks), policy: GalleryPolicy(studio.settings))
                }.networks ?? []
            } catch GalleryError.empty, CommandError.rootMissing {
                return []
            }
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
            abstract: "Converts a model's file into the store, or into a style.",
            discussion: """
                Files of models that Limner knows are recognised by their SHA-256. With --as style, a network that paints in one pass becomes \
                the style STYLES/NAME/, which `limner stylize --style NAME` and the inbox's stylize/NAME/ paint in from then on: state \
                dictionaries of PyTorch's fast_neural_style (.pth), and ONNX files of one picture in and one of its size out, in values of 0…255, \
                0…1 or −1…1; weights in other files of the same folder are read with them. Not read are networks that compute with the \
                picture's size more than how large their layers are (GroupNorm), and operators that the message names.
                """)

        /// What a file is to become.
        enum Purpose: String, ExpressibleByArgument, CaseIterable {
            case model, style
        }

        @Argument(help: ArgumentHelp("The file.", valueName: "file"))
        var file: FileArgument

        @Option(name: .customLong("as"), help: "A model of the store, or a style.")
        var purpose = Purpose.model

        @Option(help: "What the style is called; by default as the file, without its ending.")
        var name: String?

        @Option(
            help: ArgumentHelp(
                "What white is in what a style's network takes; found out by trying where it is not said.",
                valueName: "number"))
        var white: ModelsRequest.NewStyle.White?

        @Option(
            help: ArgumentHelp(
                "The styles folder that the style is put into, in place of the studio's.", valueName: "dir"),
            completion: .directory)
        var styles: FileArgument?

        @OptionGroup var options: Options

        func validate() throws {
            guard purpose == .style || (name == nil && styles == nil && white == nil) else {
                throw ValidationError("--name, --styles and --white are for --as style.")
            }
            guard options.studio.root == nil || styles == nil else {
                throw ValidationError("Give --root or --styles, not both.")
            }
        }

        func run() async throws {
            let given = try GivenPath(existing: file)
            guard purpose == .style else {
                _ = try await options.ask(.import, given)
                return
            }
            let name = name ?? (file.name as NSString).deletingPathExtension
            var session = try WorkerSession(options.studio, verbose: options.verbose)
            let target = try NewStyle(name, in: styles, of: session.settings)
            let aside = try AsideFolder(in: target.styles.path)
            defer { aside.remove() }
            session.writes = [aside.path]
            let models = try await options.models(
                ModelsRequest(
                    token: .foreground, action: .importStyle, path: given.path,
                    style: .init(name: name, folder: aside.path, white: white)), about: given, through: session)
            try target.commit(aside.names, from: aside, keeping: [given])
            try options.tell(models, after: .importStyle)
            if !options.json {
                Terminal.answer([target.invitation(root: options.studio.root)])
            }
        }
    }

    /// What those share that ask about the store.
    struct Options: ParsableArguments {
        @OptionGroup var studio: StudioOptions

        @Flag(help: "Print JSON.")
        var json = false

        @Flag(help: "Show what the worker says.")
        var verbose = false

        /// Asks, and prints the answer.
        func ask(_ action: ModelsRequest.Action, _ file: GivenPath? = nil) async throws -> [ModelsAnswer.Entry] {
            let models = try await models(action, file)
            try tell(models, after: action)
            return models
        }

        func models(_ action: ModelsRequest.Action, _ file: GivenPath? = nil) async throws -> [ModelsAnswer.Entry] {
            var session = try WorkerSession(studio, verbose: verbose)
            if action == .import {
                let store = session.settings.models.path
                try GivenPath.makeFolder(store)
                session.writes = [store]
            }
            return try await models(
                ModelsRequest(token: .foreground, action: action, path: file?.path), about: file, through: session)
        }

        func models(
            _ request: ModelsRequest, about file: GivenPath?, through session: WorkerSession
        ) async throws -> [ModelsAnswer.Entry] {
            let message: WorkerMessage
            do {
                message = try await session.ask(.models(request))
            } catch CommandError.refused(let error) {
                throw CommandError.refused(error.naming(file.map { [$0] } ?? []))
            }
            guard case .models(let answer) = message else { throw CommandError.unexpectedAnswer("\(message)") }
            return answer.models
        }

        func tell(_ models: [ModelsAnswer.Entry], after action: ModelsRequest.Action) throws {
            if json {
                try Terminal.answer(json: models)
            } else {
                Terminal.answer(models.flatMap { ModelText.lines(of: $0, after: action) })
            }
        }
    }
}

/// Models as people read them.
enum ModelText {
    /// A line with the state, and one for each fact; after a verification only the verdict.
    static func lines(of model: ModelsAnswer.Entry, after action: ModelsRequest.Action) -> [String] {
        let isVerified = action == .verify && model.state == .present
        let use = model.inUse ? ", in use" : ""
        var lines = ["\(model.id)  \(isVerified ? "verified" : model.state.rawValue)\(use)"]
        if action != .verify {
            lines.append("  \(model.name) \(model.version), \(model.licence): \(model.use)")
            lines.append("  from \(model.origin)")
            lines.append("  SHA-256 \(model.sha256)")
            if let lineage = model.lineage { lines += self.lines(of: lineage) }
            if let templates = model.templates {
                let maker = model.base.map { " of \($0)" } ?? ""
                lines.append("  compares \(GalleryText.templates(templates))\(maker) in the gallery")
            }
        }
        if let problem = model.problem { lines.append("  problem: \(problem)") }
        return lines
    }

    static func lines(of lineage: ModelLineage) -> [String] {
        func percent(_ share: Double) -> String { "\(Phrases.measure(share * 100)) %" }
        let figures = lineage.figures.map { figure in
            """
              \(figure.measure) at \(figure.resolution) px: \(percent(figure.before)) before, \(percent(figure.after)) after, of \
            \(lineage.judging) people never seen
            """
        }
        return [
            """
              learned \(Phrases.time(lineage.learned)) by Limner \(lineage.version): \(lineage.depth.rawValue), for faces of \
            \(lineage.resolution) px, seed \(lineage.seed), \(lineage.steps) steps
            """,
            "  of \(lineage.base.id) \(lineage.base.sha256)",
            "  data  \(lineage.dataSHA256), \(lineage.pictures) pictures, \(lineage.learning) people learned from",
        ] + figures
    }
}
