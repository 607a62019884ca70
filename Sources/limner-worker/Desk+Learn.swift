import Crypto
import Faces
import Foundation
import Gallery
import ModelFiles
import Parsing
import Wire

extension Desk {
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
        let checkpoints = try job.checkpoints.map { place in
            JobCheckpoints(place, origin: try Self.origin(of: options, record.models)) {
                reception.isCheckpointDue(token)
            }
        }
        let reading = JobNeed.shareOfReading(learningNeed(job, options))
        let left = TimeLeft()
        let kept = checkpoints?.faces(of: job.learned)
        var faces = try readFaces(job, options, &record, checkpoints, kept) { share, name in
            try progress(reading * share, "reading", detail: Self.detail(name, left.text(at: reading * share)))
        }
        var task = FaceLearner.Task()
        task.depth = options.depth
        task.resolution = options.resolution
        task.steps = options.steps
        task.seed = options.seed
        let pictures = faces.people.reduce(0) { $0 + $1.samples.count }
        var resumedFrom: Int?
        let learner = try FaceLearner(
            network, task: task, people: faces.people, unusable: faces.unusable.count, threads: studio.threads,
            checkpoints: kept.flatMap { checkpoints?.learning($0) }
        ) { update in
            let share = reading + (1 - reading) * update.share
            let step = update.steps.map { "step \($0.done) of \($0.of)" }
            try progress(
                share, update.stage, detail: Self.detail(step, left.text(at: share)), resumedFrom: resumedFrom)
        }
        switch learner.beginning {
        case .resumed(let step): resumedFrom = step
        case .refused:
            JobCheckpoints.say("learning begins anew: what was kept is of other pictures, options or networks")
        case .new: break
        }
        faces.people = []
        let outcome = try record.stopwatch.measure("learning") { try learner.learn() }
        var result = LearningResult(
            name: id.text, depth: options.depth, accepted: outcome.accepted, why: outcome.why,
            learning: outcome.people.learning, choosing: outcome.people.choosing, judging: outcome.people.judging,
            pictures: pictures, strangers: outcome.strangers, figures: outcome.figures.map(\.rounded),
            thresholds: Self.galleries.compactMap { templates in
                let rule = DecisionRule()
                guard let tail = outcome.recognition.tail, rule.fpir >= tail.leastRate else { return nil }
                return .init(
                    templates: templates, cosine: tail.threshold(fpir: rule.fpir, templates: templates).rounded4)
            }, logistic: outcome.logistic?.rounded, doubtful: outcome.doubtful, unusable: faces.unusable,
            steps: outcome.steps, bestStep: outcome.bestStep, resumedFrom: outcome.resumedFrom,
            losses: outcome.losses.means(100).map(\.rounded6))
        let stem = String(id.text.dropFirst("learned:".count))
        let page = try page(of: outcome, result, name: id.text, base: base.text)
        for format in EvaluationPageFormat.allCases {
            let file = "\(stem).\(format.rawValue)"
            record.outputs.append(try record.folder.write(try page.bytes(format), to: file))
            result.pages.append(file)
        }
        if outcome.accepted {
            let file = "\(stem).safetensors"
            let facts = try studio.store.facts(base)
            let lineage = ModelLineage(
                base: .init(id: facts.id, sha256: facts.sha256), learned: .now, version: LimnerVersion.text,
                depth: options.depth, resolution: options.resolution, seed: options.seed, dataSHA256: faces.sha256,
                of: result)
            try write(outcome, name: stem, base: facts, result, lineage, to: file, &record)
            result.model = file
        }
        record.finish(options, .learn(result))
    }

    func learningPlan(_ job: WorkerJob) throws -> WorkerPlan {
        let options = try resolved(job.task)
        if options.subject == .style { try Self.checkStyle(options) }
        let need = options.subject == .style ? styleLearningNeed(job, options) : JobNeed(learningNeed(job, options))
        return WorkerPlan(
            token: token, task: JobTask(.learn, options.reported), outputs: [], memoryBytes: need.bytes,
            seconds: need.seconds / Double(studio.threads.active), isResumable: true)
    }

    private func learningNeed(_ job: WorkerJob, _ options: ResolvedOptions) -> JobNeed.Learning {
        JobNeed.Learning(
            pictures: job.learned.count, depth: options.depth, steps: options.steps ?? options.depth.usualSteps,
            resolution: options.resolution)
    }

    /// Names by what pictures are read and learned from.
    private static func origin(of options: ResolvedOptions, _ models: [ModelFacts]) throws -> String {
        let reading = JobOptions {
            $0.detectionScore = options.detectionScore
            $0.minimumQuality = options.minimumQuality
        }
        return ([reading.json] + models.map(\.sha256)).joined(separator: " ")
    }

    static func detail(_ parts: String?...) -> String? {
        let known = parts.compactMap(\.self)
        return known.isEmpty ? nil : known.joined(separator: ", ")
    }

    // MARK: Pictures

    private struct Faces {
        var people: [(name: String, samples: [(picture: String, chip: FaceChip)])] = []
        var unusable: [LearningResult.Unusable] = []
        /// A line for each usable picture: its person, and its hash.
        var lines: [String] = []

        /// Of what was learned from, in whichever order it was read.
        var sha256: String { SHA256.hash(data: Array(lines.sorted().joined(separator: "\n").utf8)).hexadecimal }
    }

    /// The face of each picture, by the folder that it lies in; one picture is held at a time.
    private func readFaces(
        _ job: WorkerJob, _ options: ResolvedOptions, _ record: inout JobRecord, _ checkpoints: JobCheckpoints?,
        _ kept: KeptFaces?, _ tell: (Double, String) throws -> Void
    ) throws -> Faces {
        let reader = try studio.faceReader()
        var faces = Faces()
        var places: [String: Int] = [:]
        for (index, picture) in job.learned.enumerated() {
            if let checkpoints, checkpoints.isDue { checkpoints.keepNow { try kept?.write() } }
            try tell(Double(index) / Double(job.learned.count), picture.name)
            let face: Result<FaceChip, ReportError>
            var facts: InputFacts?
            if let earlier = kept?.earlier, index < earlier.count {
                facts = earlier[index].picture.facts
                if let facts { record.passed.append(facts) }
                face =
                    earlier[index].chip.map { .success($0) }
                    ?? .failure(
                        earlier[index].picture.error ?? ReportError(code: .internal, message: "No face was kept."))
            } else {
                do {
                    let input = try JobInput(picture, limits: job.limits)
                    facts = input.facts
                    record.passed.append(input.facts)
                    face = .success(
                        try reader.chip(
                            of: input.file, choosing: .prominent, minimumScore: Float(options.detectionScore),
                            minimumQuality: Float(options.minimumQuality)))
                } catch {
                    face = .failure(ReportError(explaining: error))
                }
                kept?.add(picture, facts, face)
            }
            let chip: FaceChip
            switch face {
            case .success(let found): chip = found
            case .failure(let error):
                faces.unusable.append(.init(picture: picture.name, error: error))
                continue
            }
            let folder = LearningPerson.name(of: picture.name, model: options.name)
            let isStranger = options.strangers.map { (folder as NSString).lastPathComponent == $0 } ?? false
            let person = isStranger ? picture.name : folder
            if let sha256 = facts?.sha256 { faces.lines.append("\(person) \(sha256)") }
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
        _ outcome: FaceLearner.Outcome, name: String, base facts: ModelCard, _ result: LearningResult,
        _ lineage: ModelLineage, to file: String, _ record: inout JobRecord
    ) throws {
        let model = LearnedModel(
            name: name, base: facts, network: outcome.graph.map { ($0, outcome.pixels) },
            recognition: try outcome.recognition.json(), lineage: lineage,
            version:
                "\(result.depth.rawValue), \(result.learning + result.choosing) people, by Limner \(LimnerVersion.text)",
            origin: "learned from \(facts.id) \(facts.sha256.prefix(12)); \(result.why)")
        let path = "\(record.folder.path)/\(file)"
        try model.write(to: path)
        record.outputs.append(try record.folder.facts(of: file))
    }

    private func page(
        of outcome: FaceLearner.Outcome, _ result: LearningResult, name: String, base: String
    ) throws -> EvaluationPage {
        let rule = DecisionRule()
        let before = try FaceEvaluator(
            outcome.judged.before, calibration: .measured(of: base), lines: rule.lines(comparing: 1, tail: nil))
        let after = try FaceEvaluator(
            outcome.judged.after, calibration: outcome.recognition.calibration, logistic: outcome.recognition.logistic,
            lines: rule.lines(comparing: 1, tail: outcome.recognition.tail))
        var page = EvaluationPage(try after.evaluation(), by: after, name: name)
        page.before = EvaluationPage(try before.evaluation(), by: before, name: base).subject
        page.title = "\(name): \(result.accepted ? "accepted" : "not accepted")"
        page.figures = result.lines
        page.loss = result.losses
        page.steps = outcome.losses.count
        return page
    }
}

extension [Double] {
    /// Means of at most so many pieces.
    func means(_ pieces: Int) -> [Double] {
        guard count > pieces else { return self }
        return (0..<pieces).map { piece in
            let part = self[piece * count / pieces..<(piece + 1) * count / pieces]
            return part.reduce(0, +) / Double(part.count)
        }
    }
}

extension WorkerJob {
    /// The pictures that are learned from.
    fileprivate var learned: [InputPicture] { inputs.filter { $0.role == .picture } }
}
