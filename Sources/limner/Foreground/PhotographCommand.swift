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
            "Long side of the result in pixels, at most (default: that of the photograph).",
            valueName: "\(JobOptions.sizes.lowerBound)…\(JobOptions.sizes.upperBound)"))
    var size: Int?

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Show what the worker says.")
    var verbose = false

    /// What `--json` prints.
    private struct Answer: Encodable {
        var inputs: [InputFacts]
        var output: Painted.Output
    }

    func validate() throws {
        if let size { try JobOptions.sizes.check(size, of: "--size") }
    }

    func run() async throws {
        var session = try WorkerSession(studio, verbose: verbose)
        let files = try [painting, content].map(GivenPath.init(existing:))
        let plan = try OutputPlan(picture: GivenPath(output: output), suffix: "photograph")
        try plan.check(keeping: files)
        let isNew = try plan.makeFolder()
        defer { if isNew { plan.removeEmptyFolder() } }
        session.writes = [plan.folder]
        let settings = session.settings.options.resolved(for: .stylize)
        let format = plan.format ?? settings.format
        let request = PhotographRequest(
            token: .foreground, painting: files[0].input(.picture),
            content: files[1].input(.picture), size: size,
            format: format, quality: settings.quality, limits: session.settings.pictureLimits,
            outputFolder: "")
        let line = ProgressLine(title: files[0].typed)
        defer { line.clear() }
        let (answer, written) = try await session.run { conversation in
            try await plan.make(after: files[0].typed, format, keeping: files, through: conversation, line) { folder in
                var request = request
                request.outputFolder = folder
                return .photograph(request)
            } made: {
                if case .photograph(let answer) = $0 { (answer, answer.output) } else { nil }
            }
        }
        line.clear()
        if json {
            return try Terminal.answer(
                json: Answer(
                    inputs: answer.inputs,
                    output: .init(answer.output, at: written, width: answer.width, height: answer.height)))
        }
        Terminal.answer("\(written.typed): \(answer.width)x\(answer.height)")
    }
}
