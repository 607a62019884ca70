import Foundation
import Spool
import Wire

/// A daemon started on what a power cut has left.
struct PowerCheck {
    private let daemon: PrivateDaemon

    private static let patience = Duration.seconds(60)

    init(_ stage: Stage, _ name: String, _ image: DiskImage) throws {
        daemon = try stage.daemon(name, ["LIMNER_RETRIES_MAX": "0", "LIMNER_INTAKE_MANIFEST_WAIT": "2s"])
        try image.write(into: try Folder(path: daemon.folders.root))
    }

    /// How much of what is owed is nowhere, and every promise that was broken. All is lost when the daemon does not start.
    ///
    /// - Parameter files: everything that was ever dropped; what is not owed yet may be there or not.
    func lost(of debt: PowerDebt, _ files: [String: Witness.Entry]) async -> (Int, [String]) {
        do {
            return try await daemon.live { life in
                try await daemon.settle(within: Self.patience)
                let found = try await judge(debt, files)
                // Nobody looks at its end.
                try life.send(.kill)
                return found
            }
        } catch {
            return (max(debt.count, 1), ["\(error)"])
        }
    }

    private func judge(_ debt: PowerDebt, _ files: [String: Witness.Entry]) async throws -> (Int, [String]) {
        try daemon.witness.enter(
            files.values.map { entry in
                var entry = entry
                if !debt.files.contains(entry.sha256) { entry.fate = .open }
                return entry
            })
        let judgement = try Judgement(daemon)
        var violations = judgement.violations
        var lost = judgement.lost
        for (id, promise) in debt.jobs {
            do {
                let state = try await daemon.client.job(id).job.state
                if case .ended(let end) = promise, state != end {
                    lost += 1
                    violations.append("\(id) was \(end.rawValue), and is \(state.rawValue)")
                }
            } catch SpoolError.refused(let problem) {
                lost += 1
                violations.append("\(id) was told of, and is not there: \(problem.message)")
            }
        }
        violations += try await daemon.client.proof().findings.map { "the proof: \($0.explanation)" }
        violations += try Outcome.integrity(daemon)
        return (lost, violations)
    }

    func remove() throws {
        for path in [
            daemon.folders.root, daemon.folders.root + ".worker", daemon.folders.root + ".yaml", daemon.log,
            daemon.witness.path,
        ] {
            try FileManager.default.removeItem(atPath: path)
        }
    }
}
