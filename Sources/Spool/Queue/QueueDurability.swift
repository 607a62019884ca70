import GRDB

/// What SQLite really runs with on the connection that writes the queue.
package struct QueueDurability: Sendable, Equatable {
    /// `PRAGMA synchronous`: 0 OFF, 1 NORMAL, 2 FULL, 3 EXTRA.
    package var synchronous: Int
    /// `PRAGMA journal_mode`.
    package var journalMode: String

    /// Whether a commit that was reported outlives a power cut.
    package var isSafe: Bool { synchronous >= 2 && journalMode == "wal" }

    package var synchronousName: String {
        ["OFF", "NORMAL", "FULL", "EXTRA"].indices.contains(synchronous)
            ? ["OFF", "NORMAL", "FULL", "EXTRA"][synchronous] : "\(synchronous)"
    }
}

extension Queue {
    package func durability() throws -> QueueDurability {
        try pool.writeWithoutTransaction { db in
            QueueDurability(
                synchronous: try Int.fetchOne(db, sql: "PRAGMA synchronous") ?? -1,
                journalMode: try String.fetchOne(db, sql: "PRAGMA journal_mode") ?? "unknown")
        }
    }
}

extension QueueReader {
    /// What SQLite finds wrong in the file, a line each; nothing in a sound one. Reads all of it.
    package func integrity() throws -> [String] {
        try database.read { db in
            try String.fetchAll(db, sql: "PRAGMA integrity_check").filter { $0 != "ok" }
        }
    }
}
