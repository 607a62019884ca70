import Foundation

/// Writes a YUV4MPEG2 film frame by frame. Not `Sendable`.
package final class Y4MWriter {
    /// Takes bytes in order.
    package typealias Sink = ([UInt8]) throws(FilmError) -> Void

    package let header: Y4MHeader
    private let sink: Sink

    /// Writes the header.
    package init(_ header: Y4MHeader, sink: @escaping Sink) throws(FilmError) {
        self.header = header
        self.sink = sink
        try sink(Array((header.line + "\n").utf8))
    }

    /// A new file; one of that name must not exist.
    ///
    /// - Throws: ``FilmError/notWritten(film:reason:)``.
    package convenience init(_ header: Y4MHeader, path: String) throws(FilmError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .notWritten(film: path, reason: String(cString: strerror(errno))) }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try self.init(header) { bytes throws(FilmError) in
            var done = 0
            while done < bytes.count {
                let count = bytes.withUnsafeBytes {
                    write(file.fileDescriptor, $0.baseAddress! + done, $0.count - done)
                }
                if count > 0 {
                    done += count
                } else if errno != EINTR {
                    throw .notWritten(film: path, reason: String(cString: strerror(errno)))
                }
            }
        }
    }

    /// - Parameter frame: of the header's size and sampling.
    package func append(_ frame: YUVFrame) throws(FilmError) {
        precondition(
            frame.size == header.size && frame.sampling == header.sampling,
            "a frame of \(frame.size), \(frame.sampling) in a film of \(header.size), \(header.sampling)")
        try sink(Array("FRAME\n".utf8))
        try sink(frame.samples)
    }
}
