import Nets
import Pictures

/// How much two frames of a film differ where their source shows the same thing (Lai 2018, *Learning Blind Video Temporal
/// Consistency*, §4.2): E = Σ M(V̂ − V)² / ΣM over all planes, V̂ the later frame brought onto the earlier one by the source's
/// forward flow, M where that flow is consistent and on no motion boundary.
package struct WarpError: Sendable {
    private let warp: Warp
    /// 1 where frames are compared, else 0.
    package let mask: [Float]

    /// - Parameter flows: of the source film.
    package init(_ flows: FlowPair, threads: ThreadPool) {
        warp = Warp(flows.forward)
        mask = FlowVerdicts(flows.forward, reverse: flows.backward, slopes: .forward, threads: threads)
            .values.map { $0 == 1 ? 1 : 0 }
    }

    /// Mean squared difference over what is compared; 0 where nothing is.
    ///
    /// - Parameters:
    ///   - earlier: planes in 0...1, as `later`.
    package func between(earlier: Planes, later: Planes) -> Double {
        precondition(earlier.size == later.size && earlier.count == later.count, "frames of different shapes")
        let moved = warp(later)
        let area = earlier.size.area
        let compared = mask.reduce(0, +)
        guard compared > 0 else { return 0 }
        var sum = 0.0
        for plane in 0..<earlier.count {
            for pixel in 0..<area {
                let difference = moved.values[plane * area + pixel] - earlier.values[plane * area + pixel]
                sum += Double(mask[pixel] * difference * difference)
            }
        }
        return sum / (Double(compared) * Double(earlier.count))
    }
}

/// What the ``WarpError`` of whole films comes to.
package struct Steadiness: Sendable, Equatable {
    /// Pairs of frames that were compared; pairs across a cut are none.
    package let pairs: Int
    /// Mean error of each painted film.
    package let painted: [Double]
    /// That of its source: what no painting can fall below without smearing.
    package let source: Double
}

/// Measures paintings of one film as their frames come, between each frame and the one `distance` before it. The flow is the
/// source's, so it is computed once for all of them. Not `Sendable`.
///
/// Distance 1 is flicker; distance 10, by flows that are computed directly, is drift.
package final class SteadinessMeter {
    /// Of the flow that films are measured by.
    package static let preset = FlowPreset.medium

    private struct Frame {
        let flow: FlowFrame
        let grey: [Float]
        let source: Planes
        let painted: [Planes]
    }

    private let distance: Int
    private let flow: TwoWayFlow
    private let threads: ThreadPool
    private var frames: [Frame] = []
    private var pairs = 0
    private var sums: (source: Double, painted: [Double])

    /// - Parameters:
    ///   - distance: frames from one of a pair to the other, at least 1.
    ///   - paintings: how many films are measured beside their source.
    /// - Throws: ``FilmError/frameTooSmall(film:size:least:)``.
    package init(
        size: PixelSize, distance: Int, paintings: Int = 1, preset: FlowPreset = SteadinessMeter.preset,
        threads: ThreadPool
    ) throws(FilmError) {
        precondition(distance >= 1, "pairs \(distance) frames apart")
        self.distance = distance
        self.threads = threads
        sums = (0, [Double](repeating: 0, count: paintings))
        flow = try TwoWayFlow(size: size, preset: preset, threads: threads)
    }

    /// Takes the next frame of all films: red, green and blue in 0...1.
    package func add(source: Planes, painted: [Planes]) {
        precondition(painted.count == sums.painted.count, "\(painted.count) frames of \(sums.painted.count) films")
        // The oldest frame's memory serves again, as soon as the pair has been measured.
        let frame = frames.count > distance ? frames.removeFirst().flow : flow.frame()
        let grey = source.grey
        frame.fill(grey)
        frames.append(Frame(flow: frame, grey: grey, source: source, painted: painted))
        guard frames.count > distance else { return }
        let (earlier, later) = (frames[frames.count - 1 - distance], frames[frames.count - 1])
        let flows = flow.compute(later: later.flow, earlier: earlier.flow)
        let reliability = FlowReliability(
            flows.backward, reverse: flows.forward, greys: (later.grey, earlier.grey), threads: threads)
        if reliability.isCut { return }
        let error = WarpError(flows, threads: threads)
        sums.source += error.between(earlier: earlier.source, later: later.source)
        for (index, (earlier, later)) in zip(earlier.painted, later.painted).enumerated() {
            sums.painted[index] += error.between(earlier: earlier, later: later)
        }
        pairs += 1
    }

    /// So far; nil before the first pair.
    package var result: Steadiness? {
        pairs == 0
            ? nil
            : Steadiness(
                pairs: pairs, painted: sums.painted.map { $0 / Double(pairs) }, source: sums.source / Double(pairs))
    }
}
