import Foundation
import Testing
import Wire

@testable import Spool

/// What keeps the settings file from being read.
@Suite struct SettingsSourceTests {
    private let root = TestRoot()

    private func refusal(_ config: String) -> String? {
        do {
            _ = try SettingsSource(config: config, flags: [], environment: [:]).load()
            return nil
        } catch {
            return error.mistakes[0].description
        }
    }

    @Test func aFileThatIsNoneIsToldInTheSystemsWords() {
        #expect(refusal("/nonexistent.yaml") == "--config: /nonexistent.yaml cannot be read: No such file or directory")
        #expect(refusal(root.path) == "--config: \(root.path) cannot be read: Is a directory")
    }

    /// Notepad puts one before the text.
    @Test func aByteOrderMarkIsPassedOver() throws {
        let path = root.path + "/marked.yaml"
        try root.write(path, "\u{FEFF}root: \(root.path)\nworkers:\n  count: 3\n")
        let settings = try SettingsSource(config: path, flags: [], environment: [:]).load().settings
        #expect(settings.root == root.path && settings.workers.count == 3)
    }

    @Test func textOfAnotherEncodingIsToldAsSuch() throws {
        let path = root.path + "/latin1.yaml"
        try Data("# caf".utf8 + [0xE9, 0x0A]).write(to: URL(fileURLWithPath: path))
        #expect(refusal(path) == "--config: \(path) cannot be read: it is not UTF-8; save it as UTF-8")
        let long = Data(repeating: 0x23, count: SettingsText.byteLimit) + Data("é".utf8)
        try long.write(to: URL(fileURLWithPath: path))
        #expect(refusal(path)?.contains("more than \(SettingsText.byteLimit) bytes") == true)
    }
}
