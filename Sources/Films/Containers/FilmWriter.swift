import Foundation
import Pictures

/// Puts painted frames together to a film.
package enum FilmWriter {
    /// Bytes of a film, at most: 64 GiB.
    private static let largest = 64 << 30

    /// Of a quality at which paintings keep their grain.
    private static let encoding = [
        "-c:v", "libx264", "-crf", "18", "-preset", "medium",
    ]
    /// H.264 of four pixels to a colour has even sides; the scaler is told the matrix that the tags promise.
    private static let picture = [
        "-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2,setsar=1,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p",
        "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv",
    ]
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

    /// Writes MP4: H.264 with the sound of the source, which is copied where MP4 holds its kind, and else made AAC.
    ///
    /// - Parameters:
    ///   - frames: paths of PNG files without characters that a list would have to escape.
    ///   - folder: for the list of frames of uneven length.
    /// - Throws: ``FilmError``, and what reading a frame throws.
    package static func writeMP4(
        to path: String, frames: [String], times: FrameTimes, sound source: FilmFile, folder: String,
        with ffmpeg: FFmpeg, isCancelled: @escaping () -> Bool, frame: (Int) throws -> Picture?
    ) throws {
        do {
            try encode(to: path, frames, times, source, folder, "copy", ffmpeg, isCancelled, frame)
        } catch FilmError.programFailed {
            if isCancelled() { throw FilmError.cancelled }
            try encode(to: path, frames, times, source, folder, "aac", ffmpeg, isCancelled, frame)
        }
    }

    private static func encode(
        to path: String, _ frames: [String], _ times: FrameTimes, _ source: FilmFile, _ folder: String,
        _ sound: String, _ ffmpeg: FFmpeg, _ isCancelled: @escaping () -> Bool, _ frame: (Int) throws -> Picture?
    ) throws {
        let general = ["-hide_banner", "-nostdin", "-loglevel", "error", "-y"]
        // A film without sound of its own is only asked for what is not there.
        let heard = source.mayBeHeard ? FFmpeg.input(source.path) : []
        let mapped =
            ["-map", "0:v:0"] + (source.mayBeHeard ? ["-map", "1:a?", "-c:a", sound, "-map_metadata", "1"] : [])
        switch times {
        case .constant(let rate):
            guard let first = try frame(0) else { throw FilmError.noPictures(film: source.name) }
            let program = try ffmpeg.start(
                .ffmpeg,
                general
                    + [
                        "-f", "rawvideo", "-pix_fmt", "rgb24", "-video_size", "\(first.width)x\(first.height)",
                        "-framerate", "\(rate.numerator)/\(rate.denominator)", "-i", "pipe:0",
                    ] + heard + mapped + encoding + picture + end + ["file:\(path)"], of: source.name, takes: true,
                largest: largest, isCancelled: isCancelled)
            try program.write(first.pixels)
            for index in 1..<max(1, frames.count) {
                guard let next = try frame(index) else { break }
                try program.write(next.pixels)
            }
            try program.finish()
        case .listed(let lengths):
            let list = zip(frames, lengths).map { frame, ticks in
                let seconds = Double(ticks) / Double(FrameTimes.timescale)
                // Without the rate, times are rounded to a 25th of a second.
                return "file '\(frame)'\noption framerate \(FrameTimes.timescale)\nduration \(seconds)\n"
            }
            let listing = "\(folder)/frames.txt"
            try Data(("ffconcat version 1.0\n" + list.joined()).utf8).write(to: URL(fileURLWithPath: listing))
            let program = try ffmpeg.start(
                .ffmpeg,
                general + ["-f", "concat", "-safe", "0", "-i", "file:\(listing)"] + heard + mapped + encoding + picture
                    + [
                        "-fps_mode", "passthrough", "-enc_time_base", "1:\(FrameTimes.timescale)",
                        "-video_track_timescale", "\(FrameTimes.timescale)",
                    ] + end + ["file:\(path)"], of: source.name, largest: largest, isCancelled: isCancelled)
            try program.finish()
        }
    }
}
