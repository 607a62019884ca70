import Foundation
import Spool
import Wire

/// What `--dry-run` tells of one job.
struct PlanAnswer: Encodable, Sendable {
    /// As the user typed it.
    var input: String
    var plan: WorkerPlan?
    /// Why the job would fail.
    var error: ReportError?

    /// Asks a worker what jobs come to, and tells each answer.
    ///
    /// - Parameter check: throws where the command itself would refuse what is planned.
    /// - Returns: how many would fail.
    static func ask(
        _ session: WorkerSession, _ jobs: [WorkerJob], of inputs: [GivenPath], naming others: [GivenPath] = [],
        json: Bool, check: @escaping @Sendable (WorkerPlan) throws -> Void = { _ in }
    ) async throws -> Int {
        try await session.run { conversation in
            var failed = 0
            var plans: [WorkerPlan] = []
            for (job, input) in zip(jobs, inputs) {
                var answer = PlanAnswer(input: input.typed)
                switch try await conversation.plan(job) {
                case .success(let plan):
                    try check(plan)
                    if plans.isEmpty { tell(notesOf: plan) }
                    plans.append(plan)
                    answer.plan = plan
                case .failure(let failure):
                    answer.error = failure.error.naming([input] + others)
                    failed += 1
                }
                try answer.tell(json: json)
            }
            jobs.first?.task.options.tellOfUnused(by: plans.map(\.task.options))
            return failed
        }
    }

    /// Says what a plan has to say of the styles.
    static func tell(notesOf plan: WorkerPlan) {
        for note in plan.notes ?? [] { Terminal.say("limner: \(note)") }
    }

    private func tell(json: Bool) throws {
        if json { try Terminal.answer(json: self, oneLine: true) }
        if let error {
            Terminal.say(CommandError.refused(error).lines(about: input))
        } else if let plan, !json {
            Terminal.answer(try Self.lines(input, plan))
        }
    }

    static func lines(_ input: String, _ plan: WorkerPlan) throws -> [String] {
        let sizes = Dictionary(grouping: plan.outputs) {
            "\($0.width)x\($0.height)"
                + Phrases.painted(inParts: $0.parts == true, by: $0.optimizer, ignoring: plan.ignored ?? [])
        }
        .sorted { $0.key < $1.key }
        .map { $1.count == 1 ? $0 : "\($1.count) of \($0)" }
        let scaled = plan.scaledFrom.map { ["instead of \($0), which needs more memory than a worker can have"] } ?? []
        let words =
            [plan.task.kind.rawValue] + sizes + scaled + [
                "about \(Phrases.bytes(plan.memoryBytes)) of memory",
                "about \(Phrases.duration(milliseconds: plan.seconds * 1000))",
            ]
        let task = String(decoding: try WireJSON.encode(plan.task), as: UTF8.self)
        // One painting has one way; those of several contents differ in little but their ends.
        let scales = plan.outputs.first?.scales.map { scales in
            "  through "
                + scales.map { "\($0.size) px (\(Phrases.count($0.iterations, "iteration")))" }.joined(separator: ", ")
        }
        return ["\(input): \(words.joined(separator: ", "))"] + (scales.map { [$0] } ?? []) + ["  \(task)"]
    }
}
