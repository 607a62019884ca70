import Foundation

/// `POST /v1/jobs`.
package struct SubmissionAnswer: Codable, Sendable, Equatable {
    package var id: JobIdentifier

    package init(id: JobIdentifier) { self.id = id }
}

/// `POST /v1/pause` and `/v1/resume`.
package struct PauseAnswer: Codable, Sendable, Equatable {
    package var paused: Bool

    package init(paused: Bool) { self.paused = paused }
}

/// `GET /v1/version`.
package struct VersionAnswer: Codable, Sendable, Equatable {
    package var version: String

    package init(version: String = LimnerVersion.text) { self.version = version }
}

/// `GET /v1/config`: what is in force.
package struct ConfigAnswer: Codable, Sendable, Equatable {
    package struct Entry: Codable, Sendable, Equatable {
        package var key: String
        package var value: String
        /// `default`, `limner.yaml:12`, `environment LIMNER_…` or `--flag`.
        package var origin: String

        package init(key: String, value: String, origin: String) {
            self.key = key
            self.value = value
            self.origin = origin
        }
    }

    package var entries: [Entry]

    package init(entries: [Entry]) { self.entries = entries }
}

/// The body of every HTTP answer that is not a success.
package struct ProblemAnswer: Codable, Sendable, Equatable {
    package var error: ReportError

    package init(error: ReportError) { self.error = error }
}

/// One event of `GET /v1/events`: a job's transition or its progress. The SSE `event` field is `job`.
package struct ControlEvent: Codable, Sendable, Equatable {
    package var time: Date
    package var job: JobSummary

    package init(time: Date, job: JobSummary) {
        self.time = time
        self.job = job
    }
}
