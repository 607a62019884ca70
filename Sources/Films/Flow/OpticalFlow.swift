import Nets
import Pictures

/// Dense optical flow by Dense Inverse Search (Kroeger et al., *Fast Optical Flow using Dense Inverse Search*, ECCV 2016).
///
/// From the coarsest level to the finest: patches are searched, their displacements are blended into a dense flow, and that
/// is refined by a variational energy. Holds all memory for frames of one size; results do not depend on the number of
/// threads. Not `Sendable`.
///
/// ```swift
/// let flow = try OpticalFlow(size: size, preset: .fast, threads: pool)
/// let (before, now) = (flow.frame(), flow.frame())
/// before.fill(greyBefore)
/// now.fill(greyNow)
/// let backward = flow.compute(from: now, to: before)
/// ```
package final class OpticalFlow {
    /// Shortest side of a frame, in pixels.
    package static let leastSide = 16

    package let size: PixelSize
    package let preset: FlowPreset
    private let threads: ThreadPool
    private let levels: FlowLevels
    /// From the finest level to the coarsest.
    private let stages: [Stage]

    private struct Stage {
        let search: PatchSearch
        let flow: LevelFlow
        let sums: FloatBuffer
        let refinement: VariationalRefinement?
    }

    /// Whether there is a flow between frames of a size.
    ///
    /// - Throws: ``FilmError/frameTooSmall(film:size:least:)``.
    package static func check(_ size: PixelSize) throws(FilmError) {
        guard min(size.width, size.height) >= leastSide else {
            throw .frameTooSmall(film: nil, size: size, least: leastSide)
        }
    }

    /// - Throws: as ``check(_:)``.
    package init(size: PixelSize, preset: FlowPreset, threads: ThreadPool) throws(FilmError) {
        try Self.check(size)
        self.size = size
        self.preset = preset
        self.threads = threads
        let levels = FlowLevels(size, finest: preset.finestLevel)
        self.levels = levels
        stages = levels.sizes[levels.finest...].map { size in
            Stage(
                search: PatchSearch(
                    PatchGrid(width: size.width, height: size.height, step: preset.patchStep),
                    steps: FlowPreset.stepsInSweep),
                flow: LevelFlow(width: size.width, height: size.height),
                sums: FloatBuffer(count: size.area + Lanes.scalarCount),
                refinement: preset.isRefined
                    ? VariationalRefinement(width: size.width, height: size.height) : nil)
        }
    }

    /// A frame of this size, still to be filled.
    package func frame() -> FlowFrame { FlowFrame(levels, threads: threads) }

    /// Where the pixels of one frame are in another.
    ///
    /// - Parameters:
    ///   - previous: the flow of the frame before, between frames as far apart: a candidate for each patch.
    package func compute(from: FlowFrame, to: FlowFrame, previous: FlowField? = nil) -> FlowField {
        var flow = FlowField(still: size)
        compute(from: from, to: to, previous: previous, into: &flow)
        return flow
    }

    /// Where the pixels of one frame are in another, written over a field that was used before.
    package func compute(from: FlowFrame, to: FlowFrame, previous: FlowField? = nil, into flow: inout FlowField) {
        for other in [from.size, to.size, flow.size, previous?.size ?? size] {
            precondition(
                other == size, "frames of \(size.width) × \(size.height), not \(other.width) × \(other.height)")
        }
        from.deriveOnce()
        if let previous {
            previous.withPlanes { search(from, to, ($0, $1)) }
        } else {
            search(from, to, nil)
        }
        enlarge(into: &flow)
    }

    private func search(_ from: FlowFrame, _ to: FlowFrame, _ previous: (u: Floats, v: Floats)?) {
        for index in stages.indices.reversed() {
            let stage = stages[index]
            let level = levels.finest + index
            let (near, far) = (from.level(level), to.level(level))
            stage.search.run(
                from: near, to: far, coarser: index + 1 < stages.count ? stages[index + 1].flow : nil,
                previous: previous.map {
                    PreviousFlow(u: $0.u, v: $0.v, size: size, scale: Float(1 << level))
                }, threads: threads)
            stage.flow.densify(
                stage.search, from: near, to: far, sums: stage.sums.floats, threads: threads)
            stage.refinement?.refine(stage.flow, from: near, to: far, threads: threads)
        }
    }

    private func enlarge(into flow: inout FlowField) {
        let finest = stages[0].flow
        flow.u.withUnsafeMutableBufferPointer { u in
            flow.v.withUnsafeMutableBufferPointer { v in
                for (plane, target) in [(finest.u, u.baseAddress!), (finest.v, v.baseAddress!)] {
                    FlowEnlarger.enlarge(
                        plane, width: finest.width, height: finest.height, level: levels.finest, into: target,
                        size: size, threads: threads)
                }
            }
        }
    }
}
