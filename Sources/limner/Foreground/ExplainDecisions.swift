import ArgumentParser
import Gallery
import Spool
import Wire

struct ExplainDecisions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "When a face is a match, when somebody has to look, and what that promises.",
        discussion: "By the settings and by the gallery as it is now: every template more asks for a higher threshold.")

    @OptionGroup var gallery: GalleryCommand.Options

    /// The answer of `--json`.
    struct Answer: Encodable {
        var templates: Int
        var identify: DecisionLines
        var promise: ThresholdPromise?
        /// Which share of strangers is taken for somebody; absent where that is not known of the network.
        var fpir: Double?
        var verify: DecisionLines

        /// - Parameter templates: how many the gallery holds, at least 1.
        init(_ settings: Settings, templates: Int) {
            let options = settings.options.resolved(for: .identify)
            let tail = ImpostorTail.measured(of: settings.faces.embedder)
            let rule = DecisionRule(threshold: options.threshold, fpir: options.fpir)
            self.templates = templates
            let search: DecisionLines
            (search, promise) = rule.lines(searching: templates, tail: tail)
            fpir = (tail?.fpir(search.match, templates: templates)).map { ($0 * 1e6).rounded() / 1e6 }
            identify = search.rounded
            verify = rule.lines(comparing: 1, tail: tail).rounded
        }
    }

    func run() async throws {
        let studio = try Studio(gallery.studio)
        let people = try await StudioGallery(studio).ask(.reading) {
            try await $0.gallery(GalleryQuestion(.list))
        } direct: {
            try $0.answer(GalleryQuestion(.list), policy: GalleryPolicy(studio.settings))
        }.people
        let templates = people.reduce(0) { $0 + $1.templates }
        guard templates > 0 else { throw GalleryError.empty(path: studio.settings.folders.gallery) }
        let answer = Answer(studio.settings, templates: templates)
        if gallery.json { try Terminal.answer(json: answer) } else { Terminal.answer(Self.lines(of: answer)) }
    }

    static func lines(of answer: Answer) -> [String] {
        let match = Phrases.measure(answer.identify.match)
        let given = answer.fpir.map { share in
            """
            threshold \(match), as faces.threshold says: \(Phrases.measure(share * 100)) % of strangers are taken for \
            somebody, N = \(answer.templates)
            """
        }
        let unknown = "threshold \(match): how many strangers reach it is not known of this network"
        func looking(_ lines: DecisionLines) -> String {
            "somebody has to look from \(Phrases.measure(lines.review)) on"
        }
        return [
            "identify  \(answer.promise?.sentence ?? given ?? unknown)", "          \(looking(answer.identify))",
            "verify    threshold \(Phrases.measure(answer.verify.match)); \(looking(answer.verify))",
        ]
    }
}

extension DecisionLines {
    fileprivate var rounded: DecisionLines { DecisionLines(match: match.rounded4, review: review.rounded4) }
}
