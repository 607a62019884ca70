import Foundation
import Gallery
import Spool
import Wire

/// People are enrolled while the daemon is killed: at every step of an end, and at random while jobs are cancelled. After each
/// start the gallery holds what the reports say, and nothing else.
struct GalleryScenario {
    private let stage: Stage
    private let daemon: PrivateDaemon

    /// The steps of an end, in their order.
    private static let points: [FailPoint] = [
        .finished, .decided, .written, .committed, .applied, .moved, .recorded,
    ]
    private static let patience = Duration.seconds(60)
    /// Milliseconds after which a daemon is killed at random.
    private static let life = 100...500
    /// Files dropped in each random life.
    private static let filesPerLife = 6
    /// People whose jobs are sometimes cancelled stand in folders of this beginning.
    private static let wavering = "wavering"

    init(_ stage: Stage) throws {
        self.stage = stage
        // Kills are not the pictures' fault.
        daemon = try stage.daemon("root", ["LIMNER_RETRIES_MAX": "100", "LIMNER_RETRIES_BACKOFF": "0s"])
    }

    func run() async throws -> Outcome {
        var outcome = Outcome()
        var dropper = try Dropper(daemon, stage.generator())
        var numbers = stage.generator(1)
        var kills = 0
        for count in stage.extent.rounds > Torture.Extent.short.rounds ? [1, 2, 3, 5] : [1, 2] {
            for point in Self.points {
                var drops = dropper
                let armed = [FailPoint.variable: "\(point.rawValue):\(count)"]
                for number in 0..<count { try drops.drop(Rehearsal(), folder: "enroll/person \(number)") }
                let end = try await daemon.launch(armed) { life in try await life.gone(within: Self.patience) }.end
                dropper = drops
                guard end == .signaled(SIGKILL) else {
                    outcome.violations.append("the daemon did not get to \(point.rawValue) for time \(count)")
                    continue
                }
                kills += 1
                outcome.violations += try await rest()
            }
        }
        var (cancelled, checks) = (0, 0)
        for number in 0..<stage.extent.kills / 2 {
            let time = Int.random(in: Self.life, using: &numbers)
            let drops = dropper
            let (fed, end) = try await daemon.launch { life in
                async let fed = feed(drops)
                try await Task.sleep(for: .milliseconds(time))
                try life.send(.kill)
                return try await fed
            }
            dropper = fed.dropper
            cancelled += fed.cancelled
            if end == .signaled(SIGKILL) { kills += 1 }
            if number % 5 == 4 {
                checks += 1
                outcome.violations += try await rest()
            }
        }
        outcome.tell("kills", kills)
        outcome.tell("cancelled", cancelled)
        outcome.tell("comparisons", Self.points.count + checks)
        outcome += try await daemon.live { _ in
            var outcome = Outcome()
            try await daemon.settle(within: .seconds(240))
            try await outcome.judge(daemon)
            outcome.violations += try compare()
            return outcome
        }
        return outcome
    }

    /// Lets a daemon finish what another began, and compares.
    private func rest() async throws -> [String] {
        try await daemon.live { _ in
            try await daemon.settle(within: .seconds(120))
            return try compare()
        }
    }

    /// Drops people, and takes some of the wavering ones back.
    private func feed(_ dropper: Dropper) async throws -> (dropper: Dropper, cancelled: Int) {
        var dropper = dropper
        var cancelled = 0
        for number in 0..<Self.filesPerLife {
            let pause = Rehearsal(.sleep(milliseconds: Int(dropper.numbers.next() % 60)))
            if number % 2 == 0 {
                try dropper.drop(pause, fate: .open, folder: "enroll/\(Self.wavering) \(number)")
            } else {
                try dropper.drop(
                    number == 3 ? Rehearsal(.once, .crash) : pause, folder: "enroll/person \(number)")
            }
            try await Task.sleep(for: .milliseconds(Int(dropper.numbers.next() % 60)))
            // The daemon may be dead, or have finished them.
            let jobs = (try? await daemon.client.jobs(limit: 20).jobs) ?? []
            for job in jobs where !job.state.isFinal && job.source.contains(Self.wavering) {
                if (try? await daemon.client.cancel(job.id)) != nil { cancelled += 1 }
            }
        }
        return (dropper, cancelled)
    }

    // MARK: Gallery and reports

    private struct Enrolled: Hashable {
        var person: String
        /// Of the photograph.
        var sha256: String
    }

    /// What the two do not agree on.
    private func compare() throws -> [String] {
        var reported: Set<Enrolled> = []
        var violations: [String] = []
        for report in try Judgement.reports(daemon.folders) {
            guard report.status == .done, case .enroll(let result) = report.result else { continue }
            for input in report.inputs {
                reported.insert(Enrolled(person: result.person, sha256: input.sha256 ?? ""))
            }
            if result.enrolled.contains(where: \.alreadyEnrolled) {
                violations.append("\(report.id) says of its own work that it was there before")
            }
        }
        let held = try held()
        for missing in reported.subtracting(held) {
            violations.append("a report says that \(missing.person) was enrolled, and the gallery does not")
        }
        for extra in held.subtracting(reported) {
            violations.append("the gallery holds \(extra.person), and no report says so")
        }
        return violations
    }

    private func held() throws -> Set<Enrolled> {
        let gallery = Gallery(path: daemon.folders.gallery, access: .reading)
        var held: Set<Enrolled> = []
        do {
            for person in try gallery.people() {
                for template in try gallery.show(try PersonName(person.name)).templates {
                    held.insert(Enrolled(person: person.name, sha256: template.source))
                }
            }
        } catch GalleryError.empty {
            // Nobody was enrolled yet.
        }
        return held
    }
}
