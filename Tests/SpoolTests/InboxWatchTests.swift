import Foundation
import Glibc
import Testing
import Wire

@testable import Spool

extension OneReaderSuites {
    /// The inbox of a running daemon, with what users, administrators and limits do to it.
    @Suite(.serialized) struct InboxWatchTests {
        private static let quick = "intake.pollInterval: 100ms\nintake.reconcileInterval: 1h\n"
        private static let line = "  reconcileInterval: 1s\n"

        private func why(_ harness: DaemonHarness, _ path: String) async throws -> WhyAnswer {
            try await harness.client.why(path: Array(path.utf8))
        }

        @Test func anInboxThatIsMadeAnewIsWorkedWith() async throws {
            try await DaemonHarness.with(extra: Self.quick, replacing: Self.line) { harness in
                let inbox = harness.root.paths.inbox
                try #require(rename(inbox, inbox + ".old") == 0)
                try await eventually("it is named") {
                    try await harness.client.status().problems.contains { $0.contains("inbox is not there any more") }
                }
                let doctor = try await harness.client.doctor()
                #expect(doctor.findings.contains { $0.check == .root && $0.verdict == .failed })
                try harness.root.drop("identify/new.jpg", "progress 1")
                _ = try await harness.job(from: "identify/new.jpg", in: [.done])
                #expect(try await harness.client.status().problems.isEmpty)
                #expect(try await harness.client.doctor().healthy)
                let proof = try await harness.client.proof()
                #expect(proof.unaccounted == 0 && proof.counts.seen == 1)
                // Its folders are watched, not the old ones': nothing is scanned for an hour.
                let watched = try #require(try await harness.client.status().inbox?.watches)
                #expect(watched == 1 + JobKind.dropped.count)
            }
        }

        @Test func anOutboxThatIsMadeAnewGetsTheReports() async throws {
            try await DaemonHarness.with(extra: Self.quick, replacing: Self.line) { harness in
                let outbox = harness.root.paths.outbox
                try #require(rename(outbox, outbox + ".old") == 0)
                try harness.root.drop("identify/a.jpg", "output a.txt x")
                _ = try await harness.job(from: "identify/a.jpg", in: [.queued])
                #expect(
                    try await harness.client.status().problems.contains { $0.contains("outbox is not there any more") })
                try #require(mkdir(outbox, 0o770) == 0)
                let job = try await harness.job(from: "identify/a.jpg", in: [.done]).job
                #expect(harness.root.files("outbox") == ["\(job.id)/a.txt", "\(job.id)/report.json"])
                #expect(harness.root.files("outbox.old").isEmpty)
            }
        }

        @Test func aRootThatMovesAwayHoldsItsJobsUntilItIsBack() async throws {
            try await DaemonHarness.with(extra: Self.quick, replacing: Self.line) { harness in
                _ = try await harness.client.pause()
                try harness.root.drop("identify/a.jpg", "output a.txt x")
                _ = try await harness.job(from: "identify/a.jpg", in: [.queued])
                let away = harness.root.path + "-away"
                try #require(rename(harness.root.path, away) == 0)
                let client = ControlClient(socket: away + "/state/control.sock")
                _ = try await client.resume()
                try await eventually("it is named") {
                    try await client.status().problems.contains { $0.contains(away) }
                }
                #expect(try await client.status().counts.queued == 1)
                try #require(rename(away, harness.root.path) == 0)
                _ = try await harness.job(from: "identify/a.jpg", in: [.done])
                #expect(try await harness.client.status().problems.isEmpty)
            }
        }

        /// The library has one reader a process, so that a second one is refused just as one too many is.
        @Test func withoutEventsTheInboxIsPolledUntilTheyAreBack() async throws {
            let reader = try InotifyReader()
            try await DaemonHarness.with(extra: Self.quick, replacing: Self.line) { harness in
                try harness.root.drop("identify/a.jpg", "progress 1")
                _ = try await harness.job(from: "identify/a.jpg", in: [.done])
                let status = try await harness.client.status()
                #expect(status.problems.count { $0.contains("inotify") } == 1)
                #expect(status.inbox?.polls == true)
                #expect(status.inbox?.watches == 0)
                let doctor = try await harness.client.doctor()
                #expect(doctor.findings.first { $0.check == .watches }?.verdict == .failed)
                await reader.stop()
                try await eventually("events are used again") {
                    try await harness.client.status().inbox?.watches == 1 + JobKind.dropped.count
                }
                try await eventually("nothing is left to say") { try await harness.client.status().problems.isEmpty }
                #expect(try await harness.client.status().inbox?.polls == false)
                #expect(try await harness.client.doctor().findings.first { $0.check == .watches }?.verdict == .passed)
            }
            await reader.stop()
        }

        /// Nothing but the frames' own rest is waited for: the inbox is looked at of itself once an hour.
        @Test func framesOfAFilmDoNotWaitForTheNextLook() async throws {
            try await DaemonHarness.with(extra: Self.quick, replacing: Self.line) { harness in
                for frame in 1...3 { try harness.root.drop("frames/f-\(frame).png", "progress 1") }
                try harness.root.drop(
                    "film.json",
                    #"{"limner": 1, "kind": "stylize", "inputs": ["frames/f-*.png"], "options": {"styles": [{"name": "wave"}]}}"#
                )
                _ = try await harness.job(from: "film.json", in: [.done])
            }
        }

        @Test func whyTellsWhatHoldsAFile() async throws {
            try await DaemonHarness.with(extra: "intake.manifestWait: 1h\n", replacing: "  manifestWait: 2s\n") {
                harness in
                try harness.root.drop("identify/@eaDir/a.jpg", "x")
                try harness.root.drop("identify/a.jpg.part", "x")
                try harness.root.drop("identify/a.jpg", "x")
                try harness.root.drop("identify/photo.json", #"{"title": "x"}"#)
                try harness.root.drop("identify/film.json", "YUV4MPEG2 W4 H4 F25:1\n")
                try harness.root.drop("identfy/b.jpg", "x")
                try harness.root.drop("enrol/ada/c.jpg", "x")
                try harness.root.drop("enrol/eve/d.jpg", "x")
                try harness.root.drop("who.json", #"{"limner": 1, "kind": "identify", "inputs": ["late.jpg"]}"#)
                let answers: [(path: String, verdict: WhyAnswer.Verdict, words: String)] = [
                    ("identify/@eaDir/a.jpg", .ignored, "@eaDir of intake.ignore"),
                    ("identify/a.jpg.part", .ignored, "*.part of intake.ignore"),
                    ("identify/a.jpg", .unsettled, "\"a.jpg.part\" lies beside it"),
                    ("identify/photo.json", .ignored, "without the key \"limner\""),
                    ("identify/film.json", .ignored, "It is a film, and is left alone"),
                    ("identfy/b.jpg", .unsettled, "If identify/ is meant"),
                    ("enrol/ada/c.jpg", .unsettled, "If enroll/ is meant"),
                    ("who.json", .job, "waiting for \"late.jpg\""),
                ]
                for answer in answers {
                    try await eventually("why \(answer.path)") {
                        let found = try await why(harness, answer.path)
                        return found.verdict == answer.verdict && found.explanation.contains(answer.words)
                    }
                }
                #expect(try await harness.client.status().counts.seen == 1)
                let problems = try await harness.client.status().problems
                for folder in ["identfy", "enrol"] {
                    #expect(problems.count { $0.contains("inbox/\(folder) holds pictures") } == 1, "\(problems)")
                }
            }
        }

        /// A job by its name, and a file by a path through a link to the root.
        @Test func whyTellsOfAJobHoweverItIsNamed() async throws {
            try await DaemonHarness.with { harness in
                try harness.root.drop("identify/a.jpg", "progress 1")
                let id = try await harness.job(from: "identify/a.jpg", in: [.done]).job.id
                let link = "\(harness.root.path)/link"
                symlink(harness.root.path, link)
                for path in ["\(id)", "\(link)/inbox/identify/a.jpg", "\(link)/outbox/\(id)/report.json"] {
                    let answer = try await why(harness, path)
                    #expect(answer.verdict == .job && answer.jobs.map(\.job.id) == [id], "\(path): \(answer)")
                    let folders = harness.root.paths
                    guard !path.contains("outbox") else { continue }
                    let offline = try harness.daemon.queue.reader.explain(Array(path.utf8), folders: folders)
                    #expect(offline.verdict == .job && offline.jobs.map(\.job.id) == [id], "\(path)")
                }
            }
        }

        @Test func whyTellsWhatKeepsChanging() async throws {
            try await DaemonHarness.with(extra: "intake.stability: 10s\n", replacing: "  stability: 60ms\n") {
                harness in
                let file = harness.root.paths.inbox + "/identify/a.jpg"
                try harness.root.drop("identify/a.jpg", "x")
                var seconds = 1000
                try await eventually("its changes are counted") {
                    seconds += 1
                    var times = [timeval(tv_sec: seconds, tv_usec: 0), timeval(tv_sec: seconds, tv_usec: 0)]
                    utimes(file, &times)
                    let words = try await why(harness, "identify/a.jpg").explanation
                    return words.contains(" times in ") && words.contains("its time of modification")
                }
            }
        }

        @Test func aPatternOfTheUsersIsHeardAtAReload() async throws {
            try await DaemonHarness.with { harness in
                try harness.reload(DaemonHarness.settings + "intake.ignore: \"+ *.raw\"\n")
                try harness.root.drop("identify/a.raw", "x")
                try harness.root.drop("identify/b.jpg", "progress 1")
                _ = try await harness.job(from: "identify/b.jpg", in: [.done])
                #expect(try await why(harness, "identify/a.raw").explanation.contains("*.raw of intake.ignore"))
                #expect(try await harness.client.proof().inbox == 0)
            }
        }
    }
}
