import Foundation
import Glibc
import Testing
import Wire

@testable import Spool

/// The real daemon as a process of its own, with scripted workers.
struct ForeignDaemon {
    let root: TestRoot
    let client: ControlClient
    var log: String { (try? String(contentsOfFile: root.path + "/daemon.log", encoding: .utf8)) ?? "" }

    /// Runs a test with a daemon.
    ///
    /// - Parameter prefix: the command that the daemon's follows, by the root's path.
    static func with(
        root: TestRoot, _ prefix: (String) -> [String], _ body: (ForeignDaemon) async throws -> Void
    ) async throws {
        let log = root.path + "/daemon.log"
        try Data().write(to: URL(fileURLWithPath: log))
        let settings = [
            "intake.stability=60ms", "intake.pollInterval=100ms", "intake.reconcileInterval=1h", "workers.count=1",
        ]
        let command = [products + "/limnerd", "--root", root.path, "--worker", products + "/scripted-worker"]
        let process = try run(
            prefix(root.path) + command + settings.flatMap { ["--set", $0] },
            log: try FileHandle(forWritingTo: URL(fileURLWithPath: log)))
        defer {
            process.terminate()
            process.waitUntilExit()
        }
        let daemon = ForeignDaemon(root: root, client: ControlClient(socket: root.paths.controlSocket))
        try await eventually("the daemon answers") { (try? await daemon.client.version()) != nil }
        try await body(daemon)
    }

    static func run(_ words: [String], log: FileHandle = .nullDevice) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.standardError = log
        process.standardOutput = log
        try process.run()
        return process
    }

    /// Waits until the job of a path of the inbox has got to a state.
    func job(_ path: String, _ state: JobState) async throws {
        try await eventually("\(path) is \(state)") {
            try await client.why(path: Array(path.utf8)).jobs.last?.job.state == state
        }
    }
}

/// What other users do to a daemon that may not do everything.
@Suite struct RightsTests {
    private static let nobody: uid_t = 65_534

    /// Who runs the tests, unless that is root.
    private func with(_ root: TestRoot, _ body: (ForeignDaemon) async throws -> Void) async throws {
        var prefix: [String] = []
        if geteuid() == 0 {
            prefix = ["setpriv", "--reuid=\(Self.nobody)", "--regid=\(Self.nobody)", "--clear-groups"]
            let everything = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
            for path in [""] + everything {
                try #require(chown(root.path + "/" + path, Self.nobody, Self.nobody) == 0)
            }
        }
        try await ForeignDaemon.with(root: root, { _ in prefix }, body)
    }

    @Test func whatMayNotBeTakenIsNamedByFolderWithTheCommandThatMendsIt() async throws {
        let root = TestRoot()
        let folders = [("shut", 0), ("listed", 0o555)] as [(String, mode_t)]
        for (name, mode) in folders {
            for number in 0..<30 { try root.drop("identify/\(name)/\(number).jpg", "progress 1") }
            // Whoever mends the folder above mends these.
            for number in 0..<5 where name == "listed" {
                let inner = root.paths.inbox + "/identify/\(name)/inner\(number)"
                try #require(mkdir(inner, mode) == 0)
            }
            chmod(root.paths.inbox + "/identify/" + name, mode)
        }
        try root.drop("identify/open.jpg", "progress 1")
        try await with(root) { daemon in
            try await daemon.job("identify/open.jpg", .done)
            let problems = try await daemon.client.status().problems
            #expect(problems.count == folders.count, "\(problems)")
            for (name, _) in folders {
                let folder = root.paths.inbox + "/identify/" + name
                #expect(
                    problems.contains { $0.contains("write \(folder): Permission denied") && $0.contains("chmod") })
                let why = try await daemon.client.why(path: Array("identify/\(name)/0.jpg".utf8))
                #expect(why.verdict == .unsettled && why.explanation.contains("chmod -R g+rwX"), "\(why.explanation)")
                let doctor = try await daemon.client.doctor()
                #expect(doctor.findings.contains { $0.verdict == .failed && $0.message.contains(folder) })
                let itself = try await daemon.client.why(path: Array("identify/\(name)".utf8))
                #expect(itself.explanation.contains("chmod -R g+rwX"), "\(itself.explanation)")
            }
            let proof = try await daemon.client.proof()
            #expect(proof.counts.seen == 1 && proof.inbox == 30 && proof.unread == ["identify/shut"])
            #expect(proof.unaccounted == 0)
            for (name, _) in folders { chmod(root.paths.inbox + "/identify/" + name, 0o755) }
            for number in 0..<5 { chmod(root.paths.inbox + "/identify/listed/inner\(number)", 0o755) }
            try await eventually("all are done") { try await daemon.client.status().counts.done == 61 }
            #expect(try await daemon.client.status().problems.isEmpty)
        }
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give files away"))
    func whatOthersOwnInAStickyFolderIsNamedOnce() async throws {
        let root = TestRoot()
        try await with(root) { daemon in
            let folder = root.paths.inbox + "/identify/theirs"
            for number in 0..<30 { try root.drop("identify/theirs/\(number).jpg", "progress 1") }
            chmod(folder, 0o1777)
            try root.drop("identify/open.jpg", "progress 1")
            try await daemon.job("identify/open.jpg", .done)
            try await eventually("it is named") {
                try await daemon.client.status().problems.contains { $0.contains("chmod -t \(folder)") }
            }
            #expect(try await daemon.client.status().problems.count == 1)
            let why = try await daemon.client.why(path: Array("identify/theirs/7.jpg".utf8))
            #expect(why.explanation.contains("chmod -t \(folder)"), "\(why.explanation)")
            #expect(try await daemon.client.doctor().findings.contains { $0.advice.contains("chmod -t \(folder)") })
            chmod(folder, 0o777)
            try await eventually("all are done") { try await daemon.client.status().counts.done == 31 }
            #expect(try await daemon.client.status().problems.isEmpty)
        }
    }

    /// Nothing is begun that could not come to its end, and no attempt is counted for it.
    @Test(arguments: ["outbox", "state/work"])
    func aStudioThatMayNotBeWrittenHoldsItsJobs(folder: String) async throws {
        let root = TestRoot()
        _ = try RootTree(root.paths)
        try await with(root) { daemon in
            chmod(root.path + "/" + folder, 0o555)
            defer { chmod(root.path + "/" + folder, 0o755) }
            try root.drop("identify/a.jpg", "progress 1")
            try await daemon.job("identify/a.jpg", .queued)
            let problems = try await daemon.client.status().problems
            #expect(problems.count == 1 && problems.first?.contains("chmod -R g+rwX \(root.path)/\(folder)") == true)
            chmod(root.path + "/" + folder, 0o755)
            try await daemon.job("identify/a.jpg", .done)
            let done = try await daemon.client.why(path: Array("identify/a.jpg".utf8)).jobs
            #expect(done.map(\.job.attempt) == [1])
        }
    }
}

private enum Namespaces {
    static let command = ["unshare", "--user", "--map-root-user", "--mount"]

    static let areAllowed: Bool = {
        let process = try? ForeignDaemon.run(command + ["sh", "-c", "mount -t tmpfs none /mnt"])
        process?.waitUntilExit()
        return process?.terminationStatus == 0
    }()
}

/// The real daemon where mounts and the kernel's limits are its own: in namespaces, so that nothing of the machine changes.
@Suite(.enabled(if: Namespaces.areAllowed, "the kernel lets this user make no namespaces"))
struct NamespaceTests {
    /// - Parameter script: what is done in the namespaces before the daemon starts; `$1` is the root.
    private func with(_ script: String, _ body: (ForeignDaemon) async throws -> Void) async throws {
        // Whatever the test does, nothing waits for ever.
        let awaiting = "await() { timeout 600 sh -c 'until [ -e \"$0\" ]; do sleep 0.1; done' \"$1\"; }\n"
        let shell = ["sh", "-ec", awaiting + script + "\nshift; exec \"$@\"", "sh"]
        try await ForeignDaemon.with(root: TestRoot(), { Namespaces.command + shell + [$0] }, body)
    }

    @Test func anInboxThatWasAMountBeforeTheStartIsNamedOnce() async throws {
        let script = """
            mkdir "$1/inbox"
            mount --bind "$1/inbox" "$1/inbox"
            """
        try await with(script) { daemon in
            let problems = try await daemon.client.status().problems
            #expect(problems.count == 1 && problems.first?.contains("/inbox lies on another mount") == true)
            let failed = try await daemon.client.doctor().findings.filter {
                $0.check == .rename && $0.verdict == .failed
            }
            #expect(failed.count == 1, "\(failed)")
        }
    }

    /// Another file system, and the same one by another way.
    @Test(arguments: [
        "mount -t tmpfs none \"$1/inbox/enroll\"", "mount --bind \"$1/inbox/enroll\" \"$1/inbox/enroll\"",
    ])
    func aFolderOnAnotherMountIsNamedAndTheRestGoesOn(mount: String) async throws {
        let script = """
            mkdir -p "$1/inbox/enroll" "$1/inbox/identify"
            \(mount)
            mkdir "$1/inbox/enroll/ada"
            echo 'progress 1' > "$1/inbox/enroll/ada/a.jpg"
            echo 'progress 1' > "$1/inbox/identify/b.jpg"
            (await "$1/go"; until umount "$1/inbox/enroll"; do sleep 0.1; done; mkdir -p "$1/inbox/enroll/ada"
            echo 'progress 1' > "$1/inbox/enroll/ada/c.jpg") &
            """
        try await with(script) { daemon in
            try await daemon.job("identify/b.jpg", .done)
            let named = "\(daemon.root.path)/inbox/enroll lies on another mount"
            let problems = try await daemon.client.status().problems
            #expect(problems.count { $0.contains(named) } == 1 && problems.count == 1, "\(problems)")
            let why = try await daemon.client.why(path: Array("enroll/ada/a.jpg".utf8))
            #expect(why.verdict == .unsettled && why.explanation.contains(named), "\(why.explanation)")
            let doctor = try await daemon.client.doctor()
            #expect(doctor.findings.contains { $0.verdict == .failed && $0.message.contains(named) })
            let proof = try await daemon.client.proof()
            #expect(proof.inbox == 1 && proof.unaccounted == 0 && proof.counts.seen == 1)
            try daemon.root.write(daemon.root.path + "/go", "")
            try await daemon.job("enroll/ada/c.jpg", .done)
            #expect(try await daemon.client.status().problems.isEmpty)
        }
    }

    @Test func anInboxThatIsMountedOverIsNamed() async throws {
        let script = """
            (await "$1/go"
            mount -t tmpfs none "$1/inbox"; mkdir "$1/inbox/identify"; echo 'progress 1' > "$1/inbox/identify/m.jpg"
            await "$1/stop"
            until umount "$1/inbox"; do sleep 0.1; done
            echo 'progress 1' > "$1/inbox/identify/n.jpg") &
            """
        try await with(script) { daemon in
            try daemon.root.write(daemon.root.path + "/go", "")
            let named = "\(daemon.root.path)/inbox lies on another mount"
            try await eventually("it is named") {
                try await daemon.client.status().problems.contains { $0.contains(named) }
            }
            try await eventually("why tells") {
                try await daemon.client.why(path: Array("identify/m.jpg".utf8)).explanation.contains(named)
            }
            #expect(try await daemon.client.proof().inbox == 1)
            #expect(try await !daemon.client.doctor().healthy)
            try daemon.root.write(daemon.root.path + "/stop", "")
            try await daemon.job("identify/n.jpg", .done)
            #expect(try await daemon.client.status().problems.isEmpty)
        }
    }

    @Test func withoutAnInstanceOfInotifyTheInboxIsPolled() async throws {
        try await with("echo 0 > /proc/sys/user/max_inotify_instances") { daemon in
            try daemon.root.drop("identify/a.jpg", "progress 1")
            try await daemon.job("identify/a.jpg", .done)
            let status = try await daemon.client.status()
            #expect(status.problems.count == 1)
            #expect(
                status.problems.first?.contains("sysctl fs.inotify.max_user_instances=") == true, "\(status.problems)")
            #expect(status.inbox?.polls == true)
            let doctor = try await daemon.client.doctor()
            #expect(doctor.findings.contains { $0.check == .watches && $0.verdict == .failed })
        }
    }

    @Test func whenTheWatchesAreUsedUpEveryFolderIsStillTakenFrom() async throws {
        try await with("echo 3 > /proc/sys/user/max_inotify_watches") { daemon in
            for number in 0..<200 { try daemon.root.drop("identify/\(number)/a.jpg", "progress 1") }
            try await eventually("all are done") { try await daemon.client.status().counts.done == 200 }
            try daemon.root.drop("identify/199/b.jpg", "progress 1")
            try await daemon.job("identify/199/b.jpg", .done)
            let problems = try await daemon.client.status().problems
            #expect(problems.count == 1)
            #expect(problems.first?.contains("sysctl fs.inotify.max_user_watches=") == true, "\(problems)")
            let lines = daemon.log.split(separator: "\n")
            #expect(lines.count { $0.contains("inotify") } == 1, "named once, not at every look")
        }
    }
}
