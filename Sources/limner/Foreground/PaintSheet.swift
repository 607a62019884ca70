import ArgumentParser
import Foundation
import Parsing
import Spool
import Wire

struct PaintSheet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sheet", abstract: "Paints a photograph in every style, small, on one sheet.",
        discussion: """
            The photograph comes first, then the styles of the folder, then the built-in ones, each above its name. All are painted \
            in one pass: a recipe with its options, but for its preset and network. Brush strokes are as wide in pixels at every \
            size, so that a large painting's are finer than those seen here; --size shows it. A style that fails has its error's \
            words in its place; the exit status is then 1.
            """)

    @Argument(help: ArgumentHelp("The photograph.", valueName: "picture"))
    var content: FileArgument

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp(
            "Where the sheet goes: a file, whose name says its format, or a folder (default: \(Self.usualOutput)).",
            valueName: "out"))
    var output: FileArgument?

    @Option(
        name: .customLong("style"), parsing: .upToNextOption,
        help: ArgumentHelp("Names or pictures of the styles (default: every style).", valueName: "style"),
        completion: .file(extensions: PictureFormat.endings))
    var choices: [String] = []

    @Option(
        help: ArgumentHelp(
            "Long side of each painting in pixels.",
            valueName: "\(SheetRequest.sizes.lowerBound)…\(SheetRequest.sizes.upperBound)"))
    var size = 256

    @OptionGroup var options: StylesOptions

    @Flag(help: "Print JSON.")
    var json = false

    private static let usualOutput = "sheet.jpg"

    /// What `--json` prints.
    private struct Answer: Encodable {
        var input: InputFacts
        var output: Painted.Output
        var styles: [SheetAnswer.Cell]
        var models: [ModelFacts]
    }

    func validate() throws {
        try SheetRequest.sizes.check(size, of: "--size")
    }

    func run() async throws {
        let folder: StylesFolder
        var session: WorkerSession
        (session, folder) = try options.session()
        let content = try GivenPath(existing: content)
        let choices = try choices.map { text in
            let style = try StyleArgument(text, stylesIn: folder.folder.path)
            guard style.weight == 1 else { throw CommandError.usage("--style \(text): a sheet blends nothing") }
            return style
        }
        let pictures = try StylizeCommand.pictures(of: choices)
        let place =
            try output.map(GivenPath.init(output:))
            ?? GivenPath(
                typed: Self.usualOutput, path: "\(FileManager.default.currentDirectoryPath)/\(Self.usualOutput)")
        let plan = try OutputPlan(picture: place, suffix: "sheet")
        try plan.check(keeping: [content] + pictures)
        let isNew = try plan.makeFolder()
        defer { if isNew { plan.removeEmptyFolder() } }
        session.writes = [plan.folder]
        let request = SheetRequest(
            token: .foreground, picture: content.input(.picture),
            folder: folder.folder.path, choices: choices.map(\.choice),
            pictures: pictures.map { $0.input(.style) }, size: size,
            format: plan.format ?? .jpeg, quality: session.settings.options.resolved(for: .stylize).quality,
            limits: session.settings.pictureLimits, outputFolder: "")
        let line = ProgressLine(title: content.typed)
        defer { line.clear() }
        let (answer, written) = try await session.run { conversation in
            let styles = try await folder.styles(through: conversation)
            let used = styles.filter { style in
                choices.isEmpty || choices.contains { $0.source == .name(style.name) || $0.source.text == style.alias }
            }
            for note in used.compactMap(\.note) { Terminal.say("limner: \(note)") }
            let inputs = [content] + pictures + folder.files(of: styles)
            return try await plan.make(
                after: content.typed, request.format, keeping: inputs, through: conversation, line
            ) { folder in
                var request = request
                request.outputFolder = folder
                return .sheet(request)
            } made: {
                if case .sheet(let answer) = $0 { (answer, answer.output) } else { nil }
            }
        }
        line.clear()
        try tell(answer, at: written, naming: [content, folder.folder] + pictures)
    }

    private func tell(_ answer: SheetAnswer, at output: GivenPath, naming paths: [GivenPath]) throws {
        let cells = answer.cells.map { SheetAnswer.Cell(style: $0.style, error: $0.error?.naming(paths)) }
        let failed = cells.filter { $0.error != nil }
        if json {
            try Terminal.answer(
                json: Answer(
                    input: answer.input,
                    output: .init(answer.output, at: output, width: answer.width, height: answer.height), styles: cells,
                    models: answer.models))
        } else {
            let failures = failed.isEmpty ? "" : ", \(failed.count) of them failed"
            Terminal.answer(
                "\(output.typed): \(answer.width)x\(answer.height), \(Phrases.count(cells.count, "style"))\(failures)")
        }
        for cell in failed {
            if let error = cell.error { Terminal.say(CommandError.refused(error).lines(about: cell.style)) }
        }
        if !failed.isEmpty { throw CommandError.negative }
    }
}
