import Foundation

/// A file that appears whole or not at all: written beside its place, flushed to disk, then renamed into it.
struct AtomicFile {
    private let descriptor: Int32
    private let aside: String

    /// Creates or replaces the file at `path` with what `body` puts.
    ///
    /// - Throws: `ModelFileError.system` with the operation that failed, or what `body` throws; nothing is left
    ///   beside the target then.
    static func write(to path: String, _ body: (AtomicFile) throws -> Void) throws {
        let aside = "\(path).\(getpid())-\(UInt64.random(in: .min ... .max)).part"
        let descriptor = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure("create", aside) }
        do {
            defer { close(descriptor) }
            try body(AtomicFile(descriptor: descriptor, aside: aside))
            guard fsync(descriptor) == 0 else { throw failure("flush", aside) }
            guard rename(aside, path) == 0 else { throw failure("rename to \(path)", aside) }
        } catch {
            unlink(aside)
            throw error
        }
        try flushFolder(of: path)
    }

    func put(_ bytes: UnsafeRawBufferPointer) throws {
        guard let start = bytes.baseAddress else { return }
        var written = 0
        while written < bytes.count {
            let count = Foundation.write(descriptor, start + written, bytes.count - written)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw Self.failure("write", aside) }
            written += count
        }
    }

    /// A rename is on disk only when the folder is.
    private static func flushFolder(of path: String) throws {
        let folder = (path as NSString).deletingLastPathComponent
        let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("flush", folder) }
    }

    private static func failure(_ operation: String, _ path: String) -> ModelFileError {
        .system(operation: operation, path: path, reason: String(cString: strerror(errno)))
    }
}
