import ArgumentParser
import Foundation

/// Measures the spool's throughput, latency and memory with the real daemon on a disk of the caller's choice.
@main
struct SpoolBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "spool-bench")

    @Option(help: "The folder that holds limnerd, limner and limner-worker, built in release.")
    var programs = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../.build/release").standardizedFileURL.path

    @Option(help: "A folder on the disk that is measured.")
    var disk = FileManager.default.temporaryDirectory.path

    @Option(help: "What to measure; more than once.")
    var work: [Work] = []

    @Option(help: "Small files of the intake.") var files = 20_000
    @Option(help: "Claims.") var claims = 20_000
    @Option(parsing: .upToNextOption, help: "How many threads claim at once.") var callers = [1, 2, 8, 32]
    @Option(help: "Identify jobs, one after the other.") var jobs = 100
    @Option(help: "Queued jobs of the daemon whose memory is measured.") var queued = 100_000
    @Option(help: "Seconds over which that memory is watched.") var watch = 60
    @Option(help: "Photographs identified while that memory is watched.") var photographs = 10_000
    @Option(help: "Finished jobs of the status.") var finished = 1_000_000
    @Option(help: "The folder with the sample portraits of deploy/fetch-samples.")
    var samples = ProcessInfo.processInfo.environment["LIMNER_SAMPLES"] ?? NSHomeDirectory() + "/.cache/limner/samples"

    enum Work: String, CaseIterable, ExpressibleByArgument { case disk, intake, claims, overhead, memory, flow, status }

    func run() async throws {
        let work = work.isEmpty ? Work.allCases : work
        let programs = Programs(folder: programs)
        for item in Work.allCases where work.contains(item) {
            let figures =
                switch item {
                case .disk: try DiskCost.measure(disk)
                case .intake: try await IntakeRate.measure(disk, programs, files: files)
                case .claims: try ClaimRate.measure(disk, claims: claims, callers: callers)
                case .overhead: try await Overhead.measure(disk, programs, samples: samples, jobs: jobs)
                case .memory: try await ResidentMemory.measure(disk, programs, queued: queued, seconds: watch)
                case .flow:
                    try await ResidentMemory.flow(disk, programs, samples: samples, photographs: photographs)
                case .status: try await StatusTime.measure(disk, programs, finished: finished)
                }
            for figure in figures { print(figure.line) }
        }
    }
}

/// One line of the table.
struct Figure {
    var name: String
    var value: Double
    var unit: String
    /// What it is to reach; empty where nothing is asked.
    var target = ""

    var line: String {
        let digits = value >= 1000 ? "%10.0f" : "%10.1f"
        return name.padding(toLength: 58, withPad: " ", startingAt: 0) + String(format: digits, value) + " "
            + unit.padding(toLength: 10, withPad: " ", startingAt: 0) + target
    }
}

extension [Double] {
    /// The value below which a share of the others lies.
    func quantile(_ share: Double) -> Double {
        let sorted = sorted()
        return sorted[Swift.min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }

    var median: Double { quantile(0.5) }
}

extension ContinuousClock.Instant {
    /// Milliseconds since this moment.
    var milliseconds: Double { duration(to: .now) / .milliseconds(1) }
}
