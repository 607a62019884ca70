import Foundation
import Testing

@testable import Wire

/// The README's tables are part of the contract: they list what the code knows, no more and no less.
@Suite struct ReadmeTests {
    private let readme: String

    init() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../README.md")
        readme = try String(contentsOf: path, encoding: .utf8)
    }

    /// The cells of the table below a heading, without its head.
    private func table(under heading: String) throws -> [[String]] {
        let lines = readme.split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0 == "## \(heading)" }, "the README has no section \(heading)")
        let section = lines[(start + 1)...].prefix { !$0.hasPrefix("## ") }
        return section.filter { $0.hasPrefix("| `") }.map { line in
            line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    @Test func listsEveryErrorCode() throws {
        let rows = try table(under: "Error codes")
        let expected = ErrorCode.allCases.map {
            ["`\($0.rawValue)`", $0.meaning, $0.isRetried ? "yes" : "no", $0.hint]
        }
        #expect(rows == expected)
    }

    @Test func listsEverySetting() throws {
        let rows = try table(under: "Settings")
        let settings = Settings()
        let expected = SettingsCatalogue.keys.map { key in
            let value = key.text(in: settings)
            return ["`\(key.name)`", value.isEmpty ? "–" : "`\(value)`", key.expected, key.summary]
        }
        #expect(rows == expected)
    }

    @Test func codesAreKebabCaseAndSentencesAreWhole() {
        for code in ErrorCode.allCases {
            #expect(code.rawValue.wholeMatch(of: /[a-z]+(-[a-z]+)*/) != nil)
            #expect(code.meaning.hasSuffix("."))
            #expect(code.hint.hasSuffix("."))
        }
    }
}
