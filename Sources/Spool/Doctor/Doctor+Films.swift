import Foundation
import Subprocess
import Wire

extension Doctor {
    /// Longest wait for a program to say its version.
    private static let filmPatience = Duration.seconds(10)
    /// What reads films, and what looks at them; a worker takes them only where both are there.
    private static let filmPrograms = ["ffmpeg", "ffprobe"]

    /// Whether the programs that read and write compressed films are where a worker looks for them, and which.
    func films() async -> DoctorAnswer.Finding {
        let folders = (command.environment["PATH"] ?? "").split(separator: ":")
        var said: [String] = []
        for program in Self.filmPrograms {
            guard let path = folders.map({ "\($0)/\(program)" }).first(where: FileManager.default.isExecutableFile)
            else { return Self.judge(absent: program) }
            let answer = try? await Task.within(Self.filmPatience) {
                try OpenFiles.require(OpenFiles.ofAProgram)
                return try await Subprocess.run(
                    .path(.init(path)), arguments: ["-version"], output: .string(limit: 1 << 16), error: .discarded)
            }
            guard let answer, answer.terminationStatus.isSuccess else { return Self.judge(mute: path) }
            said.append(answer.standardOutput)
        }
        return Self.judge(film: said[0])
    }

    static func judge(absent program: String) -> DoctorAnswer.Finding {
        DoctorAnswer.Finding(
            .films, .warning, "\(program) is not installed; only YUV4MPEG2 films and frames by a manifest are painted",
            advice: "Where other films are to be painted: apt install ffmpeg.")
    }

    static func judge(mute path: String) -> DoctorAnswer.Finding {
        DoctorAnswer.Finding(
            .films, .warning, "\(path) is there, and does not say its version",
            advice: "See what \(path) -version says; apt install --reinstall ffmpeg mends Debian's.")
    }

    /// - Parameter text: what `ffmpeg -version` says, `ffmpeg version 5.1.6-0+deb12u1 Copyright …`.
    static func judge(film text: String) -> DoctorAnswer.Finding {
        let words = text.prefix { !$0.isNewline }.split(separator: " ")
        let version = words.firstIndex(of: "version").flatMap { words.dropFirst($0 + 1).first } ?? "of no known version"
        return .passed(.films, "ffmpeg \(version) reads and writes films")
    }
}
