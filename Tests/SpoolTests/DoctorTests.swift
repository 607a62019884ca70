import Foundation
import FoundationNetworking
import Glibc
import Logging
import Testing
import Wire

@testable import Gallery
@testable import Spool

@Suite struct DoctorVerdictTests {
    @Test(arguments: [
        (UInt32(0x6969), "NFS"), (0xFF53_4D42, "SMB"), (0xFE53_4D42, "SMB"), (0x0102_1997, "9P"), (0x6573_5546, "FUSE"),
        (0x794C_7630, "overlay"),
    ]) func silentFileSystemsAreOfferedPolling(magic: UInt32, name: String) throws {
        let kind = FileSystemKind(magic: magic)
        #expect(kind.name == name)
        #expect(!kind.tellsOfChanges)
        let ext4 = FileSystemKind(magic: 0xEF53)
        let events = try #require(Doctor.judge(inbox: kind, state: ext4, mode: .events).first)
        #expect(events.verdict == .warning)
        #expect(events.advice.contains("intake.mode"))
        #expect(Doctor.judge(inbox: kind, state: ext4, mode: .auto).map(\.verdict) == [.passed])
    }

    @Test func aDatabaseOnANetworkFails() {
        let nfs = FileSystemKind(magic: 0x6969)
        #expect(Doctor.judge(inbox: nfs, state: nfs, mode: .auto).map(\.verdict) == [.failed, .passed])
        let memory = FileSystemKind(magic: 0x0102_1994)
        #expect(Doctor.judge(inbox: memory, state: memory, mode: .auto).map(\.verdict) == [.warning, .passed])
    }

    @Test func whereWeAreIsKnown() throws {
        let root = TestRoot()
        let folder = try Folder(path: root.path)
        if case .unknown(let magic) = try folder.fileSystem() { Issue.record("statfs gave \(magic)") }
        #expect(try folder.freeSpace().bytes > 0)
    }

    @Test func watchesRunShort() {
        #expect(Doctor.judge(needed: 10, watched: 10, used: 100, limit: 8192).verdict == .passed)
        #expect(Doctor.judge(needed: 10, watched: 10, used: 8000, limit: 8192).verdict == .warning)
        let few = Doctor.judge(needed: 10, watched: 7, used: 8192, limit: 8192)
        #expect(few.verdict == .failed)
        #expect(few.advice.contains("fs.inotify.max_user_watches="))
        #expect(Doctor.judge(needed: 10, watched: nil, used: 8190, limit: 8192).verdict == .failed)
    }

    @Test func spaceRunsShort() {
        let mark = 100 << 20
        #expect(Doctor.judge(FreeSpace(bytes: 1 << 40, files: nil), lowWater: mark).verdict == .passed)
        #expect(Doctor.judge(FreeSpace(bytes: 150 << 20, files: nil), lowWater: mark).verdict == .warning)
        #expect(Doctor.judge(FreeSpace(bytes: 99 << 20, files: nil), lowWater: mark).verdict == .failed)
        #expect(Doctor.judge(FreeSpace(bytes: 1 << 40, files: 12), lowWater: mark).verdict == .failed)
        let full = Doctor.judge(FreeSpace(bytes: 0, files: nil), lowWater: 0)
        #expect(full.verdict == .failed && !full.message.contains("lowWater"), "there is no such mark")
    }

    @Test func openBLASForAnOldProcessorIsNamed() {
        for forced in ["", "SkylakeX"] {
            #expect(Doctor.judge(core: "SkylakeX", better: nil, forced: forced).verdict == .passed)
            let vain = Doctor.judge(core: "Prescott", better: "SkylakeX", forced: forced)
            #expect(vain.verdict == .warning && vain.advice.contains("DYNAMIC_ARCH"))
        }
        let asked = Doctor.judge(core: "Prescott", better: "Haswell", forced: "Prescott")
        #expect(asked.verdict == .warning && asked.advice.contains("Leave engine.openblasCoreType out"))
    }

    @Test func aModelThatTheStoreDoesNotHoldIsNamed() {
        let card = ModelsAnswer.Entry(
            id: "sface-2021dec", name: "", version: "", licence: "", origin: "", sha256: "", use: "", state: .unreadable
        )
        let told = WorkerMessage.models(ModelsAnswer(token: WorkerToken(1), models: [card]))
        #expect(Doctor.judge(embedder: "sface-2021dec", among: told, in: "/m") == nil)
        let stray = Doctor.judge(embedder: "user:nope", among: told, in: "/m")
        #expect(stray?.verdict == .failed && stray?.message.contains("user:nope, which is not in /m") == true)
        let closed = Doctor.judge(models: told, in: "/m")
        #expect(closed.message.hasPrefix("in /m: sface-2021dec is unreadable") && closed.advice.contains("chmod"))
        #expect(!closed.advice.contains("emove"))
    }

    @Test func whoNeedsReenrolmentIsNamed() throws {
        let known = GalleryAnswer.Person(name: "Ada", templates: 2, comparable: 1)
        let left = GalleryAnswer.Person(name: "Bob", templates: 2, comparable: 0)
        #expect(Doctor.judge([known], embedder: "learned:gate").verdict == .passed)
        let finding = Doctor.judge([known, left], embedder: "learned:gate")
        #expect(finding.verdict == .warning && finding.check == .templates)
        #expect(finding.message.contains("1 of 2 people") && finding.message.hasSuffix(": Bob"))
        #expect(finding.advice.contains("limner models retire"))
        let bare = GalleryAnswer.Person(name: "Cleo", templates: 0)
        #expect(
            Doctor.judge([known, bare], embedder: "learned:gate").message.hasSuffix(": Cleo"), "her last was denied")
        var settings = Settings()
        settings.faces.embedder = "learned:gone"
        settings.models.path = "/nowhere"
        let gone = Doctor(settings: settings, command: scripted("ok")).templates()
        #expect(gone.verdict == .failed && gone.message.contains("/nowhere/learned-gone.safetensors"))
    }

    @Test func whatAWorkerCouldNotGiveUpIsNamed() {
        #expect(Doctor.judge(confinement: WorkerConfinement(landlock: 6)).verdict == .passed)
        let bare = Doctor.judge(confinement: WorkerConfinement(gaps: ["the kernel has no Landlock"]))
        #expect(bare.verdict == .warning)
        #expect(bare.message.contains("no Landlock"))
        #expect(bare.advice.contains("lsm="))
    }

    @Test func synchronousIsReadFromTheWriter() throws {
        let parts = try Parts()
        #expect(try parts.queue.durability() == QueueDurability(synchronous: 2, journalMode: "wal"))
        try parts.queue.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = NORMAL") }
        #expect(try !parts.queue.durability().isSafe)
    }

    /// Without a daemon; in a serialized suite of its own process-wide reader, see ``OneReaderSuites``.
    @Test func withoutARootThatIsWhatFails() async {
        var settings = Settings()
        settings.root = "/nonexistent/limner"
        let answer = await Doctor(settings: settings, command: scripted("present")).examine()
        #expect(!answer.healthy)
        #expect(answer.findings.first?.check == .root)
        #expect(answer.findings.first?.verdict == .failed)
        #expect(answer.findings.first { $0.check == .models }?.verdict == .passed)
    }

    @Test(arguments: ["missing", "corrupt"]) func aBadModelFails(state: String) async {
        let answer = await Doctor(settings: Settings(), command: scripted(state)).worker()
        #expect(answer.first { $0.check == .models }?.verdict == .failed)
        #expect(answer.first { $0.check == .golden }?.verdict == .failed)
        #expect(answer.allSatisfy { !$0.advice.isEmpty })
    }

    @Test func aWorkerThatDiesFails() async {
        let findings = await Doctor(settings: Settings(), command: scripted("crash")).worker()
        #expect(findings.map(\.check) == [.worker])
        #expect(findings.first?.verdict == .failed)
    }

    @Test func theProgramsOfFilmsAreNamedAndAreNoFailure() async throws {
        let root = TestRoot()
        let folder = root.paths.root + "/bin"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        func program(_ name: String, _ script: String) throws {
            try root.write("\(folder)/\(name)", "#!/bin/sh\n\(script)\n")
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/\(name)")
        }
        func finding() async -> DoctorAnswer.Finding {
            let command = WorkerCommand(executable: "", arguments: [], environment: ["PATH": "/nowhere:\(folder)"])
            return await Doctor(settings: Settings(), command: command).films()
        }
        try program("ffmpeg", "echo 'ffmpeg version 5.1.6-0+deb12u1 Copyright (c) 2000-2024'; echo more")
        let half = await finding()
        #expect(half.verdict == .warning && half.message.hasPrefix("ffprobe is not installed"))
        #expect(half.advice.contains("apt install ffmpeg"))
        try program("ffprobe", "exit 0")
        let whole = await finding()
        #expect(whole.verdict == .passed && whole.message == "ffmpeg 5.1.6-0+deb12u1 reads and writes films")
        try program("ffprobe", "exit 1")
        let mute = await finding()
        #expect(mute.verdict == .warning && mute.message.contains("\(folder)/ffprobe is there"))
    }

    private func scripted(_ model: String) -> WorkerCommand {
        WorkerCommand(
            executable: products + "/scripted-worker", arguments: [], environment: ["SCRIPTED_MODEL": model])
    }
}

extension OneReaderSuites {
    @Suite(.serialized) struct DoctorTests {
        @Test func aHealthyDaemonPassesAndNothingIsLeft() async throws {
            try await DaemonHarness.with { harness in
                let answer = try await harness.client.doctor()
                #expect(answer.live)
                let failed = answer.findings.filter { $0.verdict == .failed }
                #expect(failed.isEmpty, "\(failed)")
                #expect(!answer.findings.contains { $0.message.contains("no job knows") })
                #expect(Set(answer.findings.map(\.check)) == Set(DoctorAnswer.Check.allCases))
                let inbox = answer.findings.first { $0.check == .inbox }
                #expect(inbox?.message.contains("its event came") == true)
                #expect(harness.root.files("inbox").isEmpty)
                #expect(harness.root.files("state/work").isEmpty)
                #expect(try await harness.client.status().counts.seen == 0)
            }
        }

        @Test func aPolledInboxIsTakenWithoutEvents() async throws {
            try await DaemonHarness.with(
                extra: "intake.mode: poll\nintake.pollInterval: 100ms\nintake.reconcileInterval: 1h\n",
                replacing: "  reconcileInterval: 1s\n"
            ) { harness in
                try harness.root.drop("identify/deep/a.jpg", "progress 1")
                _ = try await harness.job(from: "identify/deep/a.jpg", in: [.done])
                let inbox = try #require(try await harness.client.status().inbox)
                #expect(inbox.polls)
                #expect(inbox.watches == 0)
                let answer = try await harness.client.doctor()
                #expect(answer.findings.first { $0.check == .inbox }?.verdict == .passed)
                #expect(answer.findings.first { $0.check == .watches }?.verdict == .passed)
            }
        }

        @Test func aProbeThatCausesNoEventIsTold() async throws {
            let root = TestRoot()
            let tree = try RootTree(root.paths)
            let outcome = try await InotifyReader.with { reader in
                // Another folder is watched, as on a file system that says nothing.
                try reader.watch(tree.outbox)
                return await InboxProbe.run(inbox: tree.inbox, target: tree.work, reader: reader)
            }
            #expect(outcome == .silent(for: InboxProbe.patience))
            #expect(outcome.finding.advice.contains("intake.mode"))
            #expect(root.files("").isEmpty)
        }

        @Test func withoutADaemonTheFilesAreProbed() async throws {
            let root = TestRoot()
            _ = try RootTree(root.paths)
            try root.write(root.paths.quarantine + "/stray-notes.txt", "x")
            var settings = Settings()
            settings.root = root.path
            let command = WorkerCommand(executable: products + "/scripted-worker", arguments: [], environment: [:])
            let answer = await Doctor(settings: settings, command: command).examine()
            #expect(!answer.live)
            #expect(answer.findings.first { $0.check == .inbox }?.verdict == .passed)
            #expect(answer.findings.first { $0.check == .database }?.verdict == .unchecked)
            let strays = answer.findings.first { $0.message.contains("stray-notes.txt (1 in all)") }
            #expect(strays?.verdict == .warning)
            #expect(root.files("") == ["quarantine/stray-notes.txt"])
        }
    }

    @Suite(.serialized) struct MetricsTests {
        @Test func figuresAreServedOnTheSocketAndOnLoopback() async throws {
            let port = Int.random(in: 20_000..<60_000)
            try await DaemonHarness.with(
                extra: "metrics.port: \(port)\nretries.backoff: 1h\n", replacing: "  backoff: 10ms\n"
            ) { harness in
                for number in 0..<3 { try harness.root.drop("identify/a\(number).jpg", "progress 1") }
                try harness.root.drop("verify/ada/bad.jpg", "crash")
                try await eventually("three are done and one has failed") {
                    let counts = try await harness.client.status().counts
                    return counts.done == 3 && counts.failed == 1
                }
                let text = try await harness.client.metrics()
                let lines = Set(text.split(separator: "\n").map(String.init))
                for line in [
                    #"limner_jobs{state="done",kind="identify"} 3"#, #"limner_jobs{state="failed",kind="verify"} 1"#,
                    "limner_files_seen 4", "limner_paused 0", #"limner_worker_deaths_total{reason="crashed"} 1"#,
                    #"limner_attempt_duration_seconds_count{kind="identify"} 3"#,
                    #"limner_attempt_duration_seconds_bucket{kind="verify",le="+Inf"} 1"#,
                    "# TYPE limner_attempt_duration_seconds histogram",
                ] {
                    #expect(lines.contains(line), "no line \(line)")
                }
                #expect(text.contains("limner_disk_free_bytes "))
                #expect(text.contains("limner_queue_wal_bytes "))
                try await eventually("the proof's figure is there") {
                    try await harness.client.metrics().contains("limner_unaccounted 0\n")
                }
                let loopback = try await get("metrics", port: port)
                #expect(loopback.status == 200)
                #expect(loopback.text.contains("limner_files_seen 4\n"))
                for metric in Metric.allCases {
                    #expect(loopback.text.contains("# HELP \(metric.rawValue) \(metric.summary)\n"))
                }
                #expect(try await get("v1/status", port: port).status == 404)
            }
        }

        @Test func aPortThatIsTakenIsToldAndTriedAgain() async throws {
            let port = UInt16.random(in: 20_000..<60_000)
            let holder = try HTTPServer.listener(port: port)
            try await DaemonHarness.with(extra: "metrics.port: \(port)\n") { harness in
                let words = "metrics.port: no figures are served there: another program listens on 127.0.0.1:\(port). "
                try await eventually("the status says it") {
                    try await harness.client.status().problems.contains { $0.hasPrefix(words) }
                }
                try holder.close()
                try await eventually("they are served") {
                    (try? await get("metrics", port: Int(port)))?.status == 200
                }
                #expect(try await harness.client.status().problems.isEmpty)
            }
        }

        /// The server is in this process: a thread that waited for it would be one that it may need.
        private func get(_ path: String, port: Int) async throws -> (status: Int, text: String) {
            let url = try #require(URL(string: "http://127.0.0.1:\(port)/\(path)"))
            let (data, response) = try await URLSession.shared.data(
                for: URLRequest(url: url, timeoutInterval: 600))
            return (try #require(response as? HTTPURLResponse).statusCode, String(decoding: data, as: UTF8.self))
        }
    }
}

@Suite struct LineLogHandlerTests {
    private func line(_ format: LogFormat, environment: [String: String] = [:]) -> String {
        var handler = LineLogHandler(format: format, environment: environment) { .info }
        handler[metadataKey: "job"] = "j"
        let event = LogEvent(
            level: .warning, message: "two\nlines", error: nil, metadata: ["attempt": "2"], source: "s", file: "f",
            function: "g", line: 1)
        return handler.line(of: event, at: Date(timeIntervalSince1970: 0))
    }

    @Test func textIsForPeople() {
        #expect(line(.text) == "1970-01-01T00:00:00.000Z warning two | lines\n")
        #expect(line(.auto) == line(.text))
    }

    @Test func journaldGetsPriorities() {
        #expect(line(.journald) == "<4>two | lines\n")
        #expect(line(.auto, environment: ["JOURNAL_STREAM": "8:1"]) == line(.journald))
    }

    @Test func jsonIsOneObjectALine() throws {
        let text = line(.json)
        #expect(text.count { $0 == "\n" } == 1)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(object["level"] as? String == "warning")
        #expect(object["message"] as? String == "two | lines")
        #expect(object["time"] as? String == "1970-01-01T00:00:00.000Z")
        #expect(object["fields"] as? [String: String] == ["job": "j", "attempt": "2"])
    }
}
