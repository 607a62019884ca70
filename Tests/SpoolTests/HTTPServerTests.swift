import Foundation
import Glibc
import Synchronization
import Testing
import Wire

@testable import Spool

extension OneReaderSuites {
    /// What others send to the control socket, and how.
    @Suite(.serialized) struct HTTPServerTests {
        private func ask(_ harness: DaemonHarness, _ request: String, isWhole: Bool = false) async throws -> String {
            let connection = try RawConnection(harness.root.paths.controlSocket)
            try await connection.send(request.replacing("\n", with: "\r\n"))
            if isWhole { connection.finish() }
            return try await connection.answer()
        }

        private func problem(_ harness: DaemonHarness, _ request: String) async throws -> (String, ReportError) {
            let answer = try await ask(harness, request)
            let parts = answer.components(separatedBy: "\r\n\r\n")
            let problem = try WireJSON.decode(ProblemAnswer.self, from: Data((parts.last ?? "").utf8))
            return (parts[0], problem.error)
        }

        /// Expects that each request is answered with status 400 and these words.
        ///
        /// - Returns: the messages, beside the words.
        @discardableResult
        private func refusals(
            _ harness: DaemonHarness, of requests: [String: String]
        ) async throws -> [(words: String, message: String)] {
            var messages: [(words: String, message: String)] = []
            for (request, words) in requests {
                let (head, error) = try await problem(harness, request)
                #expect(head.hasPrefix("HTTP/1.1 400 Bad Request\r\n"), "\(request): \(head)")
                #expect(error.message.contains(words), "\(error.message)")
                messages.append((words, error.message))
            }
            return messages
        }

        private func post(_ path: String, _ body: String) -> String {
            "POST \(path) HTTP/1.1\nContent-Length: \(body.utf8.count)\n\n\(body)"
        }

        @Test func requestsThatAreNotWellFormedAreAnswered() async throws {
            try await DaemonHarness.with { harness in
                let requests = [
                    "hello\n\n": "does not begin with a method, a target and HTTP/1.1",
                    "GET /v1/status SPDY/9\n\n": "does not begin with a method",
                    "GET /v1/status HTTP/1.1\nno colon\n\n": "has a header line without a name and a colon",
                    "POST /v1/pause HTTP/1.1\nContent-Length: -3\n\n": "has the Content-Length \"-3\"",
                    "POST /v1/pause HTTP/1.1\nContent-Length: 3\nContent-Length: 4\n\nabcd": "has two lengths: 3 and 4",
                    "POST /v1/pause HTTP/1.1\nTransfer-Encoding: gzip\n\n": "only chunked is understood",
                    "POST /v1/pause HTTP/1.1\nTransfer-Encoding: chunked\n\nxyz\n": "has a chunk without a size",
                    "POST /v1/pause HTTP/1.1\nTransfer-Encoding: chunked\n\n1\nab\n0\n\n": "longer than it says",
                ]
                try await refusals(harness, of: requests)
                let cut = try await ask(
                    harness, "POST /v1/jobs?kind=identify&name=a.jpg HTTP/1.1\nContent-Length: 10\n\nabc", isWhole: true
                )
                #expect(cut.hasPrefix("HTTP/1.1 400 ") && cut.contains("ends before its body does"), "\(cut)")
                let long = String(repeating: "x", count: 70_000)
                #expect(try await ask(harness, "GET /\(long) HTTP/1.1\n\n").hasPrefix("HTTP/1.1 431 "))
                let status = try await harness.client.status()
                #expect(status.counts.seen == 0 && !status.paused)
            }
        }

        @Test func bodiesComeInChunksAndWhenTheyAreAskedFor() async throws {
            try await DaemonHarness.with { harness in
                _ = try await harness.client.pause()
                let target = "POST /v1/jobs?kind=identify&name=a.jpg HTTP/1.1"
                let chunks = try await ask(
                    harness, "\(target)\nTransfer-Encoding: chunked\n\n3;x=y\nabc\n2\nde\n0\nTrailer: x\n\n")
                #expect(chunks.hasPrefix("HTTP/1.1 200 OK\r\n"), "\(chunks)")
                let answer = try await ask(harness, "\(target)\nExpect: 100-continue\nContent-Length: 2\n\nfg")
                #expect(answer.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"), "\(answer)")
                let refused = try await ask(
                    harness, "POST /v1/jobs?kind=paint HTTP/1.1\nExpect: 100-continue\nContent-Length: 9000\n\n")
                #expect(refused.hasPrefix("HTTP/1.1 400 Bad Request\r\n"), "\(refused)")
                let claimed = try harness.root.files("state/claimed").map {
                    try String(contentsOfFile: harness.root.path + "/state/claimed/\($0)", encoding: .utf8)
                }
                #expect(Set(claimed) == ["abcde", "fg"])
                let piece = "10000\n" + String(repeating: "x", count: 0x10000) + "\n"
                let large = try await problem(
                    harness,
                    "\(target)\nTransfer-Encoding: chunked\n\n" + String(repeating: piece, count: 60) + "0\n\n")
                #expect(large.0.hasPrefix("HTTP/1.1 413 Content Too Large\r\n"), "\(large.0)")
                #expect(large.1.code == .pictureTooLarge)
                #expect(try await harness.client.status().counts.seen == 2)
            }
        }

        @Test func aConnectionThatIsKeptIsAskedAgainAndHEADHasNoBody() async throws {
            try await DaemonHarness.with { harness in
                let answer = try await ask(
                    harness,
                    """
                    GET /v1/version HTTP/1.1
                    Connection: keep-alive

                    HEAD /v1/version HTTP/1.1
                    Connection: keep-alive

                    HEAD /v1/events HTTP/1.1


                    """)
                let body = String(decoding: try WireJSON.encode(VersionAnswer()), as: UTF8.self)
                #expect(answer.components(separatedBy: "HTTP/1.1 200 OK\r\n").count == 4, "\(answer)")
                #expect(answer.components(separatedBy: body).count == 2, "\(answer)")
                #expect(answer.components(separatedBy: "Content-Length: \(body.utf8.count)\r\n").count == 3)
                #expect(answer.hasSuffix("Connection: close\r\n\r\n"))
            }
        }

        /// To the system, a slash with a combining mark behind it is a slash.
        @Test func aNameIsLookedAtByItsBytes() async throws {
            try await DaemonHarness.with { harness in
                for name in ["a%2F%CC%81.jpg", "%2F%CC%81", ".", "..", "a%00%CC%81"] {
                    let (head, error) = try await problem(
                        harness, post("/v1/jobs?kind=identify&name=\(name)", "x"))
                    #expect(head.hasPrefix("HTTP/1.1 400 ") && error.code == .nameInvalid, "\(name): \(head)")
                }
                #expect(try await harness.client.status().counts.seen == 0)
            }
        }

        /// Nobody waits for the end of a body that is not wanted.
        @Test func whatIsNotWantedIsNotReadForever() async throws {
            try await DaemonHarness.with { harness in
                let chunked = "HTTP/1.1\nConnection: keep-alive\nTransfer-Encoding: chunked\n\n"
                let piece = "10000\n" + String(repeating: "x", count: 0x10000) + "\n"
                let endless = try await ask(
                    harness, "POST /v1/nowhere \(chunked)" + String(repeating: piece, count: 200))
                #expect(endless.hasPrefix("HTTP/1.1 404 ") && endless.contains("\r\nConnection: close\r\n"))
                let half = "HTTP/1.1\nConnection: keep-alive\nContent-Length: 9\n\nabc"
                let stalled = try await ask(harness, "POST /v1/nowhere \(half)")
                #expect(stalled.hasPrefix("HTTP/1.1 404 ") && stalled.contains("\r\nConnection: close\r\n"))
                for (request, status, words) in [
                    ("POST /v1/pause \(chunked)" + String(repeating: piece, count: 200), 413, "where none is wanted"),
                    ("POST /v1/pause \(half)", 408, "where none is wanted"),
                    (
                        "POST /v1/pause \(chunked)0\n" + String(repeating: "trailer: x\n", count: 10_000), 431,
                        "behind its body"
                    ),
                    ("POST /v1/pause \(chunked)1;" + String(repeating: "x", count: 5000), 400, "between its chunks"),
                    ("POST /v1/pause \(chunked)+1\na\n0\n\n", 400, "has a chunk without a size"),
                ] {
                    let (head, error) = try await problem(harness, request)
                    #expect(head.hasPrefix("HTTP/1.1 \(status) "), "\(head)")
                    #expect(error.message.contains(words), "\(error.message)")
                    #expect(error.hint != ErrorCode.optionInvalid.hint)
                }
                #expect(try await !harness.client.status().paused)
            }
        }

        /// What was missed in a pause is told at the end of it.
        @Test func aListenerThatPausesIsToldWhatItMissed() async throws {
            try await DaemonHarness.with { harness in
                let hub = harness.daemon.hub
                let listener = try RawConnection(
                    harness.root.paths.controlSocket, "GET /v1/events HTTP/1.1\r\n\r\n")
                try await eventually("it listens") { hub.listeners == 1 }
                let id = JobIdentifier(time: .now, salt: 1, name: "a.jpg")
                let job = JobRecord(id: id, kind: .identify, origin: .picture, source: [65], created: .now)
                try await eventually("it is behind") {
                    for _ in 0..<1000 { hub.transition(job) }
                    return hub.listeners == 0
                }
                #expect(try await listener.answer().hasSuffix("event: resync\ndata: {}\n\n\r\n0\r\n\r\n"))
            }
        }

        /// As when too many ask at once.
        @Test func whoeverIsNotHeardAsksAgain() async throws {
            let root = TestRoot()
            let path = root.path + "/s"
            let asked = Mutex(0)
            let server = HTTPServer("the test", troubles: Troubles(), logger: Parts.quiet) { _ in
                let isFirst = asked.withLock { asked in
                    asked += 1
                    return asked == 1
                }
                return isFirst
                    ? .problem(ReportError(code: .internal, message: "limnerd is busy."), .unavailable)
                    : .json(VersionAnswer())
            }
            let listener = try HTTPServer.listener(path: path)
            let running = Task { try await server.run(on: listener) }
            #expect(try await ControlClient(socket: path).version() == VersionAnswer())
            #expect(asked.withLock { $0 } == 2)
            running.cancel()
            _ = await running.result
        }

        @Test func whatIsNotKnownIsNamedInTheWordsOfTheManual() async throws {
            try await DaemonHarness.with { harness in
                let requests = [
                    "GET /v1/jobs?limt=3 HTTP/1.1\n\n": "there is no parameter \"limt\"; did you mean \"limit\"?",
                    "GET /v1/status?x HTTP/1.1\n\n": "there is no parameter \"x\"",
                    "GET /v1/jobs?limit=1&limit=2 HTTP/1.1\n\n": "\"limit\" is given twice",
                    "GET /v1/jobs?limit=0 HTTP/1.1\n\n": "\"limit\" is \"0\"; expected a whole number from 1 on",
                    "GET /v1/jobs?state=gone HTTP/1.1\n\n": "\"state\" is \"gone\"; expected one of ",
                    post("/v1/gallery", "{}"): "\"ask\" is missing",
                    post("/v1/gallery", #"{"ask":"lst"}"#): "did you mean \"list\"?",
                    post("/v1/gallery", #"{"ask":"show","persn":"a"}"#): "\"persn\"; did you mean \"person\"?",
                    post("/v1/gallery", #"{"ask":"show"}"#): "\"show\" needs \"person\"",
                    post("/v1/jobs/cancel", "[]"): "it is a list; expected an object",
                    post("/v1/jobs/cancel", ""): "not JSON",
                    post("/v1/jobs/retry", #"{"jobs":["x"]}"#): "\"jobs[0]\" is \"x\"; expected a job's name",
                    post("/v1/jobs?kind=enroll&name=a.jpg", "x"): "\"person\" is missing",
                ]
                for (words, message) in try await refusals(harness, of: requests) {
                    for word in ["DecodingError", "CodingKey", "line ", "--"] {
                        #expect(!message.contains(word) || words == "not JSON", "\(message)")
                    }
                }
                let (head, error) = try await problem(harness, "DELETE /v1/jobs HTTP/1.1\n\n")
                #expect(head.hasPrefix("HTTP/1.1 405 Method Not Allowed\r\n"))
                #expect(head.contains("\r\nAllow: GET, HEAD, POST\r\n"), "\(head)")
                #expect(error.hint == "Ask with GET or HEAD or POST.")
            }
        }

        /// Whoever opens more than there may be is told so, and takes nothing from the daemon.
        @Test func connectionsHaveABound() async throws {
            try await DaemonHarness.with { harness in
                let socket = harness.root.paths.controlSocket
                var held: [RawConnection] = []
                // Each has half a body: without a head they would end by themselves.
                let half = "POST /v1/gallery HTTP/1.1\r\nContent-Length: 9\r\n\r\n{"
                for _ in 0..<260 { held.append(try RawConnection(socket, half)) }
                try await eventually("one is refused") {
                    let answer = try? await RawConnection(socket, "GET /v1/version HTTP/1.1\r\n\r\n").answer()
                    return answer?.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n") == true
                }
                held = []
                try await eventually("others are heard again") { (try? await harness.client.status()) != nil }
                try await eventually("nothing is in the way") { try await harness.client.status().problems.isEmpty }
            }
        }

        @Test func listenersHaveABoundAndGoWithTheirConnections() async throws {
            try await DaemonHarness.with { harness in
                let socket = harness.root.paths.controlSocket
                let request = "GET /v1/events HTTP/1.1\r\n\r\n"
                var held: [RawConnection] = []
                for _ in 0..<EventHub.most { held.append(try RawConnection(socket, request)) }
                try await eventually("one more is refused") {
                    harness.daemon.hub.listeners == EventHub.most
                }
                let answer = try await RawConnection(socket, request).answer()
                #expect(answer.hasPrefix("HTTP/1.1 503 "), "\(answer)")
                held = []
                try await eventually("they are forgotten") { harness.daemon.hub.listeners == 0 }
            }
        }

        @Test func anUploadIsAJobWhenItIsWhole() async throws {
            try await DaemonHarness.with { harness in
                let half = try RawConnection(
                    harness.root.paths.controlSocket,
                    "POST /v1/jobs?kind=identify&name=a.jpg HTTP/1.1\r\nContent-Length: 1000\r\n\r\nabc")
                func received() throws -> Int {
                    try FileManager.default.contentsOfDirectory(atPath: harness.root.path + "/state/claimed").count
                }
                try await eventually("it comes") { try received() == 1 }
                #expect(try await harness.client.status().counts == JobCounts())
                #expect(try await harness.client.jobs().jobs.isEmpty)
                #expect(try await harness.client.proof().unaccounted == 0)
                half.finish()
                _ = try await half.answer()
                #expect(try received() == 0)
            }
        }

        @Test func aSocketThatIsRemovedIsMadeAgain() async throws {
            try await DaemonHarness.with { harness in
                let socket = harness.root.paths.controlSocket
                unlink(socket)
                try await eventually("it is there again") { (try? await harness.client.version()) != nil }
                // At once, as it may be made again at any moment.
                try harness.root.write(socket + ".file", "")
                #expect(rename(socket + ".file", socket) == 0)
                try await eventually("it is told what is in the way") {
                    let troubles = harness.daemon.troubles.sentences
                    return troubles.contains { $0.contains("something else stands there") }
                }
                unlink(socket)
                try await eventually("it is there again") {
                    (try? await harness.client.status())?.problems.isEmpty == true
                }
            }
        }

        /// In a process of its own, whose limit nobody else has. A few are left: without any, the runtime's own threads end a program.
        @Test func noProgramIsStartedWithFilesThatRunOut() async {
            await #expect(processExitsWith: .success) {
                var limit = rlimit(rlim_cur: 256, rlim_max: 256)
                setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
                var held: [Int32] = []
                while case let descriptor = open("/dev/null", O_RDONLY), descriptor >= 0 { held.append(descriptor) }
                for _ in 0..<10 { close(held.removeLast()) }
                do {
                    try OpenFiles.require(OpenFiles.ofAProgram)
                    exit(1)
                } catch SpoolError.filesUsedUp(limit: 256) {
                    for descriptor in held { close(descriptor) }
                    try OpenFiles.require(OpenFiles.ofAProgram)
                }
            }
        }
    }
}
