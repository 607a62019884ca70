/// The times of one piece of work.
struct Measurement: Codable {
    let name: String
    /// In milliseconds, one a counted run, in order.
    let times: [Double]
    /// Floating-point operations of the direct algorithm, in thousands of millions; `nil` where the work is not one.
    let gigaflop: Double?
    /// Memory that an executor of the work plans for itself, in MiB: buffers and scratch, without weights.
    let planned: Double?

    var minimum: Double { times.min()! }
    var maximum: Double { times.max()! }
    var median: Double { times.sorted()[times.count / 2] }

    /// What the direct algorithm would have to do in a second to be as fast.
    var gigaflops: Double? { gigaflop.map { $0 / median * 1000 } }

    /// Times `work` after one run that does not count: `runs` times, and more while it has not taken `leastTime` in all.
    init(
        _ name: String, gigaflop: Double? = nil, plannedBytes: Int? = nil, runs: Int, _ work: () throws -> Void
    ) rethrows {
        try work()
        let clock = ContinuousClock()
        let begin = clock.now
        var times: [Double] = []
        while times.count < runs || (clock.now - begin < Self.leastTime && times.count < Self.mostRuns) {
            times.append(try clock.measure(work) / .milliseconds(1))
        }
        self.name = name
        self.times = times
        self.gigaflop = gigaflop
        planned = plannedBytes.map { Double($0) / 0x10_0000 }
    }

    /// The median of a handful of short runs says little.
    private static let leastTime = Duration.milliseconds(300)
    private static let mostRuns = 100
}
