import CLinux
import Crypto
import Glibc
import Parsing

/// An open file's descriptor, closed when the value goes.
package struct OpenFile: ~Copyable {
    package let descriptor: Int32
    fileprivate let path: String

    deinit { close(descriptor) }

    package func facts() throws -> FileFacts {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("fstat") }
        return FileFacts(status)
    }

    /// Makes contents and size durable.
    package func sync() throws {
        guard fsync(descriptor) == 0 else { throw failure("fsync") }
    }

    /// Writes all of the bytes, however many calls it takes.
    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.base.baseAddress! + rest.startIndex, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw failure("write")
            }
            rest = rest.dropFirst(count)
        }
    }

    /// Reads until the buffer is full or the file ends; how many bytes came.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        var filled = 0
        while filled < buffer.count {
            let count = Glibc.read(descriptor, buffer.baseAddress! + filled, buffer.count - filled)
            if count < 0 {
                if errno == EINTR { continue }
                throw failure("read")
            }
            if count == 0 { break }
            filled += count
        }
        return filled
    }

    /// Writes so many bytes from a place on to the disk, so that a ``sync()`` has less to wait for.
    fileprivate func writeBack(from offset: Int64, count: Int64) throws {
        let result = limner_write_back(descriptor, offset, count)
        guard result == 0 else { throw SpoolError.system(call: "sync_file_range", path: path, errno: -result) }
    }

    private func failure(_ call: String) -> SpoolError { SpoolError.system(call: call, path: path, errno: errno) }
}

/// A file that is hashed from its beginning to its end, in as many pieces as its reader likes.
package final class FileReading {
    /// SHA-256, 64 lowercase hexadecimal digits, and what the file was before and after it was read.
    package typealias Digest = (sha256: String, before: FileFacts, after: FileFacts)

    private let file: OpenFile
    private let before: FileFacts
    private var hash = SHA256()
    /// Bytes that were read.
    package private(set) var count: Int64 = 0

    private static let chunkBytes: Int64 = 1 << 20

    fileprivate init(_ file: consuming OpenFile) throws {
        before = try file.facts()
        self.file = file
    }

    /// Reads on.
    ///
    /// - Parameter limit: bytes, give or take a MiB.
    /// - Returns: the digest, when the file has ended; `nil` while there is more to read.
    package func advance(by limit: Int64) throws -> Digest? {
        let size = Int(min(max(before.identity.size, 4096), Self.chunkBytes))
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
        defer { chunk.deallocate() }
        let end = count.clampedSum(limit)
        while count < end {
            let read = try file.read(into: chunk)
            guard read > 0 else { return (hash.finalize().hexadecimal, before, try file.facts()) }
            hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: chunk[..<read]))
            count += Int64(read)
        }
        return nil
    }

    /// Writes the next bytes to the disk, where they are not there yet.
    func writeBack(_ limit: Int64) throws { try file.writeBack(from: count, count: limit) }

    /// Makes the file durable.
    func sync() throws { try file.sync() }
}

extension Folder {
    /// Opens a regular file for reading. Never blocks and never follows: `O_NONBLOCK` keeps a FIFO that took the
    /// file's place from hanging the caller.
    package func open(_ name: FileName) throws -> OpenFile {
        let descriptor = name.withPath { openat(self.descriptor, $0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) }
        guard descriptor >= 0 else { throw failure("open", name) }
        return OpenFile(descriptor: descriptor, path: path + "/" + name.description)
    }

    /// Makes a new file for writing.
    ///
    /// - Throws: `EEXIST` when the name is taken.
    package func create(_ name: FileName) throws -> OpenFile {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let descriptor = name.withPath { openat(self.descriptor, $0, flags, 0o660) }
        guard descriptor >= 0 else { throw failure("create", name) }
        return OpenFile(descriptor: descriptor, path: path + "/" + name.description)
    }

    /// Writes a whole file durably; an earlier one of the name is replaced only when the new one is on the disk.
    package func write(_ bytes: some Collection<UInt8>, to name: FileName) throws {
        let aside = FileName(".new-" + String(UInt32.random(in: .min ... .max), radix: 16))
        do {
            let file = try create(aside)
            let contiguous = Array(bytes)
            try contiguous.withUnsafeBytes { try file.write($0) }
            try file.sync()
            guard aside.withPath({ old in name.withPath { new in renameat(descriptor, old, descriptor, new) } }) == 0
            else { throw failure("rename", name) }
        } catch {
            _ = aside.withPath { unlinkat(descriptor, $0, 0) }
            throw error
        }
    }

    /// Writes a whole file in place of what has the name; durable once the folder's tree is synced.
    func put(_ bytes: some Collection<UInt8>, as name: FileName) throws {
        try remove(name)
        let file = try create(name)
        try Array(bytes).withUnsafeBytes { try file.write($0) }
    }

    /// The whole of a file of at most `limit` bytes; `nil` when it is longer.
    package func read(_ name: FileName, limit: Int) throws -> [UInt8]? {
        let bytes = try readHead(name, limit: limit + 1)
        return bytes.count > limit ? nil : bytes
    }

    /// The whole of a regular file; `nil` of anything else, and of what is longer than anything that is written here.
    func read(regular name: FileName) throws -> [UInt8]? {
        guard let facts = try facts(name), facts.kind == .regular, facts.identity.size <= Self.longest else {
            return nil
        }
        return try readHead(name, limit: Int(facts.identity.size))
    }

    /// Bytes.
    private static let longest: Int64 = 256 << 20

    /// The first bytes of a file, at most so many.
    func readHead(_ name: FileName, limit: Int) throws -> [UInt8] {
        let file = try open(name)
        return try [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            count = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
        }
    }

    /// A file that is to be hashed; nothing is read yet.
    package func reading(_ name: FileName) throws -> FileReading { try FileReading(open(name)) }

    /// Hashes a whole file.
    package func digest(_ name: FileName) throws -> FileReading.Digest {
        let reading = try reading(name)
        while true {
            if let digest = try reading.advance(by: .max) { return digest }
        }
    }

    /// Removes a file, or a folder with all that it holds. What is already gone is no error.
    package func remove(_ name: FileName) throws {
        guard let facts = try facts(name) else { return }
        if facts.kind == .folder {
            let folder = try folder(name)
            for inner in try folder.names() { try folder.remove(inner) }
            guard name.withPath({ unlinkat(descriptor, $0, AT_REMOVEDIR) }) == 0 || errno == ENOENT else {
                throw failure("rmdir", name)
            }
        } else {
            guard name.withPath({ unlinkat(descriptor, $0, 0) }) == 0 || errno == ENOENT else {
                throw failure("unlink", name)
            }
        }
    }

    /// Makes a regular file's contents durable; what is none, or may not be read, is left alone.
    func syncRegularFile(_ name: FileName) throws {
        guard try facts(name)?.kind == .regular else { return }
        do {
            try open(name).sync()
        } catch let error as SpoolError where [EACCES, EPERM, ENOENT].contains(error.errno) {
        }
    }

    /// Makes all of the file system durable, also what others have written to it.
    func syncFileSystem() throws {
        let result = limner_sync_file_system(descriptor)
        guard result == 0 else { throw SpoolError.system(call: "syncfs", path: path, errno: -result) }
    }

    /// Makes every regular file of this folder and of those below durable, then the folders themselves.
    package func syncTree() throws {
        for name in try names() {
            switch try facts(name)?.kind {
            case .regular: try open(name).sync()
            case .folder: try folder(name).syncTree()
            case .special, nil: break
            }
        }
        try sync()
    }
}
