import Foundation
import Glibc
import Pictures

/// A folder with the pictures of one test, in which `limner` is run. Removed with the last reference.
final class Scratch {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "limner-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
    }

    /// Everything in the folder, hidden files too.
    var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }

    func bytes(_ name: String) -> [UInt8] {
        FileManager.default.contents(atPath: "\(path)/\(name)").map(Array.init) ?? []
    }

    func picture(_ name: String) throws -> Picture {
        try PictureFile(path: "\(path)/\(name)").decode()
    }

    func text(_ name: String) -> String { String(decoding: bytes(name), as: UTF8.self) }

    /// Runs `limner` with this folder as the working directory and, unless told otherwise, as the studio's root.
    func limner(_ arguments: [String], root: String? = nil, environment: [String: String] = [:]) throws
        -> Programs.Answer
    {
        try Programs.run(
            URL(fileURLWithPath: "/usr/bin/env"),
            ["--chdir", path, "LIMNER_ROOT=\(root ?? path)", Programs.limner.path] + arguments, environment: environment
        )
    }

    /// Runs ffmpeg in this folder, as anybody would; what it says on its standard output.
    func ffmpeg(_ line: String) throws -> String { try tool("ffmpeg", line) }

    func ffprobe(_ line: String) throws -> String { try tool("ffprobe", line) }

    private func tool(_ name: String, _ line: String) throws -> String {
        let answer = try Programs.run(
            URL(fileURLWithPath: "/usr/bin/env"),
            ["--chdir", path, name, "-v", "error"] + line.split(separator: " ").map(String.init))
        guard answer.code == 0 else { throw Disappointment("\(name) \(line): \(answer.error)") }
        return answer.output
    }

    /// Starts `limner` as ``limner(_:root:environment:)`` does, with its standard error in the file `error`.
    func start(_ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = Programs.limner
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: path)
        process.environment = ProcessInfo.processInfo.environment
            .merging(["LIMNER_MODELS": Assets.models, "LIMNER_ROOT": path]) { _, ours in ours }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try Data().write(to: URL(fileURLWithPath: "\(path)/error"))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: "\(path)/error"))
        try process.run()
        return process
    }
}

extension Process {
    /// The processes that this one has started.
    var children: [pid_t] {
        let tasks = "/proc/\(processIdentifier)/task"
        return ((try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? [])
            .compactMap { try? String(contentsOfFile: "\(tasks)/\($0)/children", encoding: .utf8) }
            .flatMap { $0.split(separator: " ") }.compactMap { pid_t($0) }
    }
}
