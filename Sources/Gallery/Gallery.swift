import Foundation
import GRDB
import Glibc
import Synchronization
import Wire

/// The people that Limner knows, in one SQLite file of its own: names and templates, never pictures.
///
/// One process writes at a time: the daemon, or a command where no daemon runs; workers read. The file keeps a rollback
/// journal, because SQLite before 3.51.3 can corrupt a write-ahead log that has two writers; the journal's file stays, empty,
/// so that a confined worker can be allowed to read it before there is anything in it; commits reach the disk
/// (`synchronous=FULL`), and what is removed is overwritten with zeros (`secure_delete`). The file is readable by its owner only.
///
/// The file is opened by the first call that needs it, so that a gallery which cannot be used spoils that call alone; and anew
/// when another lies at its path, as after a backup was put back.
/// Every method is one transaction. A call waits up to ten seconds for another process's lock.
package final class Gallery: Sendable {
    /// What is done with the file.
    package enum Access: Sendable {
        /// It is never changed, not even to a newer format; that there is none is ``GalleryError/empty(path:)``.
        case reading
        /// It is made when there is none, in a folder that exists, and brought up to date.
        case writing
    }

    package let path: String
    private let access: Access
    /// See ``TemplateSeal``; nil for none.
    package let keyFile: String?
    private let opened = Mutex(Opened())
    /// How templates are compared.
    package let models: RecognitionStore
    /// The search index of the model asked for last, and the state of the file that it shows.
    let cachedIndex = Mutex<CachedIndex?>(nil)
    let now: @Sendable () -> Date

    /// - Parameters:
    ///   - keyFile: of what templates are sealed with; none or empty for nothing.
    ///   - models: says how templates are compared.
    ///   - now: the clock that stamps enrolments.
    package init(
        path: String, access: Access, keyFile: String? = nil, models: RecognitionStore = .builtIn,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.path = path
        self.models = models
        self.access = access
        self.keyFile = keyFile.flatMap { $0.isEmpty ? nil : $0 }
        self.now = now
    }

    /// - Throws: ``GalleryError/unusable(path:reason:)``, ``GalleryError/forbidden(path:)``, ``GalleryError/tooNew(path:version:newestKnown:)``,
    ///   ``GalleryError/empty(path:)``, as every method does.
    func read<T>(_ body: (Database) throws -> T) throws -> T {
        try explaining { try queue().read(body) }
    }

    func write<T>(_ body: (Database) throws -> T) throws -> T {
        precondition(access == .writing, "the gallery \(path) was opened to be read")
        return try explaining { try queue().write(body) }
    }

    /// What a change would come to: it is made and taken back.
    func rehearse<T>(_ body: (Database) throws -> T) throws -> T {
        precondition(access == .writing, "the gallery \(path) was opened to be read")
        return try explaining {
            try queue().writeWithoutTransaction { database in
                var value: T?
                try database.inTransaction(.immediate) {
                    value = try body(database)
                    return .rollback
                }
                return value!
            }
        }
    }

    /// Writes the file anew; needs as much space again, in memory.
    func vacuum() throws {
        try explaining { try Self.vacuum(queue()) }
    }

    private static func vacuum(_ queue: DatabaseQueue) throws {
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA temp_store = MEMORY; VACUUM") }
    }

    /// Undoes the change of a writer that was killed within it, and brings the file up to date: readers can do neither.
    /// Where there is no file, none is made.
    package func recover() throws {
        guard FileManager.default.fileExists(atPath: path) else { return }
        try write { _ in }
    }

    private struct Opened {
        var queue: DatabaseQueue?
        /// Device and inode of the file.
        var place: [UInt64]?
        /// How often the file was opened.
        var times = 0
    }

    /// Tells one opening of the file from the next.
    var opening: Int { opened.withLock { $0.times } }

    private func queue() throws -> DatabaseQueue {
        try opened.withLock { opened in
            if let queue = opened.queue, let place = opened.place, place == self.place { return queue }
            opened.queue = nil
            let queue = try open()
            opened = Opened(queue: queue, place: place, times: opened.times + 1)
            return queue
        }
    }

    private var place: [UInt64]? {
        var facts = stat()
        return stat(path, &facts) == 0 ? [UInt64(facts.st_dev), UInt64(facts.st_ino)] : nil
    }

    private func open() throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.label = "limner.gallery"
        configuration.busyMode = .timeout(10)
        let seal = try TemplateSeal(keyFile: keyFile)
        configuration.prepareDatabase { seal.register(in: $0) }
        switch access {
        case .reading:
            // An empty file is one that its maker has not come round to filling.
            var facts = stat()
            guard Glibc.access(path, R_OK) == 0, stat(path, &facts) == 0 else {
                switch OpenFailure(errno: errno) {
                case .missing: throw GalleryError.empty(path: path)
                case .forbidden: throw GalleryError.forbidden(path: path)
                case .other: throw GalleryError.unusable(path: path, reason: String(cString: strerror(errno)))
                }
            }
            if facts.st_size == 0 { throw GalleryError.empty(path: path) }
            configuration.readonly = true
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.read { database in
                _ = try GallerySchema.check(database, path: path)
                try seal.check(database, path: path)
            }
            return queue
        case .writing:
            configuration.prepareDatabase { database in
                try database.execute(sql: "PRAGMA synchronous = FULL")
                try database.execute(sql: "PRAGMA secure_delete = ON")
            }
            try createPrivately(path)
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try leaveWriteAheadLog(queue)
            let isSealedNow = try queue.write { database in
                try GallerySchema.bringUpToDate(database, path: path)
                try seal.check(database, path: path)
                return try seal.adopt(database)
            }
            if isSealedNow { try Self.vacuum(queue) }
            try createPrivately(path + "-journal")
            return queue
        }
    }

    /// Makes a file with mode 0600 when there is none.
    private func createPrivately(_ file: String) throws {
        let descriptor = Glibc.open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            if case .forbidden = OpenFailure(errno: errno) { throw GalleryError.forbidden(path: path) }
            throw GalleryError.unusable(path: path, reason: String(cString: strerror(errno)))
        }
        close(descriptor)
    }

    private func leaveWriteAheadLog(_ queue: DatabaseQueue) throws {
        let mode = try queue.writeWithoutTransaction { database in
            try String.fetchOne(database, sql: "PRAGMA journal_mode = TRUNCATE")
        }
        guard mode == "truncate" else {
            throw GalleryError.unusable(
                path: path, reason: "its journal mode stays \(mode ?? "unknown") instead of truncate")
        }
    }

    /// Turns SQLite's errors into ours.
    private func explaining<T>(_ body: () throws -> T) throws -> T {
        do {
            return try body()
        } catch let error as DatabaseError {
            guard error.resultCode != .SQLITE_FULL else { throw GalleryError.diskFull(path: path) }
            if access == .reading, error.resultCode == .SQLITE_READONLY {
                throw GalleryError.brokenOff(path: path)
            }
            throw GalleryError.unusable(path: path, reason: error.message ?? "SQLite error \(error.resultCode)")
        }
    }
}
