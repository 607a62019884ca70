import Wire

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
                "Jobs, newest first, 500 at most. `state`, `kind` and `limit` choose; `before` takes the `next` of the page before."
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
                "Answers a question about the gallery, or changes it: the body is an object with `ask`, and what that needs, as below."
            )
        case .galleryExport:
            ("GET", "/v1/gallery/export", "The whole gallery as one JSON document, which `/v1/gallery/import` takes.")
        case .galleryImport: ("POST", "/v1/gallery/import", "Adds what such a document holds.")
        case .version: ("GET", "/v1/version", "The daemon's version.")
        case .metrics: ("GET", "/metrics", "The daemon's figures, in Prometheus' text format.")
        }
    }

    /// The parameters of its query.
    package var parameters: [String] {
        switch self {
        case .jobs: ["state", "kind", "limit", "before"]
        case .submit: JobSubmission.parameters
        case .why: ["path"]
        case .status, .proof, .job, .preview, .cancel, .cancelMany, .retry, .retryMany, .pause, .resume, .events,
            .config, .reload, .doctor, .gallery, .galleryExport, .galleryImport, .version, .metrics:
            []
        }
    }

    /// Whether it makes something of a request's body.
    var takesBody: Bool {
        switch self {
        case .submit, .cancelMany, .retryMany, .gallery, .galleryImport: true
        case .status, .proof, .jobs, .job, .preview, .cancel, .retry, .pause, .resume, .why, .events, .config, .reload,
            .doctor, .galleryExport, .version, .metrics:
            false
        }
    }

    /// The routes of a path, whatever the method, each with the text in the place of `{job}`.
    ///
    /// - Parameter path: the parts between slashes, still percent-encoded.
    static func all(at path: [Substring]) -> [(route: ControlRoute, job: Substring?)] {
        allCases.compactMap { route in
            let pattern = route.path.split(separator: "/")
            guard pattern.count == path.count else { return nil }
            let pairs = zip(pattern, path)
            guard pairs.allSatisfy({ $0 == "{job}" || $0 == $1 }) else { return nil }
            return (route, pairs.first { $0.0 == "{job}" }?.1)
        }
    }

    /// Whether a request of this method is for it. HEAD asks for the head of what GET gives (RFC 9110, section 9.3.2).
    func answers(_ method: String) -> Bool { self.method == (method == "HEAD" ? "GET" : method) }

    /// The answer to a request for which there is no path.
    static func nowhere(_ request: HTTPRequest) -> HTTPResponse {
        let report = ReportError(
            code: .optionInvalid, message: "There is nothing at \(request.path.printable).",
            hint: "The manual lists what there is: man limner-control.")
        return .problem(report, .notFound)
    }

    /// The answer to a request with a method that none of its path's routes has.
    static func otherMethod(_ request: HTTPRequest, _ routes: [ControlRoute]) -> HTTPResponse {
        let methods = routes.flatMap { $0.method == "GET" ? ["GET", "HEAD"] : [$0.method] }
        let report = ReportError(
            code: .optionInvalid, message: "There is no \(request.method.printable) \(request.path.printable).",
            hint: "Ask with \(methods.joined(separator: " or ")).")
        var response = HTTPResponse.problem(report, .methodNotAllowed)
        response.headers.append(("Allow", methods.joined(separator: ", ")))
        return response
    }
}
