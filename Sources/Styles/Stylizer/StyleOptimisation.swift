import Nets
import Pictures

/// Image optimisation after Gatys, Ecker and Bethge (2016): the pixels of G descend J(G), from small to full size.
///
/// Deterministic: the same pictures, settings and model give the same pixels, whatever the number of threads, and whether
/// the work was broken off and resumed or not. What comes out is the best point of the last size.
struct StyleOptimisation {
    /// Greatest difference within a channel below which a picture counts as one flat colour, in steps of 255.
    private static let flatness: Float = 3
    /// How many times its first loss the last one of a size may be, when none between was lower than the first.
    private static let divergence = 10.0

    private let network: StyleNetwork
    private let settings: StyleSettings
    private let content: Picture
    private let styles: [StylePicture]
    private let plan: ScalePlan
    /// What has been done so far.
    private(set) var record = StyleCheckpoint.Record()
    private(set) var beginning = StyleBeginning.new
    /// At work on the size `record.size`.
    private var descent: PixelDescent?

    /// - Parameters:
    ///   - content: opaque, of the final size.
    ///   - styles: opaque, of any size.
    /// - Throws: `StyleError.pictureTooSmall`.
    init(
        network: StyleNetwork, settings: StyleSettings, content: Picture, styles: [StylePicture]
    ) throws(StyleError) {
        self.network = network
        self.settings = settings
        self.content = content
        self.styles = styles
        plan = ScalePlan(
            full: content.size, scales: settings.scales, iterations: settings.iterations,
            smallest: max(network.kind.smallestSide, ScalePlan.leastSide))
        try check(content.size)
    }

    /// The pixels of G at the best point: `[1, H, W, 3]` in 0…255.
    ///
    /// - Throws: `StyleError.pictureTooSmall`, `.diverged`, `.blank`, `.cancelled`; what `checkpoints.keep` throws.
    mutating func run(
        checkpoints: StyleCheckpoints?, progress: @escaping (StyleProgress) -> Void, isCancelled: () -> Bool
    ) throws -> Tensor {
        var origin = ""
        if let checkpoints {
            origin = try StyleCheckpoint.origin(
                content: content, styles: styles, settings: settings, network: network.facts)
            if let start = checkpoints.start { resume(start, origin: origin) }
        }
        var meter = StyleProgressMeter(plan: plan, report: progress)
        meter.begin(beginning, size: record.size, steps: descent?.numbers.steps ?? 0)
        var pixels: Tensor?
        while record.size < plan.steps.count {
            let step = plan.steps[record.size]
            if !isDone(step) {
                let clock = ContinuousClock()
                let begun = clock.now
                let source = Tensor(pixelsOf: content.resized(to: step.size))
                let objective = try makeObjective(content: source, size: step.size, isCancelled: isCancelled)
                record.timings.measuring += (clock.now - begun) / .seconds(1)
                try descend(
                    objective, from: pixels?.resampled(to: step.size), content: source, step, &meter, isCancelled
                ) {
                    guard let checkpoints, checkpoints.isDue(), let state = $0.descent?.state else { return }
                    try checkpoints.keep(StyleCheckpoint(origin: origin, record: $0.record, state))
                }
            }
            guard let descent else { preconditionFailure("a size without a descent") }
            meter.skip(step.iterations - descent.numbers.steps, of: step)
            pixels = descent.best
            record.finish(descent.numbers, size: step.size.longSide)
            self.descent = nil
        }
        guard let result = pixels else { preconditionFailure("a plan without steps") }
        try check(result)
        return result
    }

    private func isDone(_ step: ScalePlan.Step) -> Bool {
        guard let numbers = descent?.numbers else { return false }
        return numbers.isSettled || numbers.steps >= step.iterations
    }

    // MARK: One size

    private mutating func descend(
        _ objective: StyleObjective, from earlier: Tensor?, content: Tensor, _ step: ScalePlan.Step,
        _ meter: inout StyleProgressMeter, _ isCancelled: () -> Bool, keep: (Self) throws -> Void
    ) throws {
        let clock = ContinuousClock()
        var last = clock.now
        var descent = try self.descent ?? begin(objective, from: earlier, content: content)
        guard descent.numbers.first.isFinite else { throw StyleError.diverged(at: record.iterations, settings) }
        self.descent = descent
        while !isDone(step) {
            if isCancelled() { throw StyleError.cancelled }
            try descent.step { objective.evaluate($0, gradient: $1) }
            self.descent = descent
            record.iterations += 1
            let isDue =
                record.iterations % settings.lossInterval == 0 || record.iterations == 1 || isDone(step)
            let point = StyleLossPoint(
                iteration: record.iterations, size: step.size.longSide, losses: descent.numbers.current)
            if isDue { record.trace.append(point) }
            let now = clock.now
            record.timings.painting += (now - last) / .seconds(1)
            last = now
            meter.advance(by: step, losses: isDue ? point : nil)
            try keep(self)
        }
        let numbers = descent.numbers
        if numbers.bestStep == 0, numbers.current.total > Self.divergence * numbers.first.total {
            throw StyleError.diverged(at: record.iterations, settings)
        }
    }

    /// A size begins with the result of the one before, or with the content where that is better: a painting must not be
    /// worse than none.
    private func begin(_ objective: StyleObjective, from earlier: Tensor?, content: Tensor) throws -> PixelDescent {
        func descent(from pixels: Tensor) throws -> PixelDescent {
            try PixelDescent(from: pixels, settings: settings, threads: network.threads) {
                objective.evaluate($0, gradient: $1)
            }
        }
        guard let earlier else { return try descent(from: start(from: content)) }
        guard settings.start == .content else { return try descent(from: earlier) }
        let untouched = objective.evaluate(content, gradient: Tensor(content.shape))
        let continued = try descent(from: earlier)
        return continued.numbers.first.total <= untouched.total ? continued : try descent(from: content.copy())
    }

    private func makeObjective(
        content: Tensor, size: PixelSize, isCancelled: () -> Bool
    ) throws -> StyleObjective {
        if isCancelled() { throw StyleError.cancelled }
        let total = styles.reduce(0) { $0 + $1.weight }
        let long = max(1, Int((Double(size.longSide) * settings.styleScale).rounded()))
        let prepared = try styles.map { style in
            let size = styleSize(style.picture.size, longSide: long)
            try check(size)
            return (pixels: Tensor(pixelsOf: style.picture.resized(to: size)), share: style.weight / total)
        }
        let grams = try network.grams(of: prepared, settings: settings)
        return try StyleObjective(network, content: content, grams: grams, settings: settings)
    }

    /// A style picture is only ever made smaller, since enlarged strokes are blurred strokes; and no smaller than the
    /// network needs.
    private func styleSize(_ native: PixelSize, longSide: Int) -> PixelSize {
        let shortSide = min(native.width, native.height)
        let least = (network.kind.smallestSide * native.longSide + shortSide - 1) / shortSide
        return native.fitted(longSide: min(max(longSide, least), native.longSide))
    }

    /// What G starts from: a copy of the content, or grey with seeded Gaussian noise.
    private func start(from content: Tensor) -> Tensor {
        switch settings.start {
        case .content: return content.copy()
        case .noise:
            let noise = Tensor(content.shape)
            var generator = SeededGenerator(seed: settings.seed)
            generator.fill(noise, mean: 127.5, deviation: 50)
            noise.clamp()
            return noise
        }
    }

    // MARK: Checks

    private func check(_ size: PixelSize) throws(StyleError) {
        let smallest = network.kind.smallestSide
        guard min(size.width, size.height) >= smallest else {
            throw .pictureTooSmall(width: size.width, height: size.height, smallest: smallest)
        }
    }

    /// A result that no one asked for is an error, not a picture.
    private func check(_ result: Tensor) throws(StyleError) {
        guard result.buffer.allSatisfy(\.isFinite) else { throw .diverged(at: record.iterations, settings) }
        if result.isFlat(tolerance: Self.flatness), !Tensor(pixelsOf: content).isFlat(tolerance: Self.flatness) {
            throw .blank(iterations: record.iterations)
        }
    }

    // MARK: Going on

    /// Takes up the state of an earlier run of the same work, or says why it is not one.
    private mutating func resume(_ checkpoint: StyleCheckpoint, origin: String) {
        guard checkpoint.origin == origin else {
            beginning = .refused(why: "it is of other pictures, options or a different network")
            return
        }
        let record = checkpoint.record
        guard plan.steps.indices.contains(record.size),
            let descent = PixelDescent(
                checkpoint.numbers, checkpoint.tensors, size: plan.steps[record.size].size, settings: settings,
                threads: network.threads)
        else {
            beginning = .refused(why: "it contradicts itself")
            return
        }
        self.record = record
        self.descent = descent
        beginning = .resumed(iteration: record.iterations)
    }
}
