/// A 3×3 convolution of stride 1 by Winograd's F(4×4, 3×3), a quarter of the multiplications, or F(6×6, 3×3), a fifth. Lavin,
/// Gray 2016.
///
/// Tiles are transformed into `[position][tile][channel]`, weights into `[position][panel][channel][column]`; the product of
/// both at each position is `[position][tile][output]`, of which the inverse transform makes pixels. A block of tiles goes
/// through all three while it is in the second-level cache, blocks are shared out over the threads. Where the transformed
/// weights would be too large to keep, panels of outputs are shared out instead, each with the weights that it transforms on
/// its way. What a convolution's neighbours would do in passes of their own happens in the transforms: bias and rectifier,
/// the pooling of 2×2 pixels, and on the way back the gradient through both.
///
/// Tiles of six take fewer products where maps are large. The result differs from the direct sum by a few units of 10⁻⁶ of it,
/// three times as much with tiles of six.
struct WinogradConvolution {
    let batch: Int
    let height: Int
    let width: Int
    let channels: Int
    let outHeight: Int
    let outWidth: Int
    let outChannels: Int
    let top: Int
    let left: Int
    let border: Pad.Mode
    let kernels: KernelSet
    /// Side of a tile of outputs: 4 or 6.
    let side: Int

    /// Side of a tile of inputs, and its positions.
    var reach: Int { side + 2 }
    var positions: Int { reach * reach }
    /// Kernels take channels by so many.
    static let lanes = 16

    /// Channels and outputs in the transformed domain, filled up with zeros.
    var depth: Int { Self.roundUp(channels, Self.lanes) }
    var padded: Int { Self.roundUp(outChannels, max(Self.lanes, kernels.columns)) }

    var tilesAcross: Int { (outWidth + side - 1) / side }
    var tilesDown: Int { (outHeight + side - 1) / side }
    /// Of the whole batch.
    var tiles: Int { batch * tilesDown * tilesAcross }

    static func roundUp(_ count: Int, _ unit: Int) -> Int { (count + unit - 1) / unit * unit }

    /// Whether it is faster than a product of patches: with few channels the transforms cost more than they save, with
    /// few tiles the products have too few rows, with few outputs much of them is filled up with zeros.
    static func suits(_ geometry: ConvolutionGeometry) -> Bool {
        geometry.kernel == Extent2(3) && geometry.stride == Extent2(1)
            && geometry.dilation == Extent2(1)
            && geometry.groups == 1 && geometry.channels >= 16 && geometry.neighbours == 1
            && geometry.batch * geometry.outPixels >= 24 * 16
    }

    /// - Parameter side: of a tile; `nil` for the one that takes less work.
    init(_ geometry: ConvolutionGeometry, kernels: KernelSet = KernelSet.supported[0], side: Int? = nil) {
        batch = geometry.batch
        height = geometry.height
        width = geometry.width
        channels = geometry.channels
        outHeight = geometry.outHeight
        outWidth = geometry.outWidth
        outChannels = geometry.outChannels
        top = geometry.padding.top
        left = geometry.padding.left
        border = geometry.border
        self.kernels = kernels
        self.side = side ?? Self.side(geometry)
    }

    /// Six, where that takes a twentieth less work: products, and weights that are transformed anew in each pass.
    private static func side(_ geometry: ConvolutionGeometry) -> Int {
        func work(_ side: Int) -> Int {
            let plan = WinogradConvolution(geometry, side: side)
            return plan.positions * (plan.tiles + (plan.keepsWeights ? 0 : plan.passes * weightWork))
        }
        return 20 * work(6) <= 19 * work(4) ? 6 : 4
    }

    /// Tiles of which the products take as long as transforming the weights.
    private static let weightWork = 24

    // MARK: Operands

    /// What a run reads.
    enum Source {
        /// A picture.
        case picture(Floats)
        /// A picture that counts as zero where the mask, laid out like it, lets nothing through.
        case masked(Floats, by: ConvolutionGeometry.Mask)
        /// The gradients of the 2×2 windows of a picture, of which pixels on a window's route have so much each.
        case pooled(Floats, routes: Routes, scale: Float)

        /// How much of an extent of the picture can be read without looking: a last row or column may have no window.
        func extent(_ extent: Int) -> Int { if case .pooled = self { extent / 2 * 2 } else { extent } }
    }

    /// Where a run writes.
    enum Target {
        /// A picture; the way back through its rectifier where routes are given.
        case picture(Floats, routes: Routes?)
        /// Adds to what is there.
        case sum(Floats)
        /// The 2×2 windows of the rectified picture, their maxima or means; the way back where routes are given.
        case pooled(Floats, routes: Routes?, averages: Bool)
    }

    // MARK: Blocks

    /// Tiles a block: few enough for the second-level cache; more where the weights, read once a block, weigh more.
    private var blockTiles: Int {
        let rows = side == 6 ? 24 : depth + padded >= 1024 ? 48 : depth + padded > 512 ? 36 : 24
        return Self.roundUp(rows, kernels.rows)
    }

    /// Floats of one position's tiles; a cache line more than a power of two, so that positions do not share sets.
    private func spread(_ columns: Int) -> Int { blockTiles * columns + Self.lanes }

    var patchCount: Int { positions * max(depth, padded) }

    /// Asks for the scratch that a run needs.
    func reserve(_ workspace: Workspace) {
        let edges = patchCount + scratchCount + Self.lanes
        if keepsWeights {
            workspace.reserve(positions * (spread(depth) + spread(padded)) + edges)
        } else {
            workspace.reserve(
                positions * (panelSpread + batchSpread(kernels.columns)) + edges)
            workspace.reserveShared(positions * batchSpread(depth))
        }
    }

    // MARK: Panels

    /// Most transformed weights that are kept, 8 MB: where there are more, four times the weights would fill the memory,
    /// and reading them takes as long as making them.
    private static let keptCount = 2 << 20

    /// Whether ``run(_:_:_:into:workspace:threads:)`` takes transformed weights; otherwise it
    /// transforms panel after panel as it goes.
    var keepsWeights: Bool { weightCount <= Self.keptCount }

    /// Floats of the tiles of one pass over the weights: 19 MB, a part of the third-level cache.
    private static let passCount = 36 * 256 * 512

    /// Passes over the weights.
    private var passes: Int {
        let most = max(Self.passCount / (positions * depth), kernels.rows)
        return (tiles + most - 1) / most
    }

    /// Tiles of one pass; the last one may have fewer.
    private var batchTiles: Int { (tiles + passes - 1) / passes }

    private func batchSpread(_ columns: Int) -> Int {
        Self.roundUp(batchTiles, kernels.fewRows) * columns + Self.lanes
    }

    /// Floats of one position of a panel, as ``spread(_:)`` lays them out.
    private var panelSpread: Int { depth * kernels.columns + Self.lanes }

    /// As ``run(_:_:_:into:workspace:threads:)`` of weights as the graph has them: all tiles are transformed first; then
    /// each thread takes a panel of outputs through transform, products and inverse.
    private func runByPanels(
        _ source: Source, _ weights: Floats, turned: Bool, _ finish: ConvolutionFinish, into target: Target,
        workspace: Workspace, threads: ThreadPool
    ) {
        let (inputs, outputs) = (batchSpread(depth), batchSpread(kernels.columns))
        let transformed = workspace.shared
        let passes = Pieces(tiles, size: batchTiles)
        for pass in 0..<passes.count {
            let range = passes.range(pass)
            let pieces = Pieces(range.count, size: 8)
            threads.parallel(pieces.count) { piece, worker in
                let patch = workspace.scratch(worker)
                for index in pieces.range(piece) {
                    gather(
                        source, tile: range.lowerBound + index, patch: patch, scratch: patch + patchCount,
                        into: transformed + index * depth, stride: inputs)
                }
            }
            let rows = Self.roundUp(range.count, kernels.fewRows)
            threads.parallel((outChannels + kernels.columns - 1) / kernels.columns) { panel, worker in
                let patch = workspace.scratch(worker)
                let registers = patch + patchCount
                let panels = registers + scratchCount
                let products = panels + positions * panelSpread
                transform(
                    weights, turned: turned, panel: panel, scratch: registers, into: panels, stride: panelSpread)
                for position in 0..<positions {
                    kernels.products.run(
                        count: rows, depth: depth, transformed + position * inputs, aStride: depth,
                        panels + position * panelSpread, panelCount: 1, into: products + position * outputs,
                        cStride: kernels.columns)
                }
                for index in 0..<range.count {
                    scatter(
                        products + index * kernels.columns, stride: outputs, panel: panel, finish,
                        patch: patch, scratch: registers, into: target, tile: range.lowerBound + index)
                }
            }
        }
    }

    /// Weights for a run.
    enum Weights {
        /// As ``transform(_:turned:into:scratch:threads:)`` made them, where they are kept.
        case transformed(Floats)
        /// As the graph has them, where they are not.
        case plain(Floats, turned: Bool)
    }

    /// `target = f(source ∗ weights + bias)`.
    func run(
        _ source: Source, _ weights: Weights, _ finish: ConvolutionFinish, into target: Target, workspace: Workspace,
        threads: ThreadPool
    ) {
        switch weights {
        case .transformed(let weights):
            runByBlocks(source, weights, finish, into: target, workspace: workspace, threads: threads)
        case .plain(let weights, let turned):
            runByPanels(
                source, weights, turned: turned, finish, into: target, workspace: workspace, threads: threads)
        }
    }

    private func runByBlocks(
        _ source: Source, _ weights: Floats, _ finish: ConvolutionFinish, into target: Target, workspace: Workspace,
        threads: ThreadPool
    ) {
        let blocks = Pieces(tiles, size: blockTiles)
        let (inputs, outputs) = (spread(depth), spread(padded))
        threads.parallel(blocks.count) { block, worker in
            let transformed = workspace.scratch(worker)
            let products = transformed + positions * inputs
            let patch = products + positions * outputs
            let registers = patch + patchCount
            let range = blocks.range(block)
            for tile in range {
                gather(
                    source, tile: tile, patch: patch, scratch: registers,
                    into: transformed + (tile - range.lowerBound) * depth, stride: inputs)
            }
            let rows = Self.roundUp(range.count, kernels.fewRows)
            for position in 0..<positions {
                kernels.products.run(
                    count: rows, depth: depth, transformed + position * inputs, aStride: depth,
                    weights + position * depth * padded, panelCount: padded / kernels.columns,
                    into: products + position * outputs, cStride: padded)
            }
            for tile in range {
                scatter(
                    products + (tile - range.lowerBound) * padded, stride: outputs, finish,
                    patch: patch, scratch: registers, into: target, tile: tile)
            }
        }
    }
}
