import Faces
import Foundation
import Gallery
import ModelFiles
import Parsing
import Wire

extension Desk {
    /// Of the whole: looking at the pictures, then learning.
    private static let reading = 0.3
    /// Templates of galleries for which a threshold is told.
    private static let galleries = [10, 100, 1000]

    /// Learns from the faces of the job's pictures, and writes the page of what came of it and, where that is proven, the model.
    /// What makes templates meanwhile is not touched.
    ///
    /// A picture that cannot be used is listed, and stops nothing.
    /// - Throws: `FaceError.tooFewPeopleToLearn`, `.learningCollapsed`; `ModelFileError`.
    func learn(_ job: WorkerJob, _ record: inout JobRecord) throws {
        let options = try resolved(job.task)
        let name = options.name ?? ""
        let id = ModelIdentifier.learned(called: name)
        let base = studio.learningBase
        let network = try record.stopwatch.measure("loading") { try studio.store.graph(base) }
        record.models = try [ModelIdentifier.yunet, .centerface, base].map { ModelFacts(try studio.store.facts($0)) }
        var faces = try readFaces(job, options, &record)
        var task = FaceLearner.Task()
        task.depth = options.depth
        task.resolution = options.resolution
        task.steps = options.steps
        task.seed = options.seed
        let pictures = faces.people.reduce(0) { $0 + $1.samples.count }
        let learner = try FaceLearner(
            network, task: task, people: faces.people, unusable: faces.unusable.count, threads: studio.threads
        ) { share, stage in
            try progress(Self.reading + (1 - Self.reading) * share, stage)
        }
        faces.people = []
        let outcome = try record.stopwatch.measure("learning") { try learner.learn() }
        var result = LearningResult(
            name: id.text, depth: options.depth, accepted: outcome.accepted, why: outcome.why,
            learning: outcome.people.learning, choosing: outcome.people.choosing, judging: outcome.people.judging,
            pictures: pictures, strangers: outcome.strangers, figures: outcome.figures.map(\.rounded),
            thresholds: Self.galleries.compactMap { templates in
                outcome.recognition.tail.map {
                    .init(
                        templates: templates,
                        cosine: $0.threshold(fpir: DecisionRule().fpir, templates: templates).rounded4)
                }
            }, logistic: outcome.logistic?.rounded, doubtful: outcome.doubtful, unusable: faces.unusable,
            steps: outcome.steps, bestStep: outcome.bestStep, losses: outcome.losses.means(100).map(\.rounded6))
        let stem = String(id.text.dropFirst("learned:".count))
        let page = try page(of: outcome, result, name: id.text, base: base.text)
        for format in EvaluationPageFormat.allCases {
            let file = "\(stem).\(format.rawValue)"
            record.outputs.append(try record.folder.write(try page.bytes(format), to: file))
            result.pages.append(file)
        }
        if outcome.accepted {
            let file = "\(stem).safetensors"
            try write(outcome, name: stem, base: base, result, to: file, &record)
            result.model = file
        }
        record.finish(options, .learn(result))
    }

    func learningPlan(_ job: WorkerJob) throws -> WorkerPlan {
        let options = try resolved(job.task)
        let pictures = job.inputs.count { $0.role == .picture }
        let need = JobNeed(
            learningFrom: pictures, depth: options.depth, steps: options.steps ?? options.depth.usualSteps,
            resolution: options.resolution)
        return WorkerPlan(
            token: token, task: JobTask(.learn, options.reported), outputs: [], memoryBytes: need.bytes,
            seconds: need.seconds / Double(studio.threads.active))
    }

    // MARK: Pictures

    private struct Faces {
        var people: [(name: String, samples: [(picture: String, chip: FaceChip)])] = []
        var unusable: [LearningResult.Unusable] = []
    }

    /// The face of each picture, by the folder that it lies in; one picture is held at a time.
    private func readFaces(_ job: WorkerJob, _ options: ResolvedOptions, _ record: inout JobRecord) throws -> Faces {
        let reader = try studio.faceReader()
        let pictures = job.inputs.filter { $0.role == .picture }
        var faces = Faces()
        var places: [String: Int] = [:]
        for (index, picture) in pictures.enumerated() {
            try progress(Self.reading * Double(index) / Double(pictures.count), "reading", detail: picture.name)
            let chip: FaceChip
            do {
                let input = try JobInput(picture, limits: job.limits)
                record.passed.append(input.facts)
                chip = try reader.chip(
                    of: input.file, choosing: .prominent, minimumScore: Float(options.detectionScore),
                    minimumQuality: Float(options.minimumQuality))
            } catch {
                faces.unusable.append(.init(picture: picture.name, error: ReportError(explaining: error)))
                continue
            }
            let folder = (picture.name as NSString).deletingLastPathComponent
            let isStranger = options.strangers.map { (folder as NSString).lastPathComponent == $0 } ?? false
            let person = isStranger ? picture.name : folder
            if let place = places[person] {
                faces.people[place].samples.append((picture.name, chip))
            } else {
                places[person] = faces.people.count
                faces.people.append((person, [(picture.name, chip)]))
            }
        }
        return faces
    }

    // MARK: What is written

    private func write(
        _ outcome: FaceLearner.Outcome, name: String, base: ModelIdentifier, _ result: LearningResult,
        to file: String, _ record: inout JobRecord
    ) throws {
        let facts = try studio.store.facts(base)
        let recognition = String(decoding: try WireJSON.encode(outcome.recognition), as: UTF8.self)
        let model = LearnedModel(
            name: name, base: base, network: outcome.graph.map { ($0, outcome.pixels) }, recognition: recognition,
            version:
                "\(result.depth.rawValue), \(result.learning + result.choosing) people, by Limner \(LimnerVersion.text)",
            origin: "learned from \(facts.id) \(facts.sha256.prefix(12)); \(result.why)", licence: facts.licence)
        let path = "\(record.folder.path)/\(file)"
        do {
            try model.write(to: path)
        } catch {
            throw ReportError(code: .outputFailed, message: "\(file) cannot be written: \(error)".ended)
        }
        record.outputs.append(try record.folder.facts(of: file))
    }

    private func page(
        of outcome: FaceLearner.Outcome, _ result: LearningResult, name: String, base: String
    ) throws -> EvaluationPage {
        let rule = DecisionRule()
        let before = try FaceEvaluator(
            outcome.judged.before, calibration: .measured(of: base), lines: rule.lines(comparing: 1, tail: nil))
        // A learned model has no published threshold: the line is where one pair of two people in a hundred is.
        let tail = outcome.recognition.tail
        let line = tail?.threshold(fpir: rule.fpir, templates: 1)
        let after = try FaceEvaluator(
            outcome.judged.after, calibration: outcome.recognition.calibration,
            lines: DecisionRule(threshold: line).lines(comparing: 1, tail: tail))
        var page = EvaluationPage(try after.evaluation(), by: after, name: name)
        page.before = EvaluationPage(try before.evaluation(), by: before, name: base).subject
        page.title = "\(name): \(result.accepted ? "accepted" : "not accepted")"
        page.figures = result.lines
        page.loss = result.losses
        return page
    }
}

extension [Double] {
    /// Means of at most so many pieces.
    fileprivate func means(_ pieces: Int) -> [Double] {
        guard count > pieces else { return self }
        return (0..<pieces).map { piece in
            let part = self[piece * count / pieces..<(piece + 1) * count / pieces]
            return part.reduce(0, +) / Double(part.count)
        }
    }
}
