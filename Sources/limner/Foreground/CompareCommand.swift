import ArgumentParser
import Spool
import Wire

struct CompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Whether the faces of two photographs are one person's.",
        discussion: """
            Prints the distance of the two faces, their cosine similarity, the threshold, how well each can be compared (its \
            quality) and the decision. Of a face that shows too little, no evidence is read off. Of several faces in a \
            photograph the largest one counts if it has four times the area of every other; else it is several-faces. The exit \
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
        /// Of each face, and the least of a match without review.
        var qualities: [Double]
        var minimumQuality: Double
        var warnings: [FaceWarning]?
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
            threshold: options.threshold, minimumQuality: options.minimumQuality,
            detectionScore: options.detectionScore, limits: session.settings.pictureLimits)
        let message: WorkerMessage
        do {
            message = try await session.ask(.compare(request))
        } catch CommandError.refused(let error) {
            throw CommandError.refused(error.naming(files))
        }
        guard case .compared(let answer) = message else { throw CommandError.unexpectedAnswer("\(message)") }
        let comparison = answer.comparison
        let poor = zip(files, answer.qualities).filter { $1 < options.minimumQuality }.map(\.0.typed)
        if json {
            return try Terminal.answer(
                json: Comparison(
                    inputs: zip(answer.inputs, files).map { $0.named($1) }, faces: answer.faces,
                    qualities: answer.qualities,
                    minimumQuality: options.minimumQuality, warnings: poor.isEmpty ? nil : [.qualityLow],
                    comparison: comparison, models: answer.models))
        }
        let qualities = answer.qualities.map(Phrases.measure).joined(separator: " and ")
        Terminal.answer(
            Self.lines(
                of: comparison, quality: "\(qualities), at least \(options.minimumQuality) for a match", poor: poor))
    }

    /// - Parameter poor: the pictures whose faces show too little for a match.
    static func lines(of comparison: FaceComparison, quality: String, poor: [String]) -> [String] {
        let decision =
            switch comparison.decision {
            case .match: "match: the same person"
            case .review: "review: perhaps the same person"
            case .unknown: "unknown: no match"
            }
        let shown = "\(poor.joined(separator: " and ")) \(poor.count > 1 ? "show" : "shows") too little"
        // A cosine below the threshold may have any cause.
        let isCause = comparison.decision == .review && comparison.cosine >= comparison.threshold
        let doubt = poor.isEmpty ? "" : isCause ? ", as \(shown) for a match" : "; \(shown) to be sure"
        let evidence = comparison.likelihoodRatio.map { ratio in
            let (more, less) = ratio >= 1 ? ("one person", "two") : ("two people", "one")
            let times = max(ratio, 1 / ratio)
            // Beyond, the ratio is bounded; see `FaceComparison`.
            let text = times >= 999_999 ? "a million" : times < 10 ? Phrases.measure(times) : "\(Int(times.rounded()))"
            return "evidence   \(text) times likelier of \(more) than of \(less)"
        }
        return [
            "distance   \(Phrases.measure(comparison.l2))", "cosine     \(Phrases.measure(comparison.cosine))",
            "threshold  \(Phrases.measure(comparison.threshold))", "quality    \(quality)",
            "decision   \(decision)\(doubt)",
        ] + [evidence].compactMap(\.self)
    }
}
