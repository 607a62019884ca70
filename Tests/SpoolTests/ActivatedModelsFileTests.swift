import Foundation
import Testing
import Wire

@testable import Spool

@Suite struct ActivatedModelsFileTests {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("limner-\(UUID().uuidString)").path

    private func load() throws -> Settings {
        try SettingsSource(
            config: nil, flags: [.init(name: "--models", key: "models.path", folder: folder)],
            environment: ["LIMNER_CONFIG": "/dev/null"]
        ).load().settings
    }

    @Test func whatIsActivatedIsWhatTheSettingsSay() throws {
        #expect(try load().faces.embedder == "sface-2021dec", "where there is no store")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(try load().faces.embedder == "sface-2021dec")
        var activated = try ActivatedModels.read(in: folder)
        activated.activate(.learned("gate"))
        try activated.write(in: folder)
        #expect(try load().faces.embedder == "learned:gate")
        #expect(try ActivatedModels.read(in: folder) == activated)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["in-use.json"])
        try Data("{\"models\": [\"nobody\"]}".utf8).write(to: URL(filePath: "\(folder)/in-use.json"))
        let error = try #require(throws: SettingsError.self) { try load() }
        #expect(error.description.contains("\(folder)/in-use.json") && error.description.contains("activate it again"))
    }
}
