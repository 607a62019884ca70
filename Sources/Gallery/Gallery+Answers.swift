import Foundation
import Wire

extension Gallery {
    /// Answers a user's question, or does what it asks for.
    ///
    /// - Throws: ``GalleryError``; ``ReportError`` `name-invalid`, and `option-invalid` for a question that lacks something.
    package func answer(_ question: GalleryQuestion, policy: GalleryPolicy) throws -> GalleryAnswer {
        func need<Value>(_ value: Value?, _ key: String) throws -> Value {
            guard let value else {
                throw ReportError(
                    code: .optionInvalid, message: "\"\(question.ask.rawValue)\" needs \"\(key)\".",
                    hint: "The manual lists what each question needs: man limner-control.")
            }
            return value
        }
        func name(_ text: String?, _ key: String) throws -> PersonName { try PersonName(need(text, key)) }
        func person() throws -> PersonName { try name(question.person, "person") }
        func face() throws -> (JobIdentifier, Int, PersonName) {
            try (need(question.job, "job"), need(question.face, "face"), person())
        }
        func changed(_ count: Int, _ name: PersonName) throws -> GalleryAnswer {
            GalleryAnswer(people: [.init(try show(name))], changed: count)
        }
        switch question.ask {
        case .list:
            return GalleryAnswer(people: try people())
        case .show:
            let record = try show(person())
            return GalleryAnswer(
                people: [.init(record)],
                templates: record.templates.map {
                    .init(
                        sourceSHA256: $0.source, modelSHA256: $0.model.sha256,
                        quality: $0.quality.overall.rounded4, enrolled: $0.enrolled)
                })
        case .rename:
            let target = try name(question.to, "to")
            try rename(person(), to: target, undo: policy.undo)
            return try changed(show(target).templates.count, target)
        case .remove:
            let record = try remove(person(), undo: policy.undo)
            return GalleryAnswer(people: [.init(record)], changed: record.templates.count)
        case .erase:
            let receipt = try erase(person())
            return GalleryAnswer(people: [], changed: receipt.templates, erased: receipt)
        case .merge:
            let target = try name(question.to, "to")
            return try changed(merge(person(), into: target, undo: policy.undo), target)
        case .move:
            let target = try name(question.to, "to")
            let source = try need(question.template, "template")
            return try changed(move(source, of: person(), to: target, undo: policy.undo), target)
        case .undo:
            let undone = try undo(within: policy.undo)
            return GalleryAnswer(people: try people(), undone: undone)
        case .confirm:
            let (job, number, person) = try face()
            let corrected = try correct(FaceCorrection(.confirm, number, of: job, as: person), policy)
            var answer = try changed(corrected.templates, person)
            answer.notes = corrected.reason.map { [$0] }
            return answer
        case .deny:
            let (job, number, person) = try face()
            return try changed(deny(number, of: job, as: person, policy: policy), person)
        case .name:
            let (job, number, person) = try face()
            let naming: Naming
            do {
                naming = try self.name(number, of: job, as: person, policy: policy)
            } catch let error as GalleryError {
                let confirming = "limner gallery confirm \(job) \(number) \(person.text.shellWord)"
                throw ReportError(error, accepting: "`\(confirming)`, once \(person.text) is enrolled")
            }
            var answer = try changed(naming.templates, person)
            if !naming.leftOut.isEmpty {
                answer.notes = naming.leftOut.map {
                    "Face \($0.face.number) of \($0.face.job) was left out. \(ReportError($0.error).message)"
                }
            }
            return answer
        case .forgetStrangers:
            return GalleryAnswer(people: [], strangers: try forgetStrangers())
        case .thresholds:
            return GalleryAnswer(people: [], thresholds: try thresholds(policy))
        case .networks:
            return GalleryAnswer(people: [], networks: try networks())
        case .unknowns:
            return GalleryAnswer(people: [], unknowns: try unknowns().map { $0.map(GalleryAnswer.Face.init) })
        }
    }

    /// Adds what `limner gallery export` wrote, and answers with everybody.
    ///
    /// - Throws: as ``add(_:)``.
    package func answer(importing json: Data, policy: GalleryPolicy) throws -> GalleryAnswer {
        let change = try add(GalleryExport(json: json), undo: policy.undo)
        return GalleryAnswer(people: try people(), changed: change.addedTemplates)
    }
}

extension GalleryAnswer.Person {
    fileprivate init(_ record: PersonRecord) {
        self.init(
            name: record.name, templates: record.templates.count,
            lastEnrolled: record.templates.map(\.enrolled).max())
    }
}

extension GalleryAnswer.Face {
    fileprivate init(_ face: RememberedFace) {
        self.init(
            job: face.job, face: face.number, picture: face.picture, seen: face.seen,
            quality: face.face.quality.overall.rounded4)
    }
}
