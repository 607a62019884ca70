import Foundation
import ModelFiles
import Pictures
import Styles
import Wire

extension Desk {
    /// Of the model store: photographs that every style is learned on, beside the user's.
    private var photographFolder: String { studio.store.folder + "/photographs" }

    private var storedPhotographs: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: photographFolder)) ?? []
        return IgnoredNames.standard.leaving(names).map { "\(photographFolder)/\($0)" }
    }

    /// Learns the style of the job's pictures, on the photographs of the model store and those that came along, and writes the page of what came of
    /// it and, where it is better than one pass through the arbitrary network, the style with its recipe.
    ///
    /// A photograph that cannot be used is listed, and stops nothing; a style picture that cannot is an error.
    /// - Throws: `PictureError`, `StyleError`, `ModelFileError`; ``ReportError`` `picture-missing` without a style picture.
    func learnStyle(_ job: WorkerJob, _ record: inout JobRecord) throws {
        let options = try resolved(job.task)
        try Self.checkStyle(options)
        let name = options.name ?? ""
        var unusable: [LearningResult.Unusable] = []
        let (styles, photographs) = try record.stopwatch.measure("reading") {
            let pictures = job.inputs.filter { $0.role == .picture }
            let styles = try pictures.map { picture in
                let style = StylePicture(try read(picture, job.limits, &record.passed))
                guard style.isSeen else {
                    throw ReportError(
                        code: .pictureUnsupported,
                        message:
                            "The style picture \(picture.name) is transparent all over: nothing of it is to be seen.",
                        hint: "Give a picture that shows the style.")
                }
                try style.picture.size.check(asStyle: picture.name, holds: StyleLearner.smallestStyleSide)
                return style
            }
            if let blank = styles.firstIndex(where: { $0.picture.opaque().isOfOneColour }) {
                throw ReportError(
                    code: .pictureUnsupported,
                    message: "The style picture \(pictures[blank].name) is of one colour.",
                    hint: "Give a picture with strokes to learn.")
            }
            var photographs: [LearningPhotograph] = []
            func take(_ name: String, _ read: () throws -> Picture) {
                do {
                    photographs.append(try LearningPhotograph(read()))
                } catch {
                    unusable.append(.init(picture: name, error: ReportError(explaining: error)))
                }
            }
            for path in storedPhotographs { take(path) { try PictureFile(path: path).decode().opaque() } }
            for picture in job.inputs where picture.role == .photograph {
                take(picture.name) { try read(picture, job.limits, &record.passed).opaque() }
            }
            return (styles, photographs)
        }
        guard !photographs.isEmpty else {
            throw ReportError(
                code: .modelMissing, message: "There are no photographs to learn a style on in \(photographFolder).",
                hint:
                    "Put some there; of the source, LIMNER_MODELS=\(studio.store.folder) deploy/fetch-samples --learning puts 35 there."
            )
        }
        guard !styles.isEmpty else {
            throw ReportError(code: .pictureMissing, message: "There is no picture to learn a style from.")
        }
        record.models = try [ModelIdentifier.arbitraryPredict, .arbitraryTransform, .vgg19, .vgg16].map {
            ModelFacts(try studio.store.facts($0))
        }
        var task = StyleLearner.Task()
        task.width = options.depth == .new ? options.width : nil
        task.steps = Self.styleSteps(options)
        task.seconds = Double(options.minutes) * 60
        task.strokes = options.strokes
        task.strength = options.strength
        task.seed = options.seed
        let checkpoints = job.checkpoints.map { place in
            JobCheckpoints(place, origin: "") { reception.isCheckpointDue(token) }
        }
        // Judging takes its own time, and begins early where no step leads on.
        var (left, stage) = (TimeLeft(), StyleLearner.Progress.Stage.measuring)
        var resumedFrom: Int?
        let learner = try StyleLearner(
            task, styles: styles, photographs: photographs, store: studio.store, threads: studio.threads,
            checkpoints: checkpoints?.learningStyle()
        ) { update in
            if update.stage != stage { (left, stage) = (TimeLeft(), update.stage) }
            let step = update.steps.map { "\(stage == .judging ? "painting" : "step") \($0.done) of \($0.of)" }
            try progress(
                update.share, stage.rawValue, detail: Self.detail(step, left.text(at: update.share)),
                resumedFrom: resumedFrom, preview: update.preview.flatMap(PreviewClock.jpeg))
        }
        switch learner.beginning {
        case .resumed(let step): resumedFrom = step
        case .refused:
            JobCheckpoints.say(
                "learning begins anew: what was kept is not whole, or of other pictures, options or networks")
        case .new: break
        }
        let outcome = try record.stopwatch.measure("learning") { try learner.learn() }
        let facts = outcome.record
        var result = StyleLearningResult(
            name: name, accepted: outcome.isAccepted, why: outcome.why, pictures: styles.count,
            photographs: photographs.count,
            figures: [
                .init("style distance", facts, \.style), .init("content distance", facts, \.content),
            ], unusable: unusable, steps: facts.steps, bestStep: facts.bestStep, resumedFrom: outcome.resumedFrom,
            seconds: outcome.seconds.rounded4, losses: outcome.losses.means(100).map(\.rounded4))
        record.outputs.append(try record.folder.write(try outcome.page.encodePNG(), to: File.page))
        result.pages = [File.page, File.facts]
        if outcome.isAccepted {
            try outcome.style.write(to: "\(record.folder.path)/\(StyleFile.network)")
            record.outputs.append(try record.folder.facts(of: StyleFile.network))
            let title = "learned from \(Self.names(of: job))"
            let recipe =
                switch outcome.style {
                case .numbers: StyleRecipe.json(learned: StyleFile.network, title: title)
                case .network: StyleRecipe.json(imported: StyleFile.network, title: title)
                }
            record.outputs.append(try record.folder.write(recipe, to: StyleFile.recipe))
            (result.style, result.recipe) = (StyleFile.network, StyleFile.recipe)
        }
        record.outputs.append(
            try record.folder.write([UInt8](try WireJSON.encodePretty(result)), to: File.facts))
        record.finish(options, .learnStyle(result))
    }

    private enum File {
        static let page = "page.png"
        static let facts = "page.json"
    }

    /// As asked for; else, from nothing, as many as fast-style-transfer makes in a quarter of its time.
    private static func styleSteps(_ options: ResolvedOptions) -> Int {
        options.steps ?? (options.depth == .new ? 10_000 : StyleLearner.Task().steps)
    }

    /// - Throws: ``ReportError`` `option-invalid` for a width of what is not made anew, and for no strength.
    static func checkStyle(_ options: ResolvedOptions) throws(ReportError) {
        guard options.strength > 0 else {
            throw ReportError(
                code: .optionInvalid, message: "\"strength\" is 0, with which a style has nothing to learn.",
                hint: "Ask for more than 0, up to 1.")
        }
        guard options.width != 1, options.depth != .new else { return }
        throw ReportError(
            code: .optionInvalid, message: "\"width\" is that of a style's network that is learned from nothing.",
            hint: "Ask for the depth \"new\", or leave the width out.")
    }

    func styleLearningNeed(_ job: WorkerJob, _ options: ResolvedOptions) -> JobNeed {
        let photographs = storedPhotographs.count + job.inputs.count { $0.role == .photograph }
        return JobNeed(
            learningStyle: Self.styleSteps(options), within: Double(options.minutes) * 60,
            photographs: photographs)
    }

    private func read(
        _ picture: InputPicture, _ limits: PictureLimits, _ facts: inout [InputFacts]
    ) throws -> Picture {
        let input = try JobInput(picture, limits: limits)
        facts.append(input.facts)
        return try input.file.decode(scale: .covering(longSide: StyleLearner.largestSide))
    }

    /// Of the style pictures, without their folders.
    private static func names(of job: WorkerJob) -> String {
        job.inputs.filter { $0.role == .picture }.map { ($0.name as NSString).lastPathComponent }.joined(
            separator: ", ")
    }
}

/// What makes a folder of the styles folder a style of one pass.
enum StyleFile {
    static let network = "style.safetensors"
    static let recipe = RootFolders.styleRecipeName
}

extension StyleLearningResult.Figure {
    fileprivate init(
        _ measure: String, _ record: LearnedStyle.Record, _ path: KeyPath<LearnedStyle.Distances, Double>
    ) {
        self.init(
            measure: measure, arbitrary: record.arbitrary[keyPath: path].rounded4,
            learned: record.learned[keyPath: path].rounded4, optimised: record.optimised[keyPath: path].rounded4)
    }
}
