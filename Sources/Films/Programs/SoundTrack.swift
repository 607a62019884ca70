import Foundation

/// A track of a film's sound, and how MP4 gets it.
struct SoundTrack {
    /// Number of its stream in the film.
    let stream: Int
    /// As in ISO 639-2; nil where the film does not say.
    let language: String?
    let encoding: Encoding

    /// How a track gets into MP4.
    struct Encoding {
        /// ffmpeg's name.
        let encoder: String
        /// Of a track that does not say where its channels are: how many, which then are where as many usually are. Encoders want to
        /// know.
        let channels: Int?

        /// ffmpeg's options.
        ///
        /// - Parameter track: its number in the output.
        func options(of track: Int) -> [String] {
            ["-c:a:\(track)", encoder] + (channels.map { ["-ac:a:\(track)", "\($0)"] } ?? [])
        }
    }

    /// Kinds that ffmpeg puts into MP4 and that hardly a player looks for there.
    private static let unplayed: Set = ["vorbis"]
    /// Packets with which an encoder is tried.
    private static let tried = 16

    /// What ffprobe says of a film's tracks.
    private struct Probe: Decodable {
        struct Stream: Decodable {
            struct Tags: Decodable {
                var language: String?
            }

            var index: Int
            var codecName: String?
            var channels: Int?
            var channelLayout: String?
            var tags: Tags?

            /// What MP4 holds is copied, the rest made AAC.
            var encodings: [Encoding] {
                let isPlayed = codecName.map { !unplayed.contains($0) } ?? true
                let placed = Encoding(encoder: "aac", channels: nil)
                let isUnplaced = channelLayout.map { $0 == "unknown" } ?? true
                return (isPlayed ? [Encoding(encoder: "copy", channels: nil)] : []) + [placed]
                    + (isUnplaced ? channels.map { [Encoding(encoder: "aac", channels: $0)] } ?? [] : [])
            }

            var language: String? {
                guard let code = tags?.language, code.wholeMatch(of: #/[a-z]{3}/#) != nil, code != "und" else {
                    return nil
                }
                return code
            }
        }

        var streams: [Stream]
    }

    /// Tries with the first packets of each track of a film how MP4 gets it: which kinds that holds, and which can be read, is for
    /// ffmpeg to know.
    ///
    /// - Parameter run: ffmpeg, to its end, with arguments after those of the film.
    /// - Returns: the tracks that MP4 gets, and why it does not get the others.
    /// - Throws: ``FilmError``; not for what cannot be read.
    static func all(
        of film: FilmFile, with ffmpeg: FFmpeg, isCancelled: @escaping () -> Bool,
        run: ([String]) throws(FilmError) -> Void
    ) throws(FilmError) -> (tracks: [SoundTrack], lost: [String]) {
        let program = try ffmpeg.start(
            .ffprobe,
            [
                "-v", "error", "-select_streams", "a", "-show_entries",
                "stream=index,codec_name,channels,channel_layout:stream_tags=language", "-of", "json",
            ]
                + FFmpeg.input(film.path), of: film.name, isCancelled: isCancelled)
        let text = try program.text(limit: 1 << 20)
        try program.finish()
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let streams = (try? decoder.decode(Probe.self, from: Data(text.utf8)))?.streams ?? []
        var (tracks, lost): ([SoundTrack], [String]) = ([], [])
        for (index, stream) in streams.enumerated() {
            var reason: String?
            for encoding in stream.encodings {
                do throws(FilmError) {
                    try run(["-map", "0:\(stream.index)"] + encoding.options(of: 0) + ["-frames:a", "\(tried)"])
                    tracks.append(SoundTrack(stream: stream.index, language: stream.language, encoding: encoding))
                    reason = nil
                    break
                } catch .programFailed(_, _, let words) {
                    reason = "MP4 gets no \(stream.codecName ?? "sound of its kind"), as ffmpeg says: \(words)"
                }
            }
            if let reason { lost.append(streams.count == 1 ? reason : "of track \(index + 1): \(reason)") }
        }
        return (tracks, lost)
    }
}
