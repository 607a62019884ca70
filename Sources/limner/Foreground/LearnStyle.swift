import ArgumentParser
import Foundation
import Spool
import Wire

struct LearnStyle: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "style", abstract: "Learns the style of pictures, so that it paints in one pass.",
        discussion: """
            The pictures are all of one style. It is learned on pieces of the photographs in the folder photographs of the models, and of those of --photos; two fifths \
            of each photograph are kept, and judge by a network that the style was not trained through. Only what is nearer to the \
            pictures than one pass through the arbitrary network becomes a style: STYLES/NAME/, which `limner stylize --style NAME` and \
            the inbox's stylize/NAME/ paint in from then on. The page STYLES/NAME/page.png shows photographs, the arbitrary network's \
            answer, the learned style and paintings by optimisation side by side. What a killed command had learned is gone on from by \
            the same command. The exit status is 0 whatever the judgement is; of a style that is not accepted the page alone is kept, in \
            STYLES/.NAME.learning/.

            With --depth new a network of its own is learned from random weights, as fast-style-transfer does: the slow way, which takes \
            hours and some thousand photographs in --photos; --width 0.25 makes it a quarter as wide.
            """)

    @OptionGroup var studio: StylesOptions

    @Argument(help: ArgumentHelp("A picture of the style; several are learned as one.", valueName: "picture"))
    var pictures: [FileArgument]

    @Option(
        help: ArgumentHelp(
            "A folder of photographs to learn on, beside those of the models' folder photographs.", valueName: "dir"),
        completion: .directory)
    var photos: FileArgument?

    @OptionGroup(title: "Learning") var options: OptionFlags<StyleLearningSelection>

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let task = try options.task(.learn)
        let name = task.options.name ?? ""
        var session = try WorkerSession(studio.studio, verbose: studio.verbose)
        let target = try NewStyle(name, in: studio.styles, of: session.settings)
        let styles = target.styles
        let given = try pictures.map { try GivenPath(existing: $0) }
        let photographs = try photos.map { try Self.photographs(in: $0) } ?? []
        try (given + photographs).checkCount(of: "pictures", "leave out some")
        let aside = try AsideFolder(in: styles.path)
        defer { aside.remove() }
        let kept = styles.appending(".\(name).learning")
        guard let hold = KeptWork(kept.path) else {
            throw CommandError.usage(
                "\(kept.typed) cannot be had: another command learns \(name), or may not write there")
        }
        defer { withExtendedLifetime(hold) {} }
        session.writes = [aside.path, kept.path]
        var job = session.job(
            task,
            inputs: given.map { $0.input(.picture) }
                + photographs.map { $0.input(.photograph) },
            output: aside.path)
        job.checkpoints = CheckpointPlace(
            folder: kept.path, interval: session.settings.checkpoints.interval.seconds)
        let line = ProgressLine(title: name)
        defer { line.clear() }
        let outcome: WorkerConversation.JobOutcome
        do {
            outcome = try await session.run { [job] conversation in
                try await conversation.run(job) { line.follow($0) }
            }
        } catch {
            line.clear()
            if !hold.isEmpty {
                Terminal.say(
                    "limner: what is learned of \(name) is kept in \(kept.typed); the same command goes on with it")
            }
            throw error
        }
        line.clear()
        switch outcome {
        case .failed(let failure): throw CommandError.refused(failure.error.naming(given + photographs))
        case .finished(let result):
            guard case .learnStyle(let learned) = result.result else {
                throw CommandError.unexpectedAnswer("a job of the kind learn ended with \(result.result.kind)")
            }
            guard learned.accepted else {
                try? FileManager.default.removeItem(atPath: kept.path)
                try GivenPath.makeFolder(kept.path)
                try aside.commit(result.outputs.map(\.name), to: kept, keeping: given + photographs)
                if json { return try Terminal.answer(json: learned) }
                return Terminal.answer(
                    JobText.lines(of: .learnStyle(learned)) + ["its page: \(kept.typed)/page.png"])
            }
            try target.commit(result.outputs.map(\.name), from: aside, keeping: given + photographs)
            try? FileManager.default.removeItem(atPath: kept.path)
            if json { return try Terminal.answer(json: learned) }
            Terminal.answer(
                JobText.lines(of: .learnStyle(learned)) + [
                    target.invitation(root: studio.studio.root)
                ])
        }
    }

    /// What lies in a folder, without what is hidden or what computers leave beside photographs.
    private static func photographs(in argument: FileArgument) throws -> [GivenPath] {
        let folder = try GivenPath(argument)
        do {
            return IgnoredNames.standard.leaving(try FileManager.default.contentsOfDirectory(atPath: folder.path))
                .map(folder.appending)
        } catch {
            throw CommandError.inputUnreadable(path: folder.typed, reason: error.words)
        }
    }
}
