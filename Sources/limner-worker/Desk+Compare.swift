import Faces
import Gallery
import Wire

extension Desk {
    /// The one face of each of two pictures, compared.
    func compare(_ request: CompareRequest) throws -> CompareAnswer {
        let inputs = try [request.first, request.second].map {
            try JobInput(InputPicture(role: .picture, path: $0, name: $0), limits: request.limits)
        }
        let reader = try studio.faceReader()
        let readings = try inputs.map {
            try reader.readOne($0.file, choosing: .prominent, minimumScore: Float(request.detectionScore))
        }
        let rule = DecisionRule(threshold: request.threshold, minimumQuality: Float(request.minimumQuality))
        let comparison = FaceComparison(
            readings[0].template, with: [readings[1].template], recognition: reader.embedder.recognition, rule: rule,
            isClear: readings.allSatisfy { $0.quality.overall >= rule.minimumQuality })
        return CompareAnswer(
            token: request.token, inputs: inputs.map(\.facts), faces: readings.map(\.face.rounded),
            qualities: readings.map(\.quality.overall.rounded4), comparison: comparison, models: try studio.faceModels()
        )
    }

    /// The faces of each file in turn; a file that fails is answered by its error, and the next one follows.
    func serve(_ request: FacesRequest) {
        for (index, file) in request.files.enumerated() {
            send(.faces(faces(of: file, index: index, request)))
        }
        send(.completed(request.token))
    }

    private func faces(of file: String, index: Int, _ request: FacesRequest) -> FacesAnswer {
        let score = Float(request.detectionScore)
        var answer = FacesAnswer(
            token: request.token, index: index, input: InputFacts(role: .picture, path: file), faces: [], models: [])
        do {
            let input = try JobInput(
                InputPicture(role: .picture, path: file, name: file), limits: request.limits)
            answer.input = input.facts
            let reader = try studio.faceReader()
            answer.models = try studio.faceModels()
            if request.templates {
                answer.faces = try reader.readAll(input.file, minimumScore: score).map { face in
                    let reading = try? face.reading.get()
                    return .init(
                        face: (reading?.face ?? face.face).rounded, template: reading?.template.features,
                        quality: reading?.quality.overall.rounded4)
                }
            } else {
                answer.faces = try reader.sight(input.file, minimumScore: score).faces.map { .init(face: $0.rounded) }
            }
        } catch {
            answer.error = ReportError(explaining: error)
        }
        return answer
    }
}
