/// What a worker process says, one frame each on its standard output. As JSON: `{"message": "progress", "body": {…}}`.
package enum WorkerMessage: Codable, Sendable, Equatable {
    /// Once, when the worker can take requests.
    case ready(WorkerFacts)
    case progress(WorkerProgress)
    /// Several times a second while a request is being served.
    case beat(WorkerBeat)
    /// Ends a ``WorkerRequest/plan(_:)``.
    case planned(WorkerPlan)
    /// Ends a job that was asked to stop; what it had done stands in its checkpoints.
    case stopped(WorkerToken)
    /// Ends a job that succeeded.
    case finished(WorkerResult)
    /// Ends any request that did not.
    case failed(WorkerFailure)
    /// Ends a ``WorkerRequest/compare(_:)``.
    case compared(CompareAnswer)
    /// One file of a ``WorkerRequest/faces(_:)``.
    case faces(FacesAnswer)
    /// Ends a ``WorkerRequest/faces(_:)``.
    case completed(WorkerToken)
    /// Ends a ``WorkerRequest/models(_:)``.
    case models(ModelsAnswer)

    /// Whose answer this is; `nil` for ``ready(_:)``.
    package var token: WorkerToken? {
        switch self {
        case .ready: nil
        case .progress(let body): body.token
        case .beat(let body): body.token
        case .planned(let body): body.token
        case .stopped(let token): token
        case .finished(let body): body.token
        case .failed(let body): body.token
        case .compared(let body): body.token
        case .faces(let body): body.token
        case .completed(let token): token
        case .models(let body): body.token
        }
    }

    private enum Name: String, Codable {
        case ready, progress, beat, planned, stopped, finished, failed, compared, faces, completed, models
    }

    private enum CodingKeys: String, CodingKey {
        case message, body
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(Name.self, forKey: .message) {
        case .ready: self = .ready(try container.decode(WorkerFacts.self, forKey: .body))
        case .progress: self = .progress(try container.decode(WorkerProgress.self, forKey: .body))
        case .beat: self = .beat(try container.decode(WorkerBeat.self, forKey: .body))
        case .planned: self = .planned(try container.decode(WorkerPlan.self, forKey: .body))
        case .stopped: self = .stopped(try container.decode(WorkerToken.self, forKey: .body))
        case .finished: self = .finished(try container.decode(WorkerResult.self, forKey: .body))
        case .failed: self = .failed(try container.decode(WorkerFailure.self, forKey: .body))
        case .compared: self = .compared(try container.decode(CompareAnswer.self, forKey: .body))
        case .faces: self = .faces(try container.decode(FacesAnswer.self, forKey: .body))
        case .completed: self = .completed(try container.decode(WorkerToken.self, forKey: .body))
        case .models: self = .models(try container.decode(ModelsAnswer.self, forKey: .body))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .ready(let body): try container.put(Name.ready, .message, body, .body)
        case .progress(let body): try container.put(Name.progress, .message, body, .body)
        case .beat(let body): try container.put(Name.beat, .message, body, .body)
        case .planned(let body): try container.put(Name.planned, .message, body, .body)
        case .stopped(let body): try container.put(Name.stopped, .message, body, .body)
        case .finished(let body): try container.put(Name.finished, .message, body, .body)
        case .failed(let body): try container.put(Name.failed, .message, body, .body)
        case .compared(let body): try container.put(Name.compared, .message, body, .body)
        case .faces(let body): try container.put(Name.faces, .message, body, .body)
        case .completed(let body): try container.put(Name.completed, .message, body, .body)
        case .models(let body): try container.put(Name.models, .message, body, .body)
        }
    }
}

/// What a worker says of itself when it is ready.
package struct WorkerFacts: Codable, Sendable, Equatable {
    /// Differs when daemon and worker come from different builds; such a worker is refused.
    package static let currentProtocol = 2

    package var protocolVersion: Int
    package var version: String
    package var pid: Int32
    package var threads: Int
    /// The kernel set that OpenBLAS chose, for example `SkylakeX`.
    package var openblasCore: String
    package var confinement: WorkerConfinement

    package init(
        protocolVersion: Int = WorkerFacts.currentProtocol, version: String, pid: Int32, threads: Int,
        openblasCore: String, confinement: WorkerConfinement = WorkerConfinement(gaps: ["it gives up nothing"])
    ) {
        self.protocolVersion = protocolVersion
        self.version = version
        self.pid = pid
        self.threads = threads
        self.openblasCore = openblasCore
        self.confinement = confinement
    }
}

/// What a worker gave up before it read a stranger's byte.
package struct WorkerConfinement: Codable, Sendable, Equatable {
    /// The version of the kernel's Landlock that keeps other files out of its reach; 0 when nothing does.
    package var landlock: Int
    /// What it could not give up, and why, a clause each.
    package var gaps: [String]

    package init(landlock: Int = 0, gaps: [String] = []) {
        self.landlock = landlock
        self.gaps = gaps
    }
}

/// A sign of life. It attests two things: the process runs, since a thread of its own sends it; and the work goes on when
/// ``work`` has risen since the last one. A worker that is stopped sends none; one whose threads all wait for each other
/// sends the same number again and again; one that computes without end is its time-out's matter.
package struct WorkerBeat: Codable, Sendable, Equatable {
    /// Between two beats.
    package static let interval = Duration.milliseconds(250)

    package var token: WorkerToken
    /// Rises with every beat before which the worker has computed something or waited for a disk.
    package var work: Int64

    package init(token: WorkerToken, work: Int64) {
        self.token = token
        self.work = work
    }
}

/// How far a request has come.
package struct WorkerProgress: Codable, Sendable, Equatable {
    package var token: WorkerToken
    /// 0…1, never falling.
    package var fraction: Double
    /// One word: `loading`, `detecting`, `optimising`, `writing`…
    package var stage: String
    /// For people: `iteration 40 of 100`.
    package var detail: String?
    package var losses: StyleLosses?
    /// The iteration of an earlier attempt from which this one went on.
    package var resumedFrom: Int?

    package init(
        token: WorkerToken, fraction: Double, stage: String, detail: String? = nil, losses: StyleLosses? = nil,
        resumedFrom: Int? = nil
    ) {
        self.token = token
        self.fraction = fraction
        self.stage = stage
        self.detail = detail
        self.losses = losses
        self.resumedFrom = resumedFrom
    }
}

/// A job that succeeded; the outputs stand in its folder, not yet committed.
package struct WorkerResult: Codable, Sendable, Equatable {
    package var token: WorkerToken
    package var inputs: [InputFacts]
    package var models: [ModelFacts]
    /// With every option resolved.
    package var task: JobTask
    package var result: JobResult
    package var outputs: [OutputFile]
    /// What the gallery is to take up with the job's commit. Until then ``result`` tells of an empty gallery; see
    /// ``settled(by:)``.
    package var changes: [GalleryChange]
    /// Stage to milliseconds.
    package var timings: [String: Double]

    package init(
        token: WorkerToken, inputs: [InputFacts], models: [ModelFacts], task: JobTask, result: JobResult,
        outputs: [OutputFile], changes: [GalleryChange] = [], timings: [String: Double]
    ) {
        self.token = token
        self.inputs = inputs
        self.models = models
        self.task = task
        self.result = result
        self.outputs = outputs
        self.changes = changes
        self.timings = timings
    }
}

/// A request that failed, with what is known of its inputs.
package struct WorkerFailure: Error, Codable, Sendable, Equatable {
    package var token: WorkerToken
    package var error: ReportError
    package var inputs: [InputFacts]
    package var models: [ModelFacts]
    /// Stage to milliseconds.
    package var timings: [String: Double]

    package init(
        token: WorkerToken, error: ReportError, inputs: [InputFacts] = [], models: [ModelFacts] = [],
        timings: [String: Double] = [:]
    ) {
        self.token = token
        self.error = error
        self.inputs = inputs
        self.models = models
        self.timings = timings
    }
}
