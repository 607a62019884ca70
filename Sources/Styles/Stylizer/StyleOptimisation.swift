import Nets
import Pictures

/// Image optimisation after Gatys, Ecker and Bethge (2016): the pixels of G descend J(G), from small to full size.
///
/// Deterministic: the same pictures, settings and model give the same pixels, whatever the number of threads.
struct StyleOptimisation {
    /// Greatest difference within a channel below which a picture counts as one flat colour, in steps of 255.
    private static let flatness: Float = 3
    /// How many times its first loss the last one of a size may be.
    private static let divergence = 10.0

    private let network: StyleNetwork
    private let settings: StyleSettings
    private let content: Picture
    private let styles: [StylePicture]
    private(set) var timings: StyleTimings
    private(set) var trace: [StyleLossPoint] = []
    /// Made so far.
    private(set) var iterations = 0

    /// - Parameters:
    ///   - content: opaque, of the final size.
    ///   - styles: opaque, of any size.
    init(
        network: StyleNetwork, settings: StyleSettings, content: Picture, styles: [StylePicture],
        timings: StyleTimings = StyleTimings()
    ) {
        self.network = network
        self.settings = settings
        self.content = content
        self.styles = styles
        self.timings = timings
    }

    /// The pixels of G after the last iteration: `[1, H, W, 3]` in 0…255.
    ///
    /// - Throws: `StyleError.pictureTooSmall`, `.diverged`, `.blank`, `.cancelled`.
    mutating func run(progress: @escaping (StyleProgress) -> Void, isCancelled: () -> Bool) throws -> Tensor {
        let smallest = network.kind.smallestSide
        try check(content.size, smallest)
        let plan = ScalePlan(
            full: content.size, scales: settings.scales, iterations: settings.iterations,
            smallest: max(smallest, ScalePlan.leastSide))
        var meter = StyleProgressMeter(plan: plan, report: progress)
        let clock = ContinuousClock()
        var pixels: Tensor?
        for step in plan.steps {
            let source = Tensor(pixelsOf: content.resized(to: step.size))
            let begun = clock.now
            let objective = try makeObjective(
                content: source, size: step.size, smallest: smallest, isCancelled: isCancelled)
            let measured = clock.now
            timings.measuring += (measured - begun) / .seconds(1)
            let canvas = pixels?.resampled(to: step.size) ?? start(from: source)
            try descend(objective, canvas, step: step, meter: &meter, isCancelled: isCancelled)
            timings.painting += (clock.now - measured) / .seconds(1)
            canvas.clamp()
            pixels = canvas
        }
        guard let result = pixels else { preconditionFailure("a plan without steps") }
        guard result.buffer.allSatisfy(\.isFinite) else {
            throw StyleError.diverged(at: iterations, settings)
        }
        if result.isFlat(tolerance: Self.flatness), !Tensor(pixelsOf: content).isFlat(tolerance: Self.flatness) {
            throw StyleError.blank(iterations: iterations)
        }
        return result
    }

    private func makeObjective(
        content: Tensor, size: PixelSize, smallest: Int, isCancelled: () -> Bool
    ) throws -> StyleObjective {
        if isCancelled() { throw StyleError.cancelled }
        let total = styles.reduce(0) { $0 + $1.weight }
        let long = max(1, Int((Double(size.longSide) * settings.styleScale).rounded()))
        let prepared = try styles.map { style in
            let size = styleSize(style.picture.size, longSide: long, smallest: smallest)
            try check(size, smallest)
            return (pixels: Tensor(pixelsOf: style.picture.resized(to: size)), share: style.weight / total)
        }
        let grams = try network.grams(of: prepared, settings: settings)
        return try StyleObjective(network, content: content, grams: grams, settings: settings)
    }

    /// A style picture is only ever made smaller, since enlarged strokes are blurred strokes; and no smaller than the
    /// network needs.
    private func styleSize(_ native: PixelSize, longSide: Int, smallest: Int) -> PixelSize {
        let shortSide = min(native.width, native.height)
        let least = (smallest * native.longSide + shortSide - 1) / shortSide
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

    private mutating func descend(
        _ objective: StyleObjective, _ pixels: Tensor, step: ScalePlan.Step, meter: inout StyleProgressMeter,
        isCancelled: () -> Bool
    ) throws {
        let descent = PixelDescent(settings: settings, shape: pixels.shape, threads: network.threads)
        var first: StyleLosses?
        for number in 1...step.iterations {
            if isCancelled() { throw StyleError.cancelled }
            let losses = try descent.step(objective, pixels: pixels, iteration: iterations + 1)
            iterations += 1
            let start = first ?? losses
            first = start
            if number == step.iterations, losses.total > Self.divergence * start.total {
                throw StyleError.diverged(at: iterations, settings)
            }
            let isDue = iterations % settings.lossInterval == 0 || iterations == 1 || number == step.iterations
            let point = StyleLossPoint(iteration: iterations, size: step.size.longSide, losses: losses)
            if isDue { trace.append(point) }
            meter.advance(by: step, losses: isDue ? point : nil)
        }
    }

    private func check(_ size: PixelSize, _ smallest: Int) throws(StyleError) {
        guard min(size.width, size.height) >= smallest else {
            throw .pictureTooSmall(width: size.width, height: size.height, smallest: smallest)
        }
    }
}
