import Foundation
import Gallery
import Glibc
import Wire

/// The control API: one method a route.
package struct ControlRoutes: Sendable {
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
        var status: HTTPStatus
        var error: ReportError
    }

    /// Whatever goes wrong is an answer, too.
    func handle(_ request: HTTPRequest) async -> HTTPResponse {
        do {
            return try await withTaskExecutorPreference(Self.executor) { try await answer(request) }
        } catch let problem as Problem {
            return .problem(problem.error, problem.status)
        } catch let fault as HTTPFault {
            return fault.response
        } catch let error as ReportError {
            return .problem(error, Self.status(of: error.code))
        } catch let error as SettingsError {
            let report = ReportError(
                code: .optionInvalid, message: "\(error)", hint: "The settings stay as they were; mend that first.")
            return .problem(report, Self.status(of: report.code))
        } catch let error as GalleryError {
            let report = ReportError(error)
            return .problem(report, Self.status(of: report.code))
        } catch {
            let code: ErrorCode = error.isDiskFull ? .diskFull : .internal
            let report = ReportError(code: code, message: "The request cannot be served: \(error.reason)".ended)
            return .problem(report, Self.status(of: code))
        }
    }

    private func answer(_ request: HTTPRequest) async throws -> HTTPResponse {
        let found = ControlRoute.all(at: request.path.split(separator: "/"))
        if found.isEmpty { return ControlRoute.nowhere(request) }
        guard let (route, job) = found.first(where: { $0.route.answers(request.method) }) else {
            return ControlRoute.otherMethod(request, found.map(\.route))
        }
        let items = PercentEncoding.parameters(request.query)
        // A submission tells of its own.
        if route != .submit, let mistake = JobSubmission.mistake(in: items.map(\.name), of: route.parameters) {
            throw Self.invalid(mistake)
        }
        let parameters = Dictionary(items.map { ($0.name, $0.value) }) { first, _ in first }
        // Nothing is done for a request that turns out to be none.
        if !route.takesBody { try await request.body.drain() }
        switch route {
        case .status: return .json(try await status())
        case .proof: return .json(try await audit.proof())
        case .jobs: return .json(try jobs(parameters))
        case .job: return .json(try detail(identifier(job)))
        case .preview: return try preview(identifier(job))
        case .submit: return .json(try await submit(request, items))
        case .cancel: return .json(try await actions.cancel(identifier(job)))
        case .cancelMany: return .json(try await actions.cancel(try await selection(request)))
        case .retry: return .json(try await actions.retry(identifier(job)))
        case .retryMany: return .json(try await actions.retry(try await selection(request)))
        case .pause: return .json(try await pause(true))
        case .resume: return .json(try await pause(false))
        case .why:
            guard let path = parameters["path"] else { throw Self.invalid("\"path\" is missing") }
            return .json(try await history.explain(path))
        case .events: return try events()
        case .reload: return .json(ReloadAnswer(changes: try reload().map(\.description)))
        case .config: return .json(settings.answer)
        case .doctor: return .json(await doctor().examine())
        case .gallery: return .json(try await answer(question(request)))
        case .galleryExport: return HTTPResponse(type: "application/json", body: try gallery.export().json())
        case .galleryImport:
            let export = try await body(request, atMost: Self.longestExport)
            defer { remembrance.bell.ring() }
            return .json(try gallery.answer(importing: export, policy: GalleryPolicy(settings.current)))
        case .version: return .json(VersionAnswer())
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
        func value<Value>(_ name: String, _ expected: String, _ read: (String) -> Value?) throws -> Value? {
            guard let bytes = parameters[name] else { return nil }
            let text = String(decoding: bytes, as: UTF8.self)
            guard let value = read(text) else {
                throw Self.invalid("\"\(name)\" is \"\(text.printable)\"; expected \(expected)")
            }
            return value
        }
        func choice<Value: RawRepresentable<String> & CaseIterable>(_ name: String, _ type: Value.Type) throws -> Value?
        {
            let names = Value.allCases.map(\.rawValue).joined(separator: ", ")
            return try value(name, "one of \(names)") { Value(rawValue: $0) }
        }
        var page = try queue.reader.page(
            state: try choice("state", JobState.self), kind: try choice("kind", JobKind.self),
            before: try value("before", "a job's name") { JobIdentifier($0) },
            limit: try value("limit", "a whole number from 1 on") { Int($0).flatMap { $0 > 0 ? $0 : nil } } ?? 50)
        page.jobs = page.jobs.map(hub.decorate)
        return page
    }

    private func detail(_ id: JobIdentifier) throws -> JobDetail {
        guard var detail = try queue.reader.detail(id, folders: tree.paths) else {
            throw Problem(status: .notFound, error: JobActions.unknown(id))
        }
        detail.job = hub.decorate(detail.job)
        detail.waitsFor = try history.obstacle(to: detail.job)
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
        return HTTPResponse(type: "image/jpeg", headers: [("Cache-Control", "no-store")], body: preview)
    }

    private func submit(
        _ request: HTTPRequest, _ items: [(name: String, value: [UInt8])]
    ) async throws -> SubmissionAnswer {
        let submission = try JobSubmission(
            query: items.map { ($0.name, String(decoding: $0.value, as: UTF8.self)) })
        let limit = settings.current.intake.mostBytes(of: submission.task.kind)
        if let shortage = watch.status.shortage {
            throw ReportError(
                code: .diskFull, message: "Nothing is taken in: \(shortage).",
                hint: "Free some space, then submit it again.")
        }
        if let count = request.body.count, count > limit {
            throw ReportError(
                code: .pictureTooLarge,
                message: "\"\(submission.name)\" has \(count) bytes; \(limit) are allowed.")
        }
        return SubmissionAnswer(id: try await intake.receive(submission, request.body, maxBytes: limit))
    }

    private func question(_ request: HTTPRequest) async throws -> GalleryQuestion {
        let body = try await body(request, atMost: Self.longestQuestion)
        do throws(ManifestError) {
            return try GalleryQuestion(json: body)
        } catch {
            throw Self.invalid("the question to the gallery was not understood: \(error.sentences)")
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

    private func body(_ request: HTTPRequest, atMost limit: Int) async throws -> Data {
        var body = Data()
        for try await piece in request.body {
            body.append(piece)
            if body.count > limit {
                throw Problem(status: .contentTooLarge, error: Self.report("its body is longer than \(limit) bytes"))
            }
        }
        return body
    }

    private func selection(_ request: HTTPRequest) async throws -> JobSelection {
        let body = try await body(request, atMost: Self.longestSelection)
        do throws(ManifestError) {
            return try JobSelection(json: body)
        } catch {
            throw Self.invalid("the selection of jobs was not understood: \(error.sentences)")
        }
    }

    private func pause(_ paused: Bool) async throws -> PauseAnswer {
        try await actions.setPaused(paused)
        if !paused { bell.ring() }
        return PauseAnswer(paused: paused)
    }

    private func events() throws -> HTTPResponse {
        guard let listener = hub.listen() else {
            let error = ReportError(
                code: .internal, message: "As many listen already as may, \(EventHub.most), or limnerd is stopping.",
                hint: "Try again when another has ended.")
            throw Problem(status: .unavailable, error: error)
        }
        return HTTPResponse(events: EventBytes(listener))
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

    private static func invalid(_ reason: String) -> Problem { Problem(status: .badRequest, error: report(reason)) }

    private static func report(_ reason: String) -> ReportError {
        ReportError(
            code: .optionInvalid, message: "The request: \(reason)".ended,
            hint: "The manual lists what there is: man limner-control.")
    }

    private static func status(of code: ErrorCode) -> HTTPStatus {
        switch code {
        case .internal, .outputFailed, .galleryUnusable, .galleryLocked: .internalServerError
        case .diskFull: .insufficientStorage
        case .pictureTooLarge: .contentTooLarge
        default: .badRequest
        }
    }
}
