import GRDB
import Gallery
import Subprocess
import Wire

extension Error {
    /// Whether a file system or SQLite has run out of space.
    var isDiskFull: Bool {
        if let error = self as? SpoolError { return error.isOutOfSpace }
        if case .diskFull? = self as? GalleryError { return true }
        if let error = self as? DatabaseError { return error.resultCode == .SQLITE_FULL }
        return false
    }

    /// In words; a full disk has the same, whoever met it. A program that could not be started says why as the system does. SQLite's errors are the queue's: the gallery has its own.
    package var reason: String {
        if isDiskFull { return "there is no space left on the disk" }
        if let error = self as? SubprocessError { return error.words }
        return (self as? DatabaseError).map { "\(RootFolders.databaseName): \($0.sentence)" } ?? words
    }

    /// Whether an attempt broke off by something on our side, rather than by the worker's death.
    var isOurs: Bool {
        switch self as? SpoolError {
        case .workerEnded: false
        case .some, nil: true
        }
    }
}

extension DatabaseError {
    /// What SQLite says, without the statement.
    fileprivate var sentence: String { message ?? "SQLite error \(resultCode)" }
}

extension SpoolError {
    /// What is to be said of a queue's file that SQLite cannot make sense of; `nil` of any other error, such as that it is busy.
    package init?(ofDamaged path: String, _ error: any Error) {
        let damage: [ResultCode] = [.SQLITE_CORRUPT, .SQLITE_NOTADB]
        guard let error = error as? DatabaseError, damage.contains(error.resultCode) else { return nil }
        self = .databaseUnusable(path: path, reason: error.sentence)
    }

    /// Names the queue's file in SQLite's errors about it.
    static func explaining<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as DatabaseError where error.resultCode != .SQLITE_FULL {
            throw SpoolError.databaseUnusable(path: path, reason: error.sentence)
        }
    }
}
