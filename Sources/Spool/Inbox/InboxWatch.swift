import CLinux
import Foundation
import Glibc
import Logging
import ServiceLifecycle
import Synchronization
import Wire

/// Watches the inbox: hints lead to looks, looks lead to intake. Also looks at intervals, whatever hints came; the
/// intervals are short where `intake.mode` or the file system asks for polling, and as long as not every folder can be watched.
package actor InboxWatch: Service {
    private let executor = BlockingExecutor("limner.inbox")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let tree: RootTree
    private let intake: Intake
    private let settings: SettingsBox
    private let clock: MonotonicClock
    private let logger: Logger
    private let bell = Bell()
    /// What the last look saw, for those who must not wait for the next.
    private let board = Mutex(Board())

    private var rest = RestWatch()
    private var reader: InotifyReader?
    /// The inbox whose folders are watched.
    private var inbox: Folder?
    /// Why no reader could be made.
    private var deafness: Int32?
    /// Folders that could not be watched at the last look, and why the first could not.
    private var unwatched = (count: 0, errno: Int32(0))
    /// Whether the settings or the file system ask for a scan every `intake.pollInterval`.
    private var polls = false
    /// Why nothing is taken in; `nil` when it is.
    private var shortage: String?

    private struct Board {
        var status = StatusAnswer.Inbox()
        /// What keeps files from being heard of.
        var hearing: [DoctorAnswer.Finding] = []
        /// What the scan found.
        var scan: [DoctorAnswer.Finding] = []
        /// How the root stood.
        var standing = RootTree.Standing()

        var all: [DoctorAnswer.Finding] { standing.findings + hearing + scan }
    }

    /// Least pause between two looks, so that a burst of events costs a few looks and not one each.
    private static let pause = Duration.milliseconds(20)
    /// Files taken at one look that are worth another look, to give the memory back that they needed.
    private static let manyFiles = 1000
    /// Milliseconds between two looks at a disk that was found short of space.
    private static let shortagePause: Int64 = 2000

    package init(
        tree: RootTree, intake: Intake, settings: SettingsBox, clock: MonotonicClock, logger: Logger
    ) {
        self.tree = tree
        self.intake = intake
        self.settings = settings
        self.clock = clock
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown { await self.watch() }
    }

    private func watch() async {
        let mode = settings.current.intake.mode
        polls = mode == .poll || (mode == .auto && !fileSystemTells())
        if polls {
            let interval = DurationText.text(of: settings.current.intake.pollInterval)
            logger.notice("the inbox is scanned every \(interval)")
        }
        await withDiscardingTaskGroup { group in
            var wasLarge = false
            let ear = bell.ear()
            while !Task.isCancelled {
                let standing = tree.examine()
                // The old folders' watches say nothing of the new ones.
                if inbox !== tree.inbox { await endReader() }
                inbox = tree.inbox
                if mode != .poll, let reader = openReader() { group.addTask { await self.hear(reader) } }
                await look(standing, ear, &wasLarge)
            }
            group.cancelAll()
        }
        await endReader()
    }

    // MARK: Hints

    /// A new reader, where there is none and one can be had.
    private func openReader() -> InotifyReader? {
        guard reader == nil else { return nil }
        do {
            reader = try InotifyReader()
            deafness = nil
        } catch let SpoolError.inotify(errno) {
            deafness = errno
        } catch {
            preconditionFailure("a reader failed with \(error)")
        }
        return reader
    }

    private func endReader() async {
        await reader?.stop()
        reader = nil
    }

    private func hear(_ reader: InotifyReader) async {
        for await hint in reader.hints {
            if hint == .overflow { logger.warning("the kernel dropped inotify events; looking at everything") }
            bell.ring()
        }
        // One that broke down is replaced at the next look.
        if self.reader === reader, !Task.isCancelled { self.reader = nil }
    }

    private func watch(_ folder: Folder) {
        guard let reader else { return }
        do {
            try reader.watch(folder)
        } catch {
            guard let errno = (error as? SpoolError)?.errno, errno != ENOENT else { return }
            if unwatched.count == 0 { unwatched.errno = errno }
            unwatched.count += 1
        }
    }

    private func hearing(folders: Int, _ settings: Settings.Intake) -> [DoctorAnswer.Finding] {
        let interval = settings.pollInterval
        if reader == nil, let deafness { return [.noInstance(errno: deafness, interval: interval)] }
        guard unwatched.count > 0 else { return [] }
        return [
            .watchesUsedUp(
                unwatched: unwatched.count, folders: folders, errno: unwatched.errno, interval: interval)
        ]
    }

    // MARK: Looks

    /// Looks once, has intake take what is due, and waits until there is reason to look again.
    private func look(_ standing: RootTree.Standing, _ ear: Bell.Ear, _ wasLarge: inout Bool) async {
        let now = settings.current
        let started = ContinuousClock.now
        unwatched = (0, 0)
        let scan = rest.look(
            at: tree.inbox, ignoring: now.ignoredNames, takingTo: tree.claimed, now: clock.now(), enter: { watch($0) })
        checkSpace(now.disk)
        let hearing = hearing(folders: scan.folders, now.intake)
        let scans = polls || !hearing.isEmpty
        publish(scan, standing, hearing, polls: scans)
        let cost = started.duration(to: .now)
        let isOpen = shortage == nil && standing.againstIntake == nil
        let taken = isOpen ? await intake.consider(rest, now.intake) : 0
        // What a look at so many files held is freed by the next one, and malloc(3) would keep it.
        let isLarge = taken >= Self.manyFiles
        if wasLarge, !isLarge { limner_trim_memory() }
        wasLarge = isLarge
        if await intake.isBehind { return }
        // What hinders may go away without an event.
        let isShort = scans || !scan.closed.isEmpty || standing.againstIntake != nil
        let frames = await intake.awaitedFrames
        let delays = [
            rest.nextRest(after: now.intake.stability.milliseconds, now: clock.now()),
            // A file outside the kind folders has waited long enough for a manifest.
            rest.nextRest(
                after: now.intake.manifestWait.milliseconds, now: clock.now(), where: Placement.isLoose),
            // A folder that is one job rests longer than a picture, and so do a film's frames.
            rest.nextRest(
                after: Intake.folderRest(now.intake), now: clock.now(),
                where: { path in Placement.folder(of: path) != nil || frames.contains { $0.holds(path) } }),
            isOpen ? await intake.nextDeadline(now.intake) : nil,
            (isShort ? min(now.intake.pollInterval, now.intake.reconcileInterval) : now.intake.reconcileInterval)
                .milliseconds,
            shortage == nil ? nil : Self.shortagePause, isLarge ? 0 : nil,
        ].compactMap(\.self)
        // A deadline that has passed already waits for the next look, but not for a look at once.
        let due = Duration.milliseconds(delays.filter { $0 > 0 }.min() ?? 0)
        // A look at a huge inbox takes a while; spend at most a third of the time on looking.
        let pause = min(max(Self.pause, cost * 2), max(due, cost * 2))
        try? await Task.sleep(for: pause)
        if delays.contains(where: { $0 <= 0 }) || due <= pause { return }
        await wait(atMost: due - pause, standing, ear)
    }

    /// Waits for a hint, or until the root no longer stands as it did, of which nobody tells.
    private func wait(atMost duration: Duration, _ standing: RootTree.Standing, _ ear: Bell.Ear) async {
        let end = ContinuousClock.now + duration
        while !Task.isCancelled {
            let slice = min(settings.current.intake.pollInterval, ContinuousClock.now.duration(to: end))
            let started = ContinuousClock.now
            await ear.wait(atMost: slice)
            guard started.duration(to: .now) >= slice, ContinuousClock.now < end else { return }
            if tree.examine() != standing || inbox !== tree.inbox { return }
        }
    }

    /// Whether the inbox's file system tells of every change; one that cannot be asked is not trusted to.
    private func fileSystemTells() -> Bool {
        do {
            let kind = try tree.inbox.fileSystem()
            if !kind.tellsOfChanges {
                logger.notice("the inbox lies on \(kind.name), which may not tell of every change")
            }
            return kind.tellsOfChanges
        } catch {
            logger.warning("\(error.reason)")
            return false
        }
    }

    /// Pauses intake while the disk is short of space, and says so once.
    private func checkSpace(_ settings: Settings.Disk) {
        let found: String?
        do {
            let free = try tree.state.freeSpace().bytes
            found =
                free < Int64(settings.lowWater)
                ? "less than disk.lowWater (\(settings.lowWater >> 20) MiB) is free on the disk" : nil
        } catch {
            found = "the disk cannot be asked for its free space: \(error.reason)"
        }
        if let found, shortage == nil { logger.error("nothing is taken in: \(found); free some space") }
        if found == nil, shortage != nil { logger.notice("there is space again; intake goes on") }
        shortage = found
    }

    // MARK: What others ask

    /// Tells others what the look saw, and the log what is new of it.
    private func publish(
        _ scan: InboxScan, _ standing: RootTree.Standing, _ hearing: [DoctorAnswer.Finding], polls: Bool
    ) {
        let status = StatusAnswer.Inbox(
            watches: reader?.watchCount ?? 0, lastReconcile: .now,
            unsettled: rest.unsettled(after: settings.current.intake.stability.milliseconds, now: clock.now()),
            polls: polls, shortage: shortage)
        // The inbox itself is looked at by both.
        let found = scan.findings.filter { !standing.findings.contains($0) }
        let new = Board(status: status, hearing: hearing, scan: found, standing: standing)
        let old = board.withLock { board in
            defer { board = new }
            return board
        }
        if new.hearing.isEmpty, !old.hearing.isEmpty { logger.notice("every folder of the inbox is watched again") }
        // The numbers in it change with every folder.
        if let finding = new.hearing.first, old.hearing.isEmpty { logger.warning("\(finding.sentence)") }
        let known = Set(old.all.map(\.message))
        for finding in new.standing.findings + found where !known.contains(finding.message) {
            logger.warning("\(finding.sentence)")
        }
    }

    /// As of the last look.
    package nonisolated var status: StatusAnswer.Inbox { board.withLock { $0.status } }

    /// What keeps the root or the inbox from being used as they should be, and files from being taken: the root as of now, the
    /// rest as of the last look.
    nonisolated var findings: [DoctorAnswer.Finding] {
        let board = board.withLock { $0 }
        return tree.examine().findings + board.hearing + board.scan + intake.findings
    }

    /// Folders under watch; `nil` when no events are used.
    var watches: Int? { reader?.watchCount }

    /// Sends a probe through the inbox, past this watch.
    func probe(_ inbox: Folder, _ work: Folder) async -> InboxProbe.Outcome {
        await InboxProbe.run(inbox: inbox, target: work, reader: reader)
    }

    /// What the looks know of a path.
    struct Sight: Sendable {
        /// Why the files of its folder are left where they are.
        var obstacle: DoctorAnswer.Finding?
        /// The unfinished transfer beside it.
        var transfer: FileName?
        /// `nil` when no look has found it.
        var unrest: RestWatch.Unrest?
    }

    /// What is known of a path; waits for a look that is under way.
    func sight(of path: InboxPath) -> Sight {
        Sight(
            obstacle: rest.scan?.obstacle(to: path), transfer: rest.transfer(of: path),
            unrest: rest.unrest(of: path, now: clock.now()))
    }
}
