/// Decides which files of the inbox are at rest: unchanged in every respect for the stability delay. The clock comes from
/// outside.
package struct RestWatch: Sendable {
    private struct Sight {
        var facts: FileFacts
        /// Monotonic milliseconds of the first look at which the file was as it is now.
        var since: Int64
        /// The number of the last look that found it.
        var look: Int
    }

    private var sights: [InboxPath: Sight] = [:]
    private var looks = 0

    package init() {}

    /// Takes a new look; what is no longer there is forgotten.
    ///
    /// - Parameter enter: as that of ``InboxScan``.
    @discardableResult
    package mutating func look(at inbox: Folder, now: Int64, enter: (Folder) -> Void = { _ in }) -> InboxScan {
        looks += 1
        var found = 0
        let scan = InboxScan(inbox, enter: enter) { path, facts in
            found += 1
            let since = sights[path].flatMap { $0.facts == facts ? $0.since : nil } ?? now
            sights[path] = Sight(facts: facts, since: since, look: looks)
        }
        // Into a new dictionary: one that was large once would stay so.
        if sights.count > found { sights = sights.filter { $0.value.look == looks } }
        return scan
    }

    /// The manifests that the last look found.
    package var manifests: [InboxPath] {
        sights.filter { $0.key.name.isManifest && $0.value.facts.kind == .regular }.map(\.key)
    }

    /// For how long a file has been as it is, in milliseconds; `nil` when it was not seen.
    package func age(of path: InboxPath, now: Int64) -> Int64? { sights[path].map { now - $0.since } }

    /// What has been at rest for the delay, in the order of the paths, with its age in milliseconds. Made as it is gone
    /// through: an inbox may hold very many files.
    package func resting(
        for delay: Int64, now: Int64
    ) -> some Collection<(path: InboxPath, facts: FileFacts, age: Int64)> {
        let paths = sights.lazy.filter { now - $0.value.since >= delay }.map(\.key).sorted()
        return paths.lazy.compactMap { path in
            sights[path].map { (path: path, facts: $0.facts, age: now - $0.since) }
        }
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
