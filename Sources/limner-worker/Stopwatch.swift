/// Milliseconds by stage, in a report's words.
struct Stopwatch {
    private(set) var timings: [String: Double] = [:]

    /// Adds the time that `body` takes, also when it throws.
    mutating func measure<Result>(_ stage: String, _ body: () throws -> Result) rethrows -> Result {
        let clock = ContinuousClock()
        let start = clock.now
        defer { add(seconds: (clock.now - start) / .seconds(1), to: stage) }
        return try body()
    }

    mutating func add(seconds: Double, to stage: String) {
        timings[stage, default: 0] += (seconds * 1e6).rounded() / 1e3
    }
}
