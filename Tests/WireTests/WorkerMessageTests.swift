import Foundation
import Parsing
import Testing

@testable import Wire

@Suite struct WorkerMessageTests {
    private let token = WorkerToken(41)
    private let limits = PictureLimits(pixels: 100, bytes: 1 << 40)

    private func expectRoundTrip<Value: Codable & Equatable>(_ value: Value) throws {
        let frame = try FrameCodec.frame(value)
        #expect(try FrameCodec.value(Value.self, of: frame.dropFirst(4)) == value)
    }

    @Test func requestsReadBack() throws {
        let inputs = [InputPicture(role: .style, path: "/tmp/x", name: "night.png")]
        var requests: [WorkerRequest] = Examples.outcomes.map { outcome in
            .job(
                WorkerJob(
                    id: Examples.id, token: token, attempt: 2, task: outcome.task, inputs: inputs,
                    outputFolder: "/tmp/o",
                    limits: limits))
        }
        requests += [
            .plan(
                WorkerJob(
                    id: Examples.id, token: token, attempt: 1, task: Examples.outcomes[0].task, inputs: inputs,
                    outputFolder: "", limits: limits, threads: 2, fitting: 1 << 30,
                    checkpoints: CheckpointPlace(folder: "/tmp/c", interval: 30))),
            .stop(token),
            .compare(
                CompareRequest(
                    token: token, first: "/a", second: "/b", threshold: 0.4, minimumQuality: 0.15, detectionScore: 0.6,
                    limits: limits)),
            .faces(FacesRequest(token: token, files: ["/a"], templates: true, detectionScore: 0.6, limits: limits)),
            .evaluate(
                EvaluateRequest(
                    token: token, folder: "/people", people: [.init(name: "ada", pictures: ["a.jpg"])], resolution: 16,
                    threshold: 0.4, detectionScore: 0.6, limits: limits, pages: [.svg, .png])),
        ]
        requests += [
            .styles(StylesRequest(token: token, folder: "/s", name: "wave")),
            .sheet(
                SheetRequest(
                    token: token, picture: InputPicture(role: .picture, path: "/a.jpg", name: "a.jpg"), folder: "/s",
                    choices: [StyleChoice(source: .name("wave")), StyleChoice(source: .picture("night.png"))],
                    pictures: inputs, size: 256, format: .png, quality: 90, limits: limits, outputFolder: "/tmp/o")),
            .film(
                FilmRequest(token: token, source: inputs, films: [inputs], style: inputs.last, limits: limits)),
            .photograph(
                PhotographRequest(
                    token: token, painting: inputs[0], content: inputs[0], size: 700, format: .tiff, quality: 90,
                    limits: limits, outputFolder: "/tmp/o")),
        ]
        requests += ModelsRequest.Action.allCases.map {
            .models(ModelsRequest(token: token, action: $0, path: "/m", style: .init(name: "wave", folder: "/s")))
        }
        for request in requests {
            try expectRoundTrip(request)
            #expect(request.token == token)
        }
    }

    @Test func messagesReadBack() throws {
        let comparison = FaceComparison(
            Similarity(cosine: 0.5), lines: DecisionLines(match: 0.4, review: 0.3),
            evidence: FaceEvidence(logRatio: 3, by: .logisticHead))
        let entry = ModelsAnswer.Entry(
            id: "x", name: "X", version: "1", licence: "MIT", origin: "here", sha256: Examples.hash, use: "none",
            state: .corrupt, problem: "broken")
        var style = StyleFacts(name: "wave", alias: "numbered-1", kind: .recipe, title: "Waves")
        style.pictures = [.init(path: "wave/a.png", weight: 0.5, width: 4, height: 3), .init(path: "b", weight: 0.5)]
        style.blend = [.init(name: "ember-red", weight: 1)]
        style.given.colors = .match
        style.options = JobOptions { $0.preset = .fast }
        style.error = ReportError(code: .styleInvalid, message: "broken")
        var messages: [WorkerMessage] = Examples.outcomes.map { outcome in
            .finished(
                WorkerResult(
                    token: token, inputs: [Examples.input], models: [Examples.model], task: outcome.task,
                    result: outcome.result, outputs: [], timings: ["all": 1]))
        }
        messages += [
            .beat(WorkerBeat(token: token, work: 3)), .stopped(token),
            .planned(
                WorkerPlan(
                    token: token, task: Examples.outcomes[0].task,
                    outputs: [.init(input: "night.png", width: 4, height: 3)], memoryBytes: 1 << 40, seconds: 0.5,
                    isResumable: true, scaledFrom: 8)),
            .progress(WorkerProgress(token: token, fraction: 0.5, stage: "optimising", losses: Examples.losses[0])),
            .failed(WorkerFailure(token: token, error: ReportError(code: .noFace, message: "none"))),
            .compared(
                CompareAnswer(
                    token: token, inputs: [Examples.input], faces: [Examples.face], qualities: [0.5],
                    comparison: comparison, models: [])),
            .faces(
                FacesAnswer(
                    token: token, index: 0, input: Examples.input,
                    faces: [.init(face: Examples.face, template: [0.25, -0.5])], models: [])),
            .evaluated(
                EvaluateAnswer(token: token, evaluation: Examples.evaluation, pages: [Data([137, 0, 255])])),
            .styles(StylesAnswer(token: token, styles: [style])),
            .sheet(
                SheetAnswer(
                    token: token, input: Examples.input,
                    output: OutputFile(name: "sheet.png", bytes: 3, sha256: Examples.hash), width: 4, height: 3,
                    cells: [
                        .init(style: "a"), .init(style: "b", error: ReportError(code: .styleInvalid, message: "x")),
                    ],
                    models: [Examples.model])),
            .film(
                FilmAnswer(
                    token: token,
                    comparison: FilmComparison(
                        frames: 12, neighbours: 11, distant: 2,
                        films: [.init(film: "a.mp4", flicker: 0.25, drift: 0.5, style: nil)]))),
            .photograph(
                PhotographAnswer(
                    token: token, inputs: [Examples.input],
                    output: OutputFile(name: "photograph.png", bytes: 3, sha256: Examples.hash), width: 4, height: 3)),
            .completed(token), .models(ModelsAnswer(token: token, models: [entry])),
        ]
        for message in messages {
            try expectRoundTrip(message)
            #expect(message.token == token)
        }
        let ready = WorkerMessage.ready(WorkerFacts(version: "1", pid: 7, threads: 2, openblasCore: "Haswell"))
        try expectRoundTrip(ready)
        #expect(ready.token == nil)
    }

    @Test func namesStandOutside() throws {
        let text = String(decoding: try WireJSON.encode(WorkerMessage.completed(token)), as: UTF8.self)
        #expect(text == #"{"completed":{"_0":41}}"#)
    }
}
