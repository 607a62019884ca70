import ArgumentParser
import Foundation
import Spool
import Synchronization
import Wire

struct FacesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "faces", abstract: "The faces of photographs, and what is decided about them.",
        subcommands: [FindFaces.self, ExplainDecisions.self, EvaluateFaces.self], defaultSubcommand: FindFaces.self)
}

struct FindFaces: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "find", abstract: "Finds the faces of photographs.",
        discussion: """
            Each file is answered as soon as it is done. A file that cannot be used does not stop the rest; the exit status is \
            then 1.
            """)

    @OptionGroup var studio: StudioOptions

    @Argument(help: ArgumentHelp("Photographs.", valueName: "file"))
    var files: [FileArgument]

    @Flag(
        help:
            "Add each face's quality and template: 128 numbers that two photographs of one person have nearly in common."
    )
    var templates = false

    @OptionGroup var options: OptionFlags<DetectionSelection>

    @Flag(help: "Print JSON, one line a file.")
    var json = false

    @Flag(help: "Show what the worker says.")
    var verbose = false

    /// One line of `--json`.
    private struct Line: Encodable {
        var input: InputFacts
        var faces: [FacesAnswer.Face]
        var models: [ModelFacts]
        var error: ReportError?
    }

    func run() async throws {
        let task = try options.task(.identify)
        let session = try WorkerSession(studio, verbose: verbose)
        let failures = Atomic(0)
        var given: [GivenPath] = []
        for file in files {
            do {
                given.append(try GivenPath(file))
            } catch {
                failures.add(1, ordering: .relaxed)
                Terminal.say("limner: \(error)")
            }
        }
        let paths = given
        let request = FacesRequest(
            token: .foreground, files: paths.map(\.path), templates: templates,
            detectionScore: task.options.over(session.settings.options).resolved(for: .identify).detectionScore,
            limits: session.settings.pictureLimits)
        let json = json
        let end = try await session.run { conversation in
            try await conversation.ask(.faces(request)) { message in
                guard case .faces(let answer) = message, paths.indices.contains(answer.index) else { return }
                if answer.error != nil { failures.add(1, ordering: .relaxed) }
                try Self.tell(answer, of: paths[answer.index], json: json)
            }
        }
        switch end {
        case .completed: break
        case .failed(let failure): throw CommandError.refused(failure.error.naming(paths))
        default: throw CommandError.unexpectedAnswer("\(end)")
        }
        if failures.load(ordering: .relaxed) > 0 { throw CommandError.negative }
    }

    private static func tell(_ answer: FacesAnswer, of file: GivenPath, json: Bool) throws {
        let error = answer.error?.naming([file])
        if json {
            let line = Line(input: answer.input.named(file), faces: answer.faces, models: answer.models, error: error)
            try Terminal.answer(json: line, oneLine: true)
        }
        if let error {
            Terminal.say(CommandError.refused(error).lines(about: file.typed))
        } else if !json {
            Terminal.answer(lines(of: answer.faces, in: file.typed))
        }
    }

    /// A line for the file, and one for each face with its place in pixels.
    static func lines(of faces: [FacesAnswer.Face], in file: String) -> [String] {
        let count = faces.isEmpty ? "no face" : faces.count == 1 ? "1 face" : "\(faces.count) faces"
        let lines = faces.flatMap { face in
            let place = "  \(Phrases.box(face.face.box)), score \(Phrases.measure(Double(face.face.score)))"
            let quality = face.quality.map { ", quality \(Phrases.measure($0))" } ?? ""
            let template = face.template.map { "  " + $0.map { String(format: "%.6f", $0) }.joined(separator: " ") }
            return [place + quality] + (template.map { [$0] } ?? [])
        }
        return ["\(file): \(count)"] + lines
    }
}
