import ArgumentParser
import Foundation
import Spool
import Wire

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Examines the studio: inbox, disk, database, worker and models, each with what to do.",
        discussion: """
            The daemon examines itself; when none answers, this command examines what it can reach. A hidden probe file goes \
            through the inbox and is removed. The exit status is 1 when a check failed.
            """)

    @OptionGroup var studio: StudioOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let studio = try Studio(studio)
        let answer: DoctorAnswer
        do {
            answer = try await studio.client.doctor()
        } catch SpoolError.daemonUnreachable {
            Terminal.say("limner: no daemon answers; examining what can be reached without one")
            let settings = studio.settings
            answer = await Doctor(settings: settings, command: WorkerCommand(settings: settings)).examine()
        }
        if json { try Terminal.answer(json: answer) } else { Terminal.answer(Self.lines(answer)) }
        guard answer.healthy else { throw CommandError.negative }
    }

    /// A line for each finding, and one with the advice where there is something to do.
    static func lines(_ answer: DoctorAnswer) -> [String] {
        let width = DoctorAnswer.Check.allCases.map(\.rawValue.count).max() ?? 0
        let lines = answer.findings.flatMap { finding -> [String] in
            let name = finding.check.rawValue.padding(toLength: width, withPad: " ", startingAt: 0)
            let line = "\(word(finding.verdict))  \(name)  \(finding.message)"
            return finding.verdict == .passed ? [line] : [line, "      do: \(finding.advice)"]
        }
        let failed = answer.findings.count { $0.verdict == .failed }
        let end = failed == 0 ? "Nothing failed." : "\(failed) of \(answer.findings.count) checks failed."
        return lines + [end]
    }

    private static func word(_ verdict: DoctorAnswer.Verdict) -> String {
        switch verdict {
        case .passed: "ok  "
        case .warning: "warn"
        case .failed: "FAIL"
        case .unchecked: "?   "
        }
    }
}
