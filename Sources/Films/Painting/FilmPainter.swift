import Nets
import Pictures
import Styles

/// Paints the frames of a film in their order, each held to those before it where the film shows the same (Ruder, Dosovitskiy
/// and Brox 2016).
///
/// In one pass, a frame is painted for itself and mixed with the one before, which is moved by the optical flow; and what is all but
/// black is painted so, though networks of one pass make the same of it in any light, so that films fade. By optimisation,
/// it starts from that and descends J with a temporal term for the frames 1, 2 and 4 before it. Where the film cuts, it begins
/// anew as a still does; but behind a single frame of something else, a camera's flash, it goes on from what was before that. A painting
/// depends on its own frame, on the last four of its shot with their paintings, as they are in 8 bits, and where colours are to match on
/// the light of its shot: who gives all frames back with ``remember(_:painted:as:)``, the last ``memory`` with their paintings, has the
/// same bytes as if nothing had been broken off. Not `Sendable`.
package final class FilmPainter {
    /// Frames to look back to.
    private static let distances = [1, 2, 4]
    /// How many frames of a shot are looked back to at most.
    private static let depth = 4
    /// How many frames ``remember(_:painted:as:)`` needs: of those before the last, every other one may be a flash.
    package static let memory = 2 * depth + 1
    /// Of a mixture's pixel that can be believed, how much comes from the frame before.
    private static let hold: Float = 0.8
    /// Of white: where the lightest pixels of a frame are below, its painting is darkened by as much.
    private static let dim: Float = 0.2
    /// Share of a frame's pixels that are its lightest.
    private static let lightest = 0.001
    /// Of a painting that is darker, eight bits hold too little to go on from.
    private static let faintest: Float = 0.2

    /// How a frame follows the one before.
    package enum Passage: Sendable {
        case goesOn
        /// Another shot begins, or a flash.
        case cut
        /// The one before was a flash: the shot before it goes on.
        case goesBack
    }

    package struct Painted {
        package let picture: Picture
        package let passage: Passage
        package var isCut: Bool { passage == .cut }
        /// As ``SteadinessMeter`` measures it between neighbours; nil of a shot's first frame, a flash, and the frame behind it.
        package let warpError: Double?
        /// See ``FrameStylizer/losses``.
        package let losses: StyleLossPoint?
        /// Whether the painting came to nothing, and the frame is as the work on it began.
        package let isRuined: Bool
    }

    /// A frame of the film as it is compared with others.
    private struct Seen {
        let flow: FlowFrame
        let grey: [Float]
        /// What a painting of one pass keeps of its light, 0…1.
        let light: Float
    }

    private struct Memory {
        let seen: Seen
        let painted: Planes
    }

    private let stylizer: FrameStylizer
    private let isSteady: Bool
    private let iterations: Int
    private let pull: Float
    /// What holds frames to those before them, and what they are measured by: of `fast`, small films swim.
    private let flow: TwoWayFlow
    private let threads: ThreadPool
    /// Of the shot, the nearest last.
    private var memory: [Memory] = []
    /// Of the shot before it, as long as that may go on: while one frame of this is known.
    private var interrupted: [Memory] = []
    /// The oldest frame's memory serves again.
    private var spare: FlowFrame?

    /// - Parameters:
    ///   - isSteady: else each frame is painted for itself, and only measured.
    ///   - iterations: of the optimiser, for each frame but a shot's first.
    ///   - pull: γ of ``TemporalLoss`` for pixels in 0...255.
    /// - Throws: ``FilmError/frameTooSmall(film:size:least:)``.
    package init(
        _ stylizer: FrameStylizer, isSteady: Bool, iterations: Int, pull: Double, threads: ThreadPool
    ) throws(FilmError) {
        self.stylizer = stylizer
        self.isSteady = isSteady
        self.iterations = iterations
        self.pull = Float(pull)
        self.threads = threads
        flow = try TwoWayFlow(size: stylizer.size, preset: SteadinessMeter.preset, threads: threads)
    }

    /// Takes up a frame that was painted before.
    ///
    /// - Parameter painted: needed of the last ``memory`` frames only.
    package func remember(_ frame: Picture, painted: Picture?, as passage: Passage) {
        pass(passage)
        stylizer.passOver(frame, isCut: passage == .cut)
        if let painted { keep(see(frame), Planes(painted)) }
    }

    /// - Throws: ``StyleError``; of a painting that came to nothing, only where no frame has come out yet.
    package func paint(_ frame: Picture) throws -> Painted {
        let seen = see(frame)
        guard let before = memory.last else { return try begin(frame, seen) }
        var passage = Passage.goesOn
        var (flows, reliability) = compare(seen, with: before)
        if reliability.isCut {
            guard memory.count == 1, let last = interrupted.last else { return try begin(frame, seen) }
            (flows, reliability) = compare(seen, with: last)
            if reliability.isCut { return try begin(frame, seen) }
            passage = .goesBack
        }
        pass(passage)
        stylizer.follow(frame, isCut: false)
        let picture = try isSteady ? steady(frame, seen, flows, reliability) : lit(stylizer.paint(frame), seen)
        let painted = Planes(picture)
        // Between neighbours the film cuts where it goes back.
        let error =
            passage == .goesOn
            ? WarpError(flows, threads: threads).between(earlier: before.painted, later: painted) : nil
        keep(seen, painted)
        return Painted(
            picture: picture, passage: passage, warpError: error, losses: stylizer.losses, isRuined: stylizer.isRuined)
    }

    private func compare(_ seen: Seen, with other: Memory) -> (FlowPair, FlowReliability) {
        let flows = flow.compute(later: seen.flow, earlier: other.seen.flow)
        let reliability = FlowReliability(
            flows.backward, reverse: flows.forward, greys: (seen.grey, other.seen.grey), threads: threads)
        return (flows, reliability)
    }

    private func pass(_ passage: Passage) {
        switch passage {
        case .goesOn: interrupted = []
        case .cut: (interrupted, memory) = (memory, [])
        case .goesBack:
            (memory, interrupted) = (interrupted, [])
            stylizer.goBack()
        }
    }

    private func begin(_ frame: Picture, _ seen: Seen) throws -> Painted {
        pass(.cut)
        stylizer.follow(frame, isCut: true)
        let picture = lit(try stylizer.paint(frame), seen)
        keep(seen, Planes(picture))
        return Painted(
            picture: picture, passage: .cut, warpError: nil, losses: stylizer.losses, isRuined: stylizer.isRuined)
    }

    private func steady(
        _ frame: Picture, _ seen: Seen, _ flows: FlowPair, _ reliability: FlowReliability
    ) throws -> Picture {
        let before = memory[memory.count - 1]
        var moved = Warp(flows.backward).sharp(before.painted)
        let fresh = Planes(lit(try stylizer.start(of: frame), seen))
        guard stylizer.isOptimised else {
            guard before.seen.light >= Self.faintest else { return fresh.picture }
            let change = seen.light / before.seen.light
            if change != 1 { for index in moved.values.indices { moved.values[index] *= change } }
            return fresh.mixed(with: moved, weights: reliability.weights.map { $0 * Self.hold }).picture
        }
        var earlier = [(moved: moved, weights: reliability.weights)]
        for distance in Self.distances.dropFirst() where memory.count >= distance {
            let other = memory[memory.count - distance]
            let (flows, reliability) = compare(seen, with: other)
            earlier.append((Warp(flows.backward).sharp(other.painted), reliability.weights))
        }
        let weights = LongTermWeights.reduced(earlier.map(\.weights))
        var start = fresh
        var open = [Float](repeating: 1, count: frame.size.area)
        for (other, own) in zip(earlier, weights).reversed() {
            start = start.mixed(with: other.moved, weights: own)
            for index in open.indices { open[index] *= 1 - own[index] }
        }
        start.tone(from: fresh, where: open)
        let terms = zip(earlier, weights).map { other, own in
            TemporalLoss(
                size: frame.size, warped: other.moved.interleaved.map { $0 * 255 }, weights: own,
                strength: pull)
        }
        return try stylizer.repaint(frame, from: start.picture, iterations: iterations) { pixels, gradient in
            terms.reduce(0) { $0 + $1.value(pixels, addingGradientTo: gradient) }
        }
    }

    private func see(_ frame: Picture) -> Seen {
        let own = spare ?? flow.frame()
        spare = nil
        let grey = Planes(frame).grey
        own.fill(grey)
        return Seen(flow: own, grey: grey, light: Self.light(of: frame))
    }

    /// By the largest of a pixel's three samples: a saturated blue is not dark.
    private static func light(of frame: Picture) -> Float {
        var counts = [Int](repeating: 0, count: 256)
        frame.pixels.withUnsafeBufferPointer { pixels in
            for index in stride(from: 0, to: pixels.count, by: 3) {
                counts[Int(max(pixels[index], pixels[index + 1], pixels[index + 2]))] += 1
            }
        }
        var (level, above) = (255, counts[255])
        while level > 0, Double(above) < lightest * Double(frame.size.area) {
            level -= 1
            above += counts[level]
        }
        return min(1, Float(level) / (255 * dim))
    }

    /// A painting in the light of its frame, which a frame that stayed as it is has.
    private func lit(_ painting: Picture, _ seen: Seen) -> Picture {
        guard !stylizer.isOptimised, !stylizer.isRuined, seen.light < 1 else { return painting }
        return Picture(
            width: painting.width, height: painting.height,
            pixels: painting.pixels.map { UInt8((Float($0) * seen.light).rounded()) })
    }

    private func keep(_ seen: Seen, _ painted: Planes) {
        memory.append(Memory(seen: seen, painted: painted))
        if memory.count > Self.depth { spare = memory.removeFirst().seen.flow }
    }
}

extension Planes {
    /// These by 1 − w and others by w, for each pixel.
    fileprivate func mixed(with other: Planes, weights: [Float]) -> Planes {
        var result = self
        let area = size.area
        for plane in 0..<count {
            for pixel in 0..<area {
                let index = plane &* area &+ pixel
                result.values[index] += weights[pixel] * (other.values[index] - values[index])
            }
        }
        return result
    }
}
