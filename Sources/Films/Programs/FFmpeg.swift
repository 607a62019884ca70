import CLinux
import Foundation

/// The programs of Debian's package `ffmpeg`, which read and write compressed films.
package struct FFmpeg: Sendable {
    package enum Program: String, Sendable, CaseIterable {
        case ffmpeg, ffprobe
    }

    /// Absolute, with links followed.
    package let paths: [Program: String]
    /// How long one may do nothing before it is ended.
    var patience = Duration.seconds(60)
    private let numbers: [Program: Int32]

    /// Looks for both programs and has the process keep the right to run them. To be called before it gives up that of
    /// running others.
    ///
    /// - Parameter path: folders as in `PATH`.
    /// - Returns: nil unless both are there.
    package init?(along path: String) {
        var (paths, numbers): ([Program: String], [Program: Int32]) = ([:], [:])
        for program in Program.allCases {
            let places = path.split(separator: ":").map { "\($0)/\(program.rawValue)" }
            guard let place = places.first(where: { access($0, X_OK) == 0 }) else { return nil }
            paths[program] = URL(fileURLWithPath: place).resolvingSymlinksInPath().path
        }
        for (program, path) in paths {
            let number = limner_program_add(path)
            guard number >= 0 else { return nil }
            numbers[program] = number
        }
        (self.paths, self.numbers) = (paths, numbers)
    }

    /// What ffmpeg says of a container that ``input(_:)`` leaves out.
    static let otherContainer = "not on whitelist"
    /// What it says of an MP4 or MOV whose table of frames, which may stand at its end, is not there.
    static let withoutIndex = "moov atom not found"
    /// What ``input(_:)`` takes, by the names that people know.
    static let containers = ["MP4", "MOV", "Matroska", "WebM", "AVI"]

    /// What a film of a stranger may be: containers, and where they may be read from. Playlists, which name other files, and
    /// everything of a network are none of it.
    static func input(_ path: String) -> [String] { input(from: "file:\(path)") }

    private static func input(from place: String) -> [String] {
        [
            "-protocol_whitelist", "file,pipe", "-format_whitelist", "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi", "-i",
            place,
        ]
    }

    /// Containers in which ffprobe can be given the pictures of a film alone: the first keeps on which side they lie, the second holds
    /// more kinds.
    static let picturesAlone = ["mov", "matroska"]

    /// Asks ffprobe about the pictures of a film.
    ///
    /// - Parameters:
    ///   - container: of ``picturesAlone``; nil for all of the film. Whatever it is asked about, ffprobe opens every track, and gives up
    ///     where it cannot.
    ///   - form: of the answer.
    /// - Throws: ``FilmError/programStopped(film:program:how:)``.
    func probe(
        _ path: String, in container: String?, _ entries: String, form: String, of film: String,
        isCancelled: @escaping () -> Bool
    ) throws(FilmError) -> RunningProgram {
        let asked = ["-v", "error", "-select_streams", "v:0", "-show_entries", entries, "-of", form]
        guard let container else {
            return try start(.ffprobe, asked + Self.input(path), of: film, isCancelled: isCancelled)
        }
        let pictures = try start(
            .ffmpeg,
            ["-hide_banner", "-nostdin", "-loglevel", "error", "-fflags", "+genpts"] + Self.input(path) + [
                "-map", "0:v:0", "-c", "copy", "-movflags", "frag_keyframe+empty_moov", "-f", container, "pipe:1",
            ], of: film, isCancelled: isCancelled)
        return try start(
            .ffprobe, asked + Self.input(from: "pipe:0"), of: film, takes: .output(of: pictures),
            isCancelled: isCancelled)
    }

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - film: what errors call it.
    ///   - largest: bytes of a file that it may write.
    /// - Throws: ``FilmError/programStopped(film:program:how:)``.
    func start(
        _ program: Program, _ arguments: [String], of film: String, takes input: RunningProgram.Input = .nothing,
        largest: Int = 1 << 24,
        isCancelled: @escaping () -> Bool
    ) throws(FilmError) -> RunningProgram {
        try RunningProgram(
            numbers[program]!, program, arguments, film: film, takes: input, largest: largest,
            patience: patience, isCancelled: isCancelled)
    }
}
