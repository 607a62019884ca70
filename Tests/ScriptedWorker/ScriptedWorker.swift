import CLinux
import Foundation
import Glibc
import Wire

/// A worker for tests: it speaks the real protocol, and each job's first input is the script of what it does.
/// One command a line; the end of the script finishes the job:
///
/// - `sleep <ms>`, `work <ms>` (the same with beats), `stuck` (beats for ever, and does nothing), `progress <fraction>`, `preview <text>` (of a
///   painting: the text),   `memory <MiB>` (what the plan says it needs), `say <text>` (on standard error), `environment` (says the names of its variables),
///   `output <name> <text>`, `claim <name>` (names an output that it has not written)
/// - `propose <seed>` (a template for the person that an enroll job names)
/// - `fail <code>`, `crash`, `exit <code>`, `hang`, `linger` (hangs, and exits with 7 some time after SIGTERM),
///   `first-attempt <crash|hang|work <ms>>`
/// - `frames <count>` (each attempt takes up what those before have done, does one more of so many, and works for ever unless that is the last)
/// - `stale` (answers with the wrong token first), `garbage` (writes what is no frame)
@main
struct ScriptedWorker {
    static func main() throws {
        limner_die_with_parent()
        try send(
            .ready(WorkerFacts(version: LimnerVersion.text, pid: getpid(), threads: 1, openblasCore: "scripted")))
        var reader = FrameReader()
        while let payload = try reader.next(reading: { FileHandle.standardInput.availableData }) {
            switch try FrameCodec.value(WorkerRequest.self, of: payload) {
            case .plan(let job): try plan(job)
            case .job(let job): try play(job)
            case .models(let request): try answer(request)
            case .checkpoint, .stop, .conclude, .compare, .faces, .evaluate, .styles, .sheet, .film, .photograph:
                break
            }
        }
    }

    /// One model, in the state that `SCRIPTED_MODEL` names; `crash` ends the worker instead.
    static func answer(_ request: ModelsRequest) throws {
        let name = ProcessInfo.processInfo.environment["SCRIPTED_MODEL"] ?? "present"
        guard let state = ModelsAnswer.Entry.State(rawValue: name) else { abort() }
        let entry = ModelsAnswer.Entry(
            id: "scripted", name: "scripted", version: "1", licence: "none", origin: "none", sha256: "", use: "tests",
            state: state, problem: state == .present ? nil : "the script says so")
        try send(.models(ModelsAnswer(token: request.token, models: [entry])))
    }

    /// What the script's line `memory <MiB>` says.
    static func plan(_ job: WorkerJob) throws {
        let script = (try? String(contentsOfFile: job.inputs[0].path, encoding: .utf8)) ?? ""
        let memory = script.split(separator: "\n").first { $0.hasPrefix("memory ") }?.split(separator: " ").last
        try send(
            .planned(
                WorkerPlan(
                    token: job.token, task: job.task, memoryBytes: (memory.flatMap { Int64($0) } ?? 1) << 20,
                    seconds: 1)))
    }

    static func play(_ job: WorkerJob) throws {
        var outputs: [OutputFile] = []
        var templates: [NewTemplate] = []
        var isChecked = false
        var faces: [SeenFace] = []
        let script = try String(contentsOfFile: job.inputs[0].path, encoding: .utf8)
        for line in script.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 2).map(String.init)
            switch words[0] {
            case "memory": break
            case "sleep": usleep(UInt32(words[1])! * 1000)
            case "work": try beat(job.token, 1...Int64(words[1])! / beatMilliseconds)
            case "stuck": while true { try beat(job.token, 1...1) }
            case "progress":
                try send(.progress(WorkerProgress(token: job.token, fraction: Double(words[1])!, stage: "scripted")))
            case "preview":
                try send(
                    .progress(
                        WorkerProgress(token: job.token, fraction: 0.5, stage: "scripted", preview: Data(words[1].utf8))
                    ))
            case "output":
                let data = Data(words[2].utf8)
                try data.write(to: URL(fileURLWithPath: job.outputFolder + "/" + words[1]))
                outputs.append(
                    OutputFile(name: words[1], bytes: Int64(data.count), sha256: String(repeating: "0", count: 64)))
            case "claim":
                outputs.append(OutputFile(name: words[1], bytes: 1, sha256: String(repeating: "0", count: 64)))
            case "see":
                faces.append(
                    SeenFace(
                        number: faces.count + 1, picture: "scripted", face: template(Float(words[1])!),
                        decision: FaceDecision(rawValue: words[2])!, revision: 0))
            case "propose": templates.append(template(Float(words[1])!))
            case "checked": isChecked = true
            case "say": FileHandle.standardError.write(Data((words.dropFirst().joined(separator: " ") + "\n").utf8))
            case "environment":
                let names = ProcessInfo.processInfo.environment.keys.sorted().joined(separator: ",")
                FileHandle.standardError.write(Data((names + "\n").utf8))
            case "first-attempt":
                // The rest of the line happens only at the first attempt.
                if job.attempt == 1, words[1] == "crash" { abort() }
                if job.attempt == 1, words[1] == "hang" { while true { sleep(60) } }
                if job.attempt == 1, words[1] == "work" { try beat(job.token, 1...Int64(words[2])! / beatMilliseconds) }
            case "frames":
                let (frame, all) = (Int(job.token.number), Int(words[1])!)
                try send(
                    .progress(
                        WorkerProgress(
                            token: job.token, fraction: Double(frame) / Double(all), stage: "painting",
                            resumedFrom: frame > 1 ? frame - 1 : nil)))
                if frame < all { try beat(job.token, 1...Int64.max) }
            case "fail":
                let code = ErrorCode(rawValue: words[1])!
                let error = ReportError(code: code, message: "The script says so.")
                try send(.failed(WorkerFailure(token: job.token, error: error)))
                return
            case "crash": abort()
            case "exit": exit(Int32(words[1])!)
            case "hang": while true { sleep(60) }
            case "linger":
                // It takes a while to go when it is asked to.
                signal(SIGTERM) { _ in
                    usleep(300_000)
                    _exit(7)
                }
                try send(.progress(WorkerProgress(token: job.token, fraction: 0.5, stage: "lingering")))
                while true { sleep(60) }
            case "stale":
                let other = WorkerToken(job.token.number + 100)
                try send(.failed(WorkerFailure(token: other, error: ReportError(code: .internal, message: "stale"))))
            case "garbage": FileHandle.standardOutput.write(Data([0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3]))
            default: preconditionFailure("unknown command \(line)")
            }
        }
        try send(
            .finished(
                WorkerResult(
                    token: job.token, inputs: [], models: [], task: job.task,
                    result: result(of: job.task, templates), outputs: outputs,
                    changes: changes(of: job.task, templates, isChecked), faces: faces, timings: ["scripted": 1])))
    }

    private static let beatMilliseconds: Int64 = 100

    private static func beat(_ token: WorkerToken, _ work: ClosedRange<Int64>) throws {
        for work in work {
            try send(.beat(WorkerBeat(token: token, work: work)))
            usleep(UInt32(beatMilliseconds) * 1000)
        }
    }

    /// The same for the same seed.
    static func template(_ seed: Float) -> NewTemplate {
        let model = TemplateModel(name: "scripted", sha256: String(repeating: "5", count: 64))
        return NewTemplate(
            template: Template(normalising: (0..<16).map { cos(Float($0 + 1) * seed) }, model: model)!,
            quality: FaceQuality(detectorScore: 1, eyeDistance: 50, sharpness: 10, frontality: 1),
            source: String(format: "%064x", seed.bitPattern))
    }

    /// - Parameter isChecked: against a gallery of nobody.
    static func changes(of task: JobTask, _ templates: [NewTemplate], _ isChecked: Bool) throws -> [GalleryChange] {
        guard let person = task.options.person, task.kind == .enroll, !templates.isEmpty else { return [] }
        let check = EnrollmentCheckpoint(revision: 0, pictures: templates.map { _ in "scripted" })
        return [
            .enroll(
                EnrollmentProposal(
                    person: try PersonName(person), templates: templates, check: isChecked ? check : nil))
        ]
    }

    /// A result of the job's kind, in which nothing was found but what is proposed.
    static func result(of task: JobTask, _ templates: [NewTemplate]) -> JobResult {
        let origin = FacePoint(x: 0, y: 0)
        let face = DetectedFace(
            box: FaceBox(x: 0, y: 0, width: 1, height: 1),
            landmarks: FaceLandmarks(
                rightEye: origin, leftEye: origin, nose: origin, rightMouth: origin, leftMouth: origin), score: 1)
        return switch task.kind {
        case .enroll:
            .enroll(
                EnrollmentResult(
                    person: task.options.person ?? "",
                    enrolled: templates.map { _ in
                        .init(input: "scripted", face: face, quality: 1, alreadyEnrolled: false)
                    }, templates: templates.count))
        case .verify: .verify(VerificationResult(probes: []))
        case .identify: .identify(IdentificationResult(people: 0, templates: 0, pictures: []))
        case .stylize: .stylize(StylizationResult(pictures: []))
        case .feedback: preconditionFailure("no worker is given corrections")
        case .learn:
            .learn(
                LearningResult(
                    name: task.options.name ?? "", depth: .head, accepted: false, why: "It was scripted.", learning: 0,
                    choosing: 0, judging: 0, pictures: 0, strangers: 0, figures: [], thresholds: [], logistic: nil,
                    doubtful: [], unusable: [], steps: 0, bestStep: 0, losses: []))
        }
    }

    static func send(_ message: WorkerMessage) throws {
        FileHandle.standardOutput.write(try FrameCodec.frame(message))
    }
}
