import Foundation
import Wire

/// The bytes of one file, immutable and alive as long as anything refers to them.
///
/// `mapped` costs no memory until a page is touched, which is how weights are opened. A mapping reads past the
/// end only if another process shortens the file meanwhile; the store replaces its files by rename and never
/// writes into them. Files that come from elsewhere are `copied` instead.
package final class FileBytes: @unchecked Sendable {  // Immutable after init: the pointer is only ever read.
    /// Where the bytes came from; used in messages.
    package let path: String
    package let count: Int
    private let start: UnsafeRawPointer?
    private let release: @Sendable (UnsafeRawPointer, Int) -> Void

    private init(
        path: String, start: UnsafeRawPointer?, count: Int,
        release: @escaping @Sendable (UnsafeRawPointer, Int) -> Void
    ) {
        self.path = path
        self.start = start
        self.count = count
        self.release = release
    }

    deinit {
        if let start { release(start, count) }
    }

    /// Maps a regular file read-only.
    ///
    /// - Throws: `missing` is not thrown here; every failure is `ModelFileError.system`, `.forbidden` or `.outOfMemory`.
    package static func mapped(_ path: String) throws -> FileBytes {
        let (descriptor, size) = try open(path)
        defer { close(descriptor) }
        guard size > 0 else { return FileBytes(path: path, start: nil, count: 0) { _, _ in } }
        guard let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED else {
            if errno == ENOMEM { throw ModelFileError.outOfMemory(path: path, bytes: size) }
            throw ModelFileError.system(operation: "map", path: path, reason: String(cString: strerror(errno)))
        }
        return FileBytes(path: path, start: UnsafeRawPointer(address), count: size) {
            munmap(UnsafeMutableRawPointer(mutating: $0), $1)
        }
    }

    /// Reads a whole regular file into memory.
    ///
    /// - Parameters:
    ///   - limit: the largest size accepted, in bytes.
    ///   - followsLinks: whether the file may be a symbolic link to another.
    package static func copied(_ path: String, limit: Int, followsLinks: Bool = true) throws -> FileBytes {
        let (descriptor, size) = try open(path, flags: followsLinks ? 0 : O_NOFOLLOW)
        defer { close(descriptor) }
        guard size <= limit else {
            throw ModelFileError.system(
                operation: "read", path: path, reason: "it has \(size) bytes, more than the limit of \(limit)")
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(size, 1), alignment: 64)
        var filled = 0
        while filled < size {
            let got = read(descriptor, buffer.baseAddress! + filled, size - filled)
            if got < 0 && errno == EINTR { continue }
            guard got > 0 else { break }
            filled += got
        }
        guard filled == size else {
            buffer.deallocate()
            throw ModelFileError.system(operation: "read", path: path, reason: "it became shorter while being read")
        }
        return FileBytes(path: path, start: UnsafeRawPointer(buffer.baseAddress!), count: size) { pointer, _ in
            UnsafeMutableRawPointer(mutating: pointer).deallocate()
        }
    }

    /// Bytes that are already in memory, under a name for messages.
    package convenience init(_ bytes: [UInt8], name: String) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bytes.count, 1), alignment: 64)
        buffer.copyBytes(from: bytes)
        self.init(path: name, start: UnsafeRawPointer(buffer.baseAddress!), count: bytes.count) { pointer, _ in
            UnsafeMutableRawPointer(mutating: pointer).deallocate()
        }
    }

    /// Calls `body` with all bytes; the pointer is valid as long as this object lives.
    package func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try body(UnsafeRawBufferPointer(start: start, count: count))
    }

    private static func open(_ path: String, flags: Int32 = 0) throws -> (descriptor: Int32, size: Int) {
        let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags)
        guard descriptor >= 0 else {
            if case .forbidden = OpenFailure(errno: errno) { throw ModelFileError.forbidden(path: path) }
            throw ModelFileError.system(operation: "open", path: path, reason: String(cString: strerror(errno)))
        }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw ModelFileError.system(operation: "read", path: path, reason: "it is not a regular file")
        }
        return (descriptor, Int(facts.st_size))
    }
}

/// A checked stretch of a file's bytes.
package struct ByteSlice: Sendable {
    package let file: FileBytes
    /// Offsets into the file; always inside it.
    package let range: Range<Int>

    package var count: Int { range.count }

    /// The whole file.
    package init(_ file: FileBytes) {
        self.file = file
        range = 0..<file.count
    }

    /// - Precondition: `range` lies inside the file; readers check it before they come here.
    init(_ file: FileBytes, range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= file.count, "\(range) of \(file.count) bytes")
        self.file = file
        self.range = range
    }

    package func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try file.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    func contains(text: String) -> Bool {
        let text = Array(text.utf8)
        return withUnsafeBytes { bytes in
            bytes.indices.contains { bytes[$0] == text[0] && bytes[$0...].starts(with: text) }
        }
    }
}
