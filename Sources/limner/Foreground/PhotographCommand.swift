import ArgumentParser
import Foundation
import Parsing
import Spool
import Wire

struct PhotographCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "photograph", abstract: "Makes a photograph again of a painting that exists.",
        discussion: """
            What the painting changed of the photograph that it was painted of is made smooth where the photograph is, and the \
            photograph keeps its details: what --photorealistic does of a painting that is being made. The painting may be of \
            another size, not of another shape.
            """)

    @OptionGroup var studio: StudioOptions

    @Argument(help: ArgumentHelp("The painting, by whatever program.", valueName: "painting"))
    var painting: FileArgument

    @Option(help: ArgumentHelp("The photograph that it was painted of.", valueName: "picture"))
    var content: FileArgument

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp(
            "Where the photograph goes: a file, whose name says its format, or a folder.", valueName: "out"))
    var output: FileArgument

    @Option(
        help: ArgumentHelp(
            "Long side of the result in pixels, at most (default: that of the photograph).", valueName: "64…8192"))
    var size: Int?

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Show what the worker says.")
    var verbose = false

    static let sizes = 64...8192

    /// What `--json` prints.
    private struct Answer: Encodable {
        var inputs: [InputFacts]
        var output: Painted.Output
    }

    func validate() throws {
        guard let size, !Self.sizes.contains(size) else { return }
        throw ValidationError(
            """
            --size is \(size); expected a whole number, \(Self.sizes.lowerBound) to \(Self.sizes.upperBound).
            """)
    }

    func run() async throws {
        var session = try WorkerSession(studio, verbose: verbose)
        let files = try [painting, content].map(GivenPath.init(existing:))
        let plan = try OutputPlan(output: GivenPath(output), contents: 1, format: nil, suffixes: ["photograph"])
        if plan.film != nil {
            throw CommandError.usage("\(output.text) is the name of a film; a picture comes of it")
        }
        try plan.prepare(for: [files[0].typed], keeping: files)
        session.writes = [plan.folder]
        let settings = session.settings.options.resolved(for: .stylize)
        let request = PhotographRequest(
            token: .foreground, painting: InputPicture(role: .picture, path: files[0].path, name: files[0].typed),
            content: InputPicture(role: .picture, path: files[1].path, name: files[1].typed), size: size,
            format: plan.format ?? settings.format, quality: settings.quality, limits: session.settings.pictureLimits,
            outputFolder: "")
        let line = ProgressLine(title: files[0].typed)
        defer { line.clear() }
        let (answer, written) = try await session.run { conversation in
            try await Self.ask(request, plan, keeping: files, through: conversation, line)
        }
        line.clear()
        if json {
            return try Terminal.answer(
                json: Answer(
                    inputs: answer.inputs,
                    output: .init(
                        path: written.typed, bytes: answer.output.bytes, sha256: answer.output.sha256,
                        width: answer.width, height: answer.height)))
        }
        Terminal.answer("\(written.typed): \(answer.width)x\(answer.height)")
    }

    /// Asks for the photograph, and puts it in its place.
    private static func ask(
        _ request: PhotographRequest, _ plan: OutputPlan, keeping inputs: [GivenPath],
        through conversation: WorkerConversation, _ line: ProgressLine
    ) async throws -> (PhotographAnswer, GivenPath) {
        let output = plan.paths(for: [request.painting.name], format: request.format)[0]
        let aside = try AsideFolder(in: plan.folder)
        defer { aside.remove() }
        var request = request
        request.outputFolder = aside.path
        let message = try await conversation.ask(.photograph(request)) { line.follow($0) }
        switch message {
        case .photograph(let answer):
            // What stands there may have changed since the command began.
            try aside.commit(answer.output.name, to: OutputTarget(output, keeping: inputs))
            return (answer, output)
        case .failed(let failure): throw CommandError.refused(failure.error.naming(inputs))
        default: throw CommandError.unexpectedAnswer("\(message)")
        }
    }
}
