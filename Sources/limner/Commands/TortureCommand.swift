import ArgumentParser
import Foundation
import Spool
import Torture
import Wire

struct TortureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "torture",
        abstract: "Attacks a daemon of its own on your disk, and counts what gets lost.",
        discussion: """
            Nothing of a studio that exists is touched: each scenario makes a studio of its own in the folder given, and \
            removes it when nothing was wrong. A ledger of names and SHA-256, kept outside of Limner, is the judge. \
            The exit status is 1 when anything was lost, doubled, half taken, or not as promised.

            \(Scenario.allCases.map { "  \($0.rawValue): \($0.summary)" }.joined(separator: "\n"))
            """)

    @Option(
        help: ArgumentHelp("Where the scenarios' folders are made: on the disk in question.", valueName: "dir"),
        completion: .directory)
    var root = "."

    @Option(
        name: .customLong("scenario"),
        help: ArgumentHelp("Only this scenario; may be given again.", valueName: "name"),
        completion: .list(Scenario.allCases.map(\.rawValue)))
    var scenarios: [Scenario] = []

    @Option(
        help: ArgumentHelp(
            "The model store (default: LIMNER_MODELS, else limner/models in the cache folder).", valueName: "dir"),
        completion: .directory)
    var models: String?

    @Flag(help: "As much as an unattended hour allows, instead of some minutes.")
    var long = false

    @Option(help: "Kills of the daemon at random moments (60; with --long 1000).")
    var kills: Int?

    @Option(help: "Files that arrive while the daemon is stopped (6000; with --long 20000).")
    var flood: Int?

    @Option(help: "Power cuts, each also with synchronous=NORMAL (16; with --long 200).")
    var cuts: Int?

    @Option(help: "Where the random numbers start, to repeat a run.")
    var seed: UInt64?

    @Option(help: "Longest that one scenario may take, such as 5m (10m; with --long 1h).")
    var budget: String?

    @Flag(help: "Leave the scenarios' folders, with the daemons' logs.")
    var keep = false

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if let kills, kills < 1 { throw ValidationError("--kills is to be 1 or more.") }
        if let flood, flood < 1 { throw ValidationError("--flood is to be 1 or more.") }
        if let cuts, cuts < 1 { throw ValidationError("--cuts is to be 1 or more.") }
        if let budget, DurationText.duration(from: budget) == nil {
            throw ValidationError("--budget takes a duration such as 90s or 5m, not \"\(budget)\".")
        }
    }

    func run() async throws {
        var extent = long ? Torture.Extent.long : .short
        if let kills { extent.kills = kills }
        if let flood { extent.flood = flood }
        if let cuts { extent.cuts = cuts }
        if let budget = budget.flatMap(DurationText.duration(from:)) { extent.budget = budget }
        let flags = models.map { [SettingsResolver.Flag(name: "--models", key: "models.path", folder: $0)] } ?? []
        let seed = seed ?? UInt64.random(in: 1...999_999)
        let folder = URL(fileURLWithPath: root).standardizedFileURL.path + "/limner-torture-\(seed)"
        let torture = Torture(
            folder: folder, scenarios: scenarios.isEmpty ? Scenario.allCases : scenarios, extent: extent, seed: seed,
            programs: Programs(
                limner: Limner.program.path,
                models: try SettingsSource(config: nil, flags: flags).load().settings.models.path),
            keeps: keep)
        Terminal.say("limner: seed \(seed), in \(folder)")
        let results = try await Interruption.cancelling { [json] in
            try await torture.run { result in
                if !json { Terminal.answer(Self.lines(result)) }
            }
        }
        // Of a run in which nothing was wrong, nothing is left.
        if (try? FileManager.default.contentsOfDirectory(atPath: folder).isEmpty) == true {
            try FileManager.default.removeItem(atPath: folder)
        }
        if json { try Terminal.answer(json: results) }
        guard results.allSatisfy(\.outcome.violations.isEmpty) else { throw CommandError.negative }
    }

    /// A scenario's line of figures, and one for each broken promise.
    static func lines(_ result: Torture.Result) -> [String] {
        let outcome = result.outcome
        let figures = outcome.figures.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
        let word = outcome.violations.isEmpty ? "kept  " : "BROKEN"
        let time = Phrases.duration(milliseconds: result.seconds * 1000)
        let name = result.scenario.padding(toLength: 12, withPad: " ", startingAt: 0)
        return [" \(word)  \(name) \(figures) (\(time))"] + outcome.violations.map { "         \($0)" }
    }
}

extension Scenario: ExpressibleByArgument {}

/// The worker of ``TortureCommand``'s daemons.
struct RehearseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rehearse", abstract: "Plays the worker for limner torture.", shouldDisplay: false)

    @Argument(parsing: .captureForPassthrough)
    var flags: [String] = []

    func run() throws { try RehearsalWorker.run(flags) }
}
