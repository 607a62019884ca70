import ArgumentParser
import Foundation
import Spool
import Wire

struct SubmitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit", abstract: "Gives pictures to the daemon, one job each.",
        discussion: """
            The pictures are copied; the files stay where they are. With --wait, the exit status is 1 unless every job ends as \
            done. For a style picture or a reference picture of your own, drop a manifest instead.
            """)

    @OptionGroup var studio: StudioOptions

    @Argument(help: "Pictures.")
    var files: [FileArgument]

    @Option(name: .customLong("as"), help: ArgumentHelp("What to do with them.", valueName: "kind"))
    var kind: JobKind

    @Option(help: ArgumentHelp("enroll, verify: the person.", valueName: "name"))
    var person: String?

    @Option(help: ArgumentHelp("stylize: a style of the styles folder; again for each.", valueName: "name"))
    var style: [String] = []

    @Option(help: ArgumentHelp("identify: how many candidates a face lists.", valueName: "1…100"))
    var top: Int?

    @Flag(inversion: .prefixedNo, help: "identify: whether a picture with boxes and names is made (default: yes).")
    var annotate: Bool?

    @Option(help: "stylize: format of the output.")
    var format: PictureFormat?

    @Option(help: ArgumentHelp("Higher goes first.", valueName: "-100…100"))
    var priority = 0

    @OptionGroup(title: "Faces") var faces: FaceOptions
    @OptionGroup(title: "Painting") var painting: PaintingOptions

    @Flag(help: "Say what each job comes to, with every option as resolved, and give nothing to the daemon.")
    var dryRun = false

    @Flag(help: "Wait until every job has ended, and show its result.")
    var wait = false

    @Flag(help: "Print JSON, one line a job.")
    var json = false

    func validate() throws {
        guard !files.isEmpty else { throw ValidationError("Name at least one picture.") }
        guard Manifest.priorities.contains(priority) else {
            throw ValidationError("--priority is \(priority); expected -100 to 100.")
        }
    }

    func run() async throws {
        let task = try task()
        try task.checkRanges()
        if dryRun { return try await plan(task) }
        let client = try Studio(studio).client
        let pictures = try files.map { (name: $0.name, data: try $0.read()) }
        var jobs: [JobIdentifier] = []
        for picture in pictures {
            let submission = JobSubmission(task: task, name: picture.name, priority: priority)
            let answer = try await client.submit(submission, picture: picture.data)
            jobs.append(answer.id)
            if wait { continue }
            if json { try Terminal.answer(json: answer, oneLine: true) } else { Terminal.answer(answer.id.text) }
        }
        if wait { try await JobWait(client: client, json: json).untilEnded(jobs) }
    }

    private func plan(_ task: JobTask) async throws {
        let session = try WorkerSession(studio, verbose: false)
        let inputs = try files.map(GivenPath.init(existing:))
        let jobs = inputs.map {
            session.job(task, inputs: [InputPicture(role: .picture, path: $0.path, name: $0.typed)])
        }
        if try await PlanAnswer.ask(session, jobs, of: inputs, json: json) > 0 { throw CommandError.negative }
    }

    private func task() throws -> JobTask {
        func refuse(_ given: Bool, _ option: String) throws {
            if given { throw CommandError.usage("\(option) means nothing to \(kind.rawValue)") }
        }
        try refuse(person != nil && kind != .enroll && kind != .verify, "--person")
        try refuse(!style.isEmpty && kind != .stylize, "--style")
        try refuse((top != nil || annotate != nil) && kind != .identify, "--top or --annotate")
        try refuse((format != nil || !painting.isEmpty) && kind != .stylize, "an option of painting")
        try refuse(faces.threshold != nil && kind != .verify && kind != .identify, "--threshold")
        try refuse(faces.detectionScore != nil && kind == .stylize, "--detection-score")
        switch kind {
        case .enroll:
            return .enroll(Enrollment(person: try requirePerson(), detectionScore: faces.detectionScore))
        case .verify:
            return .verify(
                Verification(
                    claim: .person(try requirePerson()), threshold: faces.threshold,
                    detectionScore: faces.detectionScore))
        case .identify:
            return .identify(
                Identification(
                    top: top, annotate: annotate, threshold: faces.threshold, detectionScore: faces.detectionScore))
        case .stylize:
            guard !style.isEmpty else { throw CommandError.usage("--as stylize needs a --style") }
            let styles = style.map { StyleChoice(source: .name($0)) }
            return .stylize(try painting.task(styles: styles, format: format))
        }
    }

    private func requirePerson() throws -> String {
        guard let person else { throw CommandError.usage("--as \(kind.rawValue) needs a --person") }
        return person
    }
}
