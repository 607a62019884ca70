import ArgumentParser
import Foundation
import Parsing
import Spool
import Wire

struct StylizeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stylize", abstract: "Repaints photographs and films in the style of paintings.",
        usage: "limner stylize CONTENT… --style STYLE… -o OUT [options]",
        discussion: """
            A style is the path of a picture, the name of a style in the studio's styles folder, or of a built-in one (limner styles list); \
            with =weight behind it, its share of a blend. OUT is a file, or a folder: when there are several contents, \
            or it exists as one, or it ends in a slash; the name of a file says its format. A file that is named is replaced; in a folder \
            nothing is, and a painting whose name is taken gets a number (photo.stylized-2.jpg), unless it is the same to the byte. \
            Ctrl-C ends a film with what is painted of it under --keep-partial. What is not given comes from the style's own style.json, then from \
            the preset and the settings.
            """)

    @OptionGroup var studio: StudioOptions

    @Argument(help: ArgumentHelp("Photographs or films to repaint.", valueName: "content"))
    var contents: [FileArgument] = []

    @Option(
        name: .customLong("style"), parsing: .upToNextOption,
        help: ArgumentHelp("Pictures or names of styles; several are blended.", valueName: "style[=weight]"),
        completion: .file(extensions: PictureFormat.endings))
    var styles: [String] = []

    @Option(
        name: .customLong("mask"), parsing: .upToNextOption,
        help: ArgumentHelp(
            "A picture that is white where a style applies: the first for the first style and so on, - for none.",
            valueName: "picture"),
        completion: .file(extensions: PictureFormat.endings))
    var masks: [String] = []

    @Option(
        name: .customLong("layers"), parsing: .upToNextOption,
        help: ArgumentHelp(
            "Layers in which alone a style counts, as relu1_1,relu2_1=2: of the first style and so on, - for all.",
            valueName: "layer[=weight],…"))
    var layers: [String] = []

    @Option(
        help: ArgumentHelp(
            "A picture whose colours part the contents: each part is painted after that of the same colour in the styles' --style-segments.",
            valueName: "picture"),
        completion: .file(extensions: PictureFormat.endings))
    var segments: FileArgument?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "The same of the styles, one for each: the first for the first style and so on.", valueName: "picture"),
        completion: .file(extensions: PictureFormat.endings))
    var styleSegments: [FileArgument] = []

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("Where the picture goes.", valueName: "out"))
    var output: FileArgument

    @Option(help: ArgumentHelp("Write the losses as comma-separated values.", valueName: "file.csv"))
    var trace: FileArgument?

    @Option(help: "Every ten seconds, write the picture as it stands, small, to this .jpg.")
    var preview: FileArgument?

    @OptionGroup(title: "Painting") var painting: OptionFlags<PaintingSelection>

    @Flag(help: "Print JSON, one line a picture.")
    var json = false

    @Flag(help: "Say what is going to be done, with every option as resolved, and do nothing.")
    var dryRun = false

    @Flag(help: "Show what the worker says.")
    var verbose = false

    func validate() throws {
        guard !contents.isEmpty else { throw ValidationError("Name at least one photograph or film, before --style.") }
        guard StyleChoice.count.contains(styles.count) else {
            throw ValidationError(
                "Give \(StyleChoice.count.lowerBound) to \(StyleChoice.count.upperBound) styles with --style.")
        }
        guard masks.count <= styles.count else {
            throw ValidationError("\(masks.count) masks are more than the \(styles.count) styles that they are for.")
        }
        guard layers.count <= styles.count else {
            throw ValidationError("--layers for \(layers.count) styles, of which there are \(styles.count).")
        }
        guard styleSegments.isEmpty || segments != nil else {
            throw ValidationError("--style-segments parts the styles, and nothing the contents: give --segments, too.")
        }
        guard segments == nil || styleSegments.count == styles.count else {
            throw ValidationError(
                "--segments parts the contents, and each part is painted after that of the same colour in a style: give "
                    + "\(Phrases.count(styles.count, "picture")) in --style-segments, one for each style, not "
                    + "\(styleSegments.count).")
        }
        guard segments == nil || masks.isEmpty else {
            throw ValidationError("A style has either --segments or a --mask.")
        }
        guard trace == nil || contents.count == 1 else { throw ValidationError("--trace is for one picture.") }
    }

    func run() async throws {
        var session = try WorkerSession(studio, verbose: verbose)
        let styles = try styles.map { try StyleArgument($0, stylesIn: session.settings.folders.styles) }
        let pictures = try Self.pictures(of: styles)
        let masks = try masks.map { try Self.mask($0) }
        let layers = try layers.map { try Self.layers($0) }
        let segments = try segments.map { try GivenPath(existing: $0) }
        let styleSegments = try styleSegments.map { try GivenPath(existing: $0) }
        var options = try painting.options(of: .stylize)
        if trace != nil, options.blend != nil {
            throw CommandError.usage("--trace is for one picture, and --blend paints several")
        }
        let contents = try PaintingContent.all(of: contents, &options)
        let plan = try OutputPlan(
            output: GivenPath(output: output), contents: contents.count, format: options.format,
            filmFormat: options.filmFormat,
            suffixes: BlendStep.all(of: options.blend).map(\.suffix),
            subject: contents.allSatisfy(\.isFilm) ? .film : .either)
        try plan.check(contents)
        options.format = plan.format
        options.filmFormat = plan.film ?? options.filmFormat
        options.styles = styles.enumerated().map { index, style in
            var choice = style.choice
            if index < masks.count { choice.mask = masks[index]?.typed }
            if index < layers.count { choice.layers = layers[index] }
            if index < styleSegments.count { choice.segments = styleSegments[index].typed }
            return choice
        }
        options.segments = segments?.typed
        let areas = (masks + [segments] + styleSegments).compactMap(\.self)
        let inputs = contents.flatMap(\.files) + pictures + areas
        try plan.check(keeping: inputs)
        let isNew = dryRun ? false : try plan.makeFolder()
        defer { if isNew { plan.removeEmptyFolder() } }
        let trace = try self.trace.map { file in
            let path = try GivenPath(output: file)
            try path.checkTrace(of: "--trace")
            return try OutputTarget(path, keeping: inputs)
        }
        let preview = try self.preview.map { file in
            let path = try GivenPath(output: file)
            try path.checkPreview(of: "--preview")
            return try OutputTarget(path, keeping: inputs)
        }
        for (flag, target) in [("--trace", trace), ("--preview", preview)] {
            guard let target else { continue }
            if case .file(let file) = plan.place, try OutputTarget(file, keeping: inputs).path == target.path {
                throw CommandError.usage("\(flag) and -o name the same file, \(file.typed)")
            }
        }
        if let trace, trace.path == preview?.path {
            throw CommandError.usage("--trace and --preview name the same file, \(trace.typed)")
        }
        session.writes = [plan.folder]
        let job = Painting(
            options: options, contents: contents, styles: pictures, masks: areas, plan: plan, trace: trace,
            preview: preview, session: session)
        let json = json
        if dryRun {
            let failed = try await PlanAnswer.ask(
                session, job.jobs, of: contents.map(\.given), naming: inputs, json: json, check: job.check)
            if failed > 0 { throw CommandError.negative }
            return
        }
        let failed = try await session.run(unless: job.conclude) { [job] conversation in
            try await job.paint(through: conversation) { painted in
                try painted.tell(json: json, alone: contents.count == 1)
            }
        }
        if failed > 0 { throw CommandError.negative }
    }

    /// The file that an argument of `--mask` names; nil for `-`.
    private static func mask(_ typed: String) throws -> GivenPath? {
        if typed == "-" { return nil }
        guard let file = FileArgument(argument: typed) else { throw CommandError.usage("--mask \(typed) is ambiguous") }
        return try GivenPath(existing: file)
    }

    /// The layers that an argument of `--layers` names; nil for `-`.
    private static func layers(_ typed: String) throws(CommandError) -> LayerWeights? {
        if typed == "-" { return nil }
        do throws(ManifestError) {
            return try LayerWeights(typed, of: "--layers")
        } catch {
            throw .usage(error.mistakes.map(\.sentence).joined(separator: "; "))
        }
    }

    /// The style pictures, each path once.
    static func pictures(of styles: [StyleArgument]) throws -> [GivenPath] {
        var pictures: [GivenPath] = []
        for style in styles {
            guard case .picture(let typed) = style.source, !pictures.contains(where: { $0.typed == typed }) else {
                continue
            }
            guard let file = FileArgument(argument: typed) else {
                throw CommandError.usage("--style \(typed) is ambiguous")
            }
            if OutputPlan.isFolder(typed) {
                throw CommandError.usage(
                    "--style \(typed) is a folder; give a picture of it, or move it into the studio's styles folder and give its name"
                )
            }
            pictures.append(try GivenPath(existing: file))
        }
        return pictures
    }
}
