/// Reads a YUV4MPEG2 film frame by frame, in the memory of one frame. Not `Sendable`.
package final class Y4MReader {
    package let header: Y4MHeader
    /// Frames read so far.
    package private(set) var frames = 0
    private let stream: ByteStream

    /// Reads the header.
    ///
    /// - Parameter mostPixels: of a frame; checked before memory is taken.
    /// - Throws: as ``Y4MHeader`` does, and what the stream throws.
    package init(_ stream: ByteStream, mostPixels: Int = Y4MHeader.mostPixels) throws(FilmError) {
        self.stream = stream
        guard let line = try stream.line(limit: Y4MHeader.longestLine) else { throw .notY4M(film: stream.name) }
        header = try Y4MHeader(line: line, film: stream.name, mostPixels: mostPixels)
    }

    /// The next frame; nil after the last one.
    ///
    /// - Throws: ``FilmError/badFrame(film:frame:reason:)`` where no frame begins,
    ///   ``FilmError/truncated(film:frame:)``, and what the stream throws.
    package func next() throws(FilmError) -> YUVFrame? {
        guard let line = try stream.line(limit: Y4MHeader.longestLine) else { return nil }
        let word = Array("FRAME".utf8)
        // Of a film that is cut off, the last bytes may be some of the word.
        if line.count < word.count, word.starts(with: line), try stream.line(limit: 1) == nil {
            throw .truncated(film: stream.name, frame: frames)
        }
        // Parameters of a frame tell of interlacing and comments, which do not matter here.
        guard line.starts(with: word), line.count == 5 || line[5] == UInt8(ascii: " ") else {
            throw .badFrame(film: stream.name, frame: frames, reason: "it does not begin with FRAME")
        }
        guard line.count < Y4MHeader.longestLine else {
            throw .badFrame(film: stream.name, frame: frames, reason: "its first line goes on for \(line.count) bytes")
        }
        guard let samples = try stream.bytes(header.sampling.bytes(of: header.size)) else {
            throw .truncated(film: stream.name, frame: frames)
        }
        frames += 1
        return YUVFrame(size: header.size, sampling: header.sampling, samples: samples)
    }
}
