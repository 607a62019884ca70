import Foundation
import Glibc
import Synchronization
import Wire

/// The ledger of what was dropped: a line for each file, flushed to the disk, outside of Limner and read back by the judge.
final class Witness: Sendable {
    /// What must become of a file.
    enum Fate: Sendable, Equatable {
        case done
        case quarantined(ErrorCode)
        /// Its sender was told of a failure, or took it back: it may have been taken or not, but never twice.
        case open

        fileprivate var word: String {
            switch self {
            case .done: "done"
            case .quarantined(let code): code.rawValue
            case .open: "open"
            }
        }

        fileprivate init?(_ word: some StringProtocol) {
            switch word {
            case "done": self = .done
            case "open": self = .open
            default:
                guard let code = ErrorCode(rawValue: String(word)) else { return nil }
                self = .quarantined(code)
            }
        }
    }

    struct Entry: Sendable, Equatable {
        var sha256: String
        var fate: Fate
        /// Where it was dropped, for messages.
        var path: String
    }

    let path: String
    private let descriptor: Int32
    private let count = Mutex(0)

    /// - Throws: ``TortureError/call(_:path:errno:)`` when there is such a file already.
    init(path: String) throws {
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw TortureError.call("open", path: path, errno: errno) }
        self.path = path
    }

    deinit { close(descriptor) }

    /// How many files are owed.
    var owed: Int { count.withLock { $0 } }

    /// Enters files that have been dropped, durably.
    func enter(_ entries: [Entry]) throws {
        let lines = entries.map { "\($0.sha256) \($0.fate.word) \($0.path)\n" }.joined()
        let bytes = Array(lines.utf8)
        guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            throw TortureError.call("write", path: path, errno: errno)
        }
        count.withLock { $0 += entries.count { $0.fate != .open } }
    }

    func enter(_ bytes: some Collection<UInt8>, _ path: String, fate: Fate = .done) throws {
        try enter([Entry(sha256: sha256(bytes), fate: fate, path: path)])
    }

    /// Everything that was entered, from the disk.
    func entries() throws -> [Entry] {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        return try text.split(separator: "\n").map { line in
            let parts = line.split(separator: " ", maxSplits: 2)
            guard parts.count == 3, let fate = Fate(parts[1]) else {
                throw TortureError.cannot("\(path) holds a line that nobody wrote: \(line)")
            }
            return Entry(sha256: String(parts[0]), fate: fate, path: String(parts[2]))
        }
    }
}
