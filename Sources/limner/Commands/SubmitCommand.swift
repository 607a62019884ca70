import ArgumentParser
import Foundation
import Spool
import Wire

struct SubmitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit", abstract: "Gives pictures to the daemon, one job each.",
        discussion: """
            The pictures are copied; the files stay where they are. With --wait, the exit status is 1 unless every job ends as \
            done, as one does that finds somebody to be another. For a style picture, masks or a reference picture of your own, drop a manifest instead.
            """)

    @OptionGroup var studio: StudioOptions

    @Argument(help: "Pictures.")
    var files: [FileArgument]

    @Option(name: .customLong("as"), help: ArgumentHelp("What to do with them.", valueName: "kind"))
    var kind: JobKind

    @Option(help: ArgumentHelp("Higher goes first.", valueName: "-100…100"))
    var priority = 0

    // What `stylize` takes and a manifest has, so that it can be told.
    @Option(parsing: .upToNextOption, help: .hidden) var mask: [String] = []
    @Option(parsing: .upToNextOption, help: .hidden) var layers: [String] = []
    @Option(parsing: .upToNextOption, help: .hidden) var segments: [String] = []
    @Option(parsing: .upToNextOption, help: .hidden) var styleSegments: [String] = []

    @OptionGroup(title: "Options of the job") var options: OptionFlags<EveryOption>

    @Flag(help: "Say what each job comes to, with every option as resolved, and give nothing to the daemon.")
    var dryRun = false

    @Flag(help: "Wait until every job has ended, and show its result.")
    var wait = false

    @Flag(help: "Print JSON, one line a job.")
    var json = false

    func validate() throws {
        guard !files.isEmpty else { throw ValidationError("Name at least one picture.") }
        guard kind.facts.pictures != .nothing else {
            throw ValidationError("A job of the kind \(kind.rawValue) has no picture: drop a manifest.")
        }
        guard kind.facts.drop != .folder || files.count == 1 else {
            throw ValidationError(
                "A job of the kind \(kind.rawValue) takes its pictures together: drop a folder of them, \(kind.folder), or a manifest."
            )
        }
        guard Manifest.priorities.contains(priority) else {
            throw ValidationError("--priority is \(priority); expected -100 to 100.")
        }
        for (flag, words) in [
            ("mask", mask), ("layers", layers), ("segments", segments), ("style-segments", styleSegments),
        ] where !words.isEmpty {
            throw ValidationError(
                "A job that is submitted has no --\(flag): drop a manifest, which can say it."
            )
        }
    }

    func run() async throws {
        let settings = try studio.settings()
        let task = try options.task(kind, stylesIn: settings.folders.styles)
        if dryRun { return try await plan(task) }
        let client = try Studio(studio).client
        // One that cannot be had is told before anything is given away.
        for file in files { try file.requireRegular() }
        var jobs: [JobIdentifier] = []
        for file in files {
            let submission = JobSubmission(task: task, name: file.name, priority: priority)
            let answer = try await client.submit(submission, picture: try file.read())
            jobs.append(answer.id)
            if wait { continue }
            if json { try Terminal.answer(json: answer, oneLine: true) } else { Terminal.answer(answer.id.text) }
        }
        if kind == .stylize { tellOfUnused(task.options, settings) }
        if wait { try await JobWait(client: client, json: json).untilEnded(jobs) }
    }

    /// Says which options no painting looks at. What is given decides, and the settings; the recipe of a style may, too.
    private func tellOfUnused(_ given: JobOptions, _ settings: Settings) {
        let folder = settings.folders.styles
        let names = (given.styles ?? []).map(\.source.text)
        let hasRecipe = names.contains { OutputPlan.isFolder("\(folder)/\($0)") }
        var used = given
        // A folder that cannot be read has no names, as far as this goes.
        let isBuiltIn = names.contains {
            BuiltInStyle(named: $0) != nil && (try? StyleNames.isOwn($0, in: folder)) != true
        }
        if isBuiltIn { used.preset = .fast }
        let resolved = used.over(settings.options).resolved(for: .stylize).reported
        given.tellOfUnused(by: [resolved], hasRecipe ? "unless its style says otherwise, " : "")
    }

    private func plan(_ task: JobTask) async throws {
        let session = try WorkerSession(studio, verbose: false)
        let inputs = try files.map(GivenPath.init(existing:))
        let jobs = inputs.map {
            session.job(task, inputs: [$0.input(.picture)])
        }
        if try await PlanAnswer.ask(session, jobs, of: inputs, json: json) > 0 { throw CommandError.negative }
    }
}
