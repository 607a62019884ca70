import Foundation

/// The times of one piece of work.
struct Measurement: Codable {
    let name: String
    /// Least, median and greatest time in milliseconds, of `runs` after one that does not count.
    let minimum: Double
    let median: Double
    let maximum: Double
    let runs: Int
    /// Floating-point operations of the direct algorithm, in thousands of millions; `nil` where the work is not one.
    let gigaflop: Double?

    /// What the direct algorithm would have to do in a second to be as fast.
    var gigaflops: Double? { gigaflop.map { $0 / median * 1000 } }

    init(_ name: String, gigaflop: Double? = nil, runs: Int, _ work: () -> Void) {
        work()
        let clock = ContinuousClock()
        let times = (0..<runs).map { _ in clock.measure(work) / .milliseconds(1) }.sorted()
        self.name = name
        self.runs = runs
        self.gigaflop = gigaflop
        minimum = times[0]
        median = times[runs / 2]
        maximum = times[runs - 1]
    }
}
