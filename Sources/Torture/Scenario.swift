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
        case .kills:
            "SIGKILL of the daemon at random moments, some while it starts, with files coming by rename, link, O_TMPFILE, manifest and socket"
        case .failPoints:
            "SIGKILL between any two steps of a job: after the claim, before and after each commit, before the originals are moved"
        case .gallery: "SIGKILL of the daemon and cancelled jobs while people are enrolled; gallery and reports agree"
        case .retention: "SIGKILL while retention removes what was kept long enough"
        case .workers:
            "SIGKILL of workers, SIGSTOP past the lease and SIGCONT, out of memory, answers for another attempt"
        case .overflow: "the daemon is stopped while more files arrive than the kernel keeps events for"
        case .trees: "folders made and filled at once, renamed in and out, removed and made again"
        case .writers:
            "cp, rsync, mv over a name in use, mmap, a killed writer, one that pauses, one that appends after a pause; real pictures cut short"
        case .diskFull:
            "no space from the first write on, from the second, and so on, then space again; the low-water mark (needs root, for a small disk in memory)"
        case .folders:
            "folders of the inbox, outbox and state that may not be read or written for a while: named in the status, then on without a restart"
        case .clock: "the clock of the day jumps an hour, both ways"
        case .twoDaemons: "a second daemon on the root is refused"
        case .poison: "a picture that kills its worker every time, among many that do not"
        case .checkpoints: "paintings broken off at random moments become the same pictures all the same"
        case .power:
            "power cuts: a disk is made of the first so many changes to the daemon's files, and what no sync had made durable is gone, there, or torn"
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
