import ArgumentParser
import Foundation
import Nets

/// Times the engine's layers and networks with random weights, which cost as much as real ones.
@main
struct LimnerBench: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "limner-bench")

    @Option(help: "Threads.") var threads = ProcessInfo.processInfo.activeProcessorCount
    @Option(help: "Counted runs of each piece of work.") var runs = 5
    @Option(help: "Sides of the pictures of a style iteration.") var sides: [Int] = [512, 1024]
    @Flag(help: "Print JSON.") var json = false
    @Option(help: "What to measure.") var work = Work.allCases
    @Option(help: "Of layers and networks, only those whose name contains this.") var only = ""

    enum Work: String, CaseIterable, ExpressibleByArgument { case layers, networks, iterations }

    func run() throws {
        let pool = ThreadPool(threads: threads)
        var rows: [Measurement] = []
        func add(_ row: Measurement) {
            rows.append(row)
            if !json { print(Self.text(row)) }
        }
        if !json { print("OpenBLAS kernels \(OpenBLAS.core), \(threads) threads") }
        if work.contains(.layers) { try Layers.measure(pool, runs: runs, only: only, add) }
        if work.contains(.networks) { try Networks.measure(pool, runs: runs, only: only, add) }
        for side in sides where work.contains(.iterations) {
            try StyleIteration.measure(side: side, pool, runs: runs, add)
        }
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            print(String(decoding: try encoder.encode(rows), as: UTF8.self))
        } else {
            var usage = rusage()
            getrusage(__rusage_who_t(0), &usage)
            print("peak memory \(usage.ru_maxrss / 1024) MB")
        }
    }

    private static func text(_ row: Measurement) -> String {
        let speed = row.gigaflops.map { String(format: "%6.0f GFLOP/s", $0) } ?? ""
        let name = row.name.padding(toLength: 44, withPad: " ", startingAt: 0)
        return name + String(format: "%9.2f %9.2f %9.2f ms  ", row.minimum, row.median, row.maximum) + speed
    }
}
