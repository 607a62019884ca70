import Foundation
import Subprocess
import Testing

@testable import Torture

/// The real `limner torture`, as short as it runs by default: every scenario against the real daemon.
@Suite(.serialized) struct ShortTortureTests {
    /// The folder of the built programs.
    private static let programs = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().path

    @Test(arguments: Scenario.allCases)
    func everyPromiseIsKept(_ scenario: Scenario) async throws {
        // Short, because a socket's path may have 107 bytes.
        let folder = NSTemporaryDirectory() + "t\(UInt32.random(in: .min ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let result = try await Subprocess.run(
            .path(.init(Self.programs + "/limner")),
            arguments: ["torture", "--root", folder, "--scenario", scenario.rawValue, "--json"],
            output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        #expect(result.terminationStatus == .exited(0), "\(result.standardOutput)\n\(result.standardError)")
        let results = try JSONDecoder().decode([Torture.Result].self, from: Data(result.standardOutput.utf8))
        #expect(results.map(\.scenario) == [scenario.rawValue])
        #expect(results[0].outcome.violations.isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty, "nothing is left behind")
        try FileManager.default.removeItem(atPath: folder)
    }
}
