import Foundation

/// A track of a film's sound, and how MP4 gets it.
struct SoundTrack {
    /// Number of its stream in the film.
    let stream: Int
    /// As in ISO 639-2; nil where the film does not say.
    let language: String?
    /// ffmpeg's name of the encoder.
    let encoder: String

    /// What MP4 holds is copied, the rest made AAC.
    private static let encoders = ["copy", "aac"]
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
            var tags: Tags?

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
                "-v", "error", "-select_streams", "a", "-show_entries", "stream=index,codec_name:stream_tags=language",
                "-of",
                "json",
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
            let isPlayed = stream.codecName.map { !unplayed.contains($0) } ?? true
            for encoder in encoders where isPlayed || encoder != "copy" {
                do throws(FilmError) {
                    try run(["-map", "0:\(stream.index)", "-c:a", encoder, "-frames:a", "\(tried)"])
                    tracks.append(SoundTrack(stream: stream.index, language: stream.language, encoder: encoder))
                    reason = nil
                    break
                } catch .programFailed(_, _, let words) {
                    reason = words
                }
            }
            if let reason { lost.append(streams.count == 1 ? reason : "of track \(index + 1): \(reason)") }
        }
        return (tracks, lost)
    }
}
