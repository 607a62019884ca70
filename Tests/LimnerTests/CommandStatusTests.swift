import Foundation
import Testing

@testable import limner

@Suite struct CommandStatusTests {
    /// The README's table of exit statuses is part of the contract.
    @Test func theReadmeListsEveryStatus() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../README.md")
        let readme = try String(contentsOf: path, encoding: .utf8)
        let section = try #require(readme.components(separatedBy: "| exit status | meaning |\n|---|---|\n").last)
        let rows = section.split(separator: "\n", omittingEmptySubsequences: false).prefix { $0.hasPrefix("|") }
        #expect(rows.map(String.init) == CommandStatus.allCases.map { "| `\($0.rawValue)` | \($0.meaning) |" })
    }
}
