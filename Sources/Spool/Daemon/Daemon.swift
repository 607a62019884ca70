import CLinux
import Foundation
import Gallery
import Glibc
import Logging
import ServiceLifecycle
import UnixSignals
import Wire

/// The daemon's whole body. An executable builds it and calls ``run()``; a test does the same in a temporary root.
package final class Daemon: Sendable {
    package let tree: RootTree
    package let queue: Queue
    package let settings: SettingsBox
    package let hub: EventHub
    let troubles = Troubles()
    private let lock: RootLock
    private let notifier: ServiceNotifier
    private let logger: Logger
    private let reconciler: Reconciler
    private let group: ServiceGroup

    /// Opens the root and everything in it; nothing runs yet.
    ///
    /// - Parameters:
    ///   - resolver: the settings to start with.
    ///   - load: reads the settings anew, at SIGHUP.
    ///   - command: how workers are started.
    ///   - memory: bytes that the machine has for programs; `nil` when it does not tell.
    ///   - signals: whether SIGTERM and SIGINT stop this process's daemon, and SIGHUP makes it read its settings.
    /// - Throws: ``SpoolError/rootInUse(root:pid:)``, ``SpoolError/socketPathTooLong(path:limit:)``, the database's errors.
    package init(
        settings resolver: SettingsResolver, load: @escaping @Sendable () throws -> SettingsResolver,
        command: @escaping @Sendable (Settings) -> WorkerCommand = { WorkerCommand(settings: $0) },
        memory: @escaping @Sendable () -> Int64? = { MachineMemory.available() },
        notifier: ServiceNotifier = ServiceNotifier(), clock: MonotonicClock = .boot, signals: Bool = true,
        logger: Logger
    ) throws {
        // A daemon that has seen a huge inbox is to be as small afterwards as before.
        limner_bound_memory()
        OpenFiles.raiseLimit()
        self.notifier = notifier
        self.logger = logger
        settings = SettingsBox(resolver, load: load)
        let paths = resolver.settings.folders
        tree = try RootTree(paths)
        lock = try RootLock(state: tree.state, root: paths.root)
        let hub = EventHub()
        let bell = Bell()
        let hookBell = Bell()
        self.hub = hub
        let inForce = settings
        queue = try SpoolError.explaining(paths.database) {
            try Queue(
                path: paths.database, clock: clock, tellsReports: { !inForce.current.hooks.completed.isEmpty },
                onTransition: { job in
                    hub.transition(job)
                    if job.state == .queued { bell.ring() }
                    if job.state.isFinal { hookBell.ring() }
                })
        }
        tree.keepQueue()
        try queue.age(by: resolver.settings.queue.ageing)
        let tally = Tally()
        let gallery = Gallery(
            path: paths.gallery, access: .writing, keyFile: resolver.settings.faces.keyFile,
            models: RecognitionStore { inForce.current })
        // A confined worker may read only what is there when it starts.
        do {
            _ = try gallery.people()
        } catch {
            logger.error("\(error.reason)")
        }
        let remembrance = Remembrance { GalleryPolicy(inForce.current) }
        let outbox = Outbox(
            tree: tree, queue: queue, gallery: gallery, remembrance: remembrance, troubles: troubles, logger: logger)
        let intake = Intake(
            tree: tree, queue: queue, outbox: outbox, clock: clock, logger: logger,
            duplicates: { inForce.current.intake.duplicates },
            limits: { inForce.current.intake })
        let watch = InboxWatch(tree: tree, intake: intake, settings: settings, clock: clock, logger: logger)
        let dispatcher = Dispatcher(
            tree: tree, queue: queue, outbox: outbox, settings: settings, hub: hub, bell: bell, logger: logger,
            place: LocalExecutor(command: command, memory: memory), tally: tally)
        reconciler = Reconciler(
            tree: tree, queue: queue, outbox: outbox, intake: intake, logger: logger,
            retries: { inForce.current.retries.max })
        let history = FileHistory(
            tree: tree, queue: queue, watch: watch, intake: intake, settings: settings, troubles: troubles)
        let actions = JobActions(queue: queue, intake: intake, outbox: outbox, dispatcher: dispatcher)
        let metrics = Metrics(
            tree: tree, reader: queue.reader, dispatcher: dispatcher, watch: watch, tally: tally)
        let audit = Audit(folders: paths, reader: queue.reader) { inForce.current.ignoredNames }
        let reload = SettingsReload(settings: settings, gallery: gallery, remembrance: remembrance, logger: logger)
        let routes = ControlRoutes(
            tree: tree, queue: queue, gallery: gallery, remembrance: remembrance, intake: intake, watch: watch,
            dispatcher: dispatcher,
            actions: actions, history: history, audit: audit, settings: settings, reload: reload, hub: hub, bell: bell,
            troubles: troubles, metrics: metrics, command: command, started: .now)
        let server = try ControlServer(socket: paths.controlSocket, routes: routes, hub: hub, logger: logger)
        let chores = Housekeeping(
            queue: queue, outbox: outbox, settings: settings, notifier: notifier, logger: logger, audit: audit,
            tally: tally, reconciler: reconciler)
        let hooks = HookRunner(
            tree: tree, queue: queue, settings: settings, bell: hookBell, tally: tally, troubles: troubles,
            logger: logger)
        let retrospect = RetrospectService(
            tree: tree, queue: queue, gallery: gallery, remembrance: remembrance, settings: settings,
            troubles: troubles, logger: logger)
        // Services are stopped in the opposite order: first the inbox, last the socket.
        var services: [any Service] = [server, chores, hooks, retrospect, dispatcher, watch]
        if signals { services.append(SettingsReloadService(reload: reload, notifier: notifier, logger: logger)) }
        if resolver.settings.metrics.port > 0 {
            services.insert(
                MetricsServer(
                    port: UInt16(resolver.settings.metrics.port), metrics: metrics, troubles: troubles, logger: logger),
                at: 1)
        }
        var configuration = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: signals ? [.sigterm, .sigint] : [], logger: logger)
        configuration.maximumGracefulShutdownDuration = .seconds(20)
        group = ServiceGroup(configuration: configuration)
    }

    /// Repairs what an earlier daemon left, then works until it is told to stop; running jobs then go back to the queue.
    package func run() async throws {
        // A client or worker that goes away while we write to it must be an error of that write, not our death.
        signal(SIGPIPE, SIG_IGN)
        // Sent when a file is opened at the very moment at which it is asked for its writers.
        signal(SIGIO, SIG_IGN)
        await reconciler.run()
        limner_trim_memory()
        let paths = tree.paths
        logger.notice("limnerd \(LimnerVersion.text) works on \(paths.root)")
        logger.notice("drop pictures into \(JobKind.dropped.map(\.folder).joined(separator: ", ")) of \(paths.inbox)")
        let models = settings.current.models.path
        if access(models, R_OK | X_OK) != 0 {
            let number = errno
            let code: ErrorCode = OpenFailure(errno: number) == .forbidden ? .modelUnreadable : .modelMissing
            logger.error("the models cannot be read: \(models): \(String(cString: strerror(number))). \(code.hint)")
        }
        if try queue.isPaused { logger.notice("paused: jobs are taken in but not run, until `limner resume`") }
        notifier.ready(status: "ready on \(paths.root)")
        defer { notifier.stopping() }
        try await group.run()
        try queue.rest()
        logger.notice("stopped; what was running is queued again")
    }

    /// Asks ``run()`` to come to its end.
    package func stop() async { await group.triggerGracefulShutdown() }
}
