import Wire

/// Decides which files of the inbox are at rest: the same file with the same contents, as far as inode, size and time of
/// modification tell, for the stability delay. Rights and links are not contents: a NAS that sets them again and again must
/// not keep a picture from being taken. The clock comes from outside.
package struct RestWatch: Sendable {
    private struct Sight {
        var facts: FileFacts
        /// Monotonic milliseconds of the first look at which the file was as it is now.
        var since: Int64
        /// Of the first look that found it.
        var first: Int64
        var changes: Int32 = 0
        var lastChange: Change?
        /// The number of the last look that found it.
        var look: Int
    }

    /// What was different at a look.
    package enum Change: String, Sendable {
        case replaced = "another file took its place"
        case size = "its size"
        case modified = "its time of modification"
    }

    /// How a file has fared since it was first seen.
    package struct Unrest: Sendable, Equatable {
        /// Milliseconds for which it has been as it is.
        package var age: Int64
        /// Milliseconds since it was first seen.
        package var seen: Int64
        /// Looks at which it was another than before.
        package var changes: Int
        package var lastChange: Change?
    }

    private var sights: [InboxPath: Sight] = [:]
    private var looks = 0
    /// The last look.
    package private(set) var scan: InboxScan?

    package init() {}

    /// Takes a new look; what is no longer there is forgotten.
    ///
    /// - Parameters: as those of ``InboxScan``.
    @discardableResult
    package mutating func look(
        at inbox: Folder, ignoring ignored: IgnoredNames = .standard, takingTo target: Folder? = nil, now: Int64,
        enter: (Folder) -> Void = { _ in }
    ) -> InboxScan {
        looks += 1
        var found = 0
        let scan = InboxScan(inbox, ignoring: ignored, takingTo: target, enter: enter) { path, facts in
            found += 1
            var sight = sights[path] ?? Sight(facts: facts, since: now, first: now, look: looks)
            if let change = Self.change(from: sight.facts, to: facts) {
                sight.since = now
                sight.changes = sight.changes == .max ? .max : sight.changes + 1
                sight.lastChange = change
            }
            (sight.facts, sight.look) = (facts, looks)
            sights[path] = sight
        }
        // Into a new dictionary: one that was large once would stay so.
        if sights.count > found { sights = sights.filter { $0.value.look == looks } }
        self.scan = scan
        return scan
    }

    private static func change(from old: FileFacts, to new: FileFacts) -> Change? {
        let (before, after) = (old.identity, new.identity)
        if old.kind != new.kind || before.inode != after.inode || before.device != after.device { return .replaced }
        if before.size != after.size { return .size }
        return before.modified == after.modified ? nil : .modified
    }

    /// What is named as a manifest is, as of the last look.
    package var manifests: [InboxPath] {
        files(where: \.name.isManifest)
    }

    /// For how long a file has been as it is, in milliseconds; `nil` when it was not seen.
    package func age(of path: InboxPath, now: Int64) -> Int64? { sights[path].map { now - $0.since } }

    /// Regular files as of the last look; they need not be at rest.
    func files(where matters: (InboxPath) -> Bool) -> [InboxPath] {
        sights.filter { $0.value.facts.kind == .regular && matters($0.key) }.map(\.key)
    }

    /// `nil` when the file was not seen.
    package func unrest(of path: InboxPath, now: Int64) -> Unrest? {
        sights[path].map {
            Unrest(age: now - $0.since, seen: now - $0.first, changes: Int($0.changes), lastChange: $0.lastChange)
        }
    }

    /// The unfinished transfer beside a file that says that it is not whole.
    package func transfer(of path: InboxPath) -> FileName? { scan?.transfers[path] }

    /// What has been at rest for the delay, in the order of the paths, with its age in milliseconds. Made as it is gone
    /// through: an inbox may hold very many files.
    package func resting(
        for delay: Int64, now: Int64
    ) -> some Collection<(path: InboxPath, facts: FileFacts, age: Int64)> {
        let paths = sights.lazy.filter { now - $0.value.since >= delay && transfer(of: $0.key) == nil }.map(\.key)
            .sorted()
        return paths.lazy.compactMap { path in
            sights[path].map { (path: path, facts: $0.facts, age: now - $0.since) }
        }
    }

    /// What lies below a folder that is one thing to somebody.
    package struct Gathering: Sendable {
        package internal(set) var files: [(path: InboxPath, facts: FileFacts)] = []
        /// Milliseconds for which nothing of it has changed; 0 while a transfer is on its way.
        package internal(set) var age = Int64.max
    }

    /// The files below folders that `folder` names, in the order of their paths.
    package func gathered(now: Int64, by folder: (InboxPath) -> [FileName]?) -> [[FileName]: Gathering] {
        var found: [[FileName]: Gathering] = [:]
        for (path, sight) in sights {
            guard let folder = folder(path) else { continue }
            let age = transfer(of: path) == nil ? now - sight.since : 0
            found[folder, default: Gathering()].files.append((path, sight.facts))
            let least = min(found[folder]?.age ?? .max, age)
            found[folder]?.age = least
        }
        for folder in found.keys { found[folder]?.files.sort { $0.path < $1.path } }
        return found
    }

    /// Milliseconds until the next file may be at rest; `nil` when all are, or there is none.
    ///
    /// - Parameter matters: leaves out files.
    package func nextRest(
        after delay: Int64, now: Int64, where matters: (InboxPath) -> Bool = { _ in true }
    ) -> Int64? {
        sights.compactMap { path, sight in
            let left = sight.since + delay - now
            return left > 0 && matters(path) ? left : nil
        }.min()
    }

    /// The paths that are not at rest yet.
    package func unsettled(after delay: Int64, now: Int64) -> Int {
        sights.values.count { now - $0.since < delay }
    }
}
