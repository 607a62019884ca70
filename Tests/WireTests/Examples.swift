import Foundation

@testable import Wire

/// One well-formed value of each kind, for round trips and the schema.
enum Examples {
    static let id = JobIdentifier(time: Date(timeIntervalSince1970: 1_773_500_966), salt: 7, name: "beach.jpg")
    static let hash = String(repeating: "0123456789abcdef", count: 4)
    static let face = DetectedFace(
        box: FaceBox(x: -1.5, y: 2, width: 80, height: 100.25),
        landmarks: FaceLandmarks(
            rightEye: FacePoint(x: 20, y: 40), leftEye: FacePoint(x: 60, y: 40), nose: FacePoint(x: 40, y: 60),
            rightMouth: FacePoint(x: 25, y: 80), leftMouth: FacePoint(x: 55, y: 80)), score: 0.93)
    static let turned = DetectedFace(box: face.box, landmarks: face.landmarks, score: 0.9, turn: .half)
    static let input = InputFacts(
        role: .picture, path: "identify/beach.jpg", sha256: hash, bytes: 12_345, width: 640, height: 480,
        orientation: 6,
        format: .jpeg)
    static let model = ModelFacts(id: "sface-2021dec", name: "SFace", version: "2021dec", sha256: hash)
    static let losses = [
        StyleLosses(
            iteration: 10, total: 12, content: 1, style: 3, tv: 2, size: 128, matting: 1, lines: 2, histogram: 3,
            styleLosses: [.wasserstein: 2, .gram: 1])
    ]

    static let stylization = JobTask(.stylize) { options in
        options.styles = [
            StyleChoice(source: .name("wave"), layers: ["relu1_1": 1, "relu2_1": 0.5]),
            StyleChoice(source: .picture("night.png"), weight: 0.5, mask: "sky.png", styleMask: "stars.png"),
        ]
        options.preset = .standard
        options.size = 512
        options.iterations = 100
        options.contentWeight = 1
        options.styleWeight = 1000
        options.tvWeight = 0.001
        options.contentLayers = ["relu4_2": 1]
        options.styleLoss = [.wasserstein: 3, .gram: 1]
        options.styleLayers = ["relu1_1": 0.2, "relu2_1": 0.8]
        options.network = .vgg19
        options.optimizer = .adam
        options.learningRate = 2
        options.start = .noise
        options.seed = 42
        options.lossInterval = 10
        options.colors = .style
        options.format = .png
        options.quality = 92
    }

    static let outcomes: [(task: JobTask, result: JobResult)] = [
        (
            JobTask(.enroll) {
                $0.person = "ada"
                $0.detectionScore = 0.7
            },
            .enroll(
                EnrollmentResult(
                    person: "ada",
                    enrolled: [
                        .init(input: input.path, face: face, quality: 0.8, alreadyEnrolled: false),
                        .init(
                            input: input.path, face: face, quality: 0.8, alreadyEnrolled: false,
                            nearDuplicate: NearTemplate(sourceSHA256: hash, cosine: 0.98)),
                    ], templates: 2))
        ),
        (
            JobTask(.verify) {
                $0.person = "ada"
                $0.threshold = 0.363
            },
            .verify(VerificationResult(person: "ada", probes: [probe(.match)]))
        ),
        (
            JobTask(.verify) {
                $0.reference = "other.jpg"
                $0.threshold = 0.363
            },
            .verify(VerificationResult(reference: "other.jpg", probes: [probe(.unknown)]))
        ),
        (
            JobTask(.identify) {
                $0.top = 3
                $0.annotate = .full
                $0.threshold = 0.363
                $0.detectionScore = 0.7
            },
            .identify(
                IdentificationResult(
                    people: 2, templates: 3,
                    promise: ThresholdPromise(fpir: 0.01, strangers: 212, threshold: 0.363, templates: 3),
                    pictures: [
                        .init(
                            input: input.path,
                            faces: [
                                .init(
                                    face: face, quality: 0.9, decision: .match, person: "ada", lines: lines,
                                    margin: 0.2,
                                    strangerShare: 0.0001,
                                    candidates: [
                                        .init(person: "ada", cosine: 0.6, l2: 0.89, templates: 2),
                                        .init(person: "bob", cosine: 0.4, l2: 1.1, templates: 1),
                                    ], denied: ["eve"]),
                                .init(
                                    face: turned, quality: 0.1, decision: .review, person: nil, lines: lines,
                                    margin: 0.1,
                                    candidates: [.init(person: "ada", cosine: 0.5, l2: 1, templates: 2)],
                                    warnings: [.qualityLow]),
                                .init(
                                    face: face, quality: nil, decision: .unknown, person: nil, lines: lines,
                                    margin: nil,
                                    candidates: [], warnings: [.unreadable]),
                            ], annotated: "beach-faces.jpg")
                    ]))
        ),
        (
            stylization,
            .stylize(
                StylizationResult(pictures: [
                    .init(
                        input: input.path, output: "beach-wave.png", width: 512, height: 384, iterations: 100,
                        losses: losses, seconds: 12.5, regions: 3)
                ]))
        ),
        (
            JobTask(.learn) {
                $0.name = "gate"
                $0.depth = .head
            },
            .learn(
                LearningResult(
                    name: "learned:gate", depth: .head, accepted: true, why: "Proven.", learning: 60, choosing: 20,
                    judging: 20, pictures: 400, strangers: 7,
                    figures: [
                        .init(
                            measure: "equal error rate", resolution: 16, before: 0.11, after: 0.09, low: -0.03,
                            high: -0.01)
                    ], thresholds: [.init(templates: 100, cosine: 0.31)],
                    logistic: .init(
                        accepted: false, logLossBefore: 0.2, logLossAfter: 0.21, low: -0.01, high: 0.02,
                        expectedCalibrationError: 0.01, brier: 0.06),
                    doubtful: [
                        .init(picture: "ada/3.jpg", person: "ada", cosine: 0.1, looksLike: "bob", otherCosine: 0.5)
                    ], unusable: [.init(picture: "ada/4.jpg", error: ReportError(code: .noFace, message: "None."))],
                    steps: 300, bestStep: 300, losses: [0.1, 0.05], model: "gate.safetensors",
                    pages: ["gate.svg", "gate.png"]))
        ),
        (
            JobTask(.learn) {
                $0.name = "wave"
                $0.subject = .style
                $0.strokes = 2
            },
            .learnStyle(
                StyleLearningResult(
                    name: "wave", accepted: true, why: "Nearer.", pictures: 2, photographs: 4,
                    figures: [.init(measure: "style distance", arbitrary: 3, learned: 1.5, optimised: 1.2)],
                    unusable: [.init(picture: "x.jpg", error: ReportError(code: .pictureEmpty, message: "None."))],
                    steps: 600, bestStep: 550, resumedFrom: 50, seconds: 200.5, losses: [2, 1],
                    style: "style.safetensors", recipe: "style.json", pages: ["page.png", "page.json"]))
        ),
        (JobTask(.feedback) { $0.corrections = FaceCorrections(corrections) }, .feedback(feedback)),
    ]

    static let corrections = ["ada", "bob"].map {
        FaceCorrection(.deny, 2, of: id, as: try! PersonName($0))
    }
    static let feedback: FeedbackResult = {
        var result = FeedbackResult(corrections)
        result.corrections[0].templates = 0
        result.corrections[1].error = ReportError(code: .faceUnknown, message: "Face 2 is not remembered.")
        return result
    }()

    static func report(_ task: JobTask, _ result: JobResult) -> Report {
        Report(
            id: id, kind: task.kind, status: .done, times: times, attempt: 1, source: "identify/beach.jpg", priority: 5,
            inputs: [input], models: [model], task: task, result: result,
            outputs: [OutputFile(name: "beach.png", bytes: 4096, sha256: hash)],
            timings: ["decode": 12.5, "detect": 30], error: nil)
    }

    static func failure(_ code: ErrorCode) -> Report {
        Report(
            id: id, kind: .identify, status: code == .cancelled ? .cancelled : .quarantined,
            times: Report.Times(seen: times.seen, finished: times.finished), attempt: 0,
            inputs: [InputFacts(role: .picture, path: "identify/beach.jpg")], task: JobTask(.identify),
            error: ReportError(code: code, message: "It did not go well."))
    }

    private static let times = Report.Times(
        seen: Date(timeIntervalSince1970: 1_773_500_966.123), started: Date(timeIntervalSince1970: 1_773_500_967),
        finished: Date(timeIntervalSince1970: 1_773_500_968.999))

    private static let lines = DecisionLines(match: 0.363, review: 0.3)

    private static func probe(_ decision: FaceDecision) -> VerificationResult.Probe {
        VerificationResult.Probe(
            input: input.path, face: face, quality: 0.9,
            comparison: FaceComparison(
                Similarity(cosine: decision == .match ? 0.5 : 0.1), lines: lines,
                evidence: FaceEvidence(logRatio: decision == .match ? 6 : -9, by: .cosine))
        )
    }

    static let evaluation = FaceEvaluation(
        people: 150, comparable: 148, pictures: 1990,
        unusable: [.init(person: "ada", picture: "x.jpg", error: ReportError(code: .noFace, message: "None."))],
        models: [model], resolution: 16,
        verification: FaceEvaluation.Verification(
            genuinePairs: 3455, impostorPairs: 1_200_000,
            equalErrorRate: .init(0.0031, low: 0.002, high: 0.0045), accuracy: .init(0.9971), bestThreshold: 0.31,
            areaUnderCurve: 0.9999,
            acceptances: [
                .init(falseAcceptance: 0.01, acceptance: .init(0.998), threshold: 0.31, pairsNeeded: 3000),
                .init(falseAcceptance: 0.0001, acceptance: nil, threshold: nil, pairsNeeded: 300_000),
            ], inUse: .init(threshold: 0.363, falseAcceptance: 0.000012, acceptance: 0.991)),
        openSet: [
            FaceEvaluation.OpenSet(
                enrolling: .one, people: 75, strangers: 75, templates: 75, splits: 20,
                rates: [
                    .init(falsePositives: 0.01, identified: 0.9812, deviation: 0.009, threshold: 0.41),
                    .init(falsePositives: 0.1, identified: nil, deviation: nil, threshold: nil),
                ])
        ],
        calibration: FaceEvaluation.Calibration(
            expectedError: 0.005, brier: 0.003, logLoss: 0.01, logRatioCost: 0.02, leastLogRatioCost: 0.015),
        alike: [.init(first: "ada/a.jpg", second: "bea/b.jpg", cosine: 0.51)],
        unlike: [.init(first: "ada/a.jpg", second: "ada/c.jpg", cosine: 0.2)])
}
