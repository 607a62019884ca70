import GRDB
import Gallery

extension Error {
    /// Whether a file system or SQLite has run out of space.
    var isDiskFull: Bool {
        if let error = self as? SpoolError { return error.isOutOfSpace }
        if case .diskFull? = self as? GalleryError { return true }
        if let error = self as? DatabaseError { return error.resultCode == .SQLITE_FULL }
        return false
    }

    /// In words; a full disk has the same, whoever met it.
    var reason: String { isDiskFull ? "there is no space left on the disk" : "\(self)" }

    /// Whether an attempt broke off by something on our side, rather than by the worker's death.
    var isOurs: Bool {
        switch self as? SpoolError {
        case .workerEnded: false
        case .some, nil: true
        }
    }
}

extension SpoolError {
    /// Names the queue's file in SQLite's errors about it.
    static func explaining<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as DatabaseError where error.resultCode != .SQLITE_FULL {
            throw SpoolError.databaseUnusable(path: path, reason: error.message ?? "SQLite error \(error.resultCode)")
        }
    }
}
