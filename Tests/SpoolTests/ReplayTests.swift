import Foundation
import Glibc
import Synchronization
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

        private func run(
            _ folder: String, timeout: Duration = .seconds(60), log: @escaping @Sendable (String) -> Void = { _ in }
        ) async throws -> Replay.Outcome {
            let output = TestRoot()
            let replay = try Replay(path: folder, user: nobody)
            var settings = try SettingsResolver.resolve(file: nil, environment: [:], flags: replay.options).settings
            settings.timeouts[.identify] = timeout
            settings.root = output.path
            return try await replay.run(settings: settings, executable: worker, output: output.path, log: log)
        }

        /// Somebody who is not root, so that the daemon's own folders, open to a group, can be replayed.
        private let nobody: uid_t = 65_534

        private func record(arguments: [String] = [], environment: [String: String] = [:]) -> ReplayRecord {
            ReplayRecord(
                id: JobIdentifier(time: .now, salt: 1, name: "a.jpg"), attempt: 1, task: JobTask(.identify),
                inputs: [ReplayRecord.Input(role: .picture, name: "a.jpg", files: ["a.jpg"], sha256: nil)],
                limits: Settings().pictureLimits, arguments: arguments, environment: environment, usage: nil)
        }

        /// A folder like one of the quarantine's.
        private func bundle(_ root: TestRoot, _ script: String, _ record: ReplayRecord) throws -> String {
            let folder = root.path + "/bundle"
            try root.write(folder + "/a.jpg", script)
            try root.write(
                folder + "/replay.json", String(decoding: try WireJSON.encodePretty(record), as: UTF8.self))
            return folder
        }

        /// What runs is the caller's; a bundle only says what the job was.
        @Test func theEnvironmentIsOurs() async throws {
            let root = TestRoot()
            let environment = [
                "LD_PRELOAD": "/tmp/pre.so", "PATH": "/tmp", "OPENBLAS_CORETYPE": "Haswell",
                "OPENBLAS_X": "a b;c", "SWIFT_BACKTRACE": "enable=yes,output-to=/tmp",
            ]
            let folder = try bundle(root, "environment\nprogress 1", record(environment: environment))
            let words = TailOfWords()
            guard case .finished = try await run(folder, log: { words.add($0) }) else {
                Issue.record("it did not finish")
                return
            }
            let names = try #require(words.lines.first).split(separator: ",")
            #expect(names.contains("OPENBLAS_CORETYPE"))
            #expect(!names.contains("LD_PRELOAD"))
            #expect(!names.contains("OPENBLAS_X"))
        }

        @Test func onlySettingsThatDecideAreTaken() throws {
            let root = TestRoot()
            let arguments = [
                "--gallery=/real/gallery.sqlite", "--models", "/tmp/models", "--face-threshold", "0.5",
                "--style-size=640", "--styles", "/tmp", "--gallery", "/real", "--style-network",
            ]
            let folder = try bundle(root, "", record(arguments: arguments))
            let replay = try Replay(path: folder, user: nobody)
            let own = Settings()
            let settings = try SettingsResolver.resolve(
                file: nil, environment: ["LIMNER_ROOT": root.path], flags: replay.options
            ).settings
            #expect(settings.options.threshold == 0.5)
            #expect(settings.options.size == 640)
            #expect(settings.options.network == own.options.network)
            let other = TestRoot()
            defer { withExtendedLifetime(other) {} }
            let today = try bundle(other, "", record(arguments: ["--defaults", #"{"size":640,"threshold":0.5}"#]))
            let asToday = try SettingsResolver.resolve(
                file: nil, environment: [:], flags: Replay(path: today, user: nobody).options
            ).settings.options
            #expect(asToday == settings.options)
            let command = WorkerCommand(settings: settings, executable: worker)
            #expect(
                !command.arguments.contains { $0.hasPrefix("/real") || $0.contains("=") || $0.hasPrefix("/tmp/models") }
            )
            #expect(command.arguments.contains(settings.folders.gallery))
        }

        @Test func whatNoSettingMayBeIsRefused() throws {
            let root = TestRoot()
            let folder = try bundle(root, "", record(arguments: ["--style-size", "-7"]))
            let options = try Replay(path: folder, user: nobody).options
            #expect(throws: SettingsError.self) {
                try SettingsResolver.resolve(file: nil, environment: [:], flags: options)
            }
        }

        @Test(arguments: ["bundle", "bundle/replay.json", "bundle/a.jpg", ""])
        func rootIsRefusedWhatOthersMayWrite(_ path: String) throws {
            let root = TestRoot()
            let folder = try bundle(root, "progress 1", record())
            for name in ["", "/replay.json", "/a.jpg"] { chmod(folder + name, name.isEmpty ? 0o755 : 0o644) }
            #expect(BundleTrust.doubt(about: folder, user: geteuid()) == nil)
            #expect(chmod(root.path + "/" + path, 0o775) == 0)
            #expect(try #require(BundleTrust.doubt(about: folder, user: geteuid())).contains("others"))
            #expect {
                try Replay(path: folder, user: 0)
            } throws: { error in
                guard case SpoolError.bundleInvalid = error else { return false }
                return "\(error)".contains("root")
            }
        }

        @Test func whatAnotherOwnsIsDoubted() throws {
            let root = TestRoot()
            let folder = try bundle(root, "progress 1", record())
            try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: "a.jpg")
            #expect(BundleTrust.doubt(about: folder, user: geteuid())?.contains("symbolic link") == true)
            try FileManager.default.removeItem(atPath: folder + "/link")
            // Only root can give a file away; to anybody else, another user is as good.
            let stranger: uid_t = 12_345
            if geteuid() == 0 { #expect(chown(folder + "/a.jpg", stranger, 0) == 0) }
            let user = geteuid() == 0 ? 0 : stranger
            #expect(BundleTrust.doubt(about: folder, user: user)?.contains("belongs to") == true)
        }

        @Test func aFailureFailsAgainTheSameWay() async throws {
            try await DaemonHarness.with { harness in
                let folder = try await bundle(harness, "say what went wrong\nsleep 300\nfail no-face")
                let replay = try Replay(path: folder, user: nobody)
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
                #expect(throws: SpoolError.self) { try Replay(path: folder, user: nobody) }
            }
        }

        @Test func aCrashIsRepeatedAtItsAttempt() async throws {
            try await DaemonHarness.with { harness in
                let folder = try await bundle(harness, "say the end is near\ncrash")
                #expect(try Replay(path: folder, user: nobody).record.attempt == 3)
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
            let root = TestRoot()
            let folder = try bundle(root, "hang", record())
            #expect(try await run(folder, timeout: .milliseconds(500)) == .timedOut)
        }

        @Test(arguments: ["../../etc/passwd", "/etc/passwd", ".."]) func namesLeadNowhereElse(file: String) throws {
            let root = TestRoot()
            var record = record()
            record.inputs[0].files = [file]
            let folder = try bundle(root, "", record)
            #expect(throws: SpoolError.self) { try Replay(path: folder, user: nobody) }
        }

        @Test func aFolderWithoutARecordIsRefused() throws {
            let root = TestRoot()
            #expect {
                try Replay(path: root.path, user: nobody)
            } throws: { error in
                guard case SpoolError.bundleInvalid = error else { return false }
                return "\(error)".contains("replay.json")
            }
        }
    }
}

/// What a worker said.
private final class TailOfWords: Sendable {
    private let words = Mutex<[String]>([])
    var lines: [String] { words.withLock { $0 } }
    func add(_ line: String) { words.withLock { $0.append(line) } }
}
