import CLinux
import Foundation
import Logging
import ServiceLifecycle
import Wire

/// Watches the inbox: hints lead to looks, looks lead to intake. Also looks at intervals, whatever hints came; the
/// intervals are short where `intake.mode` or the file system asks for polling.
package actor InboxWatch: Service {
    private let tree: RootTree
    private let intake: Intake
    private let settings: SettingsBox
    private let clock: MonotonicClock
    private let logger: Logger
    private let bell = Bell()

    private var rest = RestWatch()
    private var reader: InotifyReader?
    /// Whether the inbox is scanned every `intake.pollInterval`.
    private var polls = false
    private var lastReconcile: Date?
    /// Why nothing is taken in; `nil` when it is.
    private var shortage: String?
    private var lastProblems: [String] = []

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
        do {
            if mode != .poll { reader = try InotifyReader() }
        } catch {
            logger.warning("\(error)")
        }
        if polls {
            let interval = DurationText.text(of: settings.current.intake.pollInterval)
            logger.notice("the inbox is scanned every \(interval)")
        }
        await withTaskGroup(of: Void.self) { group in
            if let reader {
                group.addTask { [bell, logger] in
                    for await hint in reader.hints {
                        if hint == .overflow {
                            logger.warning("the kernel dropped inotify events; looking at everything")
                        }
                        bell.ring()
                    }
                }
            }
            await look()
            group.cancelAll()
        }
        await reader?.stop()
        reader = nil
    }

    /// Looks again and again, until it is cancelled.
    private func look() async {
        var wasLarge = false
        while !Task.isCancelled {
            let now = settings.current
            let started = ContinuousClock.now
            report(rest.look(at: tree.inbox, now: clock.now(), enter: { watch($0) }).problems)
            checkSpace(now.disk)
            let cost = started.duration(to: .now)
            let taken = shortage == nil ? await intake.consider(rest, now.intake) : 0
            lastReconcile = .now
            // What a look at so many files held is freed by the next one, and malloc(3) would keep it.
            let isLarge = taken >= Self.manyFiles
            if wasLarge, !isLarge { limner_trim_memory() }
            wasLarge = isLarge
            if await intake.isBehind { continue }
            let delays = [
                rest.nextRest(after: now.intake.stability.milliseconds, now: clock.now()),
                // A file outside the kind folders has waited long enough for a manifest.
                rest.nextRest(
                    after: now.intake.manifestWait.milliseconds, now: clock.now(), where: Placement.isLoose),
                shortage == nil ? await intake.nextDeadline(now.intake) : nil,
                (polls ? min(now.intake.pollInterval, now.intake.reconcileInterval) : now.intake.reconcileInterval)
                    .milliseconds,
                shortage == nil ? nil : Self.shortagePause, isLarge ? 0 : nil,
            ].compactMap(\.self)
            // A deadline that has passed already waits for the next look, but not for a look at once.
            let due = Duration.milliseconds(delays.filter { $0 > 0 }.min() ?? 0)
            // A look at a huge inbox takes a while; spend at most a third of the time on looking.
            let pause = min(max(Self.pause, cost * 2), max(due, cost * 2))
            try? await Task.sleep(for: pause)
            if delays.contains(where: { $0 <= 0 }) || due <= pause { continue }
            await bell.wait(atMost: due - pause)
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
            logger.warning("\(error)")
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
            found = "the disk cannot be asked for its free space: \(error)"
        }
        if let found, shortage == nil { logger.error("nothing is taken in: \(found); free some space") }
        if found == nil, shortage != nil { logger.notice("there is space again; intake goes on") }
        shortage = found
    }

    private func watch(_ folder: Folder) {
        guard let reader else { return }
        do {
            try reader.watch(folder)
        } catch {
            report(["\(error); see fs.inotify.max_user_watches. The interval still finds every file"])
        }
    }

    private func report(_ problems: [String]) {
        for problem in problems where !lastProblems.contains(problem) { logger.warning("\(problem)") }
        lastProblems = problems
    }

    // MARK: What others ask

    /// Makes the watch look now.
    package nonisolated func nudge() { bell.ring() }

    package var status: StatusAnswer.Inbox {
        StatusAnswer.Inbox(
            watches: reader?.watchCount ?? 0, lastReconcile: lastReconcile,
            unsettled: rest.unsettled(after: settings.current.intake.stability.milliseconds, now: clock.now()),
            polls: polls, shortage: shortage)
    }

    /// What the last look at the inbox could not do, and what of its files could not be taken.
    var problems: [String] { get async { lastProblems + (await intake.problems) } }

    /// Folders under watch; `nil` when no events are used.
    var watches: Int? { reader?.watchCount }

    /// Sends a probe through the inbox, past this watch.
    func probe(_ inbox: Folder, _ work: Folder) async -> InboxProbe.Outcome {
        await InboxProbe.run(inbox: inbox, target: work, reader: reader)
    }

    /// For how long a file has been unchanged, in milliseconds; `nil` when no look has found it.
    package func age(of path: InboxPath) -> Int64? { rest.age(of: path, now: clock.now()) }
}
