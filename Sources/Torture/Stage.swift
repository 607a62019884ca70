import Foundation
import Wire

/// The programs that a run needs, and the models for the scenarios with real pictures.
package struct Programs: Sendable {
    package var limner: String
    /// Where all programs, and the libraries that are loaded into them, lie together.
    package var folder: String
    /// The model store.
    package var models: String

    package init(limner: String, models: String) {
        self.limner = limner
        self.models = models
        folder = URL(fileURLWithPath: limner).deletingLastPathComponent().path
    }

    var limnerd: String { folder + "/limnerd" }
    /// Moves the clock of the program that it is loaded into; see `CClockShift`.
    var clockShift: String { folder + "/liblimner-clock-shift.so" }
    /// Logs every change that the program which it is loaded into makes to files; see `CPowerLog`.
    var powerLog: String { folder + "/liblimner-power-log.so" }
}

/// What a scenario works with.
struct Stage: Sendable {
    let extent: Torture.Extent
    /// The scenario's own folder; the studio is `root` below it, and everything else beside that.
    let folder: String
    let programs: Programs
    let seed: UInt64
    private let scenario: Scenario

    init(_ scenario: Scenario, of run: Torture) throws {
        self.scenario = scenario
        extent = run.extent
        programs = run.programs
        // Every scenario has its own numbers, whichever others run.
        seed = run.seed &+ UInt64(Scenario.allCases.firstIndex(of: scenario) ?? 0) &* 0x9E37_79B9_7F4A_7C15
        folder = run.folder + "/torture-" + scenario.rawValue
        if FileManager.default.fileExists(atPath: folder) { throw TortureError.folderTaken(folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    /// A generator whose numbers are the same in each run of a seed; `stream` tells generators of a scenario apart.
    func generator(_ stream: UInt64 = 0) -> SeededNumbers {
        SeededNumbers(seed: seed ^ stream &* 0xD1B5_4A32_D192_ED03)
    }

    /// A studio that no daemon has seen, with settings that make things happen fast.
    ///
    /// - Parameters:
    ///   - settings: environment variables over the quick ones.
    ///   - worker: who does the jobs.
    ///   - notes: names the daemon's log and the ledger, in the scenario's folder; by default as the root.
    ///   - workerEnvironment: variables for the rehearsal worker, whom the daemon gives a clean environment.
    func daemon(
        _ name: String = "root", _ settings: [String: String] = [:], worker: PrivateDaemon.Worker = .rehearsal,
        notes: String? = nil, workerEnvironment: [String: String] = [:]
    ) throws -> PrivateDaemon {
        try PrivateDaemon(
            root: folder + "/" + name, settings: settings, worker: worker, programs: programs,
            notes: folder + "/" + (notes ?? name), workerEnvironment: workerEnvironment)
    }

    /// Does something within the scenario's time.
    ///
    /// - Throws: ``TortureError/outOfTime(_:)``.
    func withinBudget<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: extent.budget)
                throw TortureError.outOfTime(extent.budget)
            }
            defer { group.cancelAll() }
            guard let value = try await group.next() else { throw CancellationError() }
            return value
        }
    }
}

/// What keeps a scenario from being played at all, or to its end.
package enum TortureError: Error, CustomStringConvertible {
    case folderTaken(String)
    case programMissing(String)
    case outOfTime(Duration)
    /// Something did not happen in the time that it had.
    case waited(String, Duration)
    /// The daemon ended before it answered.
    case daemonDied(String)
    case call(String, path: String, errno: Int32)
    /// A command ended with another status than 0.
    case command(String, status: String)
    /// The scenario needs what this machine or user does not have.
    case cannot(String)

    package var description: String {
        switch self {
        case .folderTaken(let path): "\(path) is there already; remove it, or give --root another folder"
        case .programMissing(let path): "\(path) is not there; all parts of Limner must lie beside limner"
        case .outOfTime(let budget):
            "it took longer than its \(DurationText.text(of: budget)); see --budget, and the daemon's log for what hangs"
        case .waited(let what, let time): "\(what): not so after \(DurationText.text(of: time))"
        case .daemonDied(let words): "limnerd ended: \(words)"
        case .call(let call, let path, let code): "\(call) \(path): \(String(cString: strerror(code)))"
        case .command(let command, let status): "\(command): \(status)"
        case .cannot(let reason): reason
        }
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, fast, and the same numbers on every machine.
struct SeededNumbers: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}

/// Waits until something is so.
///
/// - Throws: ``TortureError/waited(_:_:)``; what `condition` throws.
func eventually(
    _ what: String, within patience: Duration = .seconds(60), every pause: Duration = .milliseconds(20),
    _ condition: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + patience
    while try await !condition() {
        guard ContinuousClock.now < end else { throw TortureError.waited(what, patience) }
        try await Task.sleep(for: pause)
    }
}
