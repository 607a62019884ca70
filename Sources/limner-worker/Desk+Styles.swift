import Pictures
import Styles
import Wire

extension Desk {
    /// The styles that a job could name, each with what is wrong with it.
    ///
    /// - Throws: `StyleError` when there is none of the name that was asked for.
    func styles(_ request: StylesRequest) throws -> StylesAnswer {
        let library = StyleLibrary(folder: request.folder)
        let entries = try request.name.map { [try library.entry(named: $0)] } ?? library.entries()
        return StylesAnswer(token: token, styles: entries.map { facts(of: $0, in: library) })
    }

    private func facts(of entry: StyleLibrary.Entry, in library: StyleLibrary) -> StyleFacts {
        var facts = StyleFacts(name: entry.name, alias: entry.alias, kind: entry.place.kind)
        facts.note = entry.note
        facts.files = entry.files(of: nil).map(library.relative)
        do {
            if let violation = NameRule.violation(in: entry.name) {
                throw ReportError(code: .nameInvalid, message: "The style's name \"\(entry.name)\" \(violation).")
            }
            let recipe = try entry.recipe()
            facts.title = recipe.title
            facts.given = recipe.options
            facts.files = entry.files(of: recipe).map(library.relative)
            let kind: StyleSource.Kind
            switch recipe.source.shared {
            case .pictures(let pictures):
                kind = .pictures
                facts.pictures = pictures.map { .init(path: library.relative($0.path), weight: $0.weight) }
                for (index, picture) in pictures.enumerated() {
                    do {
                        let size = try picture.file(of: entry).header().size
                        facts.pictures[index].width = size.width
                        facts.pictures[index].height = size.height
                    } catch {
                        // Of several the first is told; all that have no size are seen.
                        facts.error = facts.error ?? ReportError(explaining: error)
                    }
                }
            case .learned(let path):
                kind = .learned
                _ = try LearnedStyle(reading: path)
            case .imported(let path):
                kind = .imported
                _ = try ImportedStyle(reading: path)
            case .numbered(let styles):
                kind = .numbered
                if entry.place.kind == .recipe {
                    facts.blend = styles.map { .init(name: BuiltInStyle.all[$0.style].name, weight: $0.weight) }
                }
            }
            let options = try JobOptions.painting(
                job: JobOptions(), recipe: recipe.options, settings: studio.flags.defaults, after: kind)
            let settings = try StyleSettings(resolving: options)
            if case .pictures(let pictures) = recipe.source, settings.preset != .fast {
                try settings.check(layers: [pictures.map(\.layers)])
            }
            let reported = settings.reported
            facts.options = reported
            facts.ignored = recipe.options.unused(by: [reported]).map(\.key)
        } catch {
            facts.error = ReportError(explaining: error)
        }
        if facts.error != nil { facts.options = nil }
        return facts
    }
}

extension StyleLibrary.Entry.Place {
    fileprivate var kind: StyleFacts.Kind {
        switch self {
        case .picture: .picture
        case .folder: .recipe
        case .builtIn: .onePass
        }
    }
}

extension StyleLibrary {
    /// A path as whoever keeps the folder knows it.
    func relative(_ path: String) -> String { path.replacing(folder + "/", with: "") }
}
