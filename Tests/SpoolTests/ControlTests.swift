import Foundation
import Glibc
import Testing
import Wire

@testable import Spool

extension OneReaderSuites {
    /// The control API over its real socket.
    @Suite(.serialized) struct ControlTests {
        private func submission(_ name: String) throws -> JobSubmission {
            JobSubmission(task: JobTask(.identify), name: name, priority: 3)
        }

        private func refusal(_ body: () async throws -> Void) async -> ReportError? {
            do {
                try await body()
                return nil
            } catch SpoolError.refused(let error) {
                return error
            } catch {
                Issue.record("\(error)")
                return nil
            }
        }

        @Test func statusVersionAndConfig() async throws {
            try await DaemonHarness.with { harness in
                let status = try await harness.client.status()
                #expect(status.pid == getpid())
                #expect(status.root == harness.root.path)
                #expect(status.balanced)
                #expect(try await harness.client.version().version == LimnerVersion.text)
                let config = try await harness.client.config()
                #expect(config.entries.first { $0.key == "retries.max" }?.origin.hasPrefix("limner.yaml") == true)
                var mode = stat()
                #expect(stat(harness.root.paths.controlSocket, &mode) == 0)
                #expect(mode.st_mode & 0o777 == 0o660)
            }
        }

        @Test func aJobShowsWhatItPaintsForAsLongAsItRuns() async throws {
            try await DaemonHarness.with { harness in
                try harness.root.drop("identify/0.jpg", "work 60000")
                let blank = try await harness.job(from: "identify/0.jpg", in: [.running]).job.id
                let early = await refusal { _ = try await harness.client.preview(of: blank) }
                #expect(early?.code == .pictureMissing && early?.message == "\(blank) shows no picture yet.")
                _ = try await harness.client.cancel(blank)
                try harness.root.drop("identify/a.jpg", "preview half\nwork 60000")
                let id = try await harness.job(from: "identify/a.jpg", in: [.running]).job.id
                try await eventually("it is shown") {
                    (try? await harness.client.preview(of: id)) == Data("half".utf8)
                }
                _ = try await harness.client.cancel(id)
                try await eventually("it is not shown any more") {
                    let refused = await refusal { _ = try await harness.client.preview(of: id) }
                    return refused?.message == "\(id) shows no picture: it is cancelled."
                }
                let nobody = JobIdentifier(time: .now, salt: 0, name: "nobody")
                let unknown = await refusal { _ = try await harness.client.preview(of: nobody) }
                #expect(unknown?.message == "There is no job \(nobody).")
            }
        }

        /// Whoever waits for a daemon asks again and again; in a process of its own, where nobody else opens sockets. What the
        /// runtime opens once, at a time of its own, is none.
        @Test func aDaemonThatIsNotThereLeavesNothingOpen() async {
            await #expect(processExitsWith: .success) {
                func sockets() throws -> [String] {
                    let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
                    return descriptors.compactMap {
                        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
                    }.filter { $0.hasPrefix("socket:") }
                }
                let before = try sockets().sorted()
                let client = ControlClient(socket: NSTemporaryDirectory() + "/no-daemon.sock")
                for _ in 0..<20 { await #expect(throws: SpoolError.self) { try await client.status() } }
                #expect(try sockets().sorted() == before)
            }
        }

        @Test func aSubmissionIsOnTheDiskWhenItIsAnswered() async throws {
            try await DaemonHarness.with { harness in
                _ = try await harness.client.pause()
                let picture = Data("output a.txt x\n".utf8)
                let answer = try await harness.client.submit(try submission("ça va 🙂.jpg"), picture: picture)
                #expect(harness.root.files("state/claimed") == ["\(answer.id)/ça va 🙂.jpg"])
                let detail = try await harness.client.job(answer.id)
                #expect(detail.job.state == .queued)
                #expect(detail.job.priority == 3)
                #expect(try await harness.client.status().paused)
                _ = try await harness.client.resume()
                try await harness.settle(jobs: 1)
            }
        }

        @Test func largeSubmissionsComeWholeAndTooLargeOnesAreRefused() async throws {
            try await DaemonHarness.with { harness in
                _ = try await harness.client.pause()
                let large = Data((0..<2_900_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
                let answer = try await harness.client.submit(try submission("l.jpg"), picture: large)
                let stored = harness.root.paths.claimed(of: answer.id) + "/l.jpg"
                #expect(try Data(contentsOf: URL(fileURLWithPath: stored)) == large)
                let error = await refusal {
                    _ = try await harness.client.submit(try submission("x.jpg"), picture: large + large)
                }
                #expect(error?.code == .pictureTooLarge)
                #expect(try await harness.client.status().counts.seen == 1)
                #expect(try await harness.client.status().balanced)
            }
        }

        @Test func cancelAndRetry() async throws {
            try await DaemonHarness.with { harness in
                _ = try await harness.client.pause()
                let queued = try await harness.client.submit(try submission("q.jpg"), picture: Data("progress 1".utf8))
                    .id
                #expect(try await harness.client.cancel(queued).job.state == .cancelled)
                #expect(try harness.root.report(queued).error?.code == .cancelled)
                #expect(harness.root.files("done") == ["\(queued)/q.jpg"])
                #expect(await refusal { _ = try await harness.client.cancel(queued) } != nil)
                #expect(try await harness.client.retry(queued).job.state == .queued)
                #expect(harness.root.files("outbox").isEmpty)
                _ = try await harness.client.resume()
                try await harness.settle(jobs: 1)
                #expect(try await harness.client.job(queued).job.state == .done)
                #expect(await refusal { _ = try await harness.client.retry(queued) } != nil)

                let running = try await harness.client.submit(try submission("r.jpg"), picture: Data("hang".utf8)).id
                try await eventually("it runs") { try await harness.client.job(running).job.state == .running }
                _ = try await harness.client.cancel(running)
                try await harness.settle(jobs: 2)
                #expect(try await harness.client.job(running).job.state == .cancelled)

                try harness.root.drop("identify/bad.jpg", "fail no-face")
                let bad = try await harness.job(from: "identify/bad.jpg", in: [.quarantined]).job.id
                try await eventually("it is settled") { harness.root.files("quarantine").contains("\(bad)/bad.jpg") }
                #expect(
                    try await harness.client.retry(bad).job.state != .quarantined, "queued, and perhaps at work already"
                )
                try await harness.settle(jobs: 3)
                #expect(
                    harness.root.files("quarantine") == ["\(bad)/bad.jpg", "\(bad)/replay.json", "\(bad)/report.json"])
            }
        }

        @Test func requestsThatMakeNoSense() async throws {
            try await DaemonHarness.with { harness in
                let id = JobIdentifier(time: .now, salt: 0, name: "nobody")
                #expect(await refusal { _ = try await harness.client.job(id) }?.code == .optionInvalid)
                #expect(await refusal { _ = try await harness.client.retry(id) }?.code == .optionInvalid)
                for target in ["/v1/nothing", "/v1/jobs/..%2F..", "/v1/jobs?limit=x", "/v1/why", "/"] {
                    let exchange = try await ControlExchange(
                        socket: harness.root.paths.controlSocket, method: "GET", target: target)
                    #expect((400..<500).contains(exchange.status), "\(target)")
                    let problem = try WireJSON.decode(ProblemAnswer.self, from: try await exchange.body())
                    #expect(!problem.error.message.isEmpty)
                }
                let exchange = try await ControlExchange(
                    socket: harness.root.paths.controlSocket, method: "POST", target: "/v1/jobs?kind=paint&name=a.jpg",
                    body: Data(repeating: 1, count: 2_500_000))
                #expect(exchange.status == 400)
            }
        }

        @Test func nobodyAnswersWithoutADaemon() async throws {
            let root = TestRoot()
            await #expect(throws: SpoolError.self) { try await ControlClient(socket: root.path + "/none").status() }
        }

        @Test func eventsTellOfTransitionsAndProgress() async throws {
            try await DaemonHarness.with { harness in
                let events = harness.client.events()
                let listening = Task {
                    var seen: [JobState] = []
                    var fractions: [Double] = []
                    for try await event in events {
                        if seen.last != event.job.state { seen.append(event.job.state) }
                        if let progress = event.job.progress { fractions.append(progress.fraction) }
                        if event.job.state == .done { break }
                    }
                    return (seen, fractions)
                }
                // The stream has to stand before the file comes.
                try await Task.sleep(for: .milliseconds(300))
                try harness.root.drop("identify/a.jpg", "progress 0.25\nsleep 30\nprogress 0.75\nsleep 30")
                let (seen, fractions) = try await listening.value
                #expect(seen == [.waiting, .queued, .running, .done])
                #expect(Set(fractions).isSuperset(of: [0.25, 0.75]))
            }
        }

        @Test func whyExplainsEveryFile() async throws {
            try await DaemonHarness.with(extra: "") { harness in
                func why(_ path: String) async throws -> WhyAnswer {
                    try await harness.client.why(path: Array(path.utf8))
                }
                try harness.root.drop("identify/.hidden.jpg", "x")
                try harness.root.drop("loose.jpg", "x")
                #expect(try await why("identify/.hidden.jpg").verdict == .ignored)
                #expect(try await why("identify").verdict == .ignored)
                #expect(try await why("/etc/passwd").verdict == .outside)
                #expect(try await why("identify/nothing.jpg").verdict == .unknown)
                #expect(try await why("loose.jpg").verdict == .unsettled)
                try harness.root.drop("identify/a.jpg", "progress 1")
                let done = try await harness.job(from: "identify/a.jpg", in: [.done])
                let answer = try await why(harness.root.paths.inbox + "/identify/a.jpg")
                #expect(answer.verdict == .job)
                #expect(answer.explanation.contains(done.job.id.text))
                let byOutbox = try await why(harness.root.paths.outbox(of: done.job.id) + "/report.json")
                #expect(byOutbox.jobs.map(\.job.id) == [done.job.id])
                let held = try await harness.job(from: "loose.jpg", in: [.quarantined])
                #expect(held.report?.error?.code == .folderUnknown)
            }
        }
    }
}
