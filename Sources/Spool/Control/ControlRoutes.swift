import FlyingFox
import FlyingSocks
import Foundation
import Gallery
import Glibc
import Wire

/// The control API: one method a route.
package struct ControlRoutes: HTTPHandler {
    let tree: RootTree
    let queue: Queue
    let gallery: Gallery
    let remembrance: Remembrance
    let intake: Intake
    let watch: InboxWatch
    let dispatcher: Dispatcher
    let actions: JobActions
    let history: FileHistory
    let audit: Audit
    let settings: SettingsBox
    let reload: SettingsReload
    let hub: EventHub
    let bell: Bell
    let troubles: Troubles
    let metrics: Metrics
    let command: @Sendable (Settings) -> WorkerCommand
    let started: Date

    /// Answers read the queue.
    private static let executor = BlockingTasks("limner.control")

    /// A request that cannot be served, with its HTTP status.
    private struct Problem: Error {
        var status: HTTPStatusCode
        var error: ReportError
    }

    package func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
        do {
            return try await withTaskExecutorPreference(Self.executor) { try await answer(request) }
        } catch let problem as Problem {
            return Self.response(ProblemAnswer(error: problem.error), problem.status)
        } catch let error as ReportError {
            return Self.response(ProblemAnswer(error: error), Self.status(of: error.code))
        } catch let error as SettingsError {
            let report = ReportError(
                code: .optionInvalid, message: "\(error)", hint: "The settings stay as they were; mend that first.")
            return Self.response(ProblemAnswer(error: report), Self.status(of: report.code))
        } catch let error as GalleryError {
            let report = ReportError(error)
            return Self.response(ProblemAnswer(error: report), Self.status(of: report.code))
        } catch {
            let code: ErrorCode = error.isDiskFull ? .diskFull : .internal
            let report = ReportError(
                code: code, message: error.isDiskFull ? "There is no space left on the disk." : error.reason)
            return Self.response(ProblemAnswer(error: report), Self.status(of: code))
        }
    }

    private func answer(_ request: HTTPRequest) async throws -> HTTPResponse {
        let path = request.target.path(percentEncoded: true).split(separator: "/")
        guard let (route, job) = ControlRoute.of(method: request.method.rawValue, path: path) else {
            throw Self.nowhere(request)
        }
        let parameters = PercentEncoding.parameters(request.target.query(percentEncoded: true))
        switch route {
        case .status: return Self.response(try await status())
        case .proof: return Self.response(try await audit.proof())
        case .jobs: return Self.response(try jobs(parameters))
        case .job: return Self.response(try detail(identifier(job)))
        case .preview: return try preview(identifier(job))
        case .submit: return Self.response(try await submit(request))
        case .cancel: return Self.response(try await actions.cancel(identifier(job)))
        case .cancelMany: return Self.response(try await actions.cancel(try await selection(request)))
        case .retry: return Self.response(try await actions.retry(identifier(job)))
        case .retryMany: return Self.response(try await actions.retry(try await selection(request)))
        case .pause: return Self.response(try await pause(true))
        case .resume: return Self.response(try await pause(false))
        case .why:
            guard let path = parameters["path"] else { throw Self.invalid("\"path\" is missing") }
            return Self.response(try await history.explain(path))
        case .events: return events()
        case .reload: return Self.response(ReloadAnswer(changes: try reload().map(\.description)))
        case .config: return Self.response(settings.answer)
        case .doctor: return Self.response(await doctor().examine())
        case .gallery: return Self.response(try await answer(question(request)))
        case .galleryExport: return Self.response(json: try gallery.export().json())
        case .galleryImport:
            let export = try await body(request, atMost: Self.longestExport)
            defer { remembrance.bell.ring() }
            return Self.response(try gallery.answer(importing: export, policy: GalleryPolicy(settings.current)))
        case .version: return Self.response(VersionAnswer())
        case .metrics: return try await metrics.response()
        }
    }

    // MARK: Routes

    private func status() async throws -> StatusAnswer {
        let counts = try queue.reader.counts()
        return StatusAnswer(
            root: tree.paths.root, pid: getpid(), started: started, paused: try queue.isPaused, counts: counts,
            balanced: counts.isBalanced, running: try queue.reader.running().map(hub.decorate),
            workers: await dispatcher.workers, inbox: watch.status,
            problems: troubles.all.map { "\($0.sentence.ended) \($0.remedy)" } + watch.findings.map(\.sentence))
    }

    private func doctor() -> Doctor {
        let current = settings.current
        return Doctor(
            settings: current, command: command(current),
            insight: Doctor.Insight(
                probe: { await watch.probe($0, $1) }, durability: { try queue.durability() },
                findings: { watch.findings }, watches: { await watch.watches }, troubles: { troubles.all }))
    }

    private func jobs(_ parameters: [String: [UInt8]]) throws -> JobPage {
        func value<Value>(_ name: String, _ read: (String) -> Value?) throws -> Value? {
            guard let bytes = parameters[name], !bytes.isEmpty else { return nil }
            let text = String(decoding: bytes, as: UTF8.self)
            guard let value = read(text) else { throw Self.invalid("\"\(name)\" cannot be \"\(text)\"") }
            return value
        }
        var page = try queue.reader.page(
            state: try value("state", JobState.init(rawValue:)), kind: try value("kind", JobKind.init(rawValue:)),
            before: try value("before") { JobIdentifier($0) }, limit: try value("limit") { Int($0) } ?? 50)
        page.jobs = page.jobs.map(hub.decorate)
        return page
    }

    private func detail(_ id: JobIdentifier) throws -> JobDetail {
        guard var detail = try queue.reader.detail(id, folders: tree.paths) else {
            throw Problem(status: .notFound, error: JobActions.unknown(id))
        }
        detail.job = hub.decorate(detail.job)
        detail.waitsFor = try obstacle(to: detail.job)
        return detail
    }

    private func preview(_ id: JobIdentifier) throws -> HTTPResponse {
        guard let job = try queue.job(id) else { throw Problem(status: .notFound, error: JobActions.unknown(id)) }
        guard let preview = hub.preview(of: id) else {
            let error =
                job.state == .running
                ? ReportError(
                    code: .pictureMissing, message: "\(id) shows no picture yet.",
                    hint:
                        "Ask again: films, paintings by optimisation and the learning of styles do, the first after ten seconds."
                )
                : ReportError(
                    code: .pictureMissing, message: "\(id) shows no picture: it is \(job.state.rawValue).",
                    hint: "See `limner show \(id)`.")
            throw Problem(status: .notFound, error: error)
        }
        return HTTPResponse(
            statusCode: .ok, headers: [.contentType: "image/jpeg", HTTPHeader("Cache-Control"): "no-store"],
            body: preview)
    }

    /// What keeps a job from running; `nil` when it runs, has ended, or only others are before it.
    private func obstacle(to job: JobSummary) throws -> String? {
        switch job.state {
        case .waiting: return intake.awaited(by: job.id)
        case .queued:
            if try queue.isPaused { return "limner resume: the daemon is paused" }
            return tree.examine().againstJobs.map { "what is to be mended first: \($0.sentence)" }
        case .failed:
            guard case .failed(let time)? = try queue.job(job.id)?.standing else { return nil }
            let left = max(0, time.subtractingReportingOverflow(queue.clock.now()).partialValue)
            return "its next attempt, in \(DurationText.rounded(.milliseconds(left)))"
        case .running, .done, .quarantined, .cancelled: return nil
        }
    }

    private func submit(_ request: HTTPRequest) async throws -> SubmissionAnswer {
        do {
            let query = request.target.query(percentEncoded: true)
            let items = query.split(separator: "&").map { pair -> (name: String, value: String) in
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                let decoded = parts.map { String(decoding: PercentEncoding.decode($0), as: UTF8.self) }
                return (decoded[0], decoded.count > 1 ? decoded[1] : "")
            }
            let submission = try JobSubmission(query: items)
            let limit = settings.current.intake.mostBytes(of: submission.task.kind)
            if let shortage = watch.status.shortage {
                throw ReportError(
                    code: .diskFull, message: "Nothing is taken in: \(shortage).",
                    hint: "Free some space, then submit it again.")
            }
            if let count = request.bodySequence.count, count > limit {
                throw ReportError(
                    code: .pictureTooLarge,
                    message: "\"\(submission.name)\" has \(count) bytes; \(limit) are allowed.")
            }
            return SubmissionAnswer(id: try await intake.receive(submission, request.bodySequence, maxBytes: limit))
        } catch {
            // The rest of the body has to go before the connection can carry an answer that the sender will read.
            for try await _ in request.bodySequence {}
            throw error
        }
    }

    private func question(_ request: HTTPRequest) async throws -> GalleryQuestion {
        let body = try await body(request, atMost: Self.longestQuestion)
        do {
            return try WireJSON.decode(GalleryQuestion.self, ofStranger: body)
        } catch {
            throw Self.invalid("the question to the gallery was not understood: \(error)")
        }
    }

    /// Faces of jobs that ended just now are to be found; what changes people changes answers.
    private func answer(_ question: GalleryQuestion) throws -> GalleryAnswer {
        try remembrance.settle(in: gallery)
        defer { if !question.ask.isReading { remembrance.bell.ring() } }
        return try gallery.answer(question, policy: GalleryPolicy(settings.current))
    }

    /// Bytes of a question to the gallery: two names and what surrounds them.
    private static let longestQuestion = 4096
    /// Bytes of a selection of jobs, whose names have at most 90 each.
    private static let longestSelection = 1 << 20
    /// Bytes of a gallery's export: at 1,100 a template, more than half a million.
    private static let longestExport = 1 << 30

    /// The whole body. The rest of a longer one is read as well, so that its sender hears the answer.
    private func body(_ request: HTTPRequest, atMost limit: Int) async throws -> Data {
        var body = Data()
        for try await piece in request.bodySequence where body.count <= limit { body.append(piece) }
        guard body.count <= limit else { throw Self.invalid("its body is longer than \(limit) bytes") }
        return body
    }

    private func selection(_ request: HTTPRequest) async throws -> JobSelection {
        let body = try await body(request, atMost: Self.longestSelection)
        do {
            return try WireJSON.decode(JobSelection.self, ofStranger: body)
        } catch {
            throw Self.invalid("the selection of jobs was not understood: \(error)")
        }
    }

    private func pause(_ paused: Bool) async throws -> PauseAnswer {
        try await actions.setPaused(paused)
        if !paused { bell.ring() }
        return PauseAnswer(paused: paused)
    }

    private func events() -> HTTPResponse {
        HTTPResponse(
            statusCode: .ok, headers: [.contentType: "text/event-stream", HTTPHeader("Cache-Control"): "no-store"],
            body: HTTPBodySequence(from: EventBytes(hub.listen())))
    }

    // MARK: Requests and answers

    private func identifier(_ text: Substring?) throws -> JobIdentifier {
        let text = text.map(String.init) ?? ""
        guard let id = JobIdentifier(text) else {
            let error = ReportError(
                code: .optionInvalid, message: "\"\(text)\" is not a job's name.", hint: "See `limner list`.")
            throw Problem(status: .notFound, error: error)
        }
        return id
    }

    private static func nowhere(_ request: HTTPRequest) -> Problem {
        let message = "There is nothing at \(request.method.rawValue) \(request.path)."
        return Problem(
            status: .notFound,
            error: ReportError(
                code: .optionInvalid, message: message, hint: "The manual lists what there is: man limner-control."))
    }

    private static func invalid(_ reason: String) -> Problem {
        Problem(status: .badRequest, error: ReportError(code: .optionInvalid, message: "The request: \(reason)."))
    }

    private static func status(of code: ErrorCode) -> HTTPStatusCode {
        switch code {
        case .internal, .outputFailed, .galleryUnusable, .galleryLocked: .internalServerError
        case .diskFull: HTTPStatusCode(507, phrase: "Insufficient Storage")
        case .pictureTooLarge: HTTPStatusCode(413, phrase: "Content Too Large")
        default: .badRequest
        }
    }

    private static func response(json: Data, _ status: HTTPStatusCode = .ok) -> HTTPResponse {
        HTTPResponse(statusCode: status, headers: [.contentType: "application/json"], body: json)
    }

    private static func response(_ value: some Encodable, _ status: HTTPStatusCode = .ok) -> HTTPResponse {
        do {
            return response(json: try WireJSON.encode(value), status)
        } catch {
            preconditionFailure("an answer cannot be written as JSON: \(error)")
        }
    }
}
