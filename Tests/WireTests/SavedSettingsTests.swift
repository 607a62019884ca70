import TestSupport
import Testing

@testable import Wire

/// Every release's settings file is accepted by this one; see `Tests/SavedStates/save_state.py`.
@Suite struct SavedSettingsTests {
    @Test(arguments: try SavedState.all())
    func everySettingIsStillTaken(_ saved: SavedState) throws {
        let text = try saved.settings()
        let resolver = try SettingsResolver.resolve(
            file: SettingsResolver.File(path: "limner.yaml", text: text), environment: [:], flags: [])
        let entries = Dictionary(uniqueKeysWithValues: resolver.answer.entries.map { ($0.key, $0) })
        let lines = text.split(separator: "\n").enumerated().map { ($0.offset + 1, $0.element.split(separator: ": ")) }
        #expect(lines.count > 1)
        for (number, words) in lines {
            let entry = try #require(entries[String(words[0])], "\(words[0]) is a setting no more")
            #expect(entry.value == words[1])
            #expect(entry.origin == "limner.yaml:\(number)")
        }
    }
}
