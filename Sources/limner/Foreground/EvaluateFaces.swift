import ArgumentParser
import Foundation
import Spool
import Wire

struct EvaluateFaces: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate", abstract: "How well the model in use tells the people of a folder apart.",
        discussion: """
            The folder has a folder of photographs for each person. Of several faces in a photograph the largest one \
            counts if it has four times the area of every other; photographs without a usable face, or with several, are listed \
            and left out. Every pair is compared, and searches are made in random halves of the people. The most alike pairs of two people and the least alike of one are shown: look at them \
            for photographs in the wrong folder. Nothing is enrolled or kept. The exit status is 0 whatever the figures are.
            """)

    @OptionGroup var studio: StudioOptions

    @Argument(help: ArgumentHelp("A folder with a folder of photographs for each person.", valueName: "dir"))
    var folder: FileArgument

    @Option(
        help: ArgumentHelp(
            """
            Draw a page of the errors at every threshold, the cosines, the calibration and the worst pairs; again for \
            the other form.
            """, valueName: "file.svg|file.png"), completion: .file(extensions: ["svg", "png"]))
    var page: [FileArgument] = []

    @Option(
        help: ArgumentHelp(
            """
            Reduce each aligned face to so many pixels a side before it is compared: how the model does on faces far \
            away (default: all \(JobOptions.resolutions.upperBound)).
            """, valueName: "\(JobOptions.resolutions.lowerBound)…\(JobOptions.resolutions.upperBound)"))
    var resolution: Int?

    @OptionGroup(title: "Faces") var options: OptionFlags<FaceSelection>

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Show what the worker says.")
    var verbose = false

    func validate() throws {
        if let resolution { try JobOptions.resolutions.check(resolution, of: "--resolution") }
        for file in page where Self.format(of: file) == nil {
            throw ValidationError("--page \(file.text) ends with neither .svg nor .png.")
        }
    }

    private static func format(of file: FileArgument) -> EvaluationPageFormat? {
        EvaluationPageFormat(rawValue: (file.text as NSString).pathExtension.lowercased())
    }

    func run() async throws {
        let task = try options.task(.identify)
        let session = try WorkerSession(studio, verbose: verbose)
        let people = try PeopleFolder(folder)
        let files = people.files
        let pages = try page.map { file in
            (target: try OutputTarget(GivenPath(output: file), keeping: files), format: Self.format(of: file) ?? .svg)
        }
        people.tellWhatIsLeftOut()
        let options = task.options.over(session.settings.options).resolved(for: .identify)
        let request = EvaluateRequest(
            token: .foreground, folder: people.folder.path, people: people.people, resolution: resolution,
            threshold: options.threshold, detectionScore: options.detectionScore,
            limits: session.settings.pictureLimits,
            pages: pages.map(\.format))
        let line = ProgressLine(title: people.folder.typed)
        defer { line.clear() }
        let message = try await session.run { conversation in
            try await conversation.ask(.evaluate(request)) { line.follow($0) }
        }
        line.clear()
        let answer: EvaluateAnswer
        switch message {
        case .evaluated(let evaluated) where evaluated.pages.count == pages.count: answer = evaluated
        case .failed(let failure): throw CommandError.refused(failure.error.naming([people.folder]))
        default: throw CommandError.unexpectedAnswer("\(message)")
        }
        for (page, bytes) in zip(pages, answer.pages) { try Self.write(bytes, to: page.target) }
        if json { return try Terminal.answer(json: answer.evaluation) }
        Terminal.answer(Self.lines(of: answer.evaluation))
        for picture in answer.evaluation.unusable {
            Terminal.say("limner: \(picture.error.code.rawValue): \(picture.error.message)")
        }
    }

    private static func write(_ bytes: Data, to target: OutputTarget) throws {
        let aside = try AsideFolder(in: target.folder)
        defer { aside.remove() }
        try aside.write(bytes, as: "page", for: target)
        try aside.commit("page", to: target)
    }

    static func lines(of evaluation: FaceEvaluation) -> [String] {
        let model = evaluation.models.last.map { [("model", $0.id)] } ?? []
        let figures = model + evaluation.lines
        let column = (figures.map(\.0.count).max() ?? 0) + 2
        func pairs(_ title: String, _ pairs: [FaceEvaluation.Pair]) -> [String] {
            pairs.isEmpty
                ? [] : ["", title] + pairs.map { "  \(Phrases.measure($0.cosine))  \($0.first)  \($0.second)" }
        }
        return figures.map { $0.0 + String(repeating: " ", count: column - $0.0.count) + $0.1 }
            + pairs("two people, most alike:", evaluation.alike) + pairs("one person, least alike:", evaluation.unlike)
    }
}
