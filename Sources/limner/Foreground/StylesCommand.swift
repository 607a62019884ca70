import ArgumentParser
import Foundation
import Spool
import Wire

struct StylesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "styles", abstract: "The styles that a job can name, and what a photograph becomes in them.",
        subcommands: [ListStyles.self, ShowStyle.self, PaintSheet.self], defaultSubcommand: ListStyles.self)
}

struct ListStyles: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Every style of the styles folder, and the built-in ones.",
        discussion: """
            A style of the folder goes before a built-in one of its name, which then keeps its alias. A recipe or picture that \
            cannot be used is listed with what is wrong.
            """)

    @OptionGroup var options: StylesOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let (session, folder) = try options.session()
        let styles = try await session.run { try await folder.styles(through: $0) }
        if json { return try Terminal.answer(json: styles) }
        var table = Table(head: ["name", "alias", "kind", "what"])
        for style in styles {
            table.add([style.name, style.alias ?? "", style.kind.rawValue, StyleText.summary(of: style)])
        }
        Terminal.answer(table.lines)
    }
}

struct ShowStyle: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "One style: its pictures, its options as resolved, and how it is used.",
        discussion: "The exit status is 1 when a job that names it would fail.")

    @Argument(help: "The style's name, or its alias.")
    var name: String

    @OptionGroup var options: StylesOptions

    @Flag(help: "Print JSON.")
    var json = false

    private struct Answer: Encodable {
        var style: StyleFacts
        /// Where pictures are dropped to be painted in it.
        var inbox: String
        /// How it is named on the command line.
        var flag: String
    }

    func run() async throws {
        let (session, folder) = try options.session()
        let name = name
        let styles = try await session.run { try await folder.styles(named: name, through: $0) }
        guard let style = styles.first else { throw CommandError.unexpectedAnswer("no style") }
        let answer = Answer(
            style: style, inbox: session.settings.folders.inbox(of: .stylize) + "/\(style.name)/",
            flag: "--style \(style.name.shellWord)")
        if json {
            try Terminal.answer(json: answer)
        } else {
            Terminal.answer(StyleText.lines(of: style))
        }
        if let error = style.error {
            if !json { Terminal.say(CommandError.refused(error).lines()) }
            throw CommandError.negative
        }
        if json { return }
        if options.styles != nil, style.kind != .onePass {
            Terminal.answer("  copy into  \(session.settings.folders.styles)/, and then")
        }
        Terminal.answer([
            "  drop into  \(answer.inbox)", "  or         limner stylize PICTURE \(answer.flag) -o OUT",
        ])
    }
}

/// Where styles are looked for.
struct StylesOptions: ParsableArguments {
    @OptionGroup var studio: StudioOptions

    @Option(
        help: ArgumentHelp("A styles folder, in place of the studio's.", valueName: "dir"), completion: .directory)
    var styles: FileArgument?

    @Flag(help: "Show what the worker says.")
    var verbose = false

    func validate() throws {
        guard studio.root == nil || styles == nil else { throw ValidationError("Give --root or --styles, not both.") }
    }

    /// - Throws: ``CommandError/inputUnreadable(path:reason:)`` for a folder that is there and cannot be read, or that was
    ///   given and is not there.
    func session() throws -> (WorkerSession, StylesFolder) {
        let session = try WorkerSession(studio, verbose: verbose)
        return (session, try StylesFolder(styles, of: session.settings))
    }
}

/// The folder of styles that a command is about.
struct StylesFolder: Sendable {
    let folder: GivenPath

    init(_ given: FileArgument?, of settings: Settings) throws(CommandError) {
        let own = settings.folders.styles
        folder =
            try given.map { argument throws(CommandError) in try GivenPath(argument) }
            ?? GivenPath(typed: own, path: own)
        do {
            _ = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        } catch {
            let failure: OpenFailure = access(folder.path, R_OK | X_OK) == 0 ? .other : OpenFailure(errno: errno)
            switch failure {
            case .missing where given == nil:
                Terminal.say("limner: there is no folder \(own); the built-in styles need none")
            case .forbidden where given == nil:
                Terminal.say("limner: \(SpoolError.forbidden(path: own)); the built-in styles need no folder")
            default: throw .inputUnreadable(path: folder.typed, reason: error.words)
            }
        }
    }

    /// What the worker says of one style, or of all.
    ///
    /// - Throws: ``CommandError/refused(_:)`` when there is none of the name.
    func styles(named name: String? = nil, through conversation: WorkerConversation) async throws -> [StyleFacts] {
        let request = StylesRequest(token: .foreground, folder: folder.path, name: name)
        switch try await conversation.ask(.styles(request)) {
        case .styles(let answer):
            return answer.styles.map { style in
                var style = style
                style.error = style.error?.naming([folder])
                return style
            }
        case .failed(let failure): throw CommandError.refused(failure.error.naming([folder]))
        case let message: throw CommandError.unexpectedAnswer("\(message)")
        }
    }

    /// The files of styles, as the user would type them.
    func files(of styles: [StyleFacts]) -> [GivenPath] { styles.flatMap(\.files).map(folder.appending) }
}

/// Styles as people read them.
enum StyleText {
    /// One line: what is wrong, or title, pictures, blend and options.
    static func summary(of style: StyleFacts) -> String {
        if let error = style.error { return "\(error.code.rawValue): \(error.message)" }
        let title = style.title.map { [$0] } ?? []
        return
            (title + style.pictures.map { picture(of: $0, style) } + style.blend.map { part(of: $0, style) }
            + given(style) + remarks(style)).joined(separator: "; ")
    }

    static func lines(of style: StyleFacts) -> [String] {
        let title = style.title.map { ["  \($0)"] } ?? []
        let parts =
            style.pictures.map { "  \(picture(of: $0, style))" } + style.blend.map { "  \(part(of: $0, style))" }
        let options = style.options?.texts ?? []
        let column = (options.map(\.key.count).max() ?? 0) + 2
        let rows = options.map { "  " + $0.key + String(repeating: " ", count: column - $0.key.count) + $0.text }
        return ["\(style.name)  \(style.kind.rawValue)" + (style.alias.map { ", also \($0)" } ?? "")] + title + parts
            + rows + remarks(style).map { "  \($0)" }
    }

    private static func picture(of picture: StyleFacts.Picture, _ style: StyleFacts) -> String {
        let size = picture.width.flatMap { width in picture.height.map { "\(width)x\($0)" } }
        return picture.path + " " + (size ?? "cannot be used") + share(picture.weight, style.pictures.count)
    }

    private static func part(of part: StyleFacts.Part, _ style: StyleFacts) -> String {
        part.name + share(part.weight, style.blend.count)
    }

    private static func share(_ weight: Double, _ count: Int) -> String {
        count == 1 ? "" : ", \(Int((weight * 100).rounded())) %"
    }

    /// What has no effect.
    private static func remarks(_ style: StyleFacts) -> [String] {
        (style.ignored.isEmpty ? [] : ["regardless of \(style.ignored.joined(separator: ", "))"])
            + [style.note].compactMap(\.self)
    }

    private static func given(_ style: StyleFacts) -> [String] {
        let texts = style.given.texts.map { "\($0.key) \($0.text)" }
        return texts.isEmpty ? [] : [texts.joined(separator: ", ")]
    }
}
