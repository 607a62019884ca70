import Foundation
import Gallery
import ModelFiles
import Testing
import Wire

extension EndToEnd {
    /// Learned models that are listed, put to use and retired, with the real daemon, worker and network.
    @Suite struct ModelInUseTests {
        /// A store of its own, in which the built-in models are those of the machine.
        private let store: ModelStore
        private let scratch: Scratch

        init() throws {
            scratch = try Scratch()
            store = ModelStore(folder: scratch.path + "/models")
            try FileManager.default.createDirectory(atPath: store.folder, withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                atPath: store.folder + "/originals", withDestinationPath: Assets.models + "/originals")
        }

        private static let tail = ImpostorTail(start: 0.3, share: 0.02, scale: 0.03, shape: -0.1, strangers: 250)

        private func write(_ name: String, _ recognition: Recognition, ownWeights: Bool = false) throws {
            let base = try store.graph(.sface)
            let result = LearningResult(
                name: "learned:\(name)", depth: ownWeights ? .all : .head, accepted: true, why: "Proven.", learning: 60,
                choosing: 20, judging: 20, pictures: 700, strangers: 5,
                figures: [
                    .init(
                        measure: "equal error rate", resolution: 16, before: 0.1, after: 0.08, low: -0.03, high: -0.01)
                ], thresholds: [], logistic: nil, doubtful: [], unusable: [], steps: 300, bestStep: 300, losses: [])
            try LearnedModel(
                name: name, base: base.facts, network: ownWeights ? (base.graph, base.pixels) : nil,
                recognition: recognition.json(),
                lineage: ModelLineage(
                    base: .init(id: base.facts.id, sha256: base.facts.sha256), learned: .now, version: "0.2.0",
                    depth: result.depth, resolution: 16, seed: 7, dataSHA256: String(repeating: "e", count: 64),
                    of: result),
                version: "a test", origin: "a test"
            ).write(to: "\(scratch.path)/\(name).safetensors")
        }

        @Test func modelsAreListedPutToUseAndRetired() async throws {
            // Nearly the identity: everybody stays who they were, by other cosines.
            let head = try #require(
                LearnedHead(
                    matrix: LearnedHead(identity: 128).matrix.map { $0 * 0.8 },
                    offset: (0..<128).map { $0 % 2 == 0 ? 0.01 : -0.01 }))
            try write("gate", Recognition(head: head, tail: Self.tail, calibration: .measured(of: "sface-2021dec")))
            try write("other", Recognition(tail: Self.tail), ownWeights: true)
            let daemon = try await LiveDaemon(["LIMNER_MODELS": store.folder])
            func limner(_ arguments: String..., environment: [String: String] = [:]) throws -> Programs.Answer {
                try scratch.limner(
                    arguments, root: daemon.folders.root,
                    environment: ["LIMNER_MODELS": store.folder].merging(environment) { $1 })
            }
            for name in ["gate", "other"] {
                let answer = try limner("models", "import", "\(name).safetensors")
                #expect(answer.code == 0, "\(answer.error)")
                #expect(answer.output.contains("learned:\(name)") && answer.output.contains("seed 7"))
            }
            try daemon.drop(Assets.sample("obama.jpg"), at: "enroll/Barack Obama/obama.jpg")
            _ = try await daemon.settle(1)
            func models() throws -> [ModelsAnswer.Entry] {
                try WireJSON.decode(
                    [ModelsAnswer.Entry].self, from: Data(limner("models", "list", "--json").output.utf8))
            }
            func entry(_ id: String) throws -> ModelsAnswer.Entry { try #require(try models().first { $0.id == id }) }
            #expect(try entry("sface-2021dec").inUse && entry("sface-2021dec").templates == 1)
            let gate = try entry("learned:gate")
            #expect(!gate.inUse && gate.templates == 1 && gate.base == "sface-2021dec", "a head makes no templates")
            #expect(gate.lineage?.seed == 7 && gate.lineage?.figures.count == 1)
            #expect(try entry("learned:other").templates == 0)

            let activated = try limner("models", "activate", "learned:gate")
            #expect(activated.code == 0, "\(activated.error)")
            #expect(activated.output.contains("learned:gate is in use; before it was sface-2021dec"))
            #expect(activated.output.contains("the daemon heeds it") && activated.output.contains("1 of 1 person"))
            #expect(try entry("learned:gate").inUse)
            try daemon.drop(Assets.sample("obama2.jpg"), at: "identify/obama2.jpg")
            let found = try #require(try await daemon.settle(2).compactMap(\.identification).first)
            #expect(found.promise?.strangers == 250, "the learned tail keeps the promise")
            #expect(found.pictures.first?.faces.first?.person == "Barack Obama")
            #expect(try limner("faces", "explain").output.contains("250 seen, N = 1"))
            // What was activated outlives the daemon.
            daemon.end(SIGTERM)
            #expect(try limner("faces", "explain").output.contains("250 seen, N = 1"), "without a daemon too")
            try await daemon.start()
            #expect(try limner("config").output.contains("limner models activate"))

            let other = try limner("models", "activate", "learned:other")
            #expect(other.output.contains("Barack Obama: needs re-enrolment"), "\(other.output)\(other.error)")
            #expect(try limner("gallery", "list").output.contains("Barack Obama: needs re-enrolment"))
            try daemon.drop(Assets.sample("obama3.jpg"), at: "identify/obama3.jpg")
            try await eventually("the job is quarantined") {
                daemon.files(in: daemon.folders.quarantine).contains { $0.hasSuffix("report.json") }
            }
            let reason = try limner("list", "--state", "quarantined", "--json").output
            #expect(reason.contains("template-model-mismatch"), "\(reason)")

            #expect(try limner("models", "retire").output.contains("learned:gate is in use"))
            #expect(try limner("models", "retire").output.contains("sface-2021dec is in use"))
            #expect(try !limner("gallery", "list").output.contains("needs re-enrolment"))
            let nothing = try limner("models", "retire")
            #expect(nothing.code == 1 && nothing.error.contains("No model was activated"))
            let overruled = try limner(
                "models", "activate", "learned:gate", environment: ["LIMNER_FACES_EMBEDDER": "sface-2021dec"])
            #expect(overruled.code == 1 && overruled.error.contains("environment LIMNER_FACES_EMBEDDER"))
            let absent = try limner("models", "activate", "vgg19")
            #expect(absent.code == 1 && absent.error.contains("learned:gate, learned:other"), "\(absent.error)")
        }
    }
}
