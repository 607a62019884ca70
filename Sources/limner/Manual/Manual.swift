import Foundation
import Wire

/// The whole manual, from what the programs know of themselves.
struct Manual {
    var pages: [ManualPage]

    /// - Parameter limnerd: the daemon's program, which is asked for its options.
    /// - Throws: ``CommandError/inputUnreadable(path:reason:)`` when it has no answer.
    init(limnerd: String) throws {
        let limner = try ProgramDescription(text: Limner._dumpHelp()).command
        pages = [
            .commands(limner), .daemon(try Self.ask(limnerd).command), .manifests, .reports, .errors, .settings,
            .control,
        ]
    }

    /// Adds a page from the comment at the top of a script: `Usage: …`, an empty line, then paragraphs.
    ///
    /// - Throws: ``CommandError/inputUnreadable(path:reason:)`` when it has no such comment.
    mutating func add(script path: String) throws {
        let lines = try Self.reading(path) { try String(contentsOfFile: path, encoding: .utf8) }.split(
            separator: "\n", omittingEmptySubsequences: false)
        let comment = lines.dropFirst().prefix { $0.hasPrefix("#") }.map { $0.dropFirst().drop { $0 == " " } }
        let paragraphs = comment.split { $0.isEmpty }.map { $0.joined(separator: "\n") }
        guard let usage = paragraphs.first, usage.hasPrefix("Usage: "), paragraphs.count > 1 else {
            throw CommandError.inputUnreadable(path: path, reason: "it does not start with a comment of its usage")
        }
        let words = usage.dropFirst("Usage: ".count).split(separator: " ")
        let name = words[0].split(separator: "/").last.map(String.init) ?? ""
        let sentence = paragraphs[1].prefix { $0 != "." }.replacing("\n", with: " ")
        pages.append(
            ManualPage(
                name: name, section: 8, file: name, summary: sentence.prefix(1).lowercased() + sentence.dropFirst(),
                parts: [
                    .heading("Synopsis"), .code(([Substring(name)] + words.dropFirst()).joined(separator: " ")),
                    .heading("Description"), .text(paragraphs.dropFirst().joined(separator: "\n\n")),
                ]))
    }

    /// What `limnerd` says of its options.
    private static func ask(_ limnerd: String) throws -> ProgramDescription {
        try reading(limnerd) {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: limnerd)
            process.arguments = ["--experimental-dump-help"]
            let pipe = Pipe()
            process.standardOutput = pipe
            try process.run()
            let answer = try pipe.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            return try ProgramDescription(text: String(decoding: answer, as: UTF8.self))
        }
    }

    private static func reading<Value>(_ path: String, _ read: () throws -> Value) throws -> Value {
        do {
            return try read()
        } catch {
            throw CommandError.inputUnreadable(path: path, reason: error.words)
        }
    }
}
