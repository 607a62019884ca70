import ModelFiles
import Nets
import Pictures

import enum Wire.StyleOptimizer

/// Image optimisation after Gatys, Ecker and Bethge (2016): the pixels of G descend J(G), from small to full size.
///
/// Deterministic: the same pictures, settings and model give the same pixels, whatever the number of threads, and whether
/// the work was broken off and resumed or not. What comes out is the best point of the last size.
///
/// The painting is judged before it is handed out (``PaintingCheck``). One that does not pass is painted once more: with more
/// weight for a content that was lost, as often as three times, otherwise by Adam, which needs no descent at any step. That may
/// fail, too, and is then an error. Where the content was lost in a part of the picture only, it is painted once more, and the
/// better of both is handed out.
struct StyleOptimisation {
    /// Standard deviation, of 255, of the noise that a start of one colour gets.
    private static let stir: Float = 8
    /// The same of what a start from the mean colour has, after J. Johnson's neural-style.
    private static let breath: Float = 0.001

    private let network: StyleNetwork
    private let settings: StyleSettings
    private let content: Picture
    private let styles: [StylePicture]
    private let plan: ScalePlan
    private let room: StyleRoom
    /// What to start from, where that is neither content nor noise, and what made it.
    private let first: (picture: Picture, models: [ModelCard])?
    /// What has been done so far.
    private(set) var record = StyleCheckpoint.Record()
    private(set) var beginning = StyleBeginning.new
    /// The painting that was set aside, as `record.earlier` has it.
    private var earlier: Tensor?
    /// At work on the size `record.size`.
    private var descent: PixelDescent?
    private let isPreviewDue: () -> Bool

    /// - Parameters:
    ///   - content: opaque, of the final size.
    ///   - styles: opaque, of any size.
    ///   - room: the memory that is to do.
    ///   - isPreviewDue: asked after each iteration.
    ///   - first: what to start from with `start: pass`, opaque, of any size, and what made it.
    /// - Throws: `StyleError.pictureTooSmall`.
    init(
        network: StyleNetwork, settings: StyleSettings, content: Picture, styles: [StylePicture], room: StyleRoom,
        first: (picture: Picture, models: [ModelCard])? = nil, isPreviewDue: @escaping () -> Bool = { false }
    ) throws(StyleError) {
        precondition((first != nil) == (settings.start == .pass))
        self.first = first
        self.isPreviewDue = isPreviewDue
        self.room = room
        self.network = network
        self.settings = settings
        self.content = content
        self.styles = styles
        plan = settings.scalePlan(for: content.size)
        try check(content.size)
    }

    /// The pixels of G at the best point: `[1, H, W, 3]` in 0…255.
    ///
    /// - Throws: `StyleError.pictureTooSmall`, `.diverged`, `.ruined`, `.cancelled`; what `checkpoints.keep` throws.
    mutating func run(
        checkpoints: StyleCheckpoints?, progress: @escaping (StyleProgress) -> Void, isCancelled: () -> Bool
    ) throws -> Tensor {
        var origin = ""
        if let checkpoints {
            origin = try StyleCheckpoint.origin(
                content: content, styles: styles, settings: settings, models: models)
            if let start = checkpoints.start { resume(start, origin: origin) }
            checkpoints.letGoOfStart()
        }
        var meter = StyleProgressMeter(plan: plan, report: progress)
        meter.begin(beginning, attempts: record.remedies.count, size: record.size, steps: descent?.numbers.steps ?? 0)
        while true {
            let (pixels, fault): (Tensor, PaintingFault?)
            do {
                (pixels, fault) = try paint(&meter, isCancelled) {
                    guard let checkpoints, checkpoints.isDue(), let state = $0.descent?.state else { return }
                    try checkpoints.keep(
                        StyleCheckpoint(origin: origin, record: $0.record, state, earlier: $0.earlier))
                }
            } catch let error as StyleError where error.isOfThePainting {
                guard let earlier else { throw error }
                record.returnToEarlier()
                return earlier
            }
            if let earlier {
                guard fault != nil || record.isEarlierBetter else { return pixels }
                record.returnToEarlier()
                return earlier
            }
            guard let fault else { return pixels }
            if case .sectionLost = fault {
                record.setAside()
                earlier = pixels
            }
            let isInParts = plan.steps.allSatisfy { self.isInParts($0.size) }
            guard let remedy = settings.remedy(for: fault, after: record.remedies, isInParts: isInParts) else {
                throw StyleError.ruined(fault, iterations: record.iterations)
            }
            record.beginAgain(by: remedy)
            meter.beginAgain()
        }
    }

    /// Passes through the sizes.
    ///
    /// - Returns: the best point of the last one, and what is wrong with it.
    private mutating func paint(
        _ meter: inout StyleProgressMeter, _ isCancelled: () -> Bool, keep: (Self) throws -> Void
    ) throws -> (pixels: Tensor, fault: PaintingFault?) {
        var (pixels, momentum): (Tensor?, PixelDescent.Momentum?) = (nil, nil)
        while true {
            let step = plan.steps[record.size]
            let isLast = record.size == plan.steps.count - 1
            let clock = ContinuousClock()
            let begun = clock.now
            // Before there is a network of the size beside it.
            if descent == nil { pixels = pixels?.resampled(to: step.size) ?? start(at: step.size) }
            if isInParts(step.size) { momentum = nil }
            let scene = try makeScene(step.size, isCancelled: isCancelled)
            record.timings.measuring += (clock.now - begun) / .seconds(1)
            let end = try descend(
                scene, from: pixels, momentum, step, &meter, isCancelled, keep: keep)
            meter.skip(step.iterations - end.numbers.steps, of: step)
            record.finish(end.numbers, by: end.optimizer, size: step.size.longSide, method)
            // What is judged needs no gradient, and the last size no moments.
            (pixels, momentum, descent) = (end.best, isLast ? nil : end.momentum, nil)
            if isLast { return (end.best, judge(end.best, begunAt: end.numbers.first.total, scene)) }
        }
    }

    /// Whether the full size is painted in parts.
    var isInParts: Bool { isInParts(content.size) }

    private func isInParts(_ size: PixelSize) -> Bool { room.part(for: size, network.kind) != nil }

    /// Whatever networks have a part in it.
    var models: [ModelCard] { [network.facts] + (first?.models ?? []) }

    /// The settings as the painting at work has them.
    var method: StyleSettings { method(of: record) }

    private func method(of record: StyleCheckpoint.Record) -> StyleSettings {
        record.remedies.reduce(settings) { $0.remedied(by: $1) }
    }

    private func isDone(_ step: ScalePlan.Step) -> Bool {
        guard let numbers = descent?.numbers else { return false }
        return numbers.isSettled || numbers.steps >= step.iterations
    }

    // MARK: One size

    /// What is worked towards at one size.
    private struct Scene {
        let objective: StyleObjective
        let picture: Picture
        /// Of the roughest style, as it was measured.
        let roughness: Double
        let isInParts: Bool

        /// `[1, H, W, 3]` in 0…255: made anew each time, as it is as large as the pixels.
        var content: Tensor { Tensor(pixelsOf: picture) }
    }

    /// Where a size ends: the best point, what the next size takes along, what was at work, and the numbers of the way.
    private typealias End = (
        best: Tensor, momentum: PixelDescent.Momentum?, optimizer: StyleOptimizer, numbers: PixelDescent.Numbers
    )

    private mutating func descend(
        _ scene: Scene, from start: Tensor?, _ momentum: PixelDescent.Momentum?, _ step: ScalePlan.Step,
        _ meter: inout StyleProgressMeter, _ isCancelled: () -> Bool, keep: (Self) throws -> Void
    ) throws -> End {
        let objective = scene.objective
        let clock = ContinuousClock()
        var last = clock.now
        var descent = try self.descent ?? begin(scene, from: start!, momentum, step)
        guard descent.numbers.first.isFinite else { throw StyleError.diverged(at: record.iterations, descent) }
        self.descent = descent
        while !isDone(step) {
            if isCancelled() { throw StyleError.cancelled }
            objective.draw(descent.numbers.steps + 1)
            try descent.step { objective.evaluate($0, gradient: $1) }
            self.descent = descent
            record.iterations += 1
            let isDue =
                record.iterations % settings.lossInterval == 0 || record.iterations == 1 || isDone(step)
            let point = StyleLossPoint(
                iteration: record.iterations, size: step.size.longSide, losses: descent.numbers.current,
                settings: method)
            if isDue { record.trace.append(point) }
            let now = clock.now
            record.timings.painting += (now - last) / .seconds(1)
            last = now
            meter.advance(
                by: step, losses: isDue ? point : nil, preview: isPreviewDue() ? descent.best.preview : nil)
            try keep(self)
        }
        objective.draw(descent.numbers.steps)
        try descent.finish { objective.evaluate($0, gradient: $1) }
        let numbers = descent.numbers
        if descent.isDiverged { throw StyleError.diverged(at: record.iterations, descent) }
        return (descent.best, descent.momentum, descent.optimizer.kind, numbers)
    }

    /// A size begins with the result of the one before, or with the content where that is better: a painting must not be
    /// worse than none.
    private func begin(
        _ scene: Scene, from start: Tensor, _ momentum: PixelDescent.Momentum?, _ step: ScalePlan.Step
    ) throws -> PixelDescent {
        let objective = scene.objective
        func descent(from pixels: Tensor) throws -> PixelDescent {
            try PixelDescent(
                from: pixels, planned: step.iterations, momentum: momentum, isLean: scene.isInParts,
                settings: method, threads: network.threads
            ) { objective.evaluate($0, gradient: $1) }
        }
        if record.size == 0 || !method.start.showsContent { return try descent(from: start) }
        let untouched = objective.look(at: scene.content).losses
        do {
            let continued = try descent(from: start)
            if continued.numbers.first.total <= untouched.total { return continued }
        }
        return try descent(from: scene.content)
    }

    private func makeScene(_ size: PixelSize, isCancelled: () -> Bool) throws -> Scene {
        if isCancelled() { throw StyleError.cancelled }
        let picture = content.resized(to: size)
        let part = room.part(for: size, network.kind)
        var roughness = 0.0
        let regions = try StyleRegion.regions(of: styles).map { region in
            let prepared = try region.pixels(at: size, settings, smallest: network.kind.smallestSide)
            roughness = prepared.reduce(roughness) { max($0, $1.pixels.roughness) }
            return StyleObjective.Region(
                mask: region.mask(at: size), factor: region.factor,
                targets: try network.targets(of: prepared, settings: settings, part: part))
        }
        let objective = try StyleObjective(
            network, content: Tensor(pixelsOf: picture), regions: regions, settings: method, part: part)
        return Scene(objective: objective, picture: picture, roughness: roughness, isInParts: part != nil)
    }

    private func start(at size: PixelSize) -> Tensor { start(from: Tensor(pixelsOf: content.resized(to: size))) }

    /// What G starts from. In one flat colour no pixel differs from another, and none would ever; the mean colour has its noise.
    private func start(from content: Tensor) -> Tensor {
        let start = plainStart(from: content)
        guard method.start != .mean, start.isFlat(tolerance: PaintingCheck.flatness) else { return start }
        let noise = Tensor(start.shape)
        var generator = SeededGenerator(seed: settings.seed)
        generator.fill(noise, mean: 0, deviation: Self.stir)
        for index in 0..<start.count { start[index] += noise[index] }
        start.clamp()
        return start
    }

    /// A copy of the content, grey or the mean colour with seeded Gaussian noise, or what one pass gave.
    private func plainStart(from content: Tensor) -> Tensor {
        switch method.start {
        case .content: return content.copy()
        case .noise:
            let noise = Tensor(content.shape)
            var generator = SeededGenerator(seed: settings.seed)
            generator.fill(noise, mean: 127.5, deviation: 50)
            noise.clamp()
            return noise
        case .mean:
            let start = Tensor(content.shape)
            var generator = SeededGenerator(seed: settings.seed)
            generator.fill(start, mean: 0, deviation: Self.breath)
            let colour = network.kind.architecture.pixels.meanColour
            for index in 0..<start.count { start[index] += colour[index % 3] }
            return start
        case .pass:
            let size = PixelSize(width: content.shape.width, height: content.shape.height)
            return Tensor(pixelsOf: first!.picture.resized(to: size))
        }
    }

    // MARK: Checks

    private func check(_ size: PixelSize) throws(StyleError) {
        try size.check(holds: network.kind.smallestSide)
    }

    /// What is wrong with the best point, as the file will have it.
    ///
    /// - Parameter start: the loss where the size began.
    private mutating func judge(_ best: Tensor, begunAt start: Double, _ scene: Scene) -> PaintingFault? {
        guard best.buffer.allSatisfy(\.isFinite) else { return .notFinite }
        let check = check(scene)
        let delivered = best.rounded
        scene.objective.draw(0)
        let (losses, likeness, least) = scene.objective.look(at: delivered)
        (record.likeness, record.least) = (likeness, least)
        return check.fault(
            of: delivered, loss: losses.total, start: start, likeness: likeness,
            // A picture that there is hardly room for is not held twice.
            least: scene.isInParts ? nil : least)
    }

    private func check(_ scene: Scene) -> PaintingCheck {
        let content = scene.content
        let begun: Double
        switch method.start {
        // As rough as the content.
        case .content: begun = 0
        // Enlarged it is no rougher than it was.
        case .pass where first!.picture.size.area < content.shape.height * content.shape.width:
            begun = Tensor(pixelsOf: first!.picture).roughness
        case .pass, .noise, .mean: begun = start(from: content).roughness
        }
        return PaintingCheck(
            content: content, roughness: max(scene.roughness, begun), settings: method,
            isFirst: record.remedies.allSatisfy { $0 == .content(gain: 1) })
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
                checkpoint.numbers, checkpoint.tensors, size: plan.steps[record.size].size,
                planned: plan.steps[record.size].iterations, settings: method(of: record),
                threads: network.threads),
            checkpoint.earlier?.count == (record.earlier == nil ? nil : content.size.area * 3)
        else {
            beginning = .refused(why: "it contradicts itself")
            return
        }
        self.record = record
        self.descent = descent
        earlier = checkpoint.earlier
        beginning = .resumed(iteration: record.iterations)
    }
}
