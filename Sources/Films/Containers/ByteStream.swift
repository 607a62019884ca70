import Foundation

/// Bytes that come in order from a file, a pipe or memory. Not `Sendable`.
package final class ByteStream {
    /// Fills the start of the memory; 0 is the end.
    package typealias Source = (UnsafeMutableRawBufferPointer) throws(FilmError) -> Int

    /// Bytes fetched at a time, where lines are looked for.
    private static let chunk = 1 << 16

    package let name: String
    private let source: Source
    private var pending: [UInt8] = []
    private var next = 0

    /// - Parameter name: what errors call it.
    package init(name: String, source: @escaping Source) {
        self.name = name
        self.source = source
    }

    package convenience init(name: String, bytes: [UInt8]) {
        var left = bytes[...]
        self.init(name: name) { memory throws(FilmError) in
            let count = min(left.count, memory.count)
            memory.copyBytes(from: left.prefix(count))
            left = left.dropFirst(count)
            return count
        }
    }

    /// - Parameter name: what errors call it; the path unless it is given.
    /// - Throws: ``FilmError/unreadable(film:reason:)``.
    package convenience init(path: String, name: String? = nil) throws(FilmError) {
        let name = name ?? path
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(film: name, reason: String(cString: strerror(errno))) }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        self.init(name: name) { memory throws(FilmError) in
            while true {
                let count = read(file.fileDescriptor, memory.baseAddress, memory.count)
                if count >= 0 { return count }
                if errno != EINTR { throw .unreadable(film: name, reason: String(cString: strerror(errno))) }
            }
        }
    }

    private func fetch() throws(FilmError) -> Bool {
        if next < pending.count { return true }
        if pending.count != Self.chunk { pending = [UInt8](repeating: 0, count: Self.chunk) }
        let count = try filled(&pending, from: 0)
        pending.removeLast(Self.chunk - count)
        next = 0
        return count > 0
    }

    private func filled(_ bytes: inout [UInt8], from start: Int) throws(FilmError) -> Int {
        var result: Result<Int, FilmError> = .success(0)
        bytes.withUnsafeMutableBytes { memory in
            let rest = UnsafeMutableRawBufferPointer(rebasing: memory[start...])
            result = Result { () throws(FilmError) in try source(rest) }
        }
        return try result.get()
    }

    /// The bytes up to a newline, which is swallowed.
    ///
    /// - Returns: nil at the end of the stream; what was there, if the stream ends or the limit comes first.
    func line(limit: Int) throws(FilmError) -> [UInt8]? {
        var line: [UInt8] = []
        while line.count < limit {
            guard try fetch() else { return line.isEmpty ? nil : line }
            let byte = pending[next]
            next += 1
            if byte == UInt8(ascii: "\n") { return line }
            line.append(byte)
        }
        return line
    }

    /// Exactly so many bytes; nil if the stream ends before.
    func bytes(_ count: Int) throws(FilmError) -> [UInt8]? {
        let held = min(count, pending.count - next)
        var result = [UInt8](repeating: 0, count: count)
        result.replaceSubrange(0..<held, with: pending[next..<(next + held)])
        next += held
        var done = held
        while done < count {
            let got = try filled(&result, from: done)
            if got == 0 { return nil }
            done += got
        }
        return result
    }
}
