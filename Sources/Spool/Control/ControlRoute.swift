/// A route of the control API, as the server answers it, the client asks it and the manual lists it.
package enum ControlRoute: CaseIterable, Sendable {
    case status, proof, jobs, job, preview, submit, cancel, cancelMany, retry, retryMany, pause, resume, why, events,
        config,
        reload
    case doctor, gallery, galleryExport, galleryImport, version, metrics

    package var method: String { facts.method }

    /// As in a request; `{job}` stands for a job's name.
    package var path: String { facts.path }

    /// One sentence for the manual.
    package var summary: String { facts.summary }

    private var facts: (method: String, path: String, summary: String) {
        switch self {
        case .status: ("GET", "/v1/status", "What is running, how many jobs stand where, and what is in the way.")
        case .proof:
            ("GET", "/v1/proof", "Where everything is that came to rest in the inbox, by the queue and by the disk.")
        case .jobs:
            (
                "GET", "/v1/jobs",
                "Jobs, newest first. `state`, `kind` and `limit` choose; `before` takes the `next` of the page before."
            )
        case .job: ("GET", "/v1/jobs/{job}", "One job: its history, its report, its folder.")
        case .preview:
            (
                "GET", "/v1/jobs/{job}/preview",
                "The picture that a running job is painting, as it stood some seconds ago: a JPEG of at most 512 pixels."
            )
        case .submit:
            (
                "POST", "/v1/jobs",
                "A picture as the body. `kind`, `name`, `priority` and `options` (JSON, as in a manifest) say what to do with it."
            )
        case .cancel: ("POST", "/v1/jobs/{job}/cancel", "Takes a job back.")
        case .cancelMany:
            (
                "POST", "/v1/jobs/cancel",
                "Takes many jobs back: those that the body names (`jobs`), or chooses by `state` and `kind`."
            )
        case .retry: ("POST", "/v1/jobs/{job}/retry", "Queues a quarantined or cancelled job again.")
        case .retryMany: ("POST", "/v1/jobs/retry", "Queues many jobs again, chosen like those to take back.")
        case .pause: ("POST", "/v1/pause", "Starts nothing new.")
        case .resume: ("POST", "/v1/resume", "Goes on.")
        case .why: ("GET", "/v1/why", "What became of the file `path`, or why it is left alone.")
        case .events:
            ("GET", "/v1/events", "Every transition and progress from now on, as server-sent events, one job each.")
        case .config: ("GET", "/v1/config", "Every setting in force, and where its value came from.")
        case .reload: ("POST", "/v1/reload", "Reads the settings again, as SIGHUP has it done.")
        case .doctor: ("POST", "/v1/doctor", "Examines the studio; takes some seconds.")
        case .gallery:
            (
                "POST", "/v1/gallery",
                "Lists, shows, renames, removes, merges or splits people, corrects what a job answered, or takes a change back, as the body asks."
            )
        case .galleryExport:
            ("GET", "/v1/gallery/export", "The whole gallery as one JSON document, which `/v1/gallery/import` takes.")
        case .galleryImport: ("POST", "/v1/gallery/import", "Adds what such a document holds.")
        case .version: ("GET", "/v1/version", "The daemon's version.")
        case .metrics: ("GET", "/metrics", "The daemon's figures, in Prometheus' text format.")
        }
    }

    /// The route of a request, and the text in the place of `{job}`; `nil` when there is none.
    ///
    /// - Parameter path: the parts between slashes, still percent-encoded.
    static func of(method: String, path: [Substring]) -> (route: ControlRoute, job: Substring?)? {
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
