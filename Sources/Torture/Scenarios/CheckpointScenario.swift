import Foundation
import Glibc
import Wire

/// Real paintings, whose workers or daemon are killed or stopped at random moments, again and again: each goes on where it
/// was, and ends as the same picture, to the bit, that it becomes when nobody disturbs it.
struct CheckpointScenario {
    private let stage: Stage

    /// Pixels a side of the pictures that are painted, and of the style.
    private static let side = 96
    private static let iterations = 60
    /// Milliseconds between two blows.
    private static let pause = 200...1_500
    private static let paintings = 2

    init(_ stage: Stage) throws { self.stage = stage }

    func run() async throws -> Outcome {
        let calm = try studio("calm")
        let undisturbed = try await calm.live { _ in
            try drop(into: calm)
            try await calm.settle(atLeast: Self.paintings, within: .seconds(300))
            return try Self.paintings(of: calm)
        }
        let stormy = try studio("stormy")
        var numbers = stage.generator(1)
        var (kills, stops) = (0, 0)
        let blows = min(stage.extent.rounds, 40)
        try drop(into: stormy)
        while kills + stops < blows, try Judgement.reports(stormy.folders).count < Self.paintings {
            let time = Int.random(in: Self.pause, using: &numbers)
            let blow = Int.random(in: 0..<3, using: &numbers)
            try await stormy.live { life in
                try await Task.sleep(for: .milliseconds(time))
                switch blow {
                case 0: try life.send(.kill)
                case 1: try life.send(.terminate)
                default: for worker in life.workers { kill(worker, SIGKILL) }
                }
                // A daemon that goes is waited for; one whose workers were killed goes on a while.
                if blow < 2 { try await life.gone(within: .seconds(30)) }
            }
            if blow == 1 { stops += 1 } else { kills += 1 }
        }
        let disturbed = try await stormy.live { _ in
            try await stormy.settle(atLeast: Self.paintings, within: .seconds(300))
            var outcome = Outcome()
            try await outcome.judge(stormy)
            return outcome
        }
        return try judge(undisturbed, stormy, disturbed, kills: kills, stops: stops)
    }

    private func judge(
        _ undisturbed: [String: Painted], _ stormy: PrivateDaemon, _ told: Outcome, kills: Int, stops: Int
    ) throws -> Outcome {
        var outcome = told
        let paintings = try Self.paintings(of: stormy)
        outcome.tell("kills", kills)
        outcome.tell("stops", stops)
        outcome.tell("paintings that went on", paintings.values.count { $0.resumedFrom != nil })
        for (source, painting) in undisturbed {
            guard let other = paintings[source] else {
                outcome.violations.append("\(source) was not painted")
                continue
            }
            if other.sha256 != painting.sha256 {
                outcome.violations.append(
                    "\(source), gone on from iteration \(other.resumedFrom ?? 0), is another picture than undisturbed")
            }
        }
        let left = Tree.names(in: stormy.folders.checkpoints)
        if !left.isEmpty { outcome.violations.append("of finished jobs, checkpoints are left: \(left)") }
        return outcome
    }

    private func studio(_ name: String) throws -> PrivateDaemon {
        // The wait before the next attempt would double with every blow.
        let settings = [
            "LIMNER_CHECKPOINTS_INTERVAL": "50ms", "LIMNER_RETRIES_MAX": "100", "LIMNER_RETRIES_BACKOFF": "0s",
            "LIMNER_WORKERS_COUNT": "1",
        ]
        let daemon = try stage.daemon(name, settings, worker: .real)
        let style = daemon.folders.styles + "/noise"
        try Tree.makeFolder(style)
        var numbers = stage.generator(2)
        try Data(DrawnPicture.png(side: Self.side, &numbers)).write(to: URL(fileURLWithPath: style + "/noise.png"))
        let recipe = #"{"pictures": ["noise.png"], "options": {"iterations": \#(Self.iterations), "scales": 1}}"#
        try Data(recipe.utf8).write(to: URL(fileURLWithPath: style + "/style.json"))
        return daemon
    }

    /// The same pictures into whichever studio.
    private func drop(into daemon: PrivateDaemon) throws {
        var numbers = stage.generator(3)
        let folder = daemon.folders.inbox(of: .stylize) + "/noise"
        try Tree.makeFolder(folder)
        for number in 0..<Self.paintings {
            let bytes = DrawnPicture.png(side: Self.side, &numbers)
            let aside = daemon.folders.root + "/.aside-\(number)"
            try Dropper.write(bytes, to: aside, O_CREAT | O_TRUNC)
            guard rename(aside, "\(folder)/\(number).png") == 0 else {
                throw TortureError.call("rename", path: aside, errno: errno)
            }
            try daemon.witness.enter(bytes, "stylize/noise/\(number).png")
        }
    }

    private struct Painted: Sendable {
        var sha256: String
        var resumedFrom: Int?
    }

    /// What became of each picture, by where it was dropped.
    private static func paintings(of daemon: PrivateDaemon) throws -> [String: Painted] {
        var paintings: [String: Painted] = [:]
        for report in try Judgement.reports(daemon.folders) {
            guard case .stylize(let result)? = report.result, let painting = result.pictures.first,
                let output = report.outputs.first, let source = report.source
            else { continue }
            paintings[source] = Painted(sha256: output.sha256, resumedFrom: painting.resumedFrom)
        }
        return paintings
    }
}
