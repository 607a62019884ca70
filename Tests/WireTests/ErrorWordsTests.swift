import Foundation
import Testing
import Wire

/// What Foundation and the decoders throw, in the operating system's words or our own.
@Suite struct ErrorWordsTests {
    private func words(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            return error.words
        }
    }

    @Test func theOperatingSystemsReasonIsSaid() {
        let folder = FileManager.default.temporaryDirectory
        let missing = folder.appendingPathComponent("limner-\(UUID().uuidString)")
        #expect(words { _ = try Data(contentsOf: missing) } == "No such file or directory")
        #expect(words { _ = try FileHandle(forReadingFrom: missing) } == "No such file or directory")
        #expect(
            words { _ = try FileManager.default.contentsOfDirectory(atPath: missing.path) }
                == "No such file or directory")
        #expect(words { _ = try Data(contentsOf: folder) } == "Is a directory")
        #expect(
            words { try Data([1]).write(to: missing.appendingPathComponent("a")) } == "No such file or directory")
        #expect(words { throw POSIXError(.EACCES) } == "Permission denied")
    }

    @Test func aDecoderSaysWhatIsWrongWhere() {
        struct Answer: Decodable { var count: Int }
        #expect(
            words { _ = try JSONDecoder().decode([Answer].self, from: Data("[{}]".utf8)) } == "0 lacks “count”")
    }

    @Test func othersSpeakForThemselves() {
        let error = SettingsError(mistakes: [])
        #expect(error.words == "\(error)")
    }
}
