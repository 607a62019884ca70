import Foundation
import Glibc
import Testing
import Wire

@testable import Spool

extension OneReaderSuites {
    @Suite(.serialized) struct DaemonTests {
        @Test func aPictureIsDoneFromEndToEnd() async throws {
            try await DaemonHarness.with { harness in
                try harness.root.drop("identify/a.jpg", "progress 0.5\noutput out.txt hello")
                let detail = try await harness.job(from: "identify/a.jpg", in: [.done])
                #expect(detail.events.map(\.to) == [.waiting, .queued, .running, .done])
                let report = try harness.root.report(detail.job.id)
                #expect(report.status == .done)
                #expect(report.outputs.map(\.name) == ["out.txt"])
                #expect(report.inputs.first?.sha256 != nil)
                try await eventually("the original is in done/") {
                    harness.root.files("done") == ["\(detail.job.id)/a.jpg"]
                }
                #expect(harness.root.files("outbox") == ["\(detail.job.id)/out.txt", "\(detail.job.id)/report.json"])
                #expect(harness.root.files("state/work").isEmpty)
            }
        }

        /// Without its socket, nobody could ask a daemon anything, or stop a job.
        @Test func whatStandsInTheSocketsPlaceIsMovedAside() async throws {
            let root = TestRoot()
            try root.write(root.paths.controlSocket + "/notes.txt", "in the way")
            try await DaemonHarness.with(root: root) { harness in
                #expect(root.files("quarantine") == ["stray-control.sock/notes.txt"])
                let status = try await harness.client.status()
                #expect(status.problems.isEmpty)
                let stray = root.paths.quarantine + "/stray-control.sock/notes.txt"
                let why = try await harness.client.why(path: Array(stray.utf8))
                #expect(why.verdict == .outside && why.explanation.hasPrefix("No job knows it"))
            }
        }

        @Test(arguments: ["no database", ""]) func aQueueThatCannotBeUsedIsNamed(text: String) async throws {
            let root = TestRoot()
            if text.isEmpty {
                try root.write(root.paths.database + "/x", "a folder")
            } else {
                try root.write(root.paths.database, text)
            }
            #expect {
                try DaemonHarness.daemon(root, { DaemonHarness.settings })
            } throws: { error in
                "\(error)".hasPrefix("the queue \(root.paths.database) cannot be used: ")
            }
            #expect {
                _ = try QueueReader(path: root.paths.database).counts()
            } throws: { error in
                // As the command line says without a daemon.
                guard !text.isEmpty else { return true }
                return SpoolError(ofDamaged: root.paths.database, error).map { "\($0)" }
                    == "the queue \(root.paths.database) cannot be used: file is not a database; move it away, and put a backup there or begin with an empty one"
            }
            var settings = Settings()
            settings.root = root.path
            let command = WorkerCommand(executable: products + "/scripted-worker", arguments: [], environment: [:])
            let doctor = await Doctor(settings: settings, command: command).examine()
            let finding = doctor.findings.first { $0.check == .database }
            #expect(finding?.verdict == .failed && finding?.message.contains(root.paths.database) == true)
        }

        /// A worker may read what lay at its paths when it started; after that it needs a successor.
        @Test(arguments: ["styles", "state/gallery.sqlite"])
        func whatIsReplacedIsReadByANewWorker(name: String) async throws {
            try await DaemonHarness.with { harness in
                try harness.root.drop("identify/a.jpg", "progress 1")
                _ = try await harness.job(from: "identify/a.jpg", in: [.done])
                let before = Set(try await harness.client.status().workers.map(\.pid))
                let path = harness.root.path + "/" + name
                try #require(rename(path, path + ".old") == 0)
                try FileManager.default.copyItem(atPath: path + ".old", toPath: path)
                try harness.root.drop("identify/b.jpg", "progress 1")
                _ = try await harness.job(from: "identify/b.jpg", in: [.done])
                try await eventually("a new worker has served") {
                    try await harness.client.status().workers.contains { $0.served > 0 && !before.contains($0.pid) }
                }
                let after = try await harness.client.status()
                #expect(after.counts.done == 2 && after.problems.isEmpty)
            }
        }

        @Test func aDaemonThatCannotMakeItsSocketEndsAndSaysWhy() async throws {
            let root = TestRoot()
            try root.write(root.paths.controlSocket + "/notes.txt", "in the way")
            // And every name that it could be moved to is taken.
            for number in 1...100 {
                try root.write(
                    root.paths.quarantine + "/stray-control.sock" + (number == 1 ? "" : "-\(number)"), "x")
            }
            let daemon = try DaemonHarness.daemon(root, { DaemonHarness.settings })
            await #expect {
                try await daemon.run()
            } throws: { error in
                "\(error)".contains("the control socket \(root.paths.controlSocket) cannot be made")
            }
        }

        @Test func aJobSaysWhatItWaitsFor() async throws {
            try await DaemonHarness.with { harness in
                try harness.reload(
                    DaemonHarness.settings.replacing("backoff: 10ms", with: "backoff: 1h")
                        .replacing("manifestWait: 2s", with: "manifestWait: 1h"))
                func waits(_ path: String, in state: JobState, for text: String) async throws {
                    let id = try await harness.job(from: path, in: [state]).job.id
                    try await eventually("\(path) waits for \(text)") {
                        try await harness.client.job(id).waitsFor?.contains(text) == true
                    }
                }
                try harness.root.drop("m.json", #"{"limner": 1, "kind": "identify", "inputs": ["late.jpg"]}"#)
                try await waits("m.json", in: .waiting, for: "\"late.jpg\"")
                try harness.root.drop("identify/bad.jpg", "crash")
                try await waits("identify/bad.jpg", in: .failed, for: "its next attempt, in ")
                _ = try await harness.client.pause()
                try harness.root.drop("identify/a.jpg", "progress 1")
                try await waits("identify/a.jpg", in: .queued, for: "limner resume")
                _ = try await harness.client.resume()
                let done = try await harness.job(from: "identify/a.jpg", in: [.done]).job.id
                let detail = try await harness.client.job(done)
                #expect(detail.waitsFor == nil)
            }
        }

        @Test func deepFoldersThatComeAtOnceAreNotMissed() async throws {
            try await DaemonHarness.with { harness in
                for number in 0..<30 { try harness.root.drop("identify/a\(number)/b/c/f.jpg", "progress 1") }
                try await harness.settle(jobs: 30)
                #expect(try await harness.client.status().counts.done == 30)
            }
        }

        @Test func aPictureThatAManifestAsksForIsExplainedByIt() async throws {
            try await DaemonHarness.with { harness in
                try harness.root.drop("a.jpg", "1")
                try harness.root.drop("two.json", #"{"limner": 1, "kind": "identify", "inputs": ["a.jpg", "b.jpg"]}"#)
                try await eventually("the manifest waits for the other alone") {
                    let why = try await harness.client.why(path: Array("a.jpg".utf8))
                    return why.verdict == .unsettled && why.explanation.hasPrefix("The manifest of job ")
                        && why.explanation.hasSuffix(#"asks for it, which still waits for "b.jpg"."#)
                }
            }
        }

        @Test func filesThatArriveByRenameAndLinkAreTaken() async throws {
            try await DaemonHarness.with { harness in
                let inbox = harness.root.paths.inbox
                try harness.root.write(harness.root.path + "/r", "progress 1")
                try harness.root.write(harness.root.path + "/l", "progress 1")
                rename(harness.root.path + "/r", inbox + "/identify/r.jpg")
                link(harness.root.path + "/l", inbox + "/identify/l.jpg")
                try harness.root.drop("identify/p.part", "progress 1")
                try await harness.settle(jobs: 2)
                let why = try await harness.client.why(path: Array("identify/p.part".utf8))
                #expect(why.verdict == .ignored)
                rename(inbox + "/identify/p.part", inbox + "/identify/p.jpg")
                try await harness.settle(jobs: 3)
            }
        }

        @Test func permanentFailuresAreNotTriedAgain() async throws {
            try await DaemonHarness.with { harness in
                try harness.root.drop("identify/a.jpg", "fail no-face")
                let detail = try await harness.job(from: "identify/a.jpg", in: [.quarantined])
                #expect(detail.job.attempt == 1)
                #expect(detail.report?.error?.code == .noFace)
                try await eventually("the original is in quarantine") {
                    harness.root.files("quarantine")
                        == ["a.jpg", "replay.json", "report.json"].map { "\(detail.job.id)/\($0)" }
                }
            }
        }

        /// A user may empty `state/`; that is no fault of the program's.
        @Test func filesThatAreTakenAwayFromTheirJobAreMissed() async throws {
            try await DaemonHarness.with { harness in
                _ = try await harness.client.pause()
                try harness.root.drop("identify/a.jpg", "progress 1")
                let id = try await harness.job(from: "identify/a.jpg", in: [.queued]).job.id
                try FileManager.default.removeItem(atPath: harness.root.paths.claimed(of: id))
                _ = try await harness.client.resume()
                let detail = try await harness.job(from: "identify/a.jpg", in: [.quarantined])
                #expect(detail.report?.error?.code == .pictureMissing)
                #expect(detail.report?.error?.message.contains("state/claimed/\(id)") == true)
            }
        }

        @Test func aPictureThatKillsItsWorkerIsQuarantinedAfterItsAttempts() async throws {
            try await DaemonHarness.with { harness in
                try harness.root.drop("identify/bad.jpg", "say the end is near\ncrash")
                for number in 0..<5 { try harness.root.drop("identify/good\(number).jpg", "sleep 20") }
                let detail = try await harness.job(from: "identify/bad.jpg", in: [.quarantined])
                #expect(detail.job.attempt == 3)
                #expect(detail.report?.error?.code == .workerCrashed)
                try await harness.settle(jobs: 6)
                #expect(try await harness.client.status().counts.done == 5)
                let words = harness.root.paths.quarantine(of: detail.job.id) + "/worker-stderr.txt"
                try await eventually("the last words are kept") { FileManager.default.fileExists(atPath: words) }
                #expect(try String(contentsOfFile: words, encoding: .utf8).contains("the end is near"))
            }
        }

        @Test func aCrashAtTheFirstAttemptIsMadeGoodByTheSecond() async throws {
            try await DaemonHarness.with { harness in
                try harness.root.drop("identify/a.jpg", "output half.txt x\nfirst-attempt crash\noutput whole.txt x")
                let detail = try await harness.job(from: "identify/a.jpg", in: [.done])
                #expect(detail.job.attempt == 2)
                #expect(detail.events.map(\.to) == [.waiting, .queued, .running, .failed, .queued, .running, .done])
                #expect(harness.root.files("state/work").isEmpty)
            }
        }

        @Test func aHangIsEndedByTheTimeout() async throws {
            try await DaemonHarness.with(extra: "timeouts:\n  identify: 1s\n") { harness in
                try harness.root.drop("identify/a.jpg", "first-attempt hang\noutput a.txt x")
                let detail = try await harness.job(from: "identify/a.jpg", in: [.done])
                #expect(detail.job.attempt == 2)
                #expect(detail.events.contains { $0.why.contains("worker-timed-out") })
            }
        }

        @Test func aSilentWorkerLosesItsLease() async throws {
            try await DaemonHarness.with(extra: "lease:\n  duration: 1s\n") { harness in
                try harness.root.drop("identify/a.jpg", "first-attempt hang\noutput a.txt x")
                // Signs of life keep a longer job alive.
                let lively = (1...8).map { "sleep 300\nprogress 0.\($0)" }.joined(separator: "\n")
                try harness.root.drop("identify/b.jpg", lively)
                let first = try await harness.job(from: "identify/a.jpg", in: [.done])
                #expect(first.job.attempt == 2)
                let second = try await harness.job(from: "identify/b.jpg", in: [.done])
                #expect(second.job.attempt == 1)
            }
        }

        @Test func staleAndMadeUpAnswersAreNotBelieved() async throws {
            try await DaemonHarness.with { harness in
                try harness.root.drop("identify/stale.jpg", "stale\noutput a.txt x")
                try harness.root.drop("identify/claim.jpg", "claim nowhere.txt")
                try harness.root.drop("identify/garbage.jpg", "garbage\nhang")
                #expect(try await harness.job(from: "identify/stale.jpg", in: [.done]).job.attempt == 1)
                let claim = try await harness.job(from: "identify/claim.jpg", in: [.quarantined])
                #expect(claim.report?.error?.code == .outputFailed)
                let garbage = try await harness.job(from: "identify/garbage.jpg", in: [.quarantined])
                #expect(garbage.job.attempt == 3)
            }
        }

        @Test func stoppingReturnsRunningJobsAndStartingFinishesThem() async throws {
            let root = TestRoot()
            let first = try await DaemonHarness(root: root, text: DaemonHarness.settings)
            try root.drop("identify/a.jpg", "output a.txt x\nsleep 1500")
            let job = try await first.job(from: "identify/a.jpg", in: [.running]).job
            try await first.stop()
            #expect(try first.daemon.queue.job(job.id)?.state == .queued)
            #expect(try first.daemon.queue.job(job.id)?.attempt == 0)
            #expect(root.files("outbox").isEmpty)
            #expect(!FileManager.default.fileExists(atPath: root.paths.controlSocket))
        }

        @Test func aFolderWithoutAReportIsNoCommitAndNotInTheWay() async throws {
            try await DaemonHarness.with { harness in
                let root = harness.root
                try root.drop("identify/a.jpg", "output a.txt x\nsleep 500")
                let id = try await harness.job(from: "identify/a.jpg", in: [.running]).job.id
                try root.write("\(root.path)/outbox/\(id)/half.txt", "what a power cut left")
                try await harness.settle(jobs: 1)
                #expect(try await harness.client.job(id).job.state == .done)
                #expect(root.files("outbox") == ["\(id)/a.txt", "\(id)/report.json"])
            }
        }

        /// The gallery is opened with its key once, so the workers that read it are given no other.
        @Test func anotherKeyWaitsForTheNextStart() async throws {
            try await DaemonHarness.with { harness in
                try harness.reload(DaemonHarness.settings + "faces.keyFile: /nonexistent/key\n")
                let command = WorkerCommand(settings: harness.daemon.settings.current, executable: "/w", cores: 1)
                #expect(!command.arguments.contains("--gallery-key"))
                let entry = try await harness.client.config().entries.first { $0.key == "faces.keyFile" }
                #expect(entry?.value == "")
            }
        }

        @Test func aSecondDaemonOnTheRootIsRefused() async throws {
            try await DaemonHarness.with { harness in
                await #expect(throws: SpoolError.self) {
                    _ = try await DaemonHarness(root: harness.root, text: DaemonHarness.settings)
                }
            }
        }

        @Test func prioritiesGoFirst() async throws {
            try await DaemonHarness.with { harness in
                _ = try await harness.client.pause()
                for number in 0..<4 { try harness.root.drop("identify/low\(number).jpg", "sleep 30") }
                let manifest = #"{"limner": 1, "kind": "identify", "inputs": ["h.jpg"], "options": {}, "priority": 50}"#
                try harness.root.drop("jobs/high.json", manifest)
                try harness.root.drop("jobs/h.jpg", "sleep 30")
                try await eventually("all are queued") { try await harness.client.status().counts.queued == 5 }
                #expect(try await harness.client.status().counts.running == 0)
                _ = try await harness.client.resume()
                try await harness.settle(jobs: 5)
                let details = try await harness.client.jobs().jobs
                var starts: [(String, Date)] = []
                for job in details {
                    let detail = try await harness.client.job(job.id)
                    starts.append((job.source, try #require(detail.events.first { $0.to == .running }).time))
                }
                let order = starts.sorted { $0.1 < $1.1 }.map(\.0)
                #expect(order.prefix(2).contains("jobs/high.json"))
            }
        }

        /// Kills the real daemon at random moments while files come in; nothing is lost and nothing is done twice.
        @Test func killedAgainAndAgain() async throws {
            let root = TestRoot()
            let files = 40
            var dropped = 0
            var generator = SystemRandomNumberGenerator()
            for _ in 0..<8 {
                let process = Process()
                process.executableURL = URL(fileURLWithPath: products + "/limnerd")
                process.arguments = [
                    "--root", root.path, "--worker", products + "/scripted-worker", "--set", "intake.stability=30ms",
                    "--set", "workers.count=2", "--set", "retries.backoff=10ms",
                ]
                process.standardError = FileHandle.nullDevice
                try process.run()
                for _ in 0..<(files / 8) {
                    try root.drop("identify/f\(dropped).jpg", "output \(dropped).txt x\nsleep 40")
                    dropped += 1
                }
                try await Task.sleep(for: .milliseconds(Int.random(in: 150...900, using: &generator)))
                kill(process.processIdentifier, SIGKILL)
                process.waitUntilExit()
            }
            try await DaemonHarness.with(root: root) { harness in
                try await harness.settle(jobs: files)
                let counts = try await harness.client.status().counts
                #expect(counts.done == files)
                #expect(counts.seen == files)
                let outputs = root.files("outbox").filter { $0.hasSuffix(".txt") }
                #expect(Set(outputs.compactMap { $0.split(separator: "/").last }).count == files)
                #expect(outputs.count == files)
                #expect(root.files("outbox").count { $0.hasSuffix("report.json") } == files)
                try await eventually("all originals are in done/") { root.files("done").count == files }
                #expect(root.files("inbox").isEmpty)
                #expect(root.files("state/claimed").isEmpty)
            }
        }
    }
}
