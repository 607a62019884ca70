import Foundation
import Parsing
import Pictures

/// Reads the frames of a film one after the other: YUV4MPEG2 and pictures by itself, whatever else there is by ffmpeg. Not `Sendable`.
package final class FilmReader {
    fileprivate enum Source {
        case y4m(Y4MReader)
        case program(RunningProgram)
        /// Of frames that are pictures, where each lies.
        case pictures([String], PictureLimits)
    }

    package let name: String
    /// Of the frames that it gives.
    package let size: PixelSize
    /// Frames given so far.
    package private(set) var frames = 0
    /// What is wrong with the film, once it has been read as far as it goes: ffmpeg's words, which plays what it can of it, or
    /// where a YUV4MPEG2 film of some frames breaks off.
    package private(set) var damage: String?
    private let source: Source
    /// What ffmpeg says of the film's other tracks, which is no damage.
    private let known: String?

    fileprivate init(name: String, size: PixelSize, source: Source, known: String? = nil) {
        self.name = name
        self.size = size
        self.source = source
        self.known = known
    }

    /// The next frame, opaque; nil after the last one.
    package func next() throws -> Picture? {
        guard let picture = try read() else { return nil }
        guard frames < FilmFacts.mostFrames else { throw FilmError.tooLong(film: name, frames: FilmFacts.mostFrames) }
        frames += 1
        return picture
    }

    private func read() throws -> Picture? {
        if damage != nil { return nil }
        switch source {
        case .pictures(let paths, let limits):
            guard frames < paths.count else { return nil }
            let file = try PictureFile(path: paths[frames], limits: limits)
            return try file.decode(scale: .covering(longSide: size.longSide)).opaque().resized(to: size)
        case .y4m(let reader):
            guard let frame = try whole(of: reader) else { return nil }
            return frame.planes(reader.header.colour).picture.resized(to: size)
        case .program(let program):
            let count = 3 * size.area
            var pixels = [UInt8](repeating: 0, count: count)
            var done = 0
            while done < count {
                var result: Result<Int, FilmError> = .success(0)
                pixels.withUnsafeMutableBytes { memory in
                    let rest = UnsafeMutableRawBufferPointer(rebasing: memory[done...])
                    result = Result { () throws(FilmError) in try program.read(into: rest) }
                }
                let got = try result.get()
                if got == 0 { break }
                done += got
            }
            if done == 0 {
                let said = try program.finish()
                damage = said == known ? nil : said
                return nil
            }
            guard done == count else {
                try program.finish()
                throw FilmError.truncated(film: name, frame: frames)
            }
            return Picture(width: size.width, height: size.height, pixels: pixels)
        }
    }

    /// The next frame that is whole; what breaks off behind others is told, and costs none of them.
    private func whole(of reader: Y4MReader) throws(FilmError) -> YUVFrame? {
        switch Result(catching: { () throws(FilmError) in try reader.next() }) {
        case .success(let frame): return frame
        case .failure(let error) where error.isOfOneFrame && frames > 0:
            damage = String(error.message.dropLast())
            return nil
        case .failure(let error): throw error
        }
    }
}

/// A film as it lies in a file, or in one file a frame.
package struct FilmFile: Sendable {
    /// What is read, in words.
    package static let kinds = "\(FFmpeg.containers.joined(separator: ", ")) or YUV4MPEG2"

    /// What people call it, and where it is.
    package let name: String
    package let path: String
    package let bytes: Int
    package let facts: FilmFacts
    private let source: Source

    private enum Source {
        case y4m(mostPixels: Int)
        /// `alone`, where that is all that can be looked at, in which container its pictures are probed, and what ffprobe says of the
        /// other tracks.
        case compressed(FFmpeg, mostPixels: Int, alone: PicturesAlone?)
        case pictures([String], PictureLimits)
    }

    /// Whether there may be sound in the file.
    var mayBeHeard: Bool { if case .compressed(_, _, nil) = source { true } else { false } }

    /// Why its sound, if it has any, is not looked at.
    var soundLost: String? {
        guard case .compressed(_, _, let alone?) = source else { return nil }
        return "ffprobe gives up what is beside the pictures: \(alone.why)"
    }

    /// Looks at the header.
    ///
    /// - Parameters:
    ///   - mostPixels: of a frame.
    ///   - ffmpeg: nil where it is not installed.
    /// - Throws: ``FilmError``; ``FilmError/programMissing(film:)`` for any film but YUV4MPEG2,
    ///   ``FilmError/picture(film:)`` for what is none.
    package init(
        path: String, name: String, mostPixels: Int, ffmpeg: FFmpeg?, isCancelled: @escaping () -> Bool = { false }
    ) throws(FilmError) {
        self.path = path
        self.name = name
        var status = stat()
        guard lstat(path, &status) == 0 else {
            throw .unreadable(film: name, reason: String(cString: strerror(errno)))
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .unreadable(film: name, reason: "it is no regular file") }
        bytes = Int(status.st_size)
        do throws(FilmError) {
            facts = try FilmFacts(
                try Self.y4m(path, name, mostPixels).header, bytes: bytes, name: name, mostPixels: mostPixels)
            source = .y4m(mostPixels: mostPixels)
        } catch .notY4M {
            guard !Self.isPicture(path) else { throw .picture(film: name) }
            guard let ffmpeg else { throw .programMissing(film: name) }
            let (found, alone) = try Self.probed { container throws(FilmError) in
                try FilmFacts(
                    probing: path, in: container, name: name, mostPixels: mostPixels, with: ffmpeg,
                    isCancelled: isCancelled)
            }
            facts = found
            source = .compressed(ffmpeg, mostPixels: mostPixels, alone: alone)
        }
    }

    private typealias PicturesAlone = (container: String, why: String)

    /// - Parameter facts: of all of the film, or of its pictures alone in a container.
    private static func probed(
        _ facts: (String?) throws(FilmError) -> FilmFacts
    ) throws(FilmError) -> (FilmFacts, PicturesAlone?) {
        do throws(FilmError) {
            return (try facts(nil), nil)
        } catch .programFailed(let film, let program, let words) {
            for container in FFmpeg.picturesAlone {
                do throws(FilmError) {
                    return (try facts(container), (container, words))
                } catch .programFailed, .noPictures {
                    continue
                }
            }
            throw .programFailed(film: film, program: program, words: words)
        }
    }

    /// A film of pictures.
    ///
    /// - Parameters:
    ///   - frames: where each lies; at least one.
    ///   - size: of each.
    package init(
        frames: [String], name: String, size: PixelSize, rate: FrameRate, bytes: Int, limits: PictureLimits
    ) throws(FilmError) {
        guard let first = frames.first else { throw .noPictures(film: name) }
        guard frames.count <= FilmFacts.mostFrames else { throw .tooLong(film: name, frames: FilmFacts.mostFrames) }
        path = first
        self.name = name
        self.bytes = bytes
        facts = FilmFacts(size: size, rate: rate, frames: frames.count)
        source = .pictures(frames, limits)
    }

    /// By its first bytes.
    private static func isPicture(_ path: String) -> Bool {
        guard let start = try? FileHandle(forReadingAtPath: path)?.read(upToCount: FileKind.looked) else {
            return false
        }
        return FileKind(signature: start)?.isPicture == true
    }

    private static func y4m(_ path: String, _ name: String, _ mostPixels: Int) throws(FilmError) -> Y4MReader {
        try Y4MReader(ByteStream(path: path, name: name), mostPixels: mostPixels)
    }

    /// When the frames are shown.
    package func times(isCancelled: @escaping () -> Bool) throws(FilmError) -> FrameTimes {
        guard case .compressed(let ffmpeg, _, let alone) = source else { return .constant(facts.rate) }
        return try FilmFacts.times(
            of: path, in: alone?.container, name: name, rates: facts.rates, with: ffmpeg, isCancelled: isCancelled)
    }

    /// Its frames, scaled to a size.
    package func reader(size: PixelSize, isCancelled: @escaping () -> Bool) throws(FilmError) -> FilmReader {
        let (ffmpeg, mostPixels, known): (FFmpeg, Int, String?)
        switch source {
        case .y4m(let mostPixels):
            return FilmReader(name: name, size: size, source: .y4m(try Self.y4m(path, name, mostPixels)))
        case .pictures(let paths, let limits):
            return FilmReader(name: name, size: size, source: .pictures(paths, limits))
        case .compressed(let program, let most, let alone): (ffmpeg, mostPixels, known) = (program, most, alone?.why)
        }
        let matrix = facts.matrix.map { ":in_color_matrix=\($0)" } ?? ""
        let scale = "scale=\(size.width):\(size.height):flags=lanczos+accurate_rnd+full_chroma_int\(matrix)"
        // Frames are only counted here: of uneven ones the muxer would say that their times do not rise. Behind the encoder, since
        // filters begin anew where a film changes the size of its frames.
        let counted = "setts=pts=N:dts=N"
        let decoder = facts.decoder.map { ["-c:v", $0] } ?? []
        // Otherwise frames are doubled and left out until they have an even rate.
        let program = try ffmpeg.start(
            .ffmpeg,
            ["-hide_banner", "-nostdin", "-loglevel", "error", "-max_pixels:v", "\(mostPixels)"]
                + decoder + FFmpeg.input(path)
                + [
                    "-map", "0:v:0", "-fps_mode", "passthrough", "-vf",
                    (facts.filters + [scale] + facts.toning).joined(separator: ","), "-bsf:v", counted, "-f",
                    "rawvideo",
                    "-pix_fmt", "rgb24", "pipe:1",
                ], of: name, isCancelled: isCancelled)
        return FilmReader(name: name, size: size, source: .program(program), known: known)
    }
}
