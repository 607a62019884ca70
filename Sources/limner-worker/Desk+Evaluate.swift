import Faces
import Foundation
import Gallery
import Wire

extension Desk {
    /// Of the whole: looking at the pictures, then the arithmetic.
    private static let reading = 0.95

    /// Measures how well the model in use tells the people of a folder apart. Pictures are read one after the other; only their
    /// templates are kept. One that cannot be used is listed, and stops nothing.
    ///
    /// - Throws: `FaceError.tooFewPeople`, `ModelFileError`.
    func evaluate(_ request: EvaluateRequest) throws -> EvaluateAnswer {
        let reader = try studio.faceReader()
        let recognition = reader.embedder.recognition
        reader.resolution = request.resolution
        defer { reader.resolution = nil }
        let total = request.people.reduce(0) { $0 + $1.pictures.count }
        var people: [LabelledTemplates.Person] = []
        var unusable: [FaceEvaluation.Unusable] = []
        var seen = 0
        for person in request.people {
            var photographs: [(picture: String, template: Template)] = []
            for picture in person.pictures {
                let name = "\(person.name)/\(picture)"
                try progress(Self.reading * Double(seen) / Double(total), "reading", detail: name)
                seen += 1
                do {
                    let input = try JobInput(
                        InputPicture(role: .picture, path: "\(request.folder)/\(name)", name: name),
                        limits: request.limits)
                    let reading = try reader.readOne(
                        input.file, choosing: .prominent, minimumScore: Float(request.detectionScore))
                    photographs.append((picture, recognition.seen(reading.template)))
                } catch {
                    unusable.append(
                        FaceEvaluation.Unusable(
                            person: person.name, picture: picture, error: ReportError(explaining: error)))
                }
            }
            people.append(LabelledTemplates.Person(name: person.name, photographs: photographs))
        }
        let evaluator = try FaceEvaluator(
            LabelledTemplates(people: people), unusable: unusable.count,
            calibration: recognition.calibration, logistic: recognition.logistic,
            lines: DecisionRule(threshold: request.threshold).lines(comparing: 1, tail: recognition.tail))
        let evaluation = try evaluator.evaluation(
            unusable: unusable, models: try studio.faceModels(), resolution: request.resolution
        ) { share in
            try progress(Self.reading + (1 - Self.reading) * share, "measuring")
        }
        let page = EvaluationPage(evaluation, by: evaluator, name: studio.flags.faceEmbedder.text)
        return EvaluateAnswer(
            token: token, evaluation: evaluation, pages: try request.pages.map { Data(try page.bytes($0)) })
    }
}
