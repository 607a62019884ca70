import Foundation
import Glibc
import Logging
import Synchronization
import Testing
import Wire

@testable import Spool

/// Paths against descriptors: what a user moves away, makes anew or shuts is noticed, followed or named.
@Suite struct RootTreeTests {
    private let root = TestRoot()

    private func move(_ from: String, _ to: String) throws {
        try #require(rename(root.path + "/" + from, root.path + "/" + to) == 0)
    }

    @Test func aWholeRootHasNothingToSay() throws {
        let tree = try RootTree(root.paths)
        #expect(tree.examine() == RootTree.Standing())
    }

    /// A slash with a combining mark behind it is a slash.
    @Test func aRootIsMadeByTheBytesOfItsPath() throws {
        let path = root.path + "/a/\u{301}b"
        #expect(try RootTree(RootFolders(root: path)).examine() == RootTree.Standing())
    }

    @Test(arguments: ["inbox", "outbox", "done", "quarantine"])
    func aFolderThatIsMadeAnewIsTakenUp(name: String) throws {
        let tree = try RootTree(root.paths)
        try move(name, name + ".old")
        let away = tree.examine()
        let finding = try #require(away.findings.first)
        #expect(away.findings.count == 1)
        #expect(finding.message.contains("\(root.path)/\(name) is not there any more"))
        #expect(finding.message.contains("\(root.path)/\(name).old"), "where it is now")
        #expect(away.againstIntake == (name == "inbox" ? finding : nil))
        #expect(away.againstJobs == (name == "inbox" ? nil : finding))
        try #require(mkdir(root.path + "/" + name, 0o770) == 0)
        #expect(tree.examine() == RootTree.Standing())
        let folders = ["inbox": tree.inbox, "outbox": tree.outbox, "done": tree.done, "quarantine": tree.quarantine]
        let place = try #require(try Folder.place(at: root.path + "/" + name))
        #expect(try folders[name]?.place() == place)
        if name == "inbox" {
            #expect(Set(try tree.inbox.names().compactMap(\.text)) == Set(JobKind.dropped.map(\.rawValue)))
        }
    }

    @Test func theOldFolderMayComeBack() throws {
        let tree = try RootTree(root.paths)
        let inbox = tree.inbox
        try move("inbox", "inbox.old")
        #expect(!tree.examine().findings.isEmpty)
        try move("inbox.old", "inbox")
        #expect(tree.examine() == RootTree.Standing())
        #expect(tree.inbox === inbox)
    }

    @Test(arguments: ["state", "state/claimed", "state/work"])
    func whatCannotBeFollowedHoldsEverything(name: String) throws {
        let tree = try RootTree(root.paths)
        try move(name, "elsewhere")
        for isThere in [false, true] {
            if isThere { try #require(mkdir(root.path + "/" + name, 0o770) == 0) }
            let standing = tree.examine()
            #expect(standing.againstIntake != nil && standing.againstIntake == standing.againstJobs)
            #expect(standing.findings.first?.message.contains(root.path + "/elsewhere") == true)
        }
    }

    /// A picture that was meant for a folder which was not there gets the folder's name.
    @Test func aFileInAKindFoldersPlaceIsNamedAndTheStudioStarts() throws {
        _ = try RootTree(root.paths)
        try #require(rmdir(root.paths.inbox + "/identify") == 0 && rmdir(root.paths.inbox + "/verify") == 0)
        try root.drop("identify", "a picture")
        symlink("/tmp", root.paths.inbox + "/verify")
        let standing = try RootTree(root.paths).examine()
        #expect(standing.findings.map(\.message).contains { $0.contains("inbox/identify is a file") })
        #expect(standing.findings.map(\.message).contains { $0.contains("inbox/verify is a symbolic link") })
        #expect(standing.findings.allSatisfy { $0.advice.contains("mkdir \(root.path)/inbox/") })
        #expect(standing.findings.count == 2 && standing.againstIntake == nil && standing.againstJobs == nil)
    }

    @Test(arguments: ["inbox", "outbox", "done", "quarantine", "state", "state/work", "state/checkpoints"])
    func whatStandsInAFoldersPlaceIsNamedWithWhatToDo(name: String) async throws {
        _ = try RootTree(root.paths)
        var settings = Settings()
        settings.root = root.path
        let command = WorkerCommand(executable: products + "/scripted-worker", arguments: [], environment: [:])
        for word in ["is a file", "is a symbolic link"] {
            try move(name, "elsewhere")
            if word == "is a file" {
                try root.write(root.path + "/" + name, "x")
            } else {
                symlink("/tmp", root.path + "/" + name)
            }
            #expect {
                try RootTree(root.paths)
            } throws: { error in
                "\(error)".hasPrefix("\(root.path)/\(name) \(word)")
            }
            // Without a daemon the doctor says what the start would.
            let doctor = await Doctor(settings: settings, command: command).examine()
            let found = doctor.findings.first { $0.check == .root && $0.verdict == .failed }
            #expect(
                name == "state/checkpoints" || found?.message.contains("/\(name) \(word)") == true, "\(doctor.findings)"
            )
            unlink(root.path + "/" + name)
            try move("elsewhere", name)
        }
    }

    /// SQLite goes on with a file that was moved or removed, and what is written to it is lost at the next start.
    @Test func aQueueThatIsReplacedHoldsEverything() throws {
        let tree = try RootTree(root.paths)
        try root.write(root.paths.database, "x")
        tree.keepQueue()
        #expect(tree.examine() == RootTree.Standing())
        try move("state/queue.sqlite", "kept")
        for isThere in [false, true] {
            if isThere { try root.write(root.paths.database, "another") }
            let standing = tree.examine()
            #expect(
                standing.findings.map(\.message) == ["\(root.paths.database) is not the file that limnerd has open"])
            #expect(standing.againstIntake != nil && standing.againstJobs != nil)
        }
        try move("kept", "state/queue.sqlite")
        #expect(tree.examine() == RootTree.Standing())
    }

    @Test func stylesMayBeALink() throws {
        try root.write(root.path + "/mine/a.jpg", "x")
        symlink("mine", root.path + "/styles")
        #expect(try RootTree(root.paths).examine() == RootTree.Standing())
    }

    @Test func aRootThatMovedIsNamedOnce() throws {
        let tree = try RootTree(root.paths)
        let elsewhere = root.path + "-moved"
        try #require(rename(root.path, elsewhere) == 0)
        let standing = tree.examine()
        #expect(standing.findings.count == 1)
        #expect(standing.findings.first?.message.contains(elsewhere) == true)
        #expect(standing.againstJobs != nil && standing.againstIntake != nil)
        try #require(rename(elsewhere, root.path) == 0)
        #expect(tree.examine() == RootTree.Standing())
    }

    @Test func mountsAndDevicesStopRenames() throws {
        let tree = try RootTree(root.paths)
        let (inbox, claimed) = (try tree.inbox.place(), try tree.claimed.place())
        #expect(inbox.isReached(from: claimed))
        #expect(inbox.mount > 0, "the kernel tells mounts apart")
        #expect(!(try Folder(path: "/proc").place().isReached(from: claimed)))
        // A bind mount: the same disk, another mount.
        var bound = inbox
        bound.mount += 1
        #expect(!bound.isReached(from: claimed))
        #expect(bound.isSameFolder(as: inbox))
    }

    @Test func advicesAreCommandsThatCanBeRun() {
        let shut = DoctorAnswer.Finding.shut("/a b/it's", errno: EACCES)
        #expect(shut.advice.contains(#"chmod -R g+rwX '/a b/it'\''s'"#), "\(shut.advice)")
        #expect(shut.message.contains("Permission denied"))
        #expect(!DoctorAnswer.Finding.shut("/a", errno: EROFS).advice.contains("chmod"))
        let deaf = DoctorAnswer.Finding.noInstance(errno: EMFILE, interval: .seconds(5))
        #expect(deaf.advice.contains("sysctl fs.inotify.max_user_instances="))
        #expect(deaf.message.contains("every 5s"))
        let short = DoctorAnswer.Finding.watchesUsedUp(
            unwatched: 7, folders: 1_000_000, errno: ENOSPC, interval: .seconds(5))
        #expect(short.message.contains("7 of 1000000 folders are not watched"))
        #expect(short.advice.contains("sysctl fs.inotify.max_user_watches="))
    }
}

extension Intake {
    /// Keeps the actor's thread, as a disk that does not answer does.
    fileprivate func block(until end: DispatchSemaphore, _ begun: @Sendable () -> Void) {
        begun()
        end.wait()
    }
}

private final class Arrivals: Sendable {
    let count = Atomic(0)
}

/// What others ask never waits for the disk.
@Suite struct NoWaitTests {
    @Test func theStatusIsToldWhileIntakeWaitsForTheDisk() async throws {
        let parts = try Parts()
        let settings = SettingsBox(try SettingsResolver.resolve(file: nil, environment: [:], flags: [])) {
            try SettingsResolver.resolve(file: nil, environment: [:], flags: [])
        }
        let watch = InboxWatch(
            tree: parts.tree, intake: parts.intake, settings: settings, clock: parts.time.clock, logger: Parts.quiet)
        // More actors than Swift has threads for.
        let blocked =
            [parts.intake]
            + (0..<ProcessInfo.processInfo.activeProcessorCount).map { _ in
                Intake(
                    tree: parts.tree, queue: parts.queue, outbox: parts.outbox, clock: parts.time.clock,
                    logger: Parts.quiet)
            }
        let end = DispatchSemaphore(value: 0)
        let begun = Arrivals()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for intake in blocked {
                group.addTask { await intake.block(until: end) { begun.count.add(1, ordering: .relaxed) } }
            }
            defer { for _ in blocked { end.signal() } }
            try await eventually("all wait") { begun.count.load(ordering: .relaxed) == blocked.count }
            #expect(watch.findings.isEmpty)
            #expect(watch.status.unsettled == 0)
        }
    }
}
