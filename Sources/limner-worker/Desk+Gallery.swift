import Faces
import Foundation
import Wire

extension Desk {
    func gallery(_ request: GalleryRequest) throws -> GalleryAnswer {
        let gallery = try studio.gallery()
        switch request.action {
        case .list:
            return GalleryAnswer(token: request.token, people: try gallery.people().map(GalleryAnswer.Person.init))
        case .show(let person):
            let record = try gallery.show(PersonName(person))
            return GalleryAnswer(
                token: request.token, people: [.init(record)],
                templates: record.templates.map {
                    .init(
                        sourceSHA256: $0.source, modelSHA256: $0.model.sha256, quality: $0.quality.overall.rounded4,
                        enrolled: $0.enrolled)
                })
        case .rename(let person, let name):
            let target = try PersonName(name)
            try gallery.rename(PersonName(person), to: target)
            let record = try gallery.show(target)
            return GalleryAnswer(token: request.token, people: [.init(record)], changed: record.templates.count)
        case .remove(let person):
            let record = try gallery.remove(PersonName(person))
            return GalleryAnswer(token: request.token, people: [.init(record)], changed: record.templates.count)
        case .export(let path):
            let export = try gallery.export()
            try Self.write(export.json(), to: path)
            return GalleryAnswer(
                token: request.token, people: try gallery.people().map(GalleryAnswer.Person.init),
                changed: export.people.reduce(0) { $0 + $1.templates.count })
        case .importFile(let path):
            let change = try gallery.add(GalleryExport(json: Self.read(path)))
            return GalleryAnswer(
                token: request.token, people: try gallery.people().map(GalleryAnswer.Person.init),
                changed: change.addedTemplates)
        }
    }

    private static func write(_ json: Data, to path: String) throws {
        do {
            try json.write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw ReportError(
                code: .outputFailed, message: "\(path) cannot be written: \(error.localizedDescription)",
                hint: "Give a path in a folder that you may write to.")
        }
    }

    private static func read(_ path: String) throws -> Data {
        do {
            return try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw ReportError(
                code: .optionInvalid, message: "\(path) cannot be read: \(error.localizedDescription)",
                hint: "Give the path of a file that `limner gallery export` wrote.")
        }
    }
}

extension GalleryAnswer.Person {
    init(_ summary: PersonSummary) {
        self.init(name: summary.name, templates: summary.templates, lastEnrolled: summary.lastEnrolled)
    }

    init(_ record: PersonRecord) {
        self.init(
            name: record.name, templates: record.templates.count,
            lastEnrolled: record.templates.map(\.enrolled).max())
    }
}
