import ArgumentParser
import Gallery
import Spool
import Wire

struct ExplainDecisions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "When a face is a match, when somebody has to look, and what that promises.",
        discussion: "By the settings and by the gallery as it is now: every template more asks for a higher threshold.")

    @OptionGroup var gallery: GalleryCommand.Options

    func run() async throws {
        let studio = try Studio(gallery.studio)
        let asked = try await StudioGallery(studio).ask(.reading, decidesByOwnSettings: true) {
            try await $0.gallery(GalleryQuestion(.thresholds))
        } direct: {
            try $0.answer(GalleryQuestion(.thresholds), policy: GalleryPolicy(studio.settings))
        }.thresholds
        guard let answer = asked else { throw GalleryError.empty(path: studio.settings.folders.gallery) }
        if gallery.json { try Terminal.answer(json: answer) } else { Terminal.answer(Self.lines(of: answer)) }
    }

    static func lines(of answer: GalleryAnswer.Thresholds) -> [String] {
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
            "verify    threshold \(Phrases.measure(answer.verify.match)) against one template; \(looking(answer.verify))",
        ]
    }
}
