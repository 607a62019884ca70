import ArgumentParser
import Foundation
import Gallery
import Spool
import Wire

struct ActivateModel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "activate", abstract: "Puts a model to use that compares faces, from the next job on.",
        discussion: """
            It is noted in the model store, and is what faces.embedder is unless another source sets it; a daemon that answers heeds it \
            at once. A learned head compares the templates that there are, so nobody has to be enrolled again; a model with weights of its \
            own makes its own, and everybody who needs re-enrolment is named. Remembered faces of nobody are asked again.
            """)

    @Argument(help: ArgumentHelp("Its name, as models list has it.", valueName: "model"))
    var model: String
    @OptionGroup var options: ModelsCommand.Options

    func run() async throws {
        let models = try await options.models(.list)
        guard let id = ModelIdentifier(model), id.isEmbedder,
            let entry = models.first(where: { $0.id == id.text }), entry.state == .present
        else {
            let known = models.filter { $0.state == .present && ModelIdentifier($0.id)?.isEmbedder == true }.map(\.id)
            throw ReportError(
                code: .modelMissing, message: "There is no model “\(model)” in the store that compares faces.",
                hint: "There are \(known.joined(separator: ", ")); `limner models import` takes a file up.")
        }
        try await ModelInUse(options).change { $0.activate(id) }
    }
}

struct RetireModel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retire", abstract: "Goes back to the model that compared faces before.",
        discussion: "Whoever was enrolled with the other one's own templates is named. The model stays in the store.")

    @OptionGroup var options: ModelsCommand.Options

    func run() async throws {
        try await ModelInUse(options).change { activated in
            guard activated.retire() != nil else {
                throw ReportError(
                    code: .optionInvalid, message: "No model was activated that could be gone back from.",
                    hint: "`limner models list` says which is in use, and `limner config` why.")
            }
        }
    }
}

/// Changes which model compares faces, and tells what that means for the people of the gallery.
struct ModelInUse {
    private let options: ModelsCommand.Options

    init(_ options: ModelsCommand.Options) { self.options = options }

    /// The answer of `--json`.
    struct Change: Codable, Equatable {
        var inUse: String
        var before: String
        /// Whether a daemon heeds it already.
        var live: Bool
        /// What the daemon compares by all the same, and where it says so; absent otherwise.
        var overruled: String?
        var people: Int
        /// Who has no template that the model compares.
        var needReenrolment: [String]
    }

    /// - Throws: ``ReportError`` when another source of settings says which model it is; what `body` throws.
    func change(_ body: (inout ActivatedModels) throws -> Void) async throws {
        let before = try options.studio.resolve()
        let store = before.settings.models.path
        switch before.origins[SettingsResolver.activated] {
        case nil, .activation: break
        case .some(let origin):
            throw ReportError(
                code: .optionInvalid,
                message:
                    "faces.embedder is \(before.settings.faces.embedder) by \(origin), which goes over what is activated.",
                hint: "Take it out there, or name the model there.")
        }
        try await requireStore(store, of: Studio(options.studio))
        var activated = try ActivatedModels.read(in: store)
        try body(&activated)
        do {
            try activated.write(in: store)
        } catch {
            throw CommandError.outputUnwritable(path: ActivatedModels.path(in: store), reason: error.words)
        }
        let studio = try Studio(options.studio)
        let inUse = studio.settings.faces.embedder
        var change = Change(
            inUse: inUse, before: before.settings.faces.embedder, live: false, people: 0, needReenrolment: [])
        do {
            _ = try await studio.client.reload()
            change.live = true
            let entry = try await studio.client.config().entries.first { $0.key == SettingsResolver.activated }
            if let entry, entry.value != inUse { change.overruled = "\(entry.value), by \(entry.origin)" }
        } catch SpoolError.daemonUnreachable {
            try Gallery(
                path: studio.settings.folders.gallery, access: .writing, keyFile: studio.settings.faces.keyFile
            ).reconsider()
        }
        let people = try await people(studio)
        change.people = people.count
        change.needReenrolment = people.filter(\.isUnknownToModel).map(\.name)
        if options.json { try Terminal.answer(json: change) } else { Terminal.answer(Self.lines(of: change)) }
    }

    /// - Throws: ``ReportError`` when a daemon answers that has another store, and so would not heed what is noted in this one.
    private func requireStore(_ store: String, of studio: Studio) async throws {
        let entries: [ConfigAnswer.Entry]
        do {
            entries = try await studio.client.config().entries
        } catch SpoolError.daemonUnreachable {
            return
        }
        guard let other = entries.first(where: { $0.key == "models.path" })?.value, other != store else { return }
        throw ReportError(
            code: .optionInvalid, message: "The daemon's model store is \(other), and this command's \(store).",
            hint: "Give --models \(other).")
    }

    private func people(_ studio: Studio) async throws -> [GalleryAnswer.Person] {
        do {
            return try await StudioGallery(studio).ask(.reading) {
                try await $0.gallery(GalleryQuestion(.list))
            } direct: {
                try $0.answer(GalleryQuestion(.list), policy: GalleryPolicy(studio.settings))
            }.people
        } catch GalleryError.empty, CommandError.rootMissing {
            return []
        }
    }

    static func lines(of change: Change) -> [String] {
        let daemon =
            change.overruled.map { "the daemon goes by \($0), all the same: take that out, then reload it" }
            ?? (change.live
                ? "the daemon heeds it from the next job on" : "no daemon answers; it heeds it when it starts")
        let known = change.people - change.needReenrolment.count
        return ["\(change.inUse) is in use; before it was \(change.before)", daemon]
            + (change.people > 0 ? ["it knows \(known) of \(GalleryText.count(change.people))"] : [])
            + change.needReenrolment.map { "\($0): needs re-enrolment" }
    }
}
