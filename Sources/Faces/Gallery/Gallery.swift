import Foundation
import GRDB
import Synchronization

/// The people that Limner knows, in one SQLite file of its own: names and templates, never pictures.
///
/// Several worker processes may have the file open at once. It keeps a rollback journal, because SQLite before 3.51.3
/// can corrupt a write-ahead log that has two writers; the journal's file stays, empty, because a confined worker may make
/// no other; commits reach the disk (`synchronous=FULL`), and what is removed
/// is overwritten with zeros (`secure_delete`). The file is readable by its owner only.
///
/// Every method is one transaction. A call waits up to ten seconds for another process's lock.
package final class Gallery: Sendable {
    package let path: String
    private let queue: DatabaseQueue
    /// The search index of the model asked for last, and the state of the file that it shows.
    let cachedIndex = Mutex<CachedIndex?>(nil)
    let now: @Sendable () -> Date

    /// Opens the gallery, and makes it when there is no such file. Its folder must exist.
    ///
    /// - Parameter now: the clock that stamps enrolments.
    /// - Throws: `FaceError.galleryUnusable`, `.galleryTooNew`.
    package init(path: String, now: @escaping @Sendable () -> Date = { Date() }) throws {
        self.path = path
        self.now = now
        var configuration = Configuration()
        configuration.label = "limner.gallery"
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try database.execute(sql: "PRAGMA secure_delete = ON")
        }
        try Self.createPrivately(path)
        queue = try Self.explaining(path) {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try Self.leaveWriteAheadLog(queue, path: path)
            return queue
        }
        try write { database in try GallerySchema.bringUpToDate(database, path: path) }
    }

    func read<T>(_ body: (Database) throws -> T) throws -> T {
        try Self.explaining(path) { try queue.read(body) }
    }

    func write<T>(_ body: (Database) throws -> T) throws -> T {
        try Self.explaining(path) { try queue.write(body) }
    }

    /// Makes the file with mode 0600 when there is none; SQLite gives its journal the same mode.
    private static func createPrivately(_ path: String) throws {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw FaceError.galleryUnusable(path: path, reason: String(cString: strerror(errno)))
        }
        close(descriptor)
    }

    private static func leaveWriteAheadLog(_ queue: DatabaseQueue, path: String) throws {
        let mode = try queue.writeWithoutTransaction { database in
            try String.fetchOne(database, sql: "PRAGMA journal_mode = TRUNCATE")
        }
        guard mode == "truncate" else {
            throw FaceError.galleryUnusable(
                path: path, reason: "its journal mode stays \(mode ?? "unknown") instead of truncate")
        }
    }

    /// Turns SQLite's errors into ours.
    private static func explaining<T>(_ path: String, _ body: () throws -> T) throws -> T {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw FaceError.galleryUnusable(path: path, reason: error.message ?? "SQLite error \(error.resultCode)")
        }
    }
}
