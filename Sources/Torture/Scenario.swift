/// One way to attack a spool.
package enum Scenario: String, CaseIterable, Sendable {
    case kills
    case failPoints = "fail-points"
    case gallery
    case retention
    case workers
    case overflow
    case trees
    case writers
    case diskFull = "disk-full"
    case folders
    case clock
    case twoDaemons = "two-daemons"
    case poison
    case checkpoints
    case power

    /// What happens in it, in a line.
    package var summary: String {
        switch self {
        case .kills: "the daemon is killed at random moments, again and again, while files keep coming"
        case .failPoints: "the daemon is killed between any two steps of a job"
        case .gallery: "the daemon is killed and jobs are cancelled while people are enrolled"
        case .retention: "the daemon is killed while it removes what was kept long enough"
        case .workers: "workers are killed, stopped past their lease, out of memory, or answer for another attempt"
        case .overflow: "the daemon is stopped while more files arrive than the kernel remembers events for"
        case .trees: "folders are made with files in them, renamed in and out, removed and made again"
        case .writers: "files come by every way of writing, in one go, with pauses, and cut short"
        case .diskFull: "the disk is full at every write, then has space again"
        case .folders: "folders may not be read or written for a while"
        case .clock: "the clock jumps by an hour, both ways"
        case .twoDaemons: "a second daemon is started on the root"
        case .poison: "one picture among many kills its worker every time"
        case .checkpoints: "paintings are broken off at random moments, and become the same pictures all the same"
        case .power: "the power is cut at any moment; what was not flushed is lost, kept or torn"
        }
    }

    func run(_ stage: Stage) async throws -> Outcome {
        switch self {
        case .kills: try await KillScenario(stage).run()
        case .failPoints: try await FailPointScenario(stage).run()
        case .gallery: try await GalleryScenario(stage).run()
        case .retention: try await RetentionScenario(stage).run()
        case .workers: try await WorkerScenario(stage).run()
        case .overflow: try await OverflowScenario(stage).run()
        case .trees: try await TreeScenario(stage).run()
        case .writers: try await WriterScenario(stage).run()
        case .diskFull: try await DiskFullScenario(stage).run()
        case .folders: try await FolderScenario(stage).run()
        case .clock: try await ClockScenario(stage).run()
        case .twoDaemons: try await TwoDaemonScenario(stage).run()
        case .poison: try await PoisonScenario(stage).run()
        case .checkpoints: try await CheckpointScenario(stage).run()
        case .power: try await PowerScenario(stage).run()
        }
    }
}

/// What came of a scenario.
package struct Outcome: Codable, Sendable, Equatable {
    package struct Figure: Codable, Sendable, Equatable {
        package var name: String
        package var value: String
    }

    /// In the order in which they are told.
    package var figures: [Figure] = []
    /// Broken promises, a sentence each; none in a run that went well.
    package var violations: [String] = []

    /// Tells what another one tells, too.
    static func += (outcome: inout Outcome, more: Outcome) {
        outcome.figures += more.figures
        outcome.violations += more.violations
    }

    mutating func tell(_ name: String, _ value: some CustomStringConvertible) {
        figures.append(Figure(name: name, value: "\(value)"))
    }

    mutating func tell(_ name: String, seconds: Double) {
        tell(name, (seconds * 100).rounded() / 100)
    }
}
