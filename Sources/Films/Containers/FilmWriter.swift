import Foundation
import Pictures
import Wire

/// Puts painted frames together to a film.
package enum FilmWriter {
    /// Bytes of a film, at most: 64 GiB.
    private static let largest = 64 << 30

    /// x264's constant rate factor for a quality of 1...100: 18 for 92, at which paintings keep their grain, 51, its worst, for 1.
    private static func rateFactor(_ quality: Int) -> Int { 51 - (36 * min(max(quality, 1), 100) + 50) / 100 }
    private static func encoding(_ quality: Int) -> [String] {
        ["-c:v", "libx264", "-crf", "\(rateFactor(quality))", "-preset", "medium"]
    }
    /// The scaler is told the matrix that the tags promise.
    ///
    /// - Parameter late: filters that come first.
    private static func picture(after late: [String]) -> [String] {
        let filters = late + ["setsar=1", "scale=out_color_matrix=bt709:out_range=tv", "format=yuv420p"]
        return [
            "-vf", filters.joined(separator: ","),
            "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv",
        ]
    }
    private static let general = ["-hide_banner", "-nostdin", "-loglevel", "error", "-y"]
    private static let end = ["-movflags", "+faststart", "-f", "mp4"]

    /// Writes YUV4MPEG2.
    ///
    /// - Parameters:
    ///   - frame: from 0; nil after the last one.
    package static func writeY4M(
        to path: String, size: PixelSize, rate: FrameRate, frame: (Int) throws -> Picture?
    ) throws {
        let header = Y4MHeader(size: size, rate: rate, sampling: .quarterCentred)
        let writer = try Y4MWriter(header, path: path)
        var index = 0
        while let picture = try frame(index) {
            try writer.append(YUVFrame(Planes(picture), sampling: header.sampling, colour: header.colour))
            index += 1
        }
    }

    /// A size that ``writeMP4`` can write: H.264 of four pixels to a colour has even sides.
    package static func even(_ size: PixelSize) -> PixelSize {
        PixelSize(width: max(2, size.width & ~1), height: max(2, size.height & ~1))
    }

    /// Writes MP4: H.264 with the sound of the source, of which each track is copied where MP4 holds its kind, and else made AAC. Of
    /// what the source says of itself, only the tracks' languages come along: where, when and by whom it was taken stay behind.
    ///
    /// - Precondition: the frames' sides are even.
    /// - Parameters:
    ///   - frames: names of the PNG files in `folder`, without characters that a list would have to escape.
    ///   - quality: 1...100.
    ///   - seconds: after which pictures and sound are cut off; nil for where they end by themselves.
    ///   - folder: of the frames, and for the list of those of uneven length.
    ///   - threads: of the encoder.
    /// - Returns: why it lacks sound, where the source has some that ffmpeg can make nothing of.
    /// - Throws: ``FilmError``, and what reading a frame throws.
    package static func writeMP4(
        to path: String, frames: [String], times: FrameTimes, quality: Int, lasting seconds: Double? = nil,
        sound source: FilmFile, folder: String,
        threads: Int, with ffmpeg: FFmpeg, isCancelled: @escaping () -> Bool, frame: (Int) throws -> Picture?
    ) throws -> String? {
        if times.rate == nil {
            // It reads these itself, passes over what it cannot read, and the film would be shorter.
            for index in frames.indices { _ = try frame(index) }
        }
        /// What ffmpeg gives up for may be the sound, where it has some to do with.
        func judged(_ error: FilmError, _ hasSound: Bool) -> FilmError {
            guard case .programFailed(let film, _, let words) = error else { return error }
            if isCancelled() { return .cancelled }
            return hasSound && !FullDisk.isMeant(by: words) ? error : .notEncoded(film: film, words: words)
        }
        var (sound, lost) = ([SoundTrack](), source.soundLost.map { [$0] } ?? [])
        if source.mayBeHeard {
            (sound, lost) = try SoundTrack.all(of: source, with: ffmpeg, isCancelled: isCancelled) {
                arguments throws(FilmError) in
                do throws(FilmError) {
                    // The painted film takes its place.
                    let output = ["-f", "mp4", "file:\(path)"]
                    try ffmpeg.start(
                        .ffmpeg, general + FFmpeg.input(source.path) + arguments + output, of: source.name,
                        largest: largest, isCancelled: isCancelled
                    ).finish()
                } catch { throw judged(error, true) }
            }
        }
        for tracks in sound.isEmpty ? [[]] : [sound, []] {
            do {
                try encode(
                    to: path, frames, times, quality, seconds, source, folder, tracks, threads, ffmpeg, isCancelled,
                    frame)
                break
            } catch let error as FilmError {
                let error = judged(error, !tracks.isEmpty)
                guard case .programFailed(_, _, let words) = error else { throw error }
                lost = [words]
            }
        }
        return lost.isEmpty ? nil : lost.joined(separator: "; ")
    }

    /// A time in ffmpeg's own unit, without an exponent, which it does not read.
    private static func time(_ seconds: Double) -> String { "\(Int((seconds * 1e6).rounded()))us" }

    private static func encode(
        to path: String, _ frames: [String], _ times: FrameTimes, _ quality: Int, _ seconds: Double?,
        _ source: FilmFile,
        _ folder: String, _ sound: [SoundTrack], _ threads: Int, _ ffmpeg: FFmpeg, _ isCancelled: @escaping () -> Bool,
        _ frame: (Int) throws -> Picture?
    ) throws {
        let heard = sound.isEmpty ? [] : FFmpeg.input(source.path)
        // Pictures that begin after the sound still do.
        let late = sound.isEmpty ? 0 : Int((source.facts.delay * Double(FrameTimes.timescale)).rounded())
        let picture = picture(after: late > 0 ? ["settb=1/\(FrameTimes.timescale)", "setpts=PTS+\(late)"] : [])
        // Otherwise the first frame is repeated until the time at which it begins, or moved to a whole frame.
        let exact = [
            "-fps_mode", "passthrough", "-enc_time_base:v", "1:\(FrameTimes.timescale)",
            "-video_track_timescale", "\(FrameTimes.timescale)",
        ]
        let end = (seconds.map { ["-t", time($0 + Double(late) / Double(FrameTimes.timescale))] } ?? []) + Self.end
        let encoding = Self.encoding(quality) + ["-threads", "\(threads)"]
        let tracks = sound.enumerated().flatMap { index, track in
            ["-map", "1:\(track.stream)"] + track.encoding.options(of: index)
                + (track.language.map { ["-metadata:s:a:\(index)", "language=\($0)"] } ?? [])
        }
        let mapped = ["-map", "0:v:0"] + tracks + ["-map_metadata", "-1", "-map_chapters", "-1"]
        switch times {
        case .constant(let rate):
            guard let first = try frame(0) else { throw FilmError.noPictures(film: source.name) }
            let program = try ffmpeg.start(
                .ffmpeg,
                general
                    + [
                        "-f", "rawvideo", "-pix_fmt", "rgb24", "-video_size", "\(first.width)x\(first.height)",
                        "-framerate", "\(rate.numerator)/\(rate.denominator)", "-i", "pipe:0",
                    ] + heard + mapped + encoding + picture + (late > 0 ? exact : [])
                    + end + ["file:\(path)"], of: source.name,
                takes: .written,
                largest: largest, isCancelled: isCancelled)
            try program.write(first.pixels)
            for index in 1..<max(1, frames.count) {
                guard let next = try frame(index) else { break }
                try program.write(next.pixels)
            }
            try program.finish()
        case .listed(let lengths):
            let missing = max(0, frames.count - lengths.count)
            let shown =
                Array(lengths.prefix(frames.count)) + Array(repeating: lengths[lengths.count - 1], count: missing)
            let list = zip(frames, FrameTimes.microseconds(shown)).map { frame, length in
                // Without the rate, times are rounded to a 25th of a second.
                "file \(frame)\noption framerate \(FrameTimes.timescale)\nduration \(length)us\n"
            }
            let listing = "\(folder)/frames.txt"
            try Data(("ffconcat version 1.0\n" + list.joined()).utf8).write(to: URL(fileURLWithPath: listing))
            // The encoder knows no length of the last frame, and with frames out of their order could not be told.
            let last =
                "setts=pts=PTS:dts=DTS:duration='if(eq(N,\(frames.count - 1)),\(shown[shown.count - 1]),DURATION)'"
            let program = try ffmpeg.start(
                .ffmpeg,
                general + ["-xerror", "-f", "concat", "-safe", "0", "-i", "file:\(listing)"] + heard + mapped
                    + encoding + ["-bf", "0", "-bsf:v", last] + picture + exact + end + ["file:\(path)"],
                of: source.name, largest: largest, isCancelled: isCancelled)
            try program.finish()
        }
    }
}
