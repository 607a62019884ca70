import Foundation
import Testing
import Wire

@testable import Spool

extension OneReaderSuites {
    @Suite(.serialized) struct ReplayTests {
        private let worker = products + "/scripted-worker"

        /// A quarantined job's folder.
        private func bundle(_ harness: DaemonHarness, _ script: String) async throws -> String {
            try harness.root.drop("identify/a.jpg", script)
            let detail = try await harness.job(from: "identify/a.jpg", in: [.quarantined])
            let folder = harness.root.paths.quarantine(of: detail.job.id)
            try await eventually("the bundle is there") {
                FileManager.default.fileExists(atPath: folder + "/report.json")
            }
            return folder
        }

        private func run(_ folder: String, timeout: Duration = .seconds(60)) async throws -> Replay.Outcome {
            let output = TestRoot()
            return try await Replay(path: folder).run(executable: worker, output: output.path, timeout: timeout)
        }

        @Test func aFailureFailsAgainTheSameWay() async throws {
            try await DaemonHarness.with { harness in
                let folder = try await bundle(harness, "say what went wrong\nsleep 300\nfail no-face")
                let replay = try Replay(path: folder)
                #expect(replay.record.task == JobTask(.identify))
                #expect(replay.record.arguments.contains("--gallery"))
                let usage = try #require(replay.record.usage)
                #expect(usage.peakResidentBytes > 1 << 20)
                let words = try String(contentsOfFile: folder + "/worker-stderr.txt", encoding: .utf8)
                #expect(words == "what went wrong\n")
                guard case .failed(let failure) = try await run(folder) else {
                    Issue.record("it did not fail")
                    return
                }
                #expect(failure.error.code == .noFace)
                // Once it is mended, the original is no longer what it was.
                try harness.root.write(folder + "/a.jpg", "progress 1")
                #expect(throws: SpoolError.self) { try Replay(path: folder) }
            }
        }

        @Test func aCrashIsRepeatedAtItsAttempt() async throws {
            try await DaemonHarness.with { harness in
                let folder = try await bundle(harness, "say the end is near\ncrash")
                #expect(try Replay(path: folder).record.attempt == 3)
                guard case .died(let end) = try await run(folder) else {
                    Issue.record("it did not die")
                    return
                }
                #expect(end.lastWords.contains("the end is near"))
            }
        }

        @Test func aBundleGoesAwayWithARetry() async throws {
            try await DaemonHarness.with { harness in
                let folder = try await bundle(harness, "fail no-face")
                let name = try #require(folder.split(separator: "/").last)
                let id = try #require(JobIdentifier(String(name)))
                _ = try await harness.client.retry(id)
                try await eventually("it is in quarantine again") {
                    try await harness.client.job(id).job.state == .quarantined
                        && FileManager.default.fileExists(atPath: folder + "/replay.json")
                }
                #expect(try await harness.client.proof().unaccounted == 0)
            }
        }

        @Test func whatHangsIsEnded() async throws {
            let parts = try Parts()
            let folder = parts.root.path + "/bundle"
            try parts.root.write(folder + "/a.jpg", "hang")
            let record = ReplayRecord(
                id: JobIdentifier(time: .now, salt: 1, name: "a.jpg"), attempt: 1, task: JobTask(.identify),
                inputs: [ReplayRecord.Input(role: .picture, name: "a.jpg", files: ["a.jpg"], sha256: nil)],
                limits: Settings().pictureLimits, arguments: [], environment: [:], usage: nil)
            try parts.root.write(
                folder + "/replay.json", String(decoding: try WireJSON.encodePretty(record), as: UTF8.self))
            #expect(try await run(folder, timeout: .milliseconds(500)) == .timedOut)
        }

        @Test(arguments: ["../../etc/passwd", "/etc/passwd", ".."]) func namesLeadNowhereElse(file: String) throws {
            let parts = try Parts()
            let folder = parts.root.path + "/bundle"
            let record = ReplayRecord(
                id: JobIdentifier(time: .now, salt: 1, name: "a.jpg"), attempt: 1, task: JobTask(.identify),
                inputs: [ReplayRecord.Input(role: .picture, name: "a.jpg", files: [file], sha256: nil)],
                limits: Settings().pictureLimits, arguments: [], environment: [:], usage: nil)
            try parts.root.write(
                folder + "/replay.json", String(decoding: try WireJSON.encodePretty(record), as: UTF8.self))
            #expect(throws: SpoolError.self) { try Replay(path: folder) }
        }

        @Test func aFolderWithoutARecordIsRefused() throws {
            let root = TestRoot()
            #expect {
                try Replay(path: root.path)
            } throws: { error in
                guard case SpoolError.bundleInvalid = error else { return false }
                return "\(error)".contains("replay.json")
            }
        }
    }
}
