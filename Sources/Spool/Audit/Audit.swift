import Foundation
import Wire

/// Proves, from the queue and from the disk, that every file which came to rest in the inbox is where it should be.
/// Changes nothing; the daemon and, without one, the CLI ask it.
package actor Audit {
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private nonisolated let executor = BlockingExecutor("limner.audit")

    let folders: RootFolders
    let reader: QueueReader
    let ignored: @Sendable () -> IgnoredNames

    /// Looks at most. A file on its way from one place to the next looks wrong for a moment: only what is found at
    /// every look counts.
    private static let looks = 4
    /// Between two looks; longer than any step of a job takes on a disk that works.
    private static let pause = Duration.milliseconds(250)

    /// - Parameter ignored: what of the inbox counts for nothing, asked at every proof.
    package init(
        folders: RootFolders, reader: QueueReader,
        ignoring ignored: @escaping @Sendable () -> IgnoredNames = { .standard }
    ) {
        self.folders = folders
        self.reader = reader
        self.ignored = ignored
    }

    /// Looks at everything below the root.
    ///
    /// - Throws: the database's errors; ``SpoolError/system(call:path:errno:)`` for a folder that cannot be read.
    package func proof() async throws -> ProofAnswer {
        let ignored = ignored()
        var look = try Look(reader, folders, ignored)
        var findings = look.findings
        for _ in 1..<Self.looks where !findings.isEmpty {
            try await Task.sleep(for: Self.pause)
            look = try Look(reader, folders, ignored)
            let again = Set(look.findings)
            findings = findings.filter(again.contains)
        }
        return ProofAnswer(
            root: folders.root, inbox: look.inbox, unread: look.unread, counts: look.counts, findings: findings)
    }
}
