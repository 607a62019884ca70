import Foundation
import Testing

/// The fuzzers' short form, for every test run: each reader gets its seeds and some thousands of mutations of them, the
/// same ones every time. Tests/Fuzz has the long form, which finds its way by coverage and sees what address sanitizer
/// sees.
@Suite struct FuzzTests {
    @Test func everyReaderHasSeeds() throws {
        for target in FuzzTarget.all { #expect(try !Seeds.of(target.name).isEmpty, "\(target.name)") }
    }

    /// A process of its own reads, which a trap, a hang or too much memory ends; what it read last then stands in
    /// `limner-fuzz-NAME` of the temporary folder.
    @Test(arguments: FuzzTarget.all.map(\.name))
    func whateverTheBytesAreAReaderKeepsItsWord(name: String) async throws {
        await #expect(processExitsWith: .success) { [name] in
            let target = try #require(FuzzTarget.all.first { $0.name == name })
            let last = FileManager.default.temporaryDirectory.appending(path: "limner-fuzz-\(name)")
            let file = open(last.path, O_WRONLY | O_CREAT, 0o600)
            func read(_ input: [UInt8]) {
                #expect(ftruncate(file, 0) == 0 && pwrite(file, input, input.count, 0) == input.count)
                input.withUnsafeBytes { target.read($0) }
            }
            Self.limitProcessorTime()
            let seeds = try Seeds.of(name)
            for seed in seeds { read(seed) }
            var mutator = Mutator(of: seeds)
            for _ in 0..<Self.mutations { read(mutator.next()) }
            #expect(try Self.peakMemory() < 1 << 30)
            try FileManager.default.removeItem(at: last)
        }
    }

    private static let mutations = 10_000

    /// For all inputs of a reader together: some hundred times what they take. One that hangs takes it all.
    private static func limitProcessorTime() {
        var limit = rlimit(rlim_cur: 300, rlim_max: 300)
        setrlimit(__rlimit_resource_t(RLIMIT_CPU.rawValue), &limit)
    }

    /// Bytes that this process had at most. `getrusage` would count those of the process that started it.
    private static func peakMemory() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(Int(line.split(whereSeparator: \.isWhitespace)[1])) << 10
    }
}
