import ArgumentParser
import Foundation
import Spool
import Wire

struct LearnCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "learn", abstract: "Learns from your own pictures.",
        subcommands: [LearnFaces.self, LearnStyle.self])
}

struct LearnFaces: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "faces", abstract: "Learns from a folder of people to tell faces apart, and proves it on others.",
        discussion: """
            The folder has a folder of photographs for each person, two or more of each of at least 20 people. Three fifths of the \
            people are learned from, one fifth chooses, and the last judges. Only what is better on people that it never saw, and \
            no worse on faces at full size, becomes a model: OUT/NAME.safetensors. `limner models import` takes it up as \
            learned:NAME, and `limner models activate` puts it to use. A learned head compares the templates that there are; a model with \
            weights of its own makes its own, so people are enrolled again. Thresholds keep the promise of faces.fpir by the people who \
            chose and judged. \
            The page OUT/NAME.svg (and .png) shows what came of it. The exit status is 0 whatever the judgement is.
            """)

    @OptionGroup var studio: StudioOptions

    @Argument(help: ArgumentHelp("A folder with a folder of photographs for each person.", valueName: "dir"))
    var folder: FileArgument

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("An existing folder for the page and the model.", valueName: "out"))
    var output: FileArgument

    @OptionGroup(title: "Learning") var options: OptionFlags<LearningSelection>

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Show what the worker says.")
    var verbose = false

    func run() async throws {
        let task = try options.task(.learn)
        var session = try WorkerSession(studio, verbose: verbose)
        let people = try PeopleFolder(folder)
        people.tellWhatIsLeftOut()
        let files = people.files
        try files.checkCount(of: "pictures", "leave out some")
        let place = try GivenPath(output: output)
        let aside = try AsideFolder(in: place.path)
        defer { aside.remove() }
        session.writes = [aside.path]
        let job = session.job(
            task, inputs: files.map { $0.input(.picture) }, output: aside.path)
        let line = ProgressLine(title: people.folder.typed)
        defer { line.clear() }
        let outcome = try await session.run { conversation in
            try await conversation.run(job) { line.follow($0) }
        }
        line.clear()
        switch outcome {
        case .failed(let failure): throw CommandError.refused(failure.error.naming(files + [people.folder]))
        case .finished(let result):
            guard case .learn(let learned) = result.result else {
                throw CommandError.unexpectedAnswer("a job of the kind learn ended with \(result.result.kind)")
            }
            for file in result.outputs {
                let target = place.appending(file.name)
                try aside.commit(file.name, to: OutputTarget(target, keeping: files))
            }
            if json { return try Terminal.answer(json: learned) }
            Terminal.answer(JobText.lines(of: .learn(learned)))
            if let model = learned.model {
                Terminal.answer([
                    "take it up with: limner models import \(place.typed)/\(model), then limner models activate \(learned.name)"
                ])
            }
        }
    }
}
