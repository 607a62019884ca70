/// What a job comes to, from the headers of its pictures, its styles and the settings; no pixel was decoded for it. It is
/// the worker's word, and nobody else's guess.
package struct WorkerPlan: Codable, Sendable, Equatable {
    /// A picture that is going to be made.
    package struct Output: Codable, Sendable, Equatable {
        /// The picture that it is made of; see ``InputPicture/name``.
        package var input: String
        /// In pixels, within one or two.
        package var width: Int
        package var height: Int
        /// As in ``StylizationResult/Painting``.
        package var parts: Bool?
        /// As in ``StylizationResult/Painting``.
        package var optimizer: StyleOptimizer?
        /// What an optimisation passes through; `nil` in one pass.
        package var scales: [Scale]?

        /// One of the sizes that a painting grows through, by its long side.
        package struct Scale: Codable, Sendable, Equatable {
            package var size: Int
            package var iterations: Int

            package init(size: Int, iterations: Int) {
                self.size = size
                self.iterations = iterations
            }
        }

        package init(
            input: String, width: Int, height: Int, isInParts: Bool = false, optimizer: StyleOptimizer? = nil,
            scales: [Scale]? = nil
        ) {
            self.scales = scales
            self.input = input
            self.width = width
            self.height = height
            parts = isInParts ? true : nil
            self.optimizer = optimizer
        }
    }

    package var token: WorkerToken
    /// With every option resolved: as the job, its style and the settings say, and ``WorkerJob/fitting`` made of it.
    package var task: JobTask
    package var outputs: [Output]
    /// About what the worker's process is going to hold at most.
    package var memoryBytes: Int64
    /// Roughly, with the job's threads and nothing else running; models that are not loaded yet are counted.
    package var seconds: Double
    /// Whether an attempt that is asked to stop leaves what the next one goes on with.
    package var isResumable: Bool
    /// Whether a job that is taken back hands in what it has done; see ``WorkerRequest/conclude(_:)``.
    package var keepsPartial: Bool
    /// The long side that was asked for, where the output is made smaller to fit.
    package var scaledFrom: Int?
    /// As in ``StylizationResult/Painting``.
    package var ignored: [String]?
    /// Absolute paths of what is read of styles that are named.
    package var styleFiles: [String]?
    /// What is to be said of these styles, a sentence each.
    package var notes: [String]?

    package init(
        token: WorkerToken, task: JobTask, outputs: [Output] = [], memoryBytes: Int64, seconds: Double,
        isResumable: Bool = false, keepsPartial: Bool = false, scaledFrom: Int? = nil
    ) {
        self.token = token
        self.task = task
        self.outputs = outputs
        self.memoryBytes = memoryBytes
        self.seconds = seconds
        self.isResumable = isResumable
        self.keepsPartial = keepsPartial
        self.scaledFrom = scaledFrom
    }
}
