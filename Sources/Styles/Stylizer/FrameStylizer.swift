import ModelFiles
import Nets
import Pictures

import struct Wire.JobOptions

/// Paints the frames of a film: pictures of one size after the same styles. What the styles come to is measured once, and the
/// networks' memory is kept from frame to frame. Not `Sendable`.
package final class FrameStylizer {
    /// What holds a frame to earlier ones, with its weight, added to J: its value at `[H, W, 3]` pixels in 0…255, and its derivative
    /// added to the gradient.
    package typealias Term = (_ pixels: UnsafePointer<Float>, _ gradient: UnsafeMutablePointer<Float>) -> Double

    package let size: PixelSize
    package let settings: StyleSettings
    /// Those that have had a part in it so far.
    package private(set) var networks: [ModelCard] = []
    /// Whether pixels are optimised; otherwise a network paints each frame in one pass.
    package var isOptimised: Bool { settings.preset != .fast }

    private let stylizer: Stylizer
    private let source: StyleSource
    private let options: JobOptions
    private let room: StyleRoom
    private let isCancelled: () -> Bool
    /// The frame whose colours the styles have, if they are to match: a shot's first, or a later one that looks otherwise.
    private var reference: Painting
    private var colours: ColourStatistics?
    /// Both of the shot before.
    private var interrupted: (reference: Painting, colours: ColourStatistics?)?
    /// How far means or deviations may move within a shot before its colours are others.
    private static let nearColours = 12.0 / 255
    private var pass: ((Picture) throws -> Picture)?
    /// Whether a frame of the film has come out: then one that does not is no reason to give up the others.
    private var hasPainted = false
    /// Whether the painting of the frame that ``follow(_:isCut:)`` took notice of came to nothing, and it is as the work began.
    package private(set) var isRuined = false
    /// Of the last frame's optimisation, at the point that was delivered; `nil` of one pass, and where nothing of it is in the frame.
    package private(set) var losses: StyleLossPoint?
    private var objective: StyleObjective?

    /// - Parameters:
    ///   - first: the film's first frame.
    ///   - room: the memory that an optimisation is to do with.
    /// - Throws: `StyleError`.
    package init(
        _ stylizer: Stylizer, first frame: Picture, after source: StyleSource, options: JobOptions,
        room: StyleRoom = .unlimited, isCancelled: @escaping () -> Bool = { false }
    ) throws {
        self.stylizer = stylizer
        self.source = source
        var options = try source.completing(options)
        // Frames have their size already. Of an odd one that was made even, a picture would be enlarged.
        options.upscale = false
        self.options = options
        self.room = room
        self.isCancelled = isCancelled
        settings = try StyleSettings(resolving: self.options)
        try source.checkLayers(settings)
        size = frame.size
        reference = Painting(
            frame: frame, masks: source.masks, settings: settings, threads: stylizer.threads, isCancelled: isCancelled)
    }

    /// Takes notice of the next frame, before it is painted: whose colours the styles have, if they are to match, follows the shots,
    /// and the light where it changes within one. What is decided depends on the frames alone.
    package func follow(_ frame: Picture, isCut: Bool) {
        (isRuined, losses) = (false, nil)
        guard settings.colors == .match else { return }
        if isCut { interrupted = (reference, colours) }
        let own = ColourStatistics(of: frame)
        if let colours, !isCut, own.isNear(colours, within: Self.nearColours) { return }
        (colours, pass, objective) = (own, nil, nil)
        reference = painting(of: frame)
    }

    /// Takes back the last cut: the shot before it goes on.
    package func goBack() {
        guard let interrupted else { return }
        (reference, colours, pass, objective) = (interrupted.reference, interrupted.colours, nil, nil)
        self.interrupted = nil
    }

    /// Takes notice of a frame that was painted before.
    package func passOver(_ frame: Picture, isCut: Bool) {
        follow(frame, isCut: isCut)
        hasPainted = true
    }

    /// Paints a frame for itself, as a picture is painted. One whose painting is ruined after all remedies is what it would have
    /// begun with where others came out.
    ///
    /// - Throws: `StyleError`, and what loading a network throws.
    package func paint(_ frame: Picture) throws -> Picture {
        guard isOptimised else { return try start(of: frame) }
        check(frame)
        // A picture has an objective of its own, as large as that of the frames.
        objective = nil
        do {
            let painted = try stylizer.stylize(
                frame, after: source, options: options, isFrame: true, room: room, isCancelled: isCancelled)
            precondition(painted.picture.size == size, "a painting of \(painted.picture.size) in a film of \(size)")
            note(painted.networks)
            losses = painted.delivered
            hasPainted = true
            return painted.picture
        } catch let error as StyleError where hasPainted && error.isOfThePainting {
            isRuined = true
            return try start(of: frame)
        }
    }

    /// What an optimisation of a frame starts from where nothing before it shows the same; by a network of one pass, the
    /// painting. A frame of which the network makes nothing, as of the last ones of a fade, stays as it is where others came out.
    ///
    /// - Throws: as ``paint(_:)``.
    package func start(of frame: Picture) throws -> Picture {
        check(frame)
        if isCancelled() { throw StyleError.cancelled }
        guard !isOptimised || settings.start == .pass else { return frame }
        let pass = try self.pass ?? makePass()
        self.pass = pass
        do {
            let passed = try pass(frame)
            if !isOptimised { hasPainted = true }
            return finished(passed, frame)
        } catch StyleError.ruined where isOptimised || hasPainted {
            if !isOptimised { isRuined = true }
            return frame
        }
    }

    /// Paints a frame by a few iterations from where it is to start, and leaves it so where they come to nothing.
    ///
    /// - Parameters:
    ///   - iterations: at most.
    ///   - term: what else is to hold the pixels.
    /// - Throws: as ``paint(_:)``.
    package func repaint(
        _ frame: Picture, from start: Picture, iterations: Int, adding term: @escaping Term
    ) throws -> Picture {
        precondition(isOptimised, "iterations of a network of one pass")
        check(frame)
        let content = Tensor(pixelsOf: frame)
        let objective = try self.objective ?? makeObjective(content)
        if self.objective != nil { objective.measure(content: content) }
        self.objective = objective
        let network = try stylizer.featureNetwork(settings)
        func evaluate(_ pixels: Tensor, _ gradient: Tensor) -> ObjectiveValue {
            var value = objective.evaluate(pixels, gradient: gradient)
            let temporal = term(pixels.pointer, gradient.pointer)
            value.temporal = temporal
            value.total += temporal
            return value
        }
        let part = room.part(for: size, network.kind)
        objective.draw(0)
        var descent = try PixelDescent(
            from: Tensor(pixelsOf: start), planned: iterations, isLean: part != nil, settings: settings,
            threads: network.threads, evaluate)
        guard descent.numbers.first.isFinite else { return ruined(start, frame) }
        while !descent.numbers.isSettled, descent.numbers.steps < iterations {
            if isCancelled() { throw StyleError.cancelled }
            objective.draw(descent.numbers.steps + 1)
            try descent.step(evaluate)
        }
        try descent.finish(evaluate)
        // Steps that nobody tested may have walked off, and the frames after this one are held to it.
        guard descent.numbers.best.total <= descent.numbers.first.total else { return finished(start, frame) }
        guard descent.best.buffer.allSatisfy(\.isFinite) else { return ruined(start, frame) }
        losses = StyleLossPoint(
            iteration: descent.numbers.bestStep, size: size.longSide, losses: descent.numbers.best, settings: settings)
        return finished(descent.best.picture, frame)
    }

    private func ruined(_ start: Picture, _ frame: Picture) -> Picture {
        isRuined = true
        return finished(start, frame)
    }

    private func check(_ frame: Picture) {
        precondition(frame.size == size && frame.channels == .rgb, "a frame of \(frame.size) in a film of \(size)")
    }

    private func note(_ models: [ModelCard]) {
        for model in models where !networks.contains(model) { networks.append(model) }
    }

    /// With the colours that it is to have.
    private func finished(_ painted: Picture, _ frame: Picture) -> Picture {
        let picture = painting(of: frame).finish(painted, networks: [], timings: StyleTimings()).picture
        // Frames have eight bits: what is remembered of them is what is written.
        return Picture(width: picture.width, height: picture.height, pixels: picture.pixels)
    }

    private func painting(of frame: Picture) -> Painting {
        Painting(
            frame: frame, masks: source.masks, settings: settings, threads: stylizer.threads, isCancelled: isCancelled)
    }

    private func makePass() throws -> (Picture) throws -> Picture {
        let strength = settings.strength
        switch source {
        case .numbered(let styles):
            let network = try stylizer.numberedNetwork()
            let pass = try MultiStyleNetwork.Pass(network, for: size, styles: styles)
            note([network.facts])
            return { [unowned self] frame in painting(of: frame).mixed(try pass.repaint(frame)) }
        case .learned(let style): return mixing(try stylizer.pass(of: style, for: size))
        case .imported(let style): return mixing(try stylizer.pass(of: style, for: size))
        case .pictures(let styles):
            let network = try stylizer.passNetwork()
            note(network.facts)
            let size = size
            let passes = try StyleRegion.regions(of: reference.prepared(styles).map(\.cropped)).map { region in
                (
                    pass: try ArbitraryStyleNetwork.Pass(
                        network, for: size, styles: region.styles, strength: min(1, strength * region.factor)),
                    mask: region.mask(at: size)
                )
            }
            return { frame in
                frame.covered(by: try passes.map { (picture: try $0.pass.repaint(frame), mask: $0.mask) })
            }
        }
    }

    private func mixing(_ made: (pass: TransformerPass, facts: ModelCard)) -> (Picture) throws -> Picture {
        note([made.facts])
        return { [unowned self] frame in painting(of: frame).mixed(try made.pass.repaint(frame)) }
    }

    private func makeObjective(_ content: Tensor) throws -> StyleObjective {
        guard case .pictures(let styles) = source else { preconditionFailure("styles of one pass are not optimised") }
        let network = try stylizer.featureNetwork(settings)
        note([network.facts])
        let part = room.part(for: size, network.kind)
        let regions = try StyleRegion.regions(of: reference.prepared(styles)).map { region in
            StyleObjective.Region(
                mask: region.mask(at: size), factor: region.factor,
                targets: try network.targets(
                    of: region.pixels(at: size, settings, smallest: network.kind.smallestSide), settings: settings,
                    part: part))
        }
        return try StyleObjective(network, content: content, regions: regions, settings: settings, part: part)
    }
}
