import Foundation
import Wire

/// One line of a listing.
package struct JobSummary: Codable, Sendable, Equatable {
    package struct Progress: Codable, Sendable, Equatable {
        /// 0…1.
        package var fraction: Double
        package var stage: String
        package var detail: String?
        /// The iteration of an earlier attempt from which this one went on.
        package var resumedFrom: Int?
    }

    package var id: JobIdentifier
    /// Absent for a file that never became a job of a kind.
    package var kind: JobKind?
    package var state: JobState
    /// Where it came from, relative to the inbox.
    package var source: String
    package var priority: Int
    package var attempt: Int
    package var created: Date
    package var updated: Date
    /// While running.
    package var progress: Progress?
    /// Of the last attempt.
    package var error: ReportError?
}

/// `GET /v1/jobs`: newest first.
package struct JobPage: Codable, Sendable, Equatable {
    package var jobs: [JobSummary]
    /// The value of `before` that gives the next page; absent on the last.
    package var next: JobIdentifier?
}

/// One transition.
package struct JobEvent: Codable, Sendable, Equatable {
    package var time: Date
    /// Absent for the first.
    package var from: JobState?
    package var to: JobState
    package var why: String
}

/// `GET /v1/jobs/{id}`.
package struct JobDetail: Codable, Sendable, Equatable {
    package var job: JobSummary
    package var task: JobTask?
    /// Oldest first.
    package var events: [JobEvent]
    /// Absolute path of the job's folder in the outbox or the quarantine, once it is there.
    package var folder: String?
    package var report: Report?
    /// What was added to the report since, oldest first; absent when nothing was.
    package var retrospect: [Retrospect.Addition]?
    /// What keeps a job that is under way from running: completes "waits for …".
    package var waitsFor: String?
}

/// `GET /v1/why?path=`: one file's whole history, or why it is being ignored.
package struct WhyAnswer: Codable, Sendable, Equatable {
    package enum Verdict: String, Codable, Sendable, CaseIterable {
        /// It became the jobs listed.
        case job
        /// Being written to, or too young.
        case unsettled
        /// Its name says that it is not to be taken (hidden, or a temporary extension).
        case ignored
        /// It lies outside the inbox.
        case outside
        /// There is no such file and no job ever came from the path.
        case unknown
    }

    package var path: String
    package var verdict: Verdict
    /// The whole answer in a sentence.
    package var explanation: String
    /// What came from this path, oldest first.
    package var jobs: [JobDetail] = []
}

/// `POST /v1/jobs/{id}/cancel` and `/retry`: the job after it.
package struct JobActionAnswer: Codable, Sendable, Equatable {
    package var job: JobSummary
    package var message: String
}

/// The body of `POST /v1/jobs/cancel` and `/v1/jobs/retry`: which jobs are meant.
package struct JobSelection: Codable, Sendable, Equatable {
    /// Most jobs of one request.
    package static let limit = 500

    /// These and no others; at most ``limit``. Absent for every job of a state and kind.
    package var jobs: [JobIdentifier]?
    /// Absent for every state in which the action makes sense: for a cancellation all that are not final, for another try
    /// `failed` and `quarantined`.
    package var state: JobState?
    package var kind: JobKind?
    /// Only older ones: the `next` of the answer before.
    package var before: JobIdentifier?

    package init(
        jobs: [JobIdentifier]? = nil, state: JobState? = nil, kind: JobKind? = nil, before: JobIdentifier? = nil
    ) {
        self.jobs = jobs
        self.state = state
        self.kind = kind
        self.before = before
    }

    /// Reads the body of a request.
    init(json: Data) throws(ManifestError) {
        self = try ObjectReader.read(json) { reader in
            let jobs = reader.value("jobs").flatMap { list in
                reader.elements(list, "jobs", 0...Self.limit, of: "jobs").map { jobs in
                    jobs.enumerated().compactMap { reader.job($1, "jobs[\($0)]") }
                }
            }
            return JobSelection(
                jobs: jobs, state: reader.choice("state", JobState.self), kind: reader.choice("kind", JobKind.self),
                before: reader.job("before"))
        }
    }
}

/// What became of the jobs of a ``JobSelection``.
package struct JobChangesAnswer: Codable, Sendable, Equatable {
    package struct Refusal: Codable, Sendable, Equatable {
        package var id: JobIdentifier
        package var error: ReportError
    }

    package var changed: [JobActionAnswer]
    /// Jobs that were named, or that the disk kept from being changed; they are as they were.
    package var refused: [Refusal]
    /// The value of `before` with which the selection goes on; absent when it is through.
    package var next: JobIdentifier?
}
