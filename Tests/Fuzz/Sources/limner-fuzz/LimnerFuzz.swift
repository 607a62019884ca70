import CFuzzer
import Foundation

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
        case "--seeds" where arguments.count == 3: try Seeds.write(to: arguments[2])
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

    private static func run(_ target: FuzzTarget, _ arguments: [String]) -> Never {
        inForce = target
        var count = CInt(arguments.count)
        var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        let status = pointers.withUnsafeMutableBufferPointer { buffer in
            var start = buffer.baseAddress
            return LLVMFuzzerRunDriver(&count, &start) { bytes, count in
                inForce!.read(UnsafeRawBufferPointer(start: bytes, count: count))
                return 0
            }
        }
        exit(status)
    }
}

/// Set once, before the fuzzer starts.
nonisolated(unsafe) private var inForce: FuzzTarget?

/// A reader of strangers' bytes.
struct FuzzTarget: Sendable {
    let name: String
    /// Returns whatever the bytes are; ends the process when the reader breaks its word.
    let read: @Sendable (UnsafeRawBufferPointer) -> Void

    static let all = pictures + texts + models

    /// A reader that may refuse, with errors of these types and no others.
    static func refusing(
        _ name: String, with errors: any Error.Type..., read: @escaping @Sendable ([UInt8]) throws -> Void
    ) -> FuzzTarget {
        FuzzTarget(name: name) { bytes in
            do {
                try read(Array(bytes))
            } catch {
                guard errors.contains(where: { $0 == type(of: error) }) else {
                    fatalError("\(name) throws \(type(of: error)): \(error)")
                }
            }
        }
    }
}
