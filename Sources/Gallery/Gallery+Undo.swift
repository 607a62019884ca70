import Foundation
import GRDB
import Wire

extension Gallery {
    /// A transaction of which, unless nothing changes, the rows that were before are kept for a while.
    ///
    /// - Parameter what: one sentence without its stop, for whoever takes it back.
    func change<T>(_ what: String, _ undo: Duration, _ body: (Database) throws -> T) throws -> T {
        let time = now()
        return try write { database in
            guard undo > .zero else {
                // What came before could not be taken back without this.
                let before = database.totalChangesCount
                let value = try body(database)
                if database.totalChangesCount != before { try database.execute(sql: "DELETE FROM undo") }
                return value
            }
            try database.execute(
                sql: "INSERT INTO undo (applied, change) VALUES (?, ?)", arguments: [Self.seconds(time), what])
            let entry = database.lastInsertedRowID
            let value = try body(database)
            try database.execute(sql: "UPDATE undo SET isOpen = 0 WHERE id = ?", arguments: [entry])
            let kept = ["undoAdded"] + GallerySchema.recorded.map { $0.table + "Before" }
            let isEmpty = try kept.allSatisfy { table in
                try Int.fetchOne(database, sql: "SELECT 1 FROM \(table) WHERE undo = ? LIMIT 1", arguments: [entry])
                    == nil
            }
            if isEmpty { try database.execute(sql: "DELETE FROM undo WHERE id = ?", arguments: [entry]) }
            return value
        }
    }

    /// Takes the last change back.
    ///
    /// - Parameter within: how old it may be.
    /// - Returns: what it was.
    /// - Throws: `GalleryError.nothingToUndo`.
    @discardableResult
    package func undo(within: Duration) throws -> String {
        let oldest = now().addingTimeInterval(-within.seconds)
        return try write { database in
            guard
                let entry = try Row.fetchOne(database, sql: "SELECT * FROM undo ORDER BY id DESC LIMIT 1"),
                entry["applied"] >= Self.seconds(oldest)
            else { throw GalleryError.nothingToUndo(within: within) }
            let number: Int64 = entry["id"]
            // A name that was given away has to be free before its owner comes back; children refer to parents.
            try database.execute(sql: "PRAGMA defer_foreign_keys = ON")
            for (table, _) in GallerySchema.recorded.reversed() {
                let isKept = "SELECT id FROM \(table)Before WHERE undo = ?"
                let isAdded = "SELECT row FROM undoAdded WHERE undo = ? AND relation = '\(table)'"
                if table == "person" {
                    // Deleting the row would take with it what refers to it.
                    try database.execute(
                        sql: """
                            UPDATE person SET name = before.name FROM personBefore AS before
                            WHERE before.undo = ? AND before.id = person.id
                            """, arguments: [number])
                    try database.execute(sql: "DELETE FROM person WHERE id IN (\(isAdded))", arguments: [number])
                } else {
                    try database.execute(
                        sql: "DELETE FROM \(table) WHERE id IN (\(isKept)) OR id IN (\(isAdded))",
                        arguments: [number, number])
                }
            }
            for (table, columns) in GallerySchema.recorded {
                let list = columns.joined(separator: ", ")
                try database.execute(
                    sql: "INSERT OR IGNORE INTO \(table) (\(list)) SELECT \(list) FROM \(table)Before WHERE undo = ?",
                    arguments: [number])
            }
            try database.execute(sql: "DELETE FROM undo WHERE id = ?", arguments: [number])
            return entry["change"]
        }
    }
}
