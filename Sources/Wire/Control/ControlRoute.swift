/// A route of the control API, as the server answers it and the manual lists it.
package enum ControlRoute: CaseIterable, Sendable {
    case status
    case proof
    case jobs
    case job
    case submit
    case cancel
    case cancelMany
    case retry
    case retryMany
    case pause
    case resume
    case why
    case events
    case config
    case doctor
    case gallery
    case galleryExport
    case galleryImport
    case version
    case metrics

    package var method: String {
        switch self {
        case .submit, .cancel, .cancelMany, .retry, .retryMany, .pause, .resume, .doctor, .gallery, .galleryImport:
            "POST"
        case .status, .proof, .jobs, .job, .why, .events, .config, .galleryExport, .version, .metrics: "GET"
        }
    }

    /// As in a request; `{job}` stands for a job's name.
    package var path: String {
        switch self {
        case .status: "/v1/status"
        case .proof: "/v1/proof"
        case .jobs, .submit: "/v1/jobs"
        case .job: "/v1/jobs/{job}"
        case .cancel: "/v1/jobs/{job}/cancel"
        case .cancelMany: "/v1/jobs/cancel"
        case .retry: "/v1/jobs/{job}/retry"
        case .retryMany: "/v1/jobs/retry"
        case .pause: "/v1/pause"
        case .resume: "/v1/resume"
        case .why: "/v1/why"
        case .events: "/v1/events"
        case .config: "/v1/config"
        case .doctor: "/v1/doctor"
        case .gallery: "/v1/gallery"
        case .galleryExport: "/v1/gallery/export"
        case .galleryImport: "/v1/gallery/import"
        case .version: "/v1/version"
        case .metrics: "/metrics"
        }
    }

    /// One sentence for the manual.
    package var summary: String {
        switch self {
        case .status: "What is running, how many jobs stand where, and what is in the way."
        case .proof: "Where everything is that came to rest in the inbox, by the queue and by the disk."
        case .jobs:
            "Jobs, newest first. `state`, `kind` and `limit` choose; `before` takes the `next` of the page before."
        case .job: "One job: its history, its report, its folder."
        case .submit:
            "A picture as the body. `kind`, `name`, `priority` and `options` (JSON, as in a manifest) say what to do with it."
        case .cancel: "Takes a job back."
        case .cancelMany: "Takes many jobs back: those that the body names (`jobs`), or chooses by `state` and `kind`."
        case .retry: "Queues a quarantined or cancelled job again."
        case .retryMany: "Queues many jobs again, chosen like those to take back."
        case .pause: "Starts nothing new."
        case .resume: "Goes on."
        case .why: "What became of the file `path`, or why it is left alone."
        case .events: "Every transition and progress from now on, as server-sent events, one job each."
        case .config: "Every setting in force, and where its value came from."
        case .doctor: "Examines the studio; takes some seconds."
        case .gallery: "Lists or shows people, or renames or removes one, as the body asks."
        case .galleryExport: "The whole gallery as one JSON document, which `/v1/gallery/import` takes."
        case .galleryImport: "Adds what such a document holds."
        case .version: "The daemon's version."
        case .metrics: "The daemon's figures, in Prometheus' text format."
        }
    }

    /// The route of a request, and the text in the place of `{job}`; `nil` when there is none.
    ///
    /// - Parameter path: the parts between slashes, still percent-encoded.
    package static func of(method: String, path: [Substring]) -> (route: ControlRoute, job: Substring?)? {
        for route in allCases where route.method == method {
            let pattern = route.path.split(separator: "/")
            guard pattern.count == path.count else { continue }
            let pairs = zip(pattern, path)
            guard pairs.allSatisfy({ $0 == "{job}" || $0 == $1 }) else { continue }
            return (route, pairs.first { $0.0 == "{job}" }?.1)
        }
        return nil
    }
}
