/// Turns iterations at several sizes into one rising fraction: an iteration costs about as much as it has pixels.
struct StyleProgressMeter {
    private let report: (StyleProgress) -> Void
    private let cost: Double
    private let iterations: Int
    private var spent = 0.0
    private var done = 0

    init(plan: ScalePlan, report: @escaping (StyleProgress) -> Void) {
        self.report = report
        iterations = plan.steps.reduce(0) { $0 + $1.iterations }
        cost = plan.steps.reduce(0) { $0 + Double($1.iterations * $1.size.area) }
    }

    mutating func advance(by step: ScalePlan.Step, losses: StyleLossPoint?) {
        done += 1
        spent += Double(step.size.area)
        report(
            StyleProgress(
                fraction: min(spent / cost, 1), stage: .painting, iterations: (done, iterations), losses: losses))
    }
}
