import Foundation
import Glibc
import Wire

/// A live probe of the inbox: a hidden file, which no job is ever made of, goes the way of a picture.
struct InboxProbe {
    /// What became of the probe.
    enum Outcome: Sendable, Equatable {
        /// The event came, and the file could be claimed and removed.
        case passed(eventAfter: Duration)
        /// All but the event: no reader runs, because the inbox is polled.
        case passedWithoutEvents
        /// The file could be claimed, but no event told of it in time.
        case silent(for: Duration)
        /// A step failed.
        case failed(step: String, reason: String, errno: Int32?)
    }

    /// Hidden, so that intake leaves it alone.
    static let prefix = ".limner-probe-"
    /// Longest wait for the event.
    static let patience = Duration.seconds(3)
    private static let interval = Duration.milliseconds(5)

    /// - Parameters:
    ///   - target: where the probe is claimed to: `state/work`.
    ///   - reader: watches the inbox already; `nil` when no events are used.
    static func run(inbox: Folder, target: Folder, reader: InotifyReader?) async -> Outcome {
        let name = FileName(prefix + String(UInt64.random(in: .min ... .max), radix: 16))
        var step = "clearing away an earlier probe"
        do {
            // One that a killed daemon left behind.
            for old in try inbox.names() where old.bytes.starts(with: prefix.utf8) { try inbox.remove(old) }
            step = "dropping a file into the inbox"
            reader?.await(name)
            defer { reader?.forget(name) }
            let dropped = ContinuousClock.now
            let file = try inbox.create(name)
            try Array("limner doctor\n".utf8).withUnsafeBytes { try file.write($0) }
            try file.sync()
            var waited: Duration?
            if let reader {
                while waited == nil, dropped.duration(to: .now) < patience {
                    if reader.hasSeen(name) { waited = dropped.duration(to: .now) }
                    try? await Task.sleep(for: interval)
                }
            }
            step = "claiming it by a rename into state/"
            try inbox.move(name, to: target, as: name)
            step = "removing it"
            try target.remove(name)
            guard reader != nil else { return .passedWithoutEvents }
            return waited.map { .passed(eventAfter: $0) } ?? .silent(for: patience)
        } catch {
            for folder in [inbox, target] { try? folder.remove(name) }
            return .failed(step: step, reason: "\(error)", errno: (error as? SpoolError)?.errno)
        }
    }
}

extension InboxProbe.Outcome {
    /// What a user is told.
    var finding: DoctorAnswer.Finding {
        switch self {
        case .passed(let wait):
            return .passed(
                .inbox,
                "a probe was dropped, its event came after \(wait.milliseconds) ms, it was claimed and removed")
        case .passedWithoutEvents:
            return .passed(.inbox, "a probe was dropped, claimed and removed; the inbox is polled, without events")
        case .silent(let limit):
            return DoctorAnswer.Finding(
                .inbox, .failed,
                "a probe could be claimed, but no event told of it within \(DurationText.text(of: limit))",
                advice:
                    "Set intake.mode to poll, or raise fs.inotify.max_user_watches if the watches finding asks for it.")
        case .failed(let step, let reason, let errno):
            let advice =
                switch errno {
                case EXDEV: "Keep inbox/ and state/ on one mount: files are taken by renames."
                case let number? where FullDisk.isMeant(by: number): "Free some space on the root's disk."
                default: "Give the user that runs limnerd write permission on the root."
                }
            return DoctorAnswer.Finding(.inbox, .failed, "\(step) failed: \(reason)", advice: advice)
        }
    }
}
