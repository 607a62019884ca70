import Gallery
import Wire

extension Doctor {
    /// People who are named.
    private static let mostNamed = 20

    /// Whether the model in use knows everybody.
    func templates() -> DoctorAnswer.Finding {
        let settings = settings
        let models = RecognitionStore { settings }
        do {
            // A model that cannot be read knows nobody.
            _ = try models.network
            let gallery = Gallery(
                path: settings.folders.gallery, access: .reading, keyFile: settings.faces.keyFile, models: models)
            return Self.judge(try gallery.people(), embedder: settings.faces.embedder)
        } catch GalleryError.empty {
            return .passed(.templates, "nobody is enrolled")
        } catch let error as GalleryError {
            let report = ReportError(error)
            return DoctorAnswer.Finding(.templates, .failed, report.message, advice: report.hint)
        } catch {
            return DoctorAnswer.Finding(
                .templates, .failed, "the gallery cannot be looked at: \(error.reason)",
                advice: "Look at the disk of state/.")
        }
    }

    static func judge(_ people: [GalleryAnswer.Person], embedder: String) -> DoctorAnswer.Finding {
        let left = people.filter(\.isUnknownToModel).map(\.name)
        guard !left.isEmpty else {
            return .passed(.templates, "\(embedder) compares templates of everybody who is enrolled (\(people.count))")
        }
        let named = left.prefix(mostNamed).joined(separator: ", ") + (left.count > mostNamed ? " and others" : "")
        return DoctorAnswer.Finding(
            .templates, .warning,
            "\(left.count) of \(people.count) people are known to no template that \(embedder) compares: \(named)",
            advice: "Enrol them again from their photographs, or go back to the model before with limner models retire."
        )
    }
}
