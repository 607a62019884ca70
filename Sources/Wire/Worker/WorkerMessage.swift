import Foundation

/// What a worker process says, one frame each on its standard output. As JSON: `{"progress": {"_0": {…}}}`.
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
    /// Ends a ``WorkerRequest/evaluate(_:)``.
    case evaluated(EvaluateAnswer)
    /// Ends a ``WorkerRequest/styles(_:)``.
    case styles(StylesAnswer)
    /// Ends a ``WorkerRequest/sheet(_:)``.
    case sheet(SheetAnswer)
    /// Ends a ``WorkerRequest/film(_:)``.
    case film(FilmAnswer)
    /// Ends a ``WorkerRequest/photograph(_:)``.
    case photograph(PhotographAnswer)

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
        case .evaluated(let body): body.token
        case .styles(let body): body.token
        case .sheet(let body): body.token
        case .film(let body): body.token
        case .photograph(let body): body.token
        }
    }
}

/// What a worker says of itself when it is ready.
package struct WorkerFacts: Codable, Sendable, Equatable {
    /// Differs when daemon and worker come from different builds; such a worker is refused.
    package static let currentProtocol = 13

    package var protocolVersion: Int
    package var version: String
    package var pid: Int32
    package var threads: Int
    /// The kernel set of OpenBLAS at work, for example `SkylakeX`.
    package var openblasCore: String
    /// The one that would suit the processor better.
    package var betterCore: String?
    package var confinement: WorkerConfinement

    package init(
        protocolVersion: Int = WorkerFacts.currentProtocol, version: String, pid: Int32, threads: Int,
        openblasCore: String, betterCore: String? = nil,
        confinement: WorkerConfinement = WorkerConfinement(gaps: ["it gives up nothing"])
    ) {
        self.protocolVersion = protocolVersion
        self.version = version
        self.pid = pid
        self.threads = threads
        self.openblasCore = openblasCore
        self.betterCore = betterCore
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
    /// The iteration, step or frame of an earlier attempt from which this one went on.
    package var resumedFrom: Int?
    /// Every so often, what is being painted as it stands: a small JPEG.
    package var preview: Data?

    package init(
        token: WorkerToken, fraction: Double, stage: String, detail: String? = nil, losses: StyleLosses? = nil,
        resumedFrom: Int? = nil, preview: Data? = nil
    ) {
        self.token = token
        self.fraction = fraction
        self.stage = stage
        self.detail = detail
        self.losses = losses
        self.resumedFrom = resumedFrom
        self.preview = preview
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
    /// What it has read of an identification; whether it is remembered is for the settings to say.
    package var faces: [SeenFace]
    /// Stage to milliseconds.
    package var timings: [String: Double]

    package init(
        token: WorkerToken, inputs: [InputFacts], models: [ModelFacts], task: JobTask, result: JobResult,
        outputs: [OutputFile], changes: [GalleryChange] = [], faces: [SeenFace] = [], timings: [String: Double]
    ) {
        self.token = token
        self.inputs = inputs
        self.models = models
        self.task = task
        self.result = result
        self.outputs = outputs
        self.changes = changes
        self.faces = faces
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
