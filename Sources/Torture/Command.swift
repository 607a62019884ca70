import Foundation
import Subprocess

/// Runs the programs that people put files into folders with.
enum Command {
    /// - Throws: ``TortureError/command(_:status:)`` when it ends with another status than 0.
    static func run(_ words: String...) async throws {
        let result = try await Subprocess.run(
            .name(words[0]), arguments: Arguments(Array(words.dropFirst())), output: .discarded,
            error: .string(limit: 4096))
        guard result.terminationStatus.isSuccess else {
            let said = result.standardError.trimmingCharacters(in: .whitespacesAndNewlines)
            throw TortureError.command(words.joined(separator: " "), status: "\(result.terminationStatus) \(said)")
        }
    }

    /// Whether there is such a program.
    static func exists(_ name: String) async -> Bool {
        (try? await Executable.name(name).resolveExecutablePath(in: .inherit)) != nil
    }
}
