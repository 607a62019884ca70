import Foundation
import Parsing

/// The end of a job as `report.json` tells it; see `Schemas/report.schema.json`. There is exactly one for each job, whatever became of it.
package struct Report: Codable, Sendable, Equatable {
    package enum Status: String, Codable, Sendable, CaseIterable {
        case done
        /// A job in the foreground that gave up; the daemon's jobs are quarantined instead.
        case failed
        case quarantined
        case cancelled
    }

    package struct Times: Codable, Sendable, Equatable {
        /// When the file came to rest in the inbox.
        package var seen: Date
        /// When the last attempt started.
        package var started: Date?
        package var finished: Date

        package init(seen: Date, started: Date? = nil, finished: Date) {
            self.seen = seen
            self.started = started
            self.finished = finished
        }
    }

    /// The version of this format.
    package static let format = 1

    package var id: JobIdentifier
    /// Absent only for a file that never became a job of a kind, such as one in an unknown folder.
    package var kind: JobKind?
    package var status: Status
    package var times: Times
    /// How many times a worker was given the job; 0 when it never came to that.
    package var attempt: Int
    /// Where the job came from, relative to the inbox.
    package var source: String?
    package var priority: Int
    package var inputs: [InputFacts]
    package var models: [ModelFacts]
    /// The task with its options as resolved; `nil` when the manifest or folder could not be understood.
    package var task: JobTask?
    package var result: JobResult?
    package var outputs: [OutputFile]
    /// Stage to milliseconds.
    package var timings: [String: Double]
    package var error: ReportError?
    /// The job that does or did the same with the same pictures; see `intake.duplicates`.
    package var duplicateOf: JobIdentifier?

    package init(
        id: JobIdentifier, kind: JobKind?, status: Status, times: Times, attempt: Int, source: String? = nil,
        priority: Int = 0, inputs: [InputFacts] = [], models: [ModelFacts] = [], task: JobTask? = nil,
        result: JobResult? = nil, outputs: [OutputFile] = [], timings: [String: Double] = [:],
        error: ReportError? = nil, duplicateOf: JobIdentifier? = nil
    ) {
        self.id = id
        self.kind = kind
        self.status = status
        self.times = times
        self.attempt = attempt
        self.source = source
        self.priority = priority
        self.inputs = inputs
        self.models = models
        self.task = task
        self.result = result
        self.outputs = outputs
        self.timings = timings
        self.error = error
        self.duplicateOf = duplicateOf
    }

    private enum CodingKeys: String, CodingKey {
        case limner, id, kind, status, times, attempt, source, priority, inputs, models, options, result, outputs
        case timings, error, duplicateOf
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let format = try container.decode(Int.self, forKey: .limner)
        guard format == Self.format else {
            throw DecodingError.dataCorruptedError(
                forKey: .limner, in: container, debugDescription: "report format \(format), not \(Self.format)")
        }
        id = try container.decode(JobIdentifier.self, forKey: .id)
        kind = try container.decodeIfPresent(JobKind.self, forKey: .kind)
        status = try container.decode(Status.self, forKey: .status)
        times = try container.decode(Times.self, forKey: .times)
        attempt = try container.decode(Int.self, forKey: .attempt)
        source = try container.decodeIfPresent(String.self, forKey: .source)
        priority = try container.decode(Int.self, forKey: .priority)
        inputs = try container.decode([InputFacts].self, forKey: .inputs)
        models = try container.decode([ModelFacts].self, forKey: .models)
        task = container.contains(.options) ? try JobTask(from: decoder) : nil
        result = try kind.flatMap { kind in
            guard container.contains(.result) else { return nil }
            return try JobResult(kind: kind, from: container.superDecoder(forKey: .result))
        }
        outputs = try container.decode([OutputFile].self, forKey: .outputs)
        timings = try container.decode([String: Double].self, forKey: .timings)
        error = try container.decodeIfPresent(ReportError.self, forKey: .error)
        duplicateOf = try container.decodeIfPresent(JobIdentifier.self, forKey: .duplicateOf)
    }

    package func encode(to encoder: any Encoder) throws {
        try task?.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Self.format, forKey: .limner)
        try container.encode(id, forKey: .id)
        try container.encodeIfPresent(kind, forKey: .kind)
        try container.encode(status, forKey: .status)
        try container.encode(times, forKey: .times)
        try container.encode(attempt, forKey: .attempt)
        try container.encodeIfPresent(source, forKey: .source)
        try container.encode(priority, forKey: .priority)
        try container.encode(inputs, forKey: .inputs)
        try container.encode(models, forKey: .models)
        if let result { try result.encodeValue(to: container.superEncoder(forKey: .result)) }
        try container.encode(outputs, forKey: .outputs)
        try container.encode(timings, forKey: .timings)
        try container.encodeIfPresent(error, forKey: .error)
        try container.encodeIfPresent(duplicateOf, forKey: .duplicateOf)
    }
}

/// A file that a job wrote into its output folder.
package struct OutputFile: Codable, Sendable, Equatable {
    /// Its name within the folder.
    package var name: String
    package var bytes: Int64
    /// 64 lowercase hexadecimal digits.
    package var sha256: String

    package init(name: String, bytes: Int64, sha256: String) {
        self.name = name
        self.bytes = bytes
        self.sha256 = sha256
    }
}

/// The JSON Schema of a report, `Schemas/report.schema.json`, as the programs carry it.
package enum ReportSchema {
    package static let root: JSONNode = {
        do {
            return try JSONParser.parse(PackageResources.report_schema_json)
        } catch {
            preconditionFailure("the schema of reports is no JSON: \(error)")
        }
    }()
}

/// A model that took part in a job.
package struct ModelFacts: Codable, Sendable, Equatable {
    /// Its name in the model store, for example `sface-2021dec`.
    package var id: String
    package var name: String
    package var version: String
    /// Of the file as it came from its origin, 64 lowercase hexadecimal digits.
    package var sha256: String

    package init(id: String, name: String, version: String, sha256: String) {
        self.id = id
        self.name = name
        self.version = version
        self.sha256 = sha256
    }
}
