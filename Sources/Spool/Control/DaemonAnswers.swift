import Foundation
import Wire

/// `POST /v1/jobs`.
package struct SubmissionAnswer: Codable, Sendable, Equatable {
    package var id: JobIdentifier
}

/// `POST /v1/pause` and `/v1/resume`.
package struct PauseAnswer: Codable, Sendable, Equatable {
    package var paused: Bool
}

/// `POST /v1/reload`.
package struct ReloadAnswer: Codable, Sendable, Equatable {
    /// A clause each: the setting, what it was and what it is.
    package var changes: [String]
}

/// `GET /v1/version`.
package struct VersionAnswer: Codable, Sendable, Equatable {
    package var version = LimnerVersion.text
}

/// The body of every HTTP answer that is not a success, and what a command prints in place of its answer.
package struct ProblemAnswer: Codable, Sendable, Equatable {
    package var error: ReportError

    package init(error: ReportError) { self.error = error }
}

/// One event of `GET /v1/events`: a job's transition or its progress. The SSE `event` field is `job`.
package struct ControlEvent: Codable, Sendable, Equatable {
    package var time: Date
    package var job: JobSummary
}
