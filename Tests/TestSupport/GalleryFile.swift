import Foundation
import Gallery
import Synchronization
import Wire

/// A gallery file in a folder of its own, removed with the value.
package final class GalleryFile: Sendable {
    package let folder = FileManager.default.temporaryDirectory.appending(
        path: "limner-gallery-\(UUID().uuidString)")
    package var path: String { folder.appending(path: "gallery.sqlite").path(percentEncoded: false) }

    package init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: folder) }

    package func open(at seconds: Double = 1_700_000_000, _ access: Gallery.Access = .writing) -> Gallery {
        Gallery(path: path, access: access, now: { Date(timeIntervalSince1970: seconds) })
    }
}

/// What depends on nothing but its arguments.
package enum Made {
    package static let model = TemplateModel(name: "model-a", sha256: String(repeating: "a", count: 64))
    package static let otherModel = TemplateModel(name: "model-b", sha256: String(repeating: "b", count: 64))

    package static func template(_ seed: Int, model: TemplateModel = model, count: Int = 128) -> Template {
        let features = (0..<count).map { Float(sin(Double($0 + 1) * Double(seed) * 0.731 + Double(seed))) }
        return Template(normalising: features, model: model)!
    }

    package static func new(_ seed: Int, model: TemplateModel = model) -> NewTemplate {
        NewTemplate(
            template: template(seed, model: model), quality: quality(1), source: String(format: "%064x", seed))
    }

    /// A quality that comes to a grade.
    package static func quality(_ grade: Float) -> FaceQuality {
        FaceQuality(
            detectorScore: 0.5 + 0.4 * grade, eyeDistance: 60, sharpness: 15, frontality: 0.8, magnitude: 11.5)
    }

    /// A face that is partly another one.
    package static func new(
        _ seed: Int, model: TemplateModel = model, mixedWith other: Int = 0, share: Float = 0, source: Int? = nil,
        quality grade: Float = 1
    ) -> NewTemplate {
        let (own, strange) = (template(seed, model: model).features, template(other + 1000, model: model).features)
        let mixed = zip(own, strange).map { (1 - share) * $0 + share * $1 }
        return NewTemplate(
            template: Template(normalising: mixed, model: model)!, quality: quality(grade),
            source: String(format: "%064x", source ?? seed))
    }

    package static func job(_ number: Int) -> JobIdentifier {
        JobIdentifier(time: Date(timeIntervalSince1970: 1_700_000_000), salt: UInt16(number), name: "made.jpg")
    }

    package static func change(_ person: String, _ templates: [NewTemplate]) throws -> GalleryChange {
        .enroll(EnrollmentProposal(person: try PersonName(person), templates: templates))
    }
}

private let jobs = Atomic(0)

extension Gallery {
    /// Enrolls as a job of its own.
    @discardableResult
    package func enroll(_ templates: [NewTemplate], as person: PersonName) throws -> [EnrollmentOutcome] {
        let job = Made.job(1000 + jobs.add(1, ordering: .relaxed).newValue)
        // It is what there was before a test, and not to be taken back.
        var policy = GalleryPolicy()
        policy.undo = .zero
        let change = GalleryChange.enroll(EnrollmentProposal(person: person, templates: templates))
        guard case .enrolled(let receipt) = try apply([change], job: job, policy: policy)[0] else {
            preconditionFailure("an enrolment was answered otherwise")
        }
        return receipt.outcomes
    }
}
