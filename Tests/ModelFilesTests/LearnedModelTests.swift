import Foundation
import Nets
import Testing
import Wire

@testable import ModelFiles

@Suite struct LearnedModelTests {
    /// A store of its own in which the built-in models are those of the machine.
    private func store() throws -> ModelStore {
        let folder = NSTemporaryDirectory() + "learned-\(UInt64.random(in: .min ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: folder + "/originals", withDestinationPath: ModelStore().folder + "/originals")
        return ModelStore(folder: folder)
    }

    @Test func aHeadIsTakenUpWithoutTheNetwork() throws {
        let store = try store()
        let path = store.folder + "/wave.safetensors"
        try LearnedModel(
            name: "wave", base: try store.facts(.sface), network: nil, recognition: "{\"x\": 1}", version: "head",
            origin: "a test"
        ).write(to: path)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count < 4096)
        let listing = try store.importFile(path)
        #expect(listing.facts.id == "learned:wave")
        let model = try store.graph(.learned("wave"))
        #expect(model.recognition == "{\"x\": 1}")
        let base = try store.graph(.sface)
        #expect(model.graph.constants.count == base.graph.constants.count)
        // Its templates are its own, and not to be compared with the base's.
        #expect(model.facts.sha256 != base.facts.sha256)
        #expect(store.verify().first { $0.facts.id == "learned:wave" }?.state == .ready)
    }

    @Test func trainedWeightsComeBack() throws {
        let store = try store()
        let base = try store.graph(.sface)
        let graph = base.graph.copyingConstants(base.graph.lastParameterNames)
        let name = try #require(base.graph.lastParameterNames.sorted().first)
        let changed = try #require(graph.constants.first { $0.name == name }).tensor
        changed[0] += 1
        let path = store.folder + "/other.safetensors"
        try LearnedModel(
            name: "other", base: try store.facts(.sface), network: (graph, base.pixels), recognition: "{}",
            version: "all",
            origin: "a test"
        ).write(to: path)
        _ = try store.importFile(path)
        let model = try store.graph(.learned("other"))
        #expect(model.graph.constants.first { $0.name == name }?.tensor.values == changed.values)
        #expect(base.graph.constants.first { $0.name == name }?.tensor.values != changed.values)
    }

    private func lineage(of base: ModelCard) -> ModelLineage {
        ModelLineage(
            base: .init(id: base.id, sha256: base.sha256), learned: Date(timeIntervalSince1970: 1_773_500_968.5),
            version: "0.2.0", depth: .head, resolution: 16, seed: 7, dataSHA256: String(repeating: "e", count: 64),
            of: LearningResult(
                name: "learned:wave", depth: .head, accepted: true, why: "Proven.", learning: 60, choosing: 20,
                judging: 20, pictures: 700, strangers: 5, figures: [], thresholds: [], logistic: nil, doubtful: [],
                unusable: [], steps: 300, bestStep: 300, losses: []))
    }

    @Test func whereItComesFromIsListedAndCannotBeForged() throws {
        let store = try store()
        let path = store.folder + "/wave.safetensors"
        let lineage = lineage(of: try store.facts(.sface))
        try LearnedModel(
            name: "wave", base: try store.facts(.sface), network: nil, recognition: "{}", lineage: lineage,
            version: "head", origin: "a test"
        ).write(to: path)
        #expect(try store.importFile(path).lineage == lineage)
        let listing = try #require(store.list().first { $0.facts.id == "learned:wave" })
        #expect(listing.lineage == lineage && listing.base == "sface-2021dec")
        #expect(store.list().first { $0.facts.id == "sface-2021dec" }?.base == nil)
        var data = try Data(contentsOf: URL(fileURLWithPath: path))
        let place = try #require(data.range(of: Data("seed\\\":7".utf8)))
        data[place.upperBound - 1] = UInt8(ascii: "8")
        try data.write(to: URL(fileURLWithPath: path))
        #expect(throws: ModelFileError.self) { try store.importFile(path) }
    }

    @Test func aDamagedOneIsRefusedAndLeavesNothing() throws {
        let store = try store()
        let path = store.folder + "/wave.safetensors"
        try LearnedModel(
            name: "wave", base: try store.facts(.sface), network: nil, recognition: "{\"x\": 1}", version: "head",
            origin: "a test"
        ).write(to: path)
        var data = try Data(contentsOf: URL(fileURLWithPath: path))
        let place = try #require(data.range(of: Data("x\\\": 1".utf8)))
        data[place.upperBound - 1] = UInt8(ascii: "2")
        try data.write(to: URL(fileURLWithPath: path))
        #expect(throws: ModelFileError.self) { try store.importFile(path) }
        #expect(throws: ModelFileError.self) { try store.graph(.learned("wave")) }
    }
}
