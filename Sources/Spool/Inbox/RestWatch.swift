/// Decides which files are at rest: unchanged in every respect for the stability delay. Values only; the clock and
/// the scans come from outside.
package struct RestWatch: Sendable {
    private struct Sight {
        var facts: FileFacts
        /// Monotonic milliseconds of the first look at which the file was as it is now.
        var since: Int64
    }

    private var sights: [InboxPath: Sight] = [:]

    package init() {}

    /// Takes a new look into account; what is no longer there is forgotten.
    package mutating func look(at scan: InboxScan, now: Int64) {
        for (path, facts) in scan.entries where sights[path]?.facts != facts {
            sights[path] = Sight(facts: facts, since: now)
        }
        guard sights.count > scan.entries.count else { return }
        // Into a new dictionary: one that was large once would stay so.
        sights = sights.filter { scan.entries[$0.key] != nil }
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
    package func nextRest(after delay: Int64, now: Int64) -> Int64? {
        sights.values.map { $0.since + delay - now }.filter { $0 > 0 }.min()
    }

    /// The paths that are not at rest yet.
    package func unsettled(after delay: Int64, now: Int64) -> Int {
        sights.values.count { now - $0.since < delay }
    }
}
