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
    static func input(_ path: String) -> [String] {
        [
            "-protocol_whitelist", "file,pipe", "-format_whitelist", "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi", "-i",
            "file:\(path)",
        ]
    }

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - film: what errors call it.
    ///   - largest: bytes of a file that it may write.
    /// - Throws: ``FilmError/programStopped(film:program:how:)``.
    func start(
        _ program: Program, _ arguments: [String], of film: String, takes input: Bool = false, largest: Int = 1 << 24,
        isCancelled: @escaping () -> Bool
    ) throws(FilmError) -> RunningProgram {
        try RunningProgram(
            numbers[program]!, program, arguments, film: film, takesInput: input, largest: largest,
            patience: patience, isCancelled: isCancelled)
    }
}
