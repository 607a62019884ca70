import Pictures
import Wire

/// One job as it takes shape, for the answer.
struct JobRecord {
    let folder: OutputFolder
    /// See ``WorkerJob/fitting``.
    let fitting: Int64?
    let checkpoints: CheckpointPlace?
    var inputs: [JobInput] = []
    /// Of inputs that were read and let go of.
    var passed: [InputFacts] = []
    var models: [ModelFacts] = []
    var stopwatch = Stopwatch()
    var outputs: [OutputFile] = []
    var names = OutputNames()
    /// What the gallery is to take up.
    var changes: [GalleryChange] = []
    /// What the gallery may remember.
    var faces: [SeenFace] = []
    /// With every option resolved; set with ``result``.
    private var task: JobTask
    private var result: JobResult?

    init(_ job: WorkerJob) {
        folder = OutputFolder(path: job.outputFolder)
        fitting = job.fitting
        checkpoints = job.checkpoints
        task = job.task
    }

    /// - Parameter subject: of a painting.
    mutating func finish(
        _ options: ResolvedOptions, of subject: OptionUse.Subject = .either, _ result: JobResult
    ) {
        task.options = options.reported(of: subject)
        self.result = result
    }

    /// - Precondition: ``finish(_:_:)`` was called.
    func result(token: WorkerToken) -> WorkerResult {
        guard let result else { preconditionFailure("a job of kind \(task.kind) ended without a result") }
        return WorkerResult(
            token: token, inputs: facts, models: models, task: task, result: result, outputs: outputs,
            changes: changes, faces: faces, timings: stopwatch.timings)
    }

    var facts: [InputFacts] { passed + inputs.map(\.facts).filter { !passed.contains($0) } }

    func inputs(_ role: InputRole) -> [JobInput] { inputs.filter { $0.role == role } }

    /// The photographs that the job is about.
    ///
    /// - Throws: ``ReportError`` `picture-missing` when there is none.
    func pictures() throws -> [JobInput] {
        let pictures = inputs(.picture)
        guard !pictures.isEmpty else { throw ReportError(code: .pictureMissing, message: "The job has no picture.") }
        return pictures
    }

    /// Encodes a picture and writes it under a name after its input's.
    mutating func write(_ bytes: [UInt8], after input: JobInput, suffix: String, format: WrittenFormat) throws -> String
    {
        try write(bytes, after: input, suffix: suffix, ending: format.fileExtension)
    }

    /// Writes a text as ``write(_:after:suffix:format:)`` does a picture.
    mutating func write(_ text: String, after input: JobInput, suffix: String) throws -> String {
        try write(Array(text.utf8), after: input, suffix: suffix, ending: "txt")
    }

    private mutating func write(
        _ bytes: [UInt8], after input: JobInput, suffix: String, ending: String
    ) throws -> String {
        let name = names.next(for: input.name, suffix: suffix, fileExtension: ending)
        let file = try stopwatch.measure("writing") { try folder.write(bytes, to: name) }
        outputs.append(file)
        return name
    }
}

/// Milliseconds by stage, in a report's words.
struct Stopwatch {
    private(set) var timings: [String: Double] = [:]

    /// Adds the time that `body` takes, also when it throws.
    mutating func measure<Result>(_ stage: String, _ body: () throws -> Result) rethrows -> Result {
        let clock = ContinuousClock()
        let start = clock.now
        defer { add(seconds: (clock.now - start) / .seconds(1), to: stage) }
        return try body()
    }

    mutating func add(seconds: Double, to stage: String) {
        timings[stage, default: 0] += (seconds * 1e6).rounded() / 1e3
    }

    mutating func add(_ other: Stopwatch) { timings.merge(other.timings, uniquingKeysWith: +) }

    /// Of all stages.
    var seconds: Double { timings.values.reduce(0, +) / 1e3 }
}
