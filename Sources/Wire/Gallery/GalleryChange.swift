import Foundation

/// What a job wants to be changed in the gallery: a value that travels from the worker to whoever commits the job.
///
/// As JSON: `{"enroll": {"_0": {…}}}`.
package enum GalleryChange: Codable, Sendable, Equatable {
    case enroll(EnrollmentProposal)
    case correct(FaceCorrection)

    package var isEnrollment: Bool { if case .enroll = self { true } else { false } }
}

/// What becomes of a face that may be about to be enrolled under a wrong name.
package enum EnrollmentDoubts: String, OptionValue, CaseIterable {
    case refuse, accept
}

/// Templates for a person, who is made when new.
package struct EnrollmentProposal: Codable, Sendable, Equatable {
    package var person: PersonName
    /// In the order of the photographs.
    package var templates: [NewTemplate]
    /// nil for what is enrolled whatever it looks like.
    package var check: EnrollmentCheckpoint?

    package init(person: PersonName, templates: [NewTemplate], check: EnrollmentCheckpoint? = nil) {
        self.person = person
        self.templates = templates
        self.check = check
    }
}

/// The state of the gallery in which nothing spoke against an enrolment: whoever commits it looks again when there is another.
package struct EnrollmentCheckpoint: Codable, Sendable, Equatable {
    /// Counted by the gallery's file.
    package var revision: Int
    /// Names of the photographs, in the order of the templates.
    package var pictures: [String]

    package init(revision: Int, pictures: [String]) {
        self.revision = revision
        self.pictures = pictures
    }
}

/// A template about to be enrolled. As JSON its features are base64 of little-endian float32, about 700 bytes for 128.
package struct NewTemplate: Codable, Equatable, Sendable {
    package let template: Template
    package let quality: FaceQuality
    /// SHA-256 of the photograph's file, 64 lower-case hexadecimal digits.
    package let source: String

    /// Most numbers of a template that is read; the largest networks in use give 512.
    private static let longest = 4096

    package init(template: Template, quality: FaceQuality, source: String) {
        self.template = template
        self.quality = quality
        self.source = source
    }

    /// What a template from outside may have wrong; reads behind "a template of ada …".
    package enum Fault: Error, Equatable, CustomStringConvertible {
        case source, model, quality, worthless
        case length(bytes: Int)

        package var description: String {
            switch self {
            case .source: "names a source that is no SHA-256"
            case .model: "names a model hash that is no SHA-256"
            case .quality: "has a quality that is not finite"
            case .worthless: "is zero or not finite"
            case .length(let bytes): "holds \(bytes) bytes, no whole number of floats, or too many"
            }
        }
    }

    /// A template from outside, checked number by number.
    ///
    /// - Parameter features: little-endian float32.
    package init(model: TemplateModel, features: Data, quality: FaceQuality, source: String) throws(Fault) {
        guard Self.isSHA256(source) else { throw .source }
        guard Self.isSHA256(model.sha256) else { throw .model }
        let measures = [
            quality.detectorScore, quality.eyeDistance, quality.sharpness, quality.frontality, quality.magnitude ?? 0,
        ]
        guard measures.allSatisfy(\.isFinite) else { throw .quality }
        guard features.count <= 4 * Self.longest, let numbers = TemplateBlob.decode(features) else {
            throw .length(bytes: features.count)
        }
        guard let template = Template(normalising: numbers, model: model) else { throw .worthless }
        self.init(template: template, quality: quality, source: source)
    }

    private static func isSHA256(_ text: String) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }

    private enum CodingKeys: String, CodingKey {
        case model, features, quality, source
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let model = try container.decode(TemplateModel.self, forKey: .model)
        let features = try container.decode(Data.self, forKey: .features)
        let quality = try container.decode(FaceQuality.self, forKey: .quality)
        let source = try container.decode(String.self, forKey: .source)
        do {
            try self.init(model: model, features: features, quality: quality, source: source)
        } catch {
            throw DecodingError.dataCorruptedError(
                forKey: .features, in: container, debugDescription: "the template \(error)")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(template.model, forKey: .model)
        try container.encode(TemplateBlob.encode(template.features), forKey: .features)
        try container.encode(quality, forKey: .quality)
        try container.encode(source, forKey: .source)
    }
}

/// What became of one template.
package enum EnrollmentOutcome: String, Codable, Sendable {
    case added
    /// This person already had a template of this photograph by this model, from another job; nothing changed.
    case alreadyEnrolled = "already-enrolled"
    /// All but the same as a template that the person has, and not clearly better; nothing changed.
    case nearDuplicate = "near-duplicate"
}

/// The template of the person to which another one adds nothing.
package struct NearTemplate: Codable, Sendable, Equatable {
    /// Of the photograph that it was made from.
    package var sourceSHA256: String
    package var cosine: Double

    package init(sourceSHA256: String, cosine: Double) {
        self.sourceSHA256 = sourceSHA256
        self.cosine = cosine
    }
}

/// What an enrolment did, or would do. It names nobody, so that it may be kept when a person is forgotten.
package struct EnrollmentReceipt: Codable, Sendable, Equatable {
    /// Of each template, in the change's order.
    package var outcomes: [EnrollmentOutcome]
    /// Of each near duplicate, by its place in ``outcomes``; absent when there is none.
    package var nearest: [Int: NearTemplate]?
    /// How many templates the person has then, whatever their model.
    package var templates: Int

    package init(outcomes: [EnrollmentOutcome], nearest: [Int: NearTemplate] = [:], templates: Int) {
        self.outcomes = outcomes
        self.nearest = nearest.isEmpty ? nil : nearest
        self.templates = templates
    }
}

/// What a change did, or would do.
package enum GalleryReceipt: Codable, Sendable, Equatable {
    case enrolled(EnrollmentReceipt)
    case corrected(CorrectionOutcome)

    /// As it may be kept when a person is forgotten: an error's own words name people.
    package var anonymous: GalleryReceipt {
        guard case .corrected(.refused(let error)) = self else { return self }
        return .corrected(.refused(ReportError(code: error.code, message: error.code.meaning)))
    }

    private enum CodingKeys: String, CodingKey {
        case corrected
    }

    /// An enrolment's keys stand by themselves, as they did before there were corrections.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let outcome = try container.decodeIfPresent(CorrectionOutcome.self, forKey: .corrected) {
            self = .corrected(outcome)
        } else {
            self = .enrolled(try EnrollmentReceipt(from: decoder))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .enrolled(let receipt): try receipt.encode(to: encoder)
        case .corrected(let outcome):
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(outcome, forKey: .corrected)
        }
    }
}

extension WorkerResult {
    /// The result as it is to be reported once its changes have these receipts: only whoever commits a job knows what
    /// was there before it.
    ///
    /// - Parameters:
    ///   - receipts: one for each of ``changes``.
    ///   - namesakes: of a person; ``EnrollmentResult/namesakes``.
    package func settled(
        by receipts: [GalleryReceipt], namesakes: (String) throws -> [String]
    ) rethrows -> WorkerResult {
        var settled = self
        switch result {
        case .enroll(var enrollment):
            guard case .enrolled(let receipt)? = receipts.first else { return self }
            for (index, outcome) in zip(enrollment.enrolled.indices, receipt.outcomes) {
                enrollment.enrolled[index].alreadyEnrolled = outcome == .alreadyEnrolled
                enrollment.enrolled[index].nearDuplicate = receipt.nearest?[index]
            }
            enrollment.templates = receipt.templates
            let alike = try namesakes(enrollment.person)
            enrollment.namesakes = alike.isEmpty ? nil : alike
            settled.result = .enroll(enrollment)
        case .feedback(var feedback):
            for (index, receipt) in zip(feedback.corrections.indices, receipts) {
                guard case .corrected(let outcome) = receipt else { continue }
                feedback.corrections[index].note(outcome)
            }
            settled.result = .feedback(feedback)
        case .verify, .identify, .stylize, .learn, .learnStyle: break
        }
        return settled
    }
}
