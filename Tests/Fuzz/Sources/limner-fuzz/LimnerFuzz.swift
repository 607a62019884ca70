import CFuzzer
import Foundation
import FuzzTargets

/// `limner-fuzz TARGET [libFuzzer's arguments]`, `limner-fuzz --list`, `limner-fuzz --seeds FOLDER`.
///
/// One program for all targets, so that the package is built and linked once. The target also stands in the environment,
/// for the processes that libFuzzer starts of itself.
@main enum LimnerFuzz {
    static let variable = "LIMNER_FUZZ_TARGET"

    static func main() throws {
        var arguments = CommandLine.arguments
        switch arguments.dropFirst().first {
        case "--list": print(FuzzTarget.all.map(\.name).joined(separator: "\n"))
        case "--seeds" where arguments.count == 3: try writeSeeds(to: URL(filePath: arguments[2]))
        case let name?:
            if FuzzTarget.all.contains(where: { $0.name == name }) {
                setenv(variable, name, 1)
                arguments.remove(at: 1)
            }
            guard let wanted = getenv(variable).map({ String(cString: $0) }),
                let target = FuzzTarget.all.first(where: { $0.name == wanted })
            else { fallthrough }
            run(target, arguments)
        default:
            FileHandle.standardError.write(
                Data("usage: limner-fuzz TARGET [ARGUMENT…] | --list | --seeds FOLDER\n".utf8))
            exit(64)
        }
    }

    private static func writeSeeds(to folder: URL) throws {
        for target in FuzzTarget.all {
            let own = folder.appending(path: target.name)
            try FileManager.default.createDirectory(at: own, withIntermediateDirectories: true)
            for (index, seed) in try Seeds.of(target.name).enumerated() {
                try Data(seed).write(to: own.appending(path: "seed-\(index)"))
            }
        }
    }

    /// Seeds and what lies in the folders of the command line, so that the fuzzer knows which code is the reader's.
    private static func readInputs(of arguments: [String], with target: FuzzTarget) throws {
        for seed in try Seeds.of(target.name) { seed.withUnsafeBytes(target.read) }
        for folder in arguments.dropFirst() where !folder.hasPrefix("-") {
            for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
                try Data(contentsOf: URL(filePath: folder).appending(path: name)).withUnsafeBytes(target.read)
            }
        }
    }

    private static func run(_ target: FuzzTarget, _ arguments: [String]) -> Never {
        inForce = target
        do { try readInputs(of: arguments, with: target) } catch { fatalError("\(error)") }
        var count = CInt(arguments.count)
        var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        let status = pointers.withUnsafeMutableBufferPointer { buffer in
            var start = buffer.baseAddress
            return cfuzzer_run(&count, &start) { bytes, count in
                inForce!.read(UnsafeRawBufferPointer(start: bytes, count: count))
            }
        }
        exit(status)
    }
}

/// Set once, before the fuzzer starts.
nonisolated(unsafe) private var inForce: FuzzTarget?
