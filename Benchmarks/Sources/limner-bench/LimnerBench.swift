import ArgumentParser
import Foundation
import Nets

/// Times the engine's work piece by piece, and compares each piece of arithmetic with the machine's SGEMM.
@main
struct LimnerBench: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "limner-bench")

    @Option(help: "Threads.") var threads = ProcessInfo.processInfo.activeProcessorCount
    @Option(help: "Least counted runs of each piece of work.") var runs = 5
    @Option(parsing: .upToNextOption, help: "Sides of the pictures of a style iteration.") var sides = [512, 1024]
    @Flag(help: "Print JSON.") var json = false
    @Option(parsing: .upToNextOption, help: "What to measure.") var work = Work.allCases
    @Option(help: "Only what has this in its name.") var only = ""

    enum Work: String, CaseIterable, ExpressibleByArgument {
        case layers, networks, iterations, learning, loading, gallery, pictures
    }

    func run() throws {
        OpenBLAS.chooseKernels()
        let pool = ThreadPool(threads: threads)
        let sgemm = Roofline.measure(threads: threads)
        let roofline = sgemm.gigaflops ?? 0
        if !json {
            print("\(Report.processor), \(threads) threads, OpenBLAS kernels \(OpenBLAS.core)")
            print(Report.heading)
            print(Report.line(sgemm, sgemm: roofline))
        }
        var rows: [Measurement] = []
        func add(_ row: Measurement) {
            rows.append(row)
            if !json { print(Report.line(row, sgemm: roofline)) }
        }
        for work in work {
            switch work {
            case .layers: try Layers.measure(pool, runs: runs, only: only, add)
            case .networks: try Networks.measure(pool, runs: runs, only: only, add)
            case .iterations:
                for side in sides { try StyleIteration.measure(side: side, pool, runs: runs, only: only, add) }
            case .learning: try Learning.measure(pool, runs: runs, only: only, add)
            case .loading: try ModelLoading.measure(pool, runs: runs, only: only, add)
            case .gallery: try GallerySearch.measure(runs: runs, only: only, add)
            case .pictures: try PictureWork.measure(runs: runs, only: only, add)
            }
        }
        let report = Report(threads: threads, sgemm: sgemm, rows: rows)
        print(json ? try report.json() : String(format: "peak memory %.0f MiB", report.peakMemory))
    }
}
