import Parsing
import Wire

/// `replay.json` of a quarantined job: what the last attempt was given, so that `limner replay` can give it again, and
/// what the worker used up.
package struct ReplayRecord: Codable, Sendable, Equatable {
    /// One of the job's files, which lies beside the record.
    package struct Input: Codable, Sendable, Equatable {
        package var role: InputRole
        /// What the job calls it; see ``InputPicture/name``.
        package var name: String
        /// File names that it may have here: its own, and the one that it was claimed under.
        package var files: [String]
        /// Tells which of the files it is; absent when it could not be read.
        package var sha256: String?
    }

    /// The version of this format.
    package static let format = 1

    package var limner = Self.format
    package var version = LimnerVersion.text
    package var id: JobIdentifier
    package var attempt: Int
    package var task: JobTask
    package var inputs: [Input]
    package var limits: PictureLimits
    /// The worker's flags and whole environment.
    package var arguments: [String]
    package var environment: [String: String]
    package var usage: WorkerUsage?
}

/// What a worker process used up, as the kernel last told before the attempt ended.
package struct WorkerUsage: Codable, Sendable, Equatable {
    /// Most memory that was resident since the worker started.
    package var peakResidentBytes: Int64
    /// Processor time of the attempt, all threads.
    package var cpuSeconds: Double
    /// Time on the clock since the attempt started.
    package var wallSeconds: Double
}
