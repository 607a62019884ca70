import Foundation

/// Why a path names nothing to be read from.
private struct NoRegularFile: Error, CustomStringConvertible {
    let description = "it is not a regular file"
}

extension FileHandle {
    /// Opens a regular file for reading. Whatever else stands there, such as a FIFO, is refused instead of waited for.
    ///
    /// - Throws: `POSIXError`, ``NoRegularFile``.
    convenience init(regularFile path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        self.init(fileDescriptor: descriptor, closeOnDealloc: true)
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { throw NoRegularFile() }
    }
}
