import Foundation

/// One run of `limner torture`.
package struct Torture: Sendable {
    /// How much is done.
    package struct Extent: Sendable {
        /// Kills of the daemon at random moments.
        package var kills: Int
        /// Files that arrive while the daemon is stopped.
        package var flood: Int
        /// Good pictures around the poisoned one.
        package var pictures: Int
        /// Rounds of the scenarios that repeat something.
        package var rounds: Int
        /// Power cuts, each at `synchronous=FULL` and at NORMAL.
        package var cuts: Int
        /// Longest a scenario may take.
        package var budget: Duration

        /// Some minutes in all.
        package static let short = Extent(
            kills: 60, flood: 6_000, pictures: 200, rounds: 20, cuts: 16, budget: .seconds(600))
        /// Half an hour or more.
        package static let long = Extent(
            kills: 1_000, flood: 20_000, pictures: 1_000, rounds: 1_000, cuts: 200, budget: .seconds(3_600))
    }

    /// A scenario's end.
    package struct Result: Codable, Sendable {
        package var scenario: String
        package var seconds: Double
        package var outcome: Outcome
    }

    /// Where the scenarios' folders are made and, when nothing is wrong, removed again.
    package var folder: String
    package var scenarios: [Scenario]
    package var extent: Extent
    package var seed: UInt64
    package var programs: Programs
    /// Whether the folders stay.
    package var keeps: Bool

    package init(
        folder: String, scenarios: [Scenario], extent: Extent, seed: UInt64, programs: Programs, keeps: Bool
    ) {
        self.folder = folder
        self.scenarios = scenarios
        self.extent = extent
        self.seed = seed
        self.programs = programs
        self.keeps = keeps
    }

    /// Runs one scenario after the other. An error that a scenario did not expect is a violation like any other.
    ///
    /// - Parameter tell: called with each result as it comes.
    package func run(_ tell: (Result) -> Void) async throws -> [Result] {
        var results: [Result] = []
        for scenario in scenarios {
            let started = ContinuousClock.now
            let stage = try Stage(scenario, of: self)
            var outcome: Outcome
            do {
                outcome = try await stage.withinBudget { try await scenario.run(stage) }
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                outcome = Outcome(violations: ["\(error)"])
            }
            if outcome.violations.isEmpty, !keeps {
                try FileManager.default.removeItem(atPath: stage.folder)
            } else {
                outcome.tell("kept in", stage.folder)
            }
            let result = Result(
                scenario: scenario.rawValue, seconds: started.duration(to: .now) / .seconds(1), outcome: outcome)
            tell(result)
            results.append(result)
        }
        return results
    }
}
