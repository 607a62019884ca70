import Foundation
import Gallery
import Wire

/// Talks to a running daemon over its control socket. Every call is one connection.
///
/// All calls throw ``SpoolError/daemonUnreachable(socket:reason:)`` when nobody answers,
/// ``SpoolError/refused(_:)`` with the daemon's own words, and ``SpoolError/answerInvalid(path:reason:)``.
package struct ControlClient: Sendable {
    /// Path of the socket.
    package let socket: String

    package init(socket: String) { self.socket = socket }

    package func status() async throws -> StatusAnswer { try await ask(.status) }

    /// Takes as long as a look at everything that the root holds.
    package func proof() async throws -> ProofAnswer { try await ask(.proof) }

    /// Takes some seconds: every model's file is hashed.
    package func doctor() async throws -> DoctorAnswer { try await ask(.doctor) }

    package func version() async throws -> VersionAnswer { try await ask(.version) }

    package func config() async throws -> ConfigAnswer { try await ask(.config) }

    /// Has the settings read again.
    package func reload() async throws -> ReloadAnswer { try await ask(.reload) }

    /// Jobs, newest first; `before` takes the `next` of the page before.
    package func jobs(
        state: JobState? = nil, kind: JobKind? = nil, limit: Int? = nil, before: JobIdentifier? = nil
    ) async throws -> JobPage {
        let parameters = [
            ("state", state?.rawValue), ("kind", kind?.rawValue), ("limit", limit.map(String.init)),
            ("before", before?.text),
        ]
        return try await ask(.jobs, query: parameters.map { (name: $0, value: $1.map { Array($0.utf8) }) })
    }

    package func job(_ id: JobIdentifier) async throws -> JobDetail { try await ask(.job, id) }

    /// The picture that a job is painting, as it stood some seconds ago: a JPEG.
    package func preview(of id: JobIdentifier) async throws -> Data { try await bytes(.preview, id) }

    /// - Parameter path: absolute, or relative to the inbox; raw bytes, because a file name need not be UTF-8.
    package func why(path: [UInt8]) async throws -> WhyAnswer { try await ask(.why, query: [("path", path)]) }

    /// Sends a picture's bytes; the answer comes when the daemon has them on its disk.
    package func submit(_ submission: JobSubmission, picture: Data) async throws -> SubmissionAnswer {
        let items = submission.queryItems().map { (name: $0.name, value: Array($0.value.utf8)) }
        return try await ask(.submit, query: items, body: picture)
    }

    /// Takes jobs back, up to ``JobSelection/limit`` at once; `next` of the answer goes on.
    package func cancel(_ selection: JobSelection) async throws -> JobChangesAnswer {
        try await ask(.cancelMany, body: WireJSON.encode(selection))
    }

    /// Queues jobs again, up to ``JobSelection/limit`` at once; `next` of the answer goes on.
    package func retry(_ selection: JobSelection) async throws -> JobChangesAnswer {
        try await ask(.retryMany, body: WireJSON.encode(selection))
    }

    package func cancel(_ id: JobIdentifier) async throws -> JobActionAnswer { try await ask(.cancel, id) }

    package func retry(_ id: JobIdentifier) async throws -> JobActionAnswer { try await ask(.retry, id) }

    package func pause() async throws -> PauseAnswer { try await ask(.pause) }

    package func resume() async throws -> PauseAnswer { try await ask(.resume) }

    package func gallery(_ question: GalleryQuestion) async throws -> GalleryAnswer {
        try await ask(.gallery, body: WireJSON.encode(question))
    }

    /// The whole gallery as one JSON document.
    package func exportGallery() async throws -> Data { try await bytes(.galleryExport) }

    /// Adds what ``exportGallery()`` gave.
    package func importGallery(_ json: Data) async throws -> GalleryAnswer { try await ask(.galleryImport, body: json) }

    /// The text of `GET /metrics`.
    package func metrics() async throws -> String { String(decoding: try await bytes(.metrics), as: UTF8.self) }

    /// Every transition and progress from now on, until the daemon goes or the reading task is cancelled. Whoever reads too
    /// slowly is dropped with ``SpoolError/eventsMissed``.
    package func events() -> AsyncThrowingStream<ControlEvent, any Error> {
        AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    let target = ControlRoute.events.path
                    let exchange = try await ControlExchange(socket: socket, method: "GET", target: target)
                    guard exchange.status == 200 else {
                        throw Self.problem(try await exchange.body(), target, exchange.status)
                    }
                    var reader = EventStreamReader()
                    while let piece = try await exchange.next() {
                        for event in reader.append(piece) {
                            if event.name == "resync" { throw SpoolError.eventsMissed }
                            continuation.yield(try Self.value(ControlEvent.self, event.data, target))
                        }
                    }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    private func ask<Answer: Decodable>(
        _ route: ControlRoute, _ job: JobIdentifier? = nil, query: [(name: String, value: [UInt8]?)] = [],
        body: Data = Data()
    ) async throws -> Answer {
        try Self.value(Answer.self, await bytes(route, job, query: query, body: body), route.path)
    }

    private func bytes(
        _ route: ControlRoute, _ job: JobIdentifier? = nil, query: [(name: String, value: [UInt8]?)] = [],
        body: Data = Data()
    ) async throws -> Data {
        let path = route.path.replacing("{job}", with: job?.text ?? "")
        let target = path + PercentEncoding.query(query)
        let end = ContinuousClock.now + ControlExchange.patience
        while true {
            let exchange = try await ControlExchange(
                socket: socket, method: route.method, target: target, body: body)
            let status = exchange.status
            let answer: Data
            do {
                answer = try await exchange.body()
            } catch let error as SpoolError {
                throw error
            } catch {
                throw SpoolError.daemonUnreachable(socket: socket, reason: "\(error)")
            }
            if status == 200 { return answer }
            // So many ask that this one was not heard, and nothing of it done.
            guard status == HTTPStatus.unavailable.rawValue, ContinuousClock.now < end else {
                throw Self.problem(answer, path, status)
            }
            try await Task.sleep(for: ControlExchange.pause)
        }
    }

    private static func problem(_ answer: Data, _ target: String, _ status: Int) -> SpoolError {
        guard let problem = try? WireJSON.decode(ProblemAnswer.self, from: answer) else {
            return .answerInvalid(path: target, reason: "HTTP status \(status)")
        }
        return .refused(problem.error)
    }

    private static func value<Answer: Decodable>(_ type: Answer.Type, _ data: Data, _ target: String) throws -> Answer {
        do {
            return try WireJSON.decode(type, from: data)
        } catch {
            throw SpoolError.answerInvalid(path: target, reason: "\(error)")
        }
    }
}

/// Cuts a stream of server-sent events, however it was chopped, into events.
struct EventStreamReader {
    struct Event: Equatable {
        var name = "message"
        var data = Data()
    }

    private var line: [UInt8] = []
    private var event = Event()

    mutating func append(_ bytes: [UInt8]) -> [Event] {
        var events: [Event] = []
        for byte in bytes {
            guard byte == UInt8(ascii: "\n") else {
                line.append(byte)
                continue
            }
            let text = String(decoding: line, as: UTF8.self)
            if line.isEmpty {
                if !event.data.isEmpty { events.append(event) }
                event = Event()
            } else if text.hasPrefix("data: ") {
                event.data += line.dropFirst("data: ".utf8.count)
            } else if text.hasPrefix("event: ") {
                event.name = String(text.dropFirst("event: ".count))
            }
            // Comments and the other fields carry nothing.
            line = []
        }
        return events
    }
}
