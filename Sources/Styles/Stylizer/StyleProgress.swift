import Pictures

/// What a stylisation tells while it runs.
package struct StyleProgress: Sendable {
    package enum Stage: String, Sendable {
        /// Activations and Gram matrices of the originals are being computed.
        case measuring
        case painting
        /// In place of a painting that came out ruined, or beside one in a section of which the content is lost.
        case repainting = "painting again"
        case finishing
    }

    /// Part done, 0…1, never falling.
    package let fraction: Double
    package let stage: Stage
    /// Iterations made and to be made; nil in one-pass modes.
    package let iterations: (done: Int, of: Int)?
    /// Set every `lossInterval` iterations and at the last one.
    package let losses: StyleLossPoint?
    /// Set once, before the first iteration.
    package let beginning: StyleBeginning?
    /// The best point so far, small, when a preview was due; without alpha.
    package internal(set) var preview: Picture?

    init(
        fraction: Double, stage: Stage, iterations: (done: Int, of: Int)? = nil, losses: StyleLossPoint? = nil,
        beginning: StyleBeginning? = nil, preview: Picture? = nil
    ) {
        self.fraction = fraction
        self.stage = stage
        self.iterations = iterations
        self.losses = losses
        self.beginning = beginning
        self.preview = preview
    }
}

extension Picture {
    /// Longest side of a preview.
    static let previewSide = 512

    /// The same, no larger than is needed to see how far a painting is.
    package var preview: Picture { resized(to: size.fitted(atMost: Self.previewSide)) }
}

/// Turns iterations at several sizes into one rising fraction: an iteration costs about as much as it has pixels.
struct StyleProgressMeter {
    private let report: (StyleProgress) -> Void
    private let plan: ScalePlan
    /// Of one painting, and how many there are so far.
    private let cost: Double
    private let iterations: Int
    private var paintings = 1
    private var spent = 0.0
    private var done = 0
    private var fraction = 0.0

    init(plan: ScalePlan, report: @escaping (StyleProgress) -> Void) {
        self.report = report
        self.plan = plan
        iterations = plan.steps.reduce(0) { $0 + $1.iterations }
        cost = plan.steps.reduce(0) { $0 + Double($1.iterations * $1.size.area) }
    }

    /// Tells where the work begins: after so many paintings that did not pass, all sizes before `size`, and so many iterations
    /// at that.
    mutating func begin(_ beginning: StyleBeginning, attempts: Int, size: Int, steps: Int) {
        for _ in 0..<attempts {
            for step in plan.steps { skip(step.iterations, of: step) }
            beginAgain()
        }
        for step in plan.steps[..<size] { skip(step.iterations, of: step) }
        skip(steps, of: plan.steps[size])
        rise()
        report(
            StyleProgress(
                fraction: fraction, stage: .measuring, iterations: (done, iterations * paintings),
                beginning: beginning))
    }

    /// Another painting follows; what has been told stays true.
    mutating func beginAgain() { paintings += 1 }

    private mutating func rise() { fraction = max(fraction, min(spent / cost / Double(paintings), 1)) }

    mutating func advance(by step: ScalePlan.Step, losses: StyleLossPoint?, preview: Picture?) {
        skip(1, of: step)
        rise()
        report(
            StyleProgress(
                fraction: fraction, stage: paintings > 1 ? .repainting : .painting,
                iterations: (done, iterations * paintings), losses: losses,
                preview: preview))
    }

    /// Counts iterations without a word: those of an earlier run, or those that a size did not need.
    mutating func skip(_ count: Int, of step: ScalePlan.Step) {
        done += count
        spent += Double(count * step.size.area)
    }
}
