import Foundation
import Glibc
import Wire

extension Doctor {
    /// What the inbox and the private state lie on.
    func fileSystems(_ folders: OpenRoot) -> [DoctorAnswer.Finding] {
        do {
            return Self.judge(
                inbox: try folders.inbox.fileSystem(), state: try folders.state.fileSystem(), mode: settings.intake.mode
            )
        } catch {
            return [
                DoctorAnswer.Finding(.fileSystem, .failed, "\(error)", advice: "Look at the mount that holds the root.")
            ]
        }
    }

    static func judge(inbox: FileSystemKind, state: FileSystemKind, mode: IntakeMode) -> [DoctorAnswer.Finding] {
        var findings: [DoctorAnswer.Finding] = []
        if !state.holdsDatabases {
            findings.append(
                DoctorAnswer.Finding(
                    .fileSystem, .failed, "state/ lies on \(state.name), where SQLite's locks cannot be relied on",
                    advice: "Put the root on a disk of this machine, and let others copy into its inbox."))
        } else if !state.isDurable {
            findings.append(
                DoctorAnswer.Finding(
                    .fileSystem, .warning, "state/ lies on \(state.name): everything is gone when the machine restarts",
                    advice: "Put the root on a disk, unless this studio is meant to be forgotten."))
        }
        if inbox.tellsOfChanges {
            findings.append(.passed(.fileSystem, "the inbox lies on \(inbox.name), whose changes are all told"))
        } else if mode == .events {
            findings.append(
                DoctorAnswer.Finding(
                    .fileSystem, .warning,
                    "the inbox lies on \(inbox.name), where changes made from elsewhere cause no event; only the scan "
                        + "every intake.reconcileInterval finds them",
                    advice: "Set intake.mode to auto or poll."))
        } else {
            findings.append(
                .passed(
                    .fileSystem,
                    "the inbox lies on \(inbox.name), which may be silent; it is scanned every intake.pollInterval"))
        }
        return findings
    }

    /// Whether every folder of the inbox can be watched.
    ///
    /// - Parameter needed: folders of the inbox.
    func watches(needed: Int) async -> DoctorAnswer.Finding {
        if settings.intake.mode == .poll { return .passed(.watches, "none are needed: the inbox is polled") }
        guard let limit = InotifyLimits.maxUserWatches else {
            return DoctorAnswer.Finding(
                .watches, .unchecked, "/proc/sys/fs/inotify/max_user_watches cannot be read here",
                advice: "Run sysctl fs.inotify.max_user_watches; the inbox needs \(needed).")
        }
        let watched = await insight?.watches()
        return Self.judge(
            needed: needed, watched: watched ?? nil, used: InotifyLimits.watchesInUse(), limit: limit)
    }

    /// - Parameters:
    ///   - needed: folders of the inbox.
    ///   - watched: those that the daemon watches; `nil` without one.
    ///   - used: watches of this user's processes, the daemon's among them.
    static func judge(needed: Int, watched: Int?, used: Int, limit: Int) -> DoctorAnswer.Finding {
        let room = limit - used
        let text = "\(needed) folders in the inbox; at least \(used) of \(limit) watches are in use"
        let advice = "Raise it: sysctl fs.inotify.max_user_watches=\(max(limit * 2, 4 * (used + needed)))."
        if let watched, watched < needed {
            return DoctorAnswer.Finding(
                .watches, .failed, "\(text); only \(watched) folders are watched", advice: advice)
        }
        if watched == nil, room < needed {
            return DoctorAnswer.Finding(.watches, .failed, text, advice: advice)
        }
        if room < limit / 5 { return DoctorAnswer.Finding(.watches, .warning, text, advice: advice) }
        return .passed(.watches, text)
    }

    /// Renames a file from folder to folder, the way claimed files and outputs go.
    func renames(_ folders: OpenRoot) -> DoctorAnswer.Finding {
        let name = FileName(InboxProbe.prefix + String(UInt64.random(in: .min ... .max), radix: 16))
        let stations = [folders.claimed, folders.work, folders.outbox, folders.done, folders.quarantine]
        var here = folders.work
        defer { try? here.remove(name) }
        do {
            _ = try here.create(name)
            for next in stations where next !== here {
                try here.move(name, to: next, as: name)
                here = next
                try here.sync()
            }
            return .passed(.rename, "a file went through claimed, work, outbox, done and quarantine by renames")
        } catch {
            return DoctorAnswer.Finding(
                .rename, .failed, "\(error)",
                advice: "Keep all folders of the root on one file system, writable for the user that runs limnerd.")
        }
    }

    func space(_ folders: OpenRoot) -> [DoctorAnswer.Finding] {
        do {
            return [Self.judge(try folders.state.freeSpace(), lowWater: settings.disk.lowWater)]
        } catch {
            return [DoctorAnswer.Finding(.space, .failed, "\(error)", advice: "Look at the mount that holds the root.")]
        }
    }

    /// - Parameter lowWater: bytes below which intake pauses; 0 for never.
    static func judge(_ space: FreeSpace, lowWater: Int) -> DoctorAnswer.Finding {
        let mark = Int64(lowWater)
        let text = "\(space.bytes >> 20) MiB free" + (space.files.map { ", \($0) files may be made" } ?? "")
        let advice = "Free some space, shorten the retention settings, or move the root to a larger disk."
        if space.bytes < mark || space.bytes == 0 {
            let effect =
                mark > 0
                ? "less than disk.lowWater (\(mark >> 20) MiB): nothing is taken in" : "so that every job fails"
            return DoctorAnswer.Finding(.space, .failed, "\(text), \(effect)", advice: advice)
        }
        if let files = space.files, files < fewFiles {
            return DoctorAnswer.Finding(.space, .failed, text, advice: advice)
        }
        if space.bytes < 2 * mark {
            return DoctorAnswer.Finding(
                .space, .warning, "\(text), less than twice disk.lowWater (\(mark >> 20) MiB)", advice: advice)
        }
        return .passed(.space, text)
    }

    /// A job makes some ten files on its way.
    private static let fewFiles: Int64 = 1000
}
