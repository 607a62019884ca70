import Foundation
import Testing

@testable import Wire

@Suite struct ActivatedModelsTests {
    @Test func theLastIsInUseAndTheOneBeforeComesBack() throws {
        var activated = ActivatedModels()
        #expect(activated.inUse == nil && activated.retire() == nil)
        activated.activate(.learned("a"))
        activated.activate(.userEmbedder("b"))
        activated.activate(.learned("a"))
        #expect(activated.models == ["user:b", "learned:a"], "once each")
        let read = try WireJSON.decode(ActivatedModels.self, from: WireJSON.encode(activated))
        #expect(read == activated)
        #expect(activated.retire() == "learned:a" && activated.inUse == "user:b")
        for number in 0..<40 { activated.activate(.learned("\(number)")) }
        #expect(activated.models.count == 20 && activated.inUse == "learned:39")
    }

    @Test(arguments: ["{}", "[]", "{\"models\": [\"vgg19\"]}", "{\"models\": [\"learned:../x\"]}", "{\"models\": 1}"])
    func whatNamesNoEmbedderIsRefused(text: String) {
        #expect(throws: DecodingError.self) { try WireJSON.decode(ActivatedModels.self, from: Data(text.utf8)) }
    }

    @Test func otherSourcesGoOverIt() throws {
        var activated = ActivatedModels()
        activated.activate(.learned("gate"))
        var resolver = try SettingsResolver.resolve(file: nil, environment: [:], flags: [])
        resolver.follow(ActivatedModels(), at: "/m/in-use.json")
        #expect(resolver.settings.faces.embedder == "sface-2021dec")
        resolver.follow(activated, at: "/m/in-use.json")
        #expect(resolver.settings.faces.embedder == "learned:gate")
        let entry = try #require(resolver.answer.entries.first { $0.key == "faces.embedder" })
        #expect(entry.value == "learned:gate" && entry.origin == "limner models activate (/m/in-use.json)")
        var told = try SettingsResolver.resolve(
            file: .init(path: "limner.yaml", text: "faces:\n  embedder: sface-2021dec\n"), environment: [:], flags: [])
        told.follow(activated, at: "/m/in-use.json")
        #expect(told.settings.faces.embedder == "sface-2021dec" && told.origins["faces.embedder"] != nil)
    }
}
