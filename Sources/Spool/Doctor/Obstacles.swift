import Foundation
import Glibc
import Wire

/// What keeps files from being heard of, taken or ended, each with the command that mends it. The status, the doctor, `why`
/// and the log say the same, because they say these.
extension DoctorAnswer.Finding {
    /// What is found and what to do, for a line of the status.
    package var sentence: String { "\(message). \(advice)" }

    /// A folder from which no rename leads to `state/claimed`.
    static func onAnotherMount(_ path: String) -> Self {
        Self(
            .rename, .failed, "\(path) lies on another mount than state/: files move by renames, which stop there",
            advice: "Unmount it (umount -l \(path.shellWord)), or mount the whole root instead of a folder in it.")
    }

    /// A folder that this process may not list, enter or write.
    static func shut(_ path: String, errno: Int32) -> Self {
        let reason = String(cString: strerror(errno))
        let advice: String
        if errno == EROFS {
            advice = "Mount it so that it can be written."
        } else {
            let word = path.shellWord
            advice = """
                Give it to limnerd, which runs as user \(geteuid()) and group \(getegid()): \
                chgrp -R \(getegid()) \(word) && chmod -R g+rwX \(word)
                """
        }
        return Self(.inbox, .failed, "limnerd may not list, enter or write \(path): \(reason)", advice: advice)
    }

    /// A folder out of which others may not take what is somebody's.
    static func sticky(_ path: String) -> Self {
        Self(
            .inbox, .failed, "limnerd may not take what others own out of \(path), which is sticky",
            advice: "Take its sticky bit away: chmod -t \(path.shellWord)")
    }

    /// A file or a job that could not be taken a step further.
    static func untaken(_ subject: String, _ error: any Error) -> Self {
        let advice: String
        switch (error as? SpoolError)?.errno {
        case EPERM?: advice = "It may be immutable or append-only: see lsattr, and chattr -i or -a."
        case EACCES?: advice = Troubles.remedy
        case _ where error.isDiskFull: advice = "Free some space on the disk."
        default: advice = "Look at what is named, and at the disk."
        }
        return Self(.inbox, .failed, "\(subject): \(error.reason)", advice: advice)
    }

    /// What lies at a path of the root is not what limnerd works with.
    static func displaced(_ path: String, from folder: Folder, isGone: Bool) -> Self {
        let present = folder.presentPath ?? "an unknown place"
        let message =
            isGone
            ? "\(path) is not there any more; limnerd's own lies at \(present)"
            : "\(path) is another folder than limnerd's own, which lies at \(present)"
        return Self(
            .root, .failed, message,
            advice: "Put it back, or restart limnerd, with another --root if the root has moved.")
    }

    /// SQLite goes on with a file that is at no path any more, and all that is written to it is lost.
    static func queueReplaced(_ path: String) -> Self {
        Self(
            .database, .failed, "\(path) is not the file that limnerd has open",
            advice: "If it was moved, put it back; otherwise restart limnerd, which goes on with what lies there.")
    }

    /// A folder of the root that was taken away; what is made in its place is taken up.
    static func missing(_ path: String, from folder: Folder) -> Self {
        Self(
            .root, .failed, "\(path) is not there any more; it lies at \(folder.presentPath ?? "an unknown place") now",
            advice: "Put it back, or make a new one: mkdir \(path.shellWord)")
    }

    /// Something other than a folder that has the name of a kind folder.
    static func obstructed(_ path: String, _ kind: FileFacts.Kind) -> Self {
        let what = if case .special(let special) = kind { special.rawValue } else { "file" }
        return Self(
            .root, .failed, "\(path) is a \(what), where a folder for pictures should be",
            advice: "Move it away, and make the folder: mkdir \(path.shellWord)")
    }

    /// What was set aside because no job knows it.
    static func strays(_ names: [String], in folder: String) -> Self {
        let shown = names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", …" : "")
        return Self(
            .jobs, .warning, "no job knows what lies in \(folder): \(shown) (\(names.count) in all)",
            advice:
                "Look at it: drop pictures into the inbox again, and remove the rest, or leave it to retention.quarantine."
        )
    }

    /// More of a kind than a list is good for.
    static let more = Self(
        .inbox, .failed, "there is more of this kind", advice: "Mend these; limnerd then names the next.")

    /// Two folders that two people are made of.
    static func differInCase(_ first: String, _ second: String) -> Self {
        Self(
            .inbox, .warning, "\(first) and \(second) differ in upper and lower case only, and are two people",
            advice: "If one person is meant, remove one of the folders, and see limner gallery list.")
    }

    /// A folder with pictures whose name is nearly that of a kind.
    static func nearlyAKind(_ path: String, _ kind: JobKind) -> Self {
        Self(
            .inbox, .warning, "\(path) holds pictures, and names no kind of job: they wait for a manifest",
            advice: "If \(kind.rawValue)/ is meant, move them there.")
    }

    /// - Parameter interval: `intake.pollInterval`.
    static func noInstance(errno: Int32, interval: Duration) -> Self {
        let instead = "the inbox is scanned every \(DurationText.text(of: interval)) instead"
        guard errno == EMFILE, let limit = InotifyLimits.maxUserInstances else {
            let reason = String(cString: strerror(errno))
            return Self(
                .watches, .failed, "inotify could not be started (\(reason)); \(instead)",
                advice: "It is tried again each time; see fs.inotify.max_user_instances and the limit of open files.")
        }
        return Self(
            .watches, .failed,
            "user \(geteuid()) has no inotify instance left (fs.inotify.max_user_instances is \(limit)); \(instead)",
            advice:
                "Raise it: sysctl fs.inotify.max_user_instances=\(limit.clampedDouble). It is tried again each time.")
    }

    static func watchesUsedUp(unwatched: Int, folders: Int, errno: Int32, interval: Duration) -> Self {
        let instead = "the inbox is scanned every \(DurationText.text(of: interval)) as well"
        let text = "\(unwatched) of \(folders) folders are not watched"
        guard errno == ENOSPC, let limit = InotifyLimits.maxUserWatches else {
            let reason = String(cString: strerror(errno))
            return Self(
                .watches, .failed, "\(text) (\(reason)); \(instead)",
                advice: "It is tried again each time; see fs.inotify.max_user_watches.")
        }
        let wanted = max(limit.clampedDouble, 2 * folders)
        return Self(
            .watches, .failed, "\(text), since fs.inotify.max_user_watches (\(limit)) is used up; \(instead)",
            advice: "Raise it: sysctl fs.inotify.max_user_watches=\(wanted). It is tried again each time.")
    }
}

extension Int {
    fileprivate var clampedDouble: Int { self > .max / 2 ? .max : 2 * self }
}
