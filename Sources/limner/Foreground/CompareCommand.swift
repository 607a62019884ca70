import ArgumentParser
import Spool
import Wire

struct CompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Whether the faces of two photographs are one person's.",
        discussion: """
            Prints the distance of the two faces, their cosine similarity, the threshold and the decision. Of several faces in \
            a photograph the largest one counts if it has four times the area of every other; else it is several-faces. The exit \
            status is 0 whatever the decision is.
            """)

    @OptionGroup var studio: StudioOptions

    @Argument(help: ArgumentHelp("A photograph.", valueName: "a"))
    var first: FileArgument

    @Argument(help: ArgumentHelp("Another.", valueName: "b"))
    var second: FileArgument

    @OptionGroup(title: "Faces") var options: OptionFlags<FaceSelection>

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Show what the worker says.")
    var verbose = false

    /// The answer of `--json`.
    private struct Comparison: Encodable {
        var inputs: [InputFacts]
        var faces: [DetectedFace]
        var comparison: FaceComparison
        var models: [ModelFacts]
    }

    func run() async throws {
        let task = try options.task(.identify)
        let session = try WorkerSession(studio, verbose: verbose)
        let options = task.options.over(session.settings.options).resolved(for: .identify)
        let files = try [first, second].map(GivenPath.init(existing:))
        let request = CompareRequest(
            token: .foreground, first: files[0].path, second: files[1].path,
            threshold: options.threshold, detectionScore: options.detectionScore,
            limits: session.settings.pictureLimits)
        let message: WorkerMessage
        do {
            message = try await session.ask(.compare(request))
        } catch CommandError.refused(let error) {
            throw CommandError.refused(error.naming(files))
        }
        guard case .compared(let answer) = message else { throw CommandError.unexpectedAnswer("\(message)") }
        let comparison = answer.comparison
        if json {
            return try Terminal.answer(
                json: Comparison(
                    inputs: zip(answer.inputs, files).map { $0.named($1) }, faces: answer.faces, comparison: comparison,
                    models: answer.models))
        }
        Terminal.answer(Self.lines(of: comparison))
    }

    static func lines(of comparison: FaceComparison) -> [String] {
        let decision =
            switch comparison.decision {
            case .match: "match: the same person"
            case .review: "review: perhaps the same person"
            case .unknown: "no match: different people"
            }
        let evidence = comparison.likelihoodRatio.map { ratio in
            let (more, less) = ratio >= 1 ? ("one person", "two") : ("two people", "one")
            let times = max(ratio, 1 / ratio)
            // Beyond, the ratio is bounded; see `FaceComparison`.
            let text = times >= 999_999 ? "a million" : times < 10 ? Phrases.measure(times) : "\(Int(times.rounded()))"
            return "evidence   \(text) times likelier of \(more) than of \(less)"
        }
        return [
            "distance   \(Phrases.measure(comparison.l2))", "cosine     \(Phrases.measure(comparison.cosine))",
            "threshold  \(Phrases.measure(comparison.threshold))", "decision   \(decision)",
        ] + [evidence].compactMap(\.self)
    }
}
