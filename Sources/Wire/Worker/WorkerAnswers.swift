import Foundation

/// The one face of each of two pictures, compared.
package struct CompareAnswer: Codable, Sendable, Equatable {
    package var token: WorkerToken
    package var inputs: [InputFacts]
    package var faces: [DetectedFace]
    /// Of each face, 0…1; higher is better for comparison.
    package var qualities: [Double]
    package var comparison: FaceComparison
    package var models: [ModelFacts]

    package init(
        token: WorkerToken, inputs: [InputFacts], faces: [DetectedFace], qualities: [Double],
        comparison: FaceComparison, models: [ModelFacts]
    ) {
        self.token = token
        self.inputs = inputs
        self.faces = faces
        self.qualities = qualities
        self.comparison = comparison
        self.models = models
    }
}

/// The faces of one file, or why it could not be read; one bad file does not end the request.
package struct FacesAnswer: Codable, Sendable, Equatable {
    package struct Face: Codable, Sendable, Equatable {
        package var face: DetectedFace
        /// 128 numbers of length 1; absent unless asked for.
        package var template: [Float]?
        /// 0…1; higher is better for comparison. With the template.
        package var quality: Double?

        package init(face: DetectedFace, template: [Float]? = nil, quality: Double? = nil) {
            self.face = face
            self.template = template
            self.quality = quality
        }
    }

    package var token: WorkerToken
    /// Place in ``FacesRequest/files``.
    package var index: Int
    package var input: InputFacts
    package var faces: [Face]
    package var models: [ModelFacts]
    package var error: ReportError?

    package init(
        token: WorkerToken, index: Int, input: InputFacts, faces: [Face], models: [ModelFacts],
        error: ReportError? = nil
    ) {
        self.token = token
        self.index = index
        self.input = input
        self.faces = faces
        self.models = models
        self.error = error
    }
}

/// What was measured, and the pages that were asked for.
package struct EvaluateAnswer: Codable, Sendable, Equatable {
    package var token: WorkerToken
    package var evaluation: FaceEvaluation
    /// Files, in the order of ``EvaluateRequest/pages``.
    package var pages: [Data]

    package init(token: WorkerToken, evaluation: FaceEvaluation, pages: [Data]) {
        self.token = token
        self.evaluation = evaluation
        self.pages = pages
    }
}

/// The models of the catalogue and those that the user imported.
package struct ModelsAnswer: Codable, Sendable, Equatable {
    package struct Entry: Codable, Sendable, Equatable {
        package enum State: String, Codable, Sendable, CaseIterable {
            /// In the store; after `verify`, with the right hash.
            case present
            case missing
            case corrupt
            /// Closed to the user that runs the worker.
            case unreadable
        }

        package var id: String
        package var name: String
        package var version: String
        package var licence: String
        /// Package, version and file, or the path that it was imported from.
        package var origin: String
        package var sha256: String
        /// What Limner does with it, in a few words.
        package var use: String
        package var state: State
        /// What is wrong, and what to do about it.
        package var problem: String?
        /// Whether it compares faces now.
        package var inUse = false
        /// Whose templates it compares, where it makes none of its own.
        package var base: String?
        /// Of a learned model.
        package var lineage: ModelLineage?
        /// How many templates of the gallery it can compare; absent where nobody looked.
        package var templates: Int?

        package init(
            id: String, name: String, version: String, licence: String, origin: String, sha256: String, use: String,
            state: State, problem: String? = nil, inUse: Bool = false, base: String? = nil, lineage: ModelLineage? = nil
        ) {
            self.id = id
            self.name = name
            self.version = version
            self.licence = licence
            self.origin = origin
            self.sha256 = sha256
            self.use = use
            self.state = state
            self.problem = problem
            self.inUse = inUse
            self.base = base
            self.lineage = lineage
        }
    }

    package var token: WorkerToken
    package var models: [Entry]

    package init(token: WorkerToken, models: [Entry]) {
        self.token = token
        self.models = models
    }
}
