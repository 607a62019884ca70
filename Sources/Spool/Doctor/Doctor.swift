import Foundation
import Glibc
import Wire

/// Examines a studio: the inbox by a live probe, the disk, the database, the worker and its models. Leaves nothing behind.
/// The daemon examines itself; without one, the command line examines what it can reach.
package struct Doctor: Sendable {
    /// What only a running daemon can tell.
    package struct Insight: Sendable {
        /// Probes the inbox with the daemon's own watch.
        var probe: @Sendable (_ inbox: Folder, _ work: Folder) async -> InboxProbe.Outcome
        /// What the connection that writes the queue runs with.
        var durability: @Sendable () throws -> QueueDurability
        /// What keeps the root and the inbox from being used as they should be, as the status says it.
        var findings: @Sendable () -> [DoctorAnswer.Finding]
        /// Folders under watch; `nil` when the inbox is only polled.
        var watches: @Sendable () async -> Int?
        /// What keeps single jobs from going on.
        var troubles: @Sendable () -> [(sentence: String, remedy: String)]
    }

    let settings: Settings
    let command: WorkerCommand
    let insight: Insight?

    /// - Parameters:
    ///   - command: how a worker is started; one is, for the length of the examination.
    ///   - insight: `nil` without a daemon.
    package init(settings: Settings, command: WorkerCommand, insight: Insight? = nil) {
        self.settings = settings
        self.command = command
        self.insight = insight
    }

    /// Takes some seconds: every model's file is hashed.
    package func examine() async -> DoctorAnswer {
        var findings: [DoctorAnswer.Finding] = []
        do {
            let folders = try OpenRoot(settings.folders)
            let scan = InboxScan(folders.inbox, ignoring: settings.ignoredNames, takingTo: folders.claimed)
            let known = insight?.findings() ?? scan.findings
            if !known.contains(where: { $0.check == .root }) {
                findings.append(.passed(.root, "every folder of \(settings.root) is there"))
            }
            findings += known
            findings += await probe(folders)
            findings += fileSystems(folders)
            if !known.contains(where: { $0.check == .watches }) {
                findings.append(await watches(needed: scan.folders))
            }
            findings.append(renames(folders))
            findings += space(folders)
            findings.append(database())
            findings += jobs()
            let strays = try folders.quarantine.names().filter(Outbox.isStray).map(\.description).sorted()
            if !strays.isEmpty { findings.append(.strays(strays, in: folders.quarantine.path)) }
        } catch {
            let known = insight?.findings() ?? []
            let nothing = DoctorAnswer.Finding(
                .root, .failed, "\(error)",
                advice:
                    "Mend that, then start limnerd --root \(settings.root), which makes every folder that is missing.")
            findings += known.contains { $0.check == .root } ? known : [nothing]
        }
        findings += await worker()
        findings.append(await films())
        findings.append(templates())
        return DoctorAnswer(root: settings.root, live: insight != nil, findings: findings)
    }

    /// The folders that files move between, open; none is made, and as for the daemon, none may be a link.
    struct OpenRoot {
        var inbox, outbox, done, quarantine, state, claimed, work: Folder

        init(_ paths: RootFolders) throws {
            let root = try Folder(path: paths.root)
            inbox = try root.subfolder("inbox", creating: false)
            outbox = try root.subfolder("outbox", creating: false)
            done = try root.subfolder("done", creating: false)
            quarantine = try root.subfolder("quarantine", creating: false)
            state = try root.subfolder("state", creating: false)
            claimed = try state.subfolder("claimed", creating: false)
            work = try state.subfolder("work", creating: false)
        }
    }

    private func probe(_ folders: OpenRoot) async -> [DoctorAnswer.Finding] {
        if let insight { return [await insight.probe(folders.inbox, folders.work).finding] }
        guard settings.intake.mode != .poll else {
            return [await InboxProbe.run(inbox: folders.inbox, target: folders.work, reader: nil).finding]
        }
        do {
            return try await InotifyReader.with { reader in
                try reader.watch(folders.inbox)
                return [await InboxProbe.run(inbox: folders.inbox, target: folders.work, reader: reader).finding]
            }
        } catch {
            let number = (error as? SpoolError)?.errno ?? 0
            let outcome = await InboxProbe.run(inbox: folders.inbox, target: folders.work, reader: nil)
            return [.noInstance(errno: number, interval: settings.intake.pollInterval), outcome.finding]
        }
    }

    /// Jobs that cannot go on, each by its name.
    private func jobs() -> [DoctorAnswer.Finding] {
        guard let insight else { return [] }
        let troubles = insight.troubles()
        if troubles.isEmpty { return [.passed(.jobs, "no job is kept from going on")] }
        return troubles.map { DoctorAnswer.Finding(.jobs, .failed, $0.sentence, advice: $0.remedy) }
    }

    /// Why a queue's file cannot be read; `nil` when it can, or there is none yet.
    private static func damage(to path: String) -> (any Error)? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        do {
            try SpoolError.explaining(path) { _ = try QueueReader(path: path).page(limit: 1) }
            return nil
        } catch {
            return error
        }
    }

    private func database() -> DoctorAnswer.Finding {
        guard let insight else {
            if let error = Self.damage(to: settings.folders.database) {
                return DoctorAnswer.Finding(.database, .failed, "\(error)", advice: "limnerd cannot start before that.")
            }
            return DoctorAnswer.Finding(
                .database, .unchecked, "only the daemon's own connection can tell what the queue runs with",
                advice: "Start limnerd, then run limner doctor again.")
        }
        do {
            let durability = try insight.durability()
            let text = "synchronous=\(durability.synchronousName), journal_mode=\(durability.journalMode)"
            guard durability.isSafe else {
                return DoctorAnswer.Finding(
                    .database, .failed, "the queue runs with \(text); a power cut may lose the last jobs",
                    advice: "Restart limnerd; if it stays so, report it with the version of SQLite.")
            }
            return .passed(.database, "the queue runs with \(text)")
        } catch {
            return DoctorAnswer.Finding(
                .database, .failed, "the queue does not answer: \(error.reason)",
                advice: "Look at the daemon's log, and at the disk that holds state/.")
        }
    }
}
