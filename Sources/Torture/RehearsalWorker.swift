import CLinux
import Foundation
import Glibc
import Wire

/// A worker process for tests of the spool: it speaks the real protocol, and does what each ``Rehearsal`` says instead of
/// looking at a picture. Its one output is the picture itself, so that a judge can tell which picture an output is of.
package enum RehearsalWorker {
    /// The name of the output.
    static let output = "echo.jpg"

    /// Serves requests on standard input until it ends.
    ///
    /// - Parameter arguments: a worker's flags, of which only `--memory-limit` matters.
    package static func run(_ arguments: [String]) throws {
        limner_die_with_parent()
        signal(SIGPIPE, SIG_IGN)
        if let flag = arguments.firstIndex(of: "--memory-limit"), flag + 1 < arguments.count,
            let limit = UInt(arguments[flag + 1])
        {
            try limitMemory(to: limit << 20)
        }
        try send(
            .ready(WorkerFacts(version: LimnerVersion.text, pid: getpid(), threads: 1, openblasCore: "rehearsal")))
        var reader = FrameReader()
        while let payload = try reader.next(reading: { FileHandle.standardInput.availableData }) {
            switch try FrameCodec.value(WorkerRequest.self, of: payload) {
            case .plan(let job):
                try send(.planned(WorkerPlan(token: job.token, task: job.task, memoryBytes: 0, seconds: 0)))
            case .job(let job): try play(job)
            case .checkpoint, .stop, .conclude, .compare, .faces, .models, .evaluate, .styles, .sheet, .film,
                .photograph:
                break
            }
        }
    }

    private static func play(_ job: WorkerJob) throws {
        var outputs: [OutputFile] = []
        for (index, input) in job.inputs.enumerated() {
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: input.path)))
            guard let rehearsal = Rehearsal(bytes) else {
                let error = ReportError(
                    code: .pictureTruncated, message: "\(input.name) has \(bytes.count) bytes and no end record.")
                return try send(.failed(WorkerFailure(token: job.token, error: error)))
            }
            try perform(rehearsal.actions, job)
            let name = index == 0 ? output : "\(index)-\(output)"
            try Data(bytes).write(to: URL(fileURLWithPath: job.outputFolder + "/" + name))
            outputs.append(OutputFile(name: name, bytes: Int64(bytes.count), sha256: sha256(bytes)))
        }
        let (result, changes) = try end(job.task, outputs)
        try send(
            .finished(
                WorkerResult(
                    token: job.token, inputs: [], models: [], task: job.task, result: result, outputs: outputs,
                    changes: changes, timings: [:])))
    }

    /// Of an enrollment, a template for each picture that only this picture has.
    private static func end(_ task: JobTask, _ outputs: [OutputFile]) throws -> (JobResult, [GalleryChange]) {
        guard task.kind == .enroll, let name = task.options.person else {
            return (.identify(IdentificationResult(people: 0, templates: 0, pictures: [])), [])
        }
        let model = TemplateModel(name: "rehearsal", sha256: sha256("rehearsal".utf8))
        let quality = FaceQuality(detectorScore: 1, eyeDistance: 50, sharpness: 10, frontality: 1)
        let templates = outputs.compactMap { output in
            // About zero: of numbers of one sign, any two templates look alike, and some as near duplicates.
            let digits = output.sha256.compactMap(\.hexDigitValue)
            return Template(normalising: digits.map { Float($0) - 7.5 }, model: model).map {
                NewTemplate(template: $0, quality: quality, source: output.sha256)
            }
        }
        let origin = FacePoint(x: 0, y: 0)
        let face = DetectedFace(
            box: FaceBox(x: 0, y: 0, width: 1, height: 1),
            landmarks: FaceLandmarks(
                rightEye: origin, leftEye: origin, nose: origin, rightMouth: origin, leftMouth: origin), score: 1)
        let enrolled = outputs.map {
            EnrollmentResult.Enrolled(input: $0.name, face: face, quality: 1, alreadyEnrolled: false)
        }
        let result = EnrollmentResult(person: name, enrolled: enrolled, templates: templates.count)
        let proposal = EnrollmentProposal(person: try PersonName(name), templates: templates)
        return (.enroll(result), [.enroll(proposal)])
    }

    private static func perform(_ actions: [Rehearsal.Action], _ job: WorkerJob) throws {
        for action in actions {
            switch action {
            case .sleep(let milliseconds): usleep(UInt32(milliseconds) * 1000)
            case .crash: abort()
            case .hang: while true { sleep(60) }
            case .devour: devour()
            case .stale:
                let error = ReportError(code: .internal, message: "This answer is for an attempt that is over.")
                try send(.failed(WorkerFailure(token: WorkerToken(job.token.number - 1), error: error)))
            case .once: if job.attempt > 1 { return }
            }
        }
    }

    /// Takes memory until none is given. (Of malloc(3) without a use, the compiler would leave nothing.)
    private static func devour() -> Never {
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | Int32(MAP_POPULATE)
        while mmap(nil, 16 << 20, PROT_READ | PROT_WRITE, flags, -1, 0) != MAP_FAILED {}
        FileHandle.standardError.write(Data("out of memory\n".utf8))
        abort()
    }

    /// Without a limit of the daemon's, one that spares the machine.
    private static func limitMemory(to bytes: UInt) throws {
        let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).prefix { $0 != " " }
        let held = (UInt(pages) ?? 0) * UInt(sysconf(Int32(_SC_PAGESIZE)))
        var limit = rlimit(rlim_cur: held + bytes, rlim_max: held + bytes)
        guard setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 else {
            throw TortureError.call("setrlimit", path: "RLIMIT_AS", errno: errno)
        }
    }

    private static func send(_ message: WorkerMessage) throws {
        FileHandle.standardOutput.write(try FrameCodec.frame(message))
    }
}
