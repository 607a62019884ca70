import Foundation
import Glibc

/// The programs that this build made, beside the tests.
enum Programs {
    static let limner = program("limner")
    static let limnerd = program("limnerd")
    static let worker = program("limner-worker")

    struct Answer {
        var code: Int32
        var output: String
        var error: String
    }

    private static func program(_ name: String) -> URL {
        URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent(name)
    }

    /// Runs a program to its end.
    static func run(_ program: URL, _ arguments: [String], environment: [String: String] = [:]) throws -> Answer {
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment
            .merging(["LIMNER_MODELS": Assets.models]) { _, ours in ours }
            .merging(environment) { _, ours in ours }
        process.standardInput = FileHandle.nullDevice
        let folder = FileManager.default.temporaryDirectory
        let names = ["output", "error"].map { folder.appendingPathComponent("limner-\(UUID().uuidString).\($0)") }
        defer { for name in names { try? FileManager.default.removeItem(at: name) } }
        let handles = try names.map { name in
            try Data().write(to: name)
            return try FileHandle(forWritingTo: name)
        }
        process.standardOutput = handles[0]
        process.standardError = handles[1]
        try process.run()
        process.waitUntilExit()
        let texts = try names.map { try String(decoding: Data(contentsOf: $0), as: UTF8.self) }
        return Answer(code: process.terminationStatus, output: texts[0], error: texts[1])
    }
}

/// Why a test could not go on.
struct Disappointment: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Waits for a condition, never for a fixed time.
func eventually(
    _ what: String, within seconds: Double = 60, log: String? = nil, _ condition: () throws -> Bool
) async throws {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
        if try condition() { return }
        try await Task.sleep(for: .milliseconds(50))
    }
    let words = log.flatMap { try? String(contentsOfFile: $0, encoding: .utf8) }.map { "\n" + $0.suffix(4000) } ?? ""
    throw Disappointment("waited \(seconds) s in vain until \(what)\(words)")
}
