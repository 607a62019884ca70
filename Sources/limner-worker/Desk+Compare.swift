import Faces
import Wire

extension Desk {
    /// The one face of each of two pictures, compared.
    func compare(_ request: CompareRequest) throws -> CompareAnswer {
        let inputs = try [request.first, request.second].map {
            try JobInput(InputPicture(role: .picture, path: $0, name: $0), limits: request.limits)
        }
        let reader = try studio.faceReader()
        let readings = try inputs.map {
            try reader.readOne($0.photograph, choosing: .prominent, minimumScore: Float(request.detectionScore))
        }
        let similarity = readings[0].template.similarity(to: readings[1].template)
        let threshold = MatchThreshold(cosine: Float(request.threshold))
        return CompareAnswer(
            token: request.token, inputs: inputs.map(\.facts), faces: readings.map { FaceFacts($0.face) },
            comparison: FaceComparison(
                cosine: similarity.cosine.rounded4, l2: similarity.distance.rounded4, threshold: request.threshold,
                margin: (Double(similarity.cosine) - request.threshold).rounded4,
                decision: threshold.accepts(similarity) ? .match : .unknown),
            models: try studio.faceModels())
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
                answer.faces = try reader.readAll(input.photograph, minimumScore: score).map {
                    .init(face: FaceFacts($0.face), template: $0.template.features)
                }
            } else {
                answer.faces = try reader.sight(input.photograph, minimumScore: score).faces.map {
                    .init(face: FaceFacts($0))
                }
            }
        } catch {
            answer.error = ReportError(explaining: error)
        }
        return answer
    }
}
