import ArgumentParser
import Foundation
import Spool
import Wire

struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Runs a quarantined job again the same way, in the foreground.",
        discussion: """
            The worker gets the pictures and options of the last attempt, and the settings that it ran with as far as they \
            decide what it does; the quarantine's replay.json holds them. All else comes from this machine's own settings. The \
            studio stays as it is: outputs go to --output or are thrown away, and an enrollment is not kept. Root is refused \
            a folder that others may write. The exit status is 1 when the job fails again.
            """)

    @OptionGroup var studio: StudioOptions

    @Argument(
        help: ArgumentHelp(
            "A quarantined job's name, its folder below quarantine/, or a copy of that.", valueName: "job"),
        completion: .directory)
    var bundle: String

    @Option(
        name: [.short, .long], help: ArgumentHelp("An empty or missing folder for the outputs.", valueName: "dir"),
        completion: .directory)
    var output: String?

    @Flag(help: "Show what the worker says.")
    var verbose = false

    @Flag(help: "Print JSON.")
    var json = false

    /// What `--json` prints.
    struct Answer: Encodable {
        var job: JobIdentifier
        /// `finished`, `failed`, `died` or `timed-out`.
        var outcome: String
        var error: ReportError?
        var outputs: [OutputFile]
    }

    func run() async throws {
        var folder = URL(fileURLWithPath: bundle, isDirectory: true).standardizedFileURL.path
        if JobIdentifier(bundle) != nil, !FileManager.default.fileExists(atPath: folder) {
            folder = "\(try studio.resolve().settings.folders.quarantine)/\(bundle)"
        }
        let replay = try Replay(path: folder)
        let settings = try studio.settings(under: replay.options)
        let aside = output == nil ? try AsideFolder(in: FileManager.default.temporaryDirectory.path) : nil
        defer { aside?.remove() }
        let place = try aside?.path ?? Self.place(output ?? "")
        let line = ProgressLine(title: replay.record.id.text)
        defer { line.clear() }
        let outcome = try await Interruption.cancelling { [verbose] in
            try await replay.run(
                settings: settings, output: place,
                log: { if verbose { Terminal.say($0) } },
                progress: { line.update(fraction: $0.fraction, stage: $0.stage, detail: $0.detail) })
        }
        line.clear()
        let answer = Self.answer(replay.record.id, outcome)
        if json {
            try Terminal.answer(json: answer)
        } else {
            Terminal.answer(Self.lines(answer, outcome, output: output))
        }
        if answer.error != nil { throw CommandError.negative }
    }

    static func answer(_ id: JobIdentifier, _ outcome: Replay.Outcome) -> Answer {
        switch outcome {
        case .finished(let result): Answer(job: id, outcome: "finished", error: nil, outputs: result.outputs)
        case .failed(let failure): Answer(job: id, outcome: "failed", error: failure.error, outputs: [])
        case .died(let end): Answer(job: id, outcome: "died", error: ReportError(end), outputs: [])
        case .timedOut:
            Answer(
                job: id, outcome: "timed-out",
                error: ReportError(code: .workerTimedOut, message: "The worker took too long and was ended."),
                outputs: [])
        }
    }

    static func lines(_ answer: Answer, _ outcome: Replay.Outcome, output: String?) -> [String] {
        var lines = ["\(answer.job): \(answer.outcome)"]
        if case .finished(let result) = outcome {
            lines += JobText.lines(of: result.result)
            let place = output.map { "in \($0)" } ?? "thrown away; --output keeps them"
            lines += result.outputs.map { "\($0.name), \(Phrases.bytes($0.bytes)), \(place)" }
        }
        if let error = answer.error { lines += ["\(error.code.rawValue): \(error.message)", "  \(error.hint)"] }
        return lines
    }

    private static func place(_ path: String) throws -> String {
        let url = URL(fileURLWithPath: path, isDirectory: true).standardizedFileURL
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
            guard try FileManager.default.contentsOfDirectory(atPath: url.path).isEmpty else {
                throw CommandError.outputUnwritable(path: path, reason: "it is not empty")
            }
        } catch let error as CommandError {
            throw error
        } catch {
            throw CommandError.outputUnwritable(path: path, reason: error.words)
        }
        return url.path
    }
}
