/// A 3×3 convolution of stride 1 by Winograd's F(4×4, 3×3): a quarter of the multiplications. Lavin, Gray 2016.
///
/// A block of tiles goes through transform, 36 products and inverse transform while it is in the second-level cache;
/// blocks are shared out over the threads. The result differs from the direct sum by a few units of 10⁻⁶ of it.
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

    /// Side of a tile of outputs, of inputs, and the positions of the latter.
    private static let side = 4
    private static let reach = 6
    private static let positions = 36
    /// Kernels take channels by so many.
    private static let lanes = 16

    /// Channels and outputs in the transformed domain, filled up with zeros.
    private var depth: Int { Self.roundUp(channels, Self.lanes) }
    private var padded: Int { Self.roundUp(outChannels, max(Self.lanes, kernels.columns)) }

    private var tilesAcross: Int { (outWidth + Self.side - 1) / Self.side }
    private var tilesDown: Int { (outHeight + Self.side - 1) / Self.side }

    private static func roundUp(_ count: Int, _ unit: Int) -> Int { (count + unit - 1) / unit * unit }

    /// Whether it is faster than a product of patches: with few channels the transforms cost more than they save, with
    /// few tiles the products have too few rows, with few outputs much of them is filled up with zeros.
    static func suits(_ geometry: ConvolutionGeometry) -> Bool {
        geometry.kernel == Extent2(3) && geometry.stride == Extent2(1)
            && geometry.dilation == Extent2(1)
            && geometry.groups == 1 && geometry.channels >= 16 && geometry.neighbours == 1
            && geometry.batch * geometry.outPixels >= 24 * side * side
    }

    init(_ geometry: ConvolutionGeometry, kernels: KernelSet = KernelSet.supported[0]) {
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
    }

    // MARK: Weights

    /// Floats of the transformed weights.
    var weightCount: Int { Self.positions * depth * padded }

    /// `GgGᵀ` of every channel pair as `[position][panel][depth][column]`, where the weights are `[3, 3, C, out]`; or,
    /// to go backwards, of `[3, 3, out, C]` turned by 180°.
    ///
    /// - Parameter scratch: ``tapCount`` floats for each thread.
    func transform(_ weights: Floats, turned: Bool, into target: Floats, scratch: Floats, threads: ThreadPool) {
        let (depth, columns) = (depth, kernels.columns)
        threads.parallel(padded / columns) { panel, worker in
            transform(
                weights, turned: turned, panel: panel, scratch: scratch + worker &* tapCount,
                into: target + panel &* depth &* columns, stride: depth &* padded)
        }
    }

    /// Floats of the weights of some channels and one panel's outputs, as ``layOut(_:turned:panel:from:into:)`` leaves
    /// them.
    var tapCount: Int { Self.lanes * 9 * kernels.columns }

    /// One panel, `stride` floats from position to position.
    private func transform(
        _ weights: Floats, turned: Bool, panel: Int, scratch: Floats, into target: Floats, stride: Int
    ) {
        let columns = kernels.columns
        if !turned, (panel &+ 1) &* columns <= outChannels, channels == depth {
            kernels.weightTiles(
                weights + panel &* columns, channels &* outChannels, outChannels, channels, columns, target,
                stride)
            return
        }
        for channel in Swift.stride(from: 0, to: depth, by: Self.lanes) {
            layOut(weights, turned: turned, panel: panel, from: channel, into: scratch)
            kernels.weightTiles(
                scratch, columns, 9 &* columns, Self.lanes, columns, target + channel &* columns, stride)
        }
    }

    /// The weights of 16 channels as `[channel][tap][column]`, zero beyond the last channel and output. Turned ones are
    /// read along their channels, so that cache lines are used whole.
    private func layOut(
        _ weights: Floats, turned: Bool, panel: Int, from channel: Int, into target: Floats
    ) {
        let columns = kernels.columns
        let firstOutput = panel &* columns
        let (count, outputs) = (
            min(Self.lanes, channels &- channel), min(columns, outChannels &- firstOutput)
        )
        if count < Self.lanes || outputs < columns { target.update(repeating: 0, count: tapCount) }
        for tap in 0..<9 {
            for column in 0..<max(0, outputs) {
                let output = firstOutput &+ column
                let source =
                    turned
                    ? weights + (((8 &- tap) &* outChannels &+ output) &* channels &+ channel)
                    : weights + ((tap &* channels &+ channel) &* outChannels &+ output)
                let step = turned ? 1 : outChannels
                let into = target + (tap &* columns &+ column)
                for index in 0..<max(0, count) { into[index &* 9 &* columns] = source[index &* step] }
            }
        }
    }

    // MARK: Blocks

    /// Tiles a block: few enough for the second-level cache; more where the weights, read once a block, weigh more.
    private var blockTiles: Int {
        let rows = depth + padded >= 1024 ? 48 : depth + padded > 512 ? 36 : 24
        return Self.roundUp(rows, kernels.rows)
    }

    /// Floats of one position's tiles; a cache line more than a power of two, so that positions do not share sets.
    private func spread(_ columns: Int) -> Int { blockTiles * columns + Self.lanes }

    private var patchCount: Int { Self.positions * max(depth, padded) }

    /// Asks for the scratch that a run needs.
    func reserve(_ workspace: Workspace) {
        let edges = patchCount + max(kernels.scratch, tapCount) + Self.lanes
        if keepsWeights {
            workspace.reserve(Self.positions * (spread(depth) + spread(padded)) + edges)
        } else {
            workspace.reserve(
                Self.positions * (depth * kernels.columns + batchSpread(kernels.columns)) + edges)
            workspace.reserveShared(Self.positions * batchSpread(depth))
        }
    }

    // MARK: Panels

    /// Most bytes of transformed weights that are kept: where there are more, four times the weights would fill the
    /// memory, and reading them takes as long as making them.
    private static let keptBytes = 16 << 20

    /// Whether ``run(_:mask:_:_:into:accumulates:workspace:threads:)`` takes transformed weights; otherwise it
    /// transforms panel after panel as it goes.
    var keepsWeights: Bool { weightCount * MemoryLayout<Float>.stride <= Self.keptBytes }

    /// Tiles of one pass over the weights: 19 MB at 512 channels, a part of the third-level cache.
    private var batchTiles: Int {
        Self.roundUp(min(batch * tilesAcross * tilesDown, 256), kernels.rows)
    }

    private func batchSpread(_ columns: Int) -> Int { batchTiles * columns + Self.lanes }

    /// As ``run(_:mask:_:_:into:accumulates:workspace:threads:)`` of weights as the graph has them: all tiles
    /// are transformed first; then each thread takes a panel of outputs through transform, products and inverse.
    private func runByPanels(
        _ x: Floats, mask: Floats?, _ weights: Floats, turned: Bool, _ finish: ConvolutionFinish,
        into target: Floats,
        accumulates: Bool, workspace: Workspace, threads: ThreadPool
    ) {
        let tiles = tilesAcross * tilesDown
        let (inputs, outputs) = (batchSpread(depth), batchSpread(kernels.columns))
        let transformed = workspace.shared
        let passes = Pieces(batch * tiles, size: batchTiles)
        for pass in 0..<passes.count {
            let range = passes.range(pass)
            let pieces = Pieces(range.count, size: 8)
            threads.parallel(pieces.count) { piece, worker in
                let patch = workspace.scratch(worker)
                for index in pieces.range(piece) {
                    gather(
                        x, mask: mask, tile: range.lowerBound + index, patch: patch,
                        scratch: patch + patchCount,
                        into: transformed + index * depth, stride: inputs)
                }
            }
            let rows = Self.roundUp(range.count, kernels.rows)
            threads.parallel(padded / kernels.columns) { panel, worker in
                let patch = workspace.scratch(worker)
                let registers = patch + patchCount
                let panels = registers + max(kernels.scratch, tapCount)
                let products = panels + Self.positions * depth * kernels.columns
                transform(
                    weights, turned: turned, panel: panel, scratch: registers, into: panels,
                    stride: depth * kernels.columns)
                for position in 0..<Self.positions {
                    kernels.product(
                        rows, depth, transformed + position * inputs, depth,
                        panels + position * depth * kernels.columns, 1, products + position * outputs,
                        kernels.columns)
                }
                for index in 0..<range.count {
                    scatter(
                        products + index * kernels.columns, stride: outputs, panel: panel, finish,
                        patch: patch, scratch: registers, into: target, tile: range.lowerBound + index,
                        accumulates: accumulates)
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

    /// `target = f(x ∗ weights + bias)`, or that added to the target.
    ///
    /// - Parameters:
    ///   - mask: where this, laid out like `x`, is not positive, `x` counts as zero; `nil` for nowhere.
    func run(
        _ x: Floats, mask: Floats? = nil, _ weights: Weights, _ finish: ConvolutionFinish,
        into target: Floats,
        accumulates: Bool, workspace: Workspace, threads: ThreadPool
    ) {
        switch weights {
        case .transformed(let weights):
            runByBlocks(
                x, mask: mask, weights, finish, into: target, accumulates: accumulates,
                workspace: workspace, threads: threads)
        case .plain(let weights, let turned):
            runByPanels(
                x, mask: mask, weights, turned: turned, finish, into: target,
                accumulates: accumulates, workspace: workspace, threads: threads)
        }
    }

    private func runByBlocks(
        _ x: Floats, mask: Floats?, _ weights: Floats, _ finish: ConvolutionFinish, into target: Floats,
        accumulates: Bool, workspace: Workspace, threads: ThreadPool
    ) {
        let blocks = Pieces(batch * tilesAcross * tilesDown, size: blockTiles)
        let (inputs, outputs) = (spread(depth), spread(padded))
        threads.parallel(blocks.count) { block, worker in
            let transformed = workspace.scratch(worker)
            let products = transformed + Self.positions * inputs
            let patch = products + Self.positions * outputs
            let registers = patch + patchCount
            let range = blocks.range(block)
            for tile in range {
                gather(
                    x, mask: mask, tile: tile, patch: patch, scratch: registers,
                    into: transformed + (tile - range.lowerBound) * depth, stride: inputs)
            }
            let rows = Self.roundUp(range.count, kernels.rows)
            for position in 0..<Self.positions {
                kernels.product(
                    rows, depth, transformed + position * inputs, depth, weights + position * depth * padded,
                    padded / kernels.columns, products + position * outputs, padded)
            }
            for tile in range {
                scatter(
                    products + (tile - range.lowerBound) * padded, stride: outputs, finish,
                    patch: patch, scratch: registers, into: target, tile: tile, accumulates: accumulates)
            }
        }
    }

    /// Picture, row and column of a tile of the batch.
    private func place(of tile: Int) -> (picture: Int, row: Int, column: Int) {
        let (picture, index) = tile.quotientAndRemainder(dividingBy: tilesAcross * tilesDown)
        return (picture, index / tilesAcross * Self.side, index % tilesAcross * Self.side)
    }

    /// Transforms one tile; what lies outside its picture is as ``border`` says.
    private func gather(
        _ x: Floats, mask: Floats?, tile: Int, patch: Floats, scratch: Floats, into target: Floats,
        stride: Int
    ) {
        let place = place(of: tile)
        let (row, column) = (place.row - top, place.column - left)
        let start = place.picture * height * width * channels
        let (picture, mask) = (x + start, mask.map { $0 + start })
        let isInside =
            row >= 0 && column >= 0 && row + Self.reach <= height && column + Self.reach <= width
        if isInside, depth == channels {
            let first = (row * width + column) * channels
            kernels.inputTile(
                picture + first, mask.map { $0 + first }, width * channels, channels, depth, scratch,
                target, stride)
            return
        }
        patch.update(repeating: 0, count: Self.positions * depth)
        for y in 0..<Self.reach {
            let line = border.source(row + y, extent: height)
            if line < 0 { continue }
            for x in 0..<Self.reach {
                let place = border.source(column + x, extent: width)
                if place < 0 { continue }
                let pixel = (line * width + place) * channels
                let copy = patch + (y * Self.reach + x) * depth
                copy.update(from: picture + pixel, count: channels)
                guard let mask else { continue }
                for channel in 0..<channels where mask[pixel &+ channel] <= 0 { copy[channel] = 0 }
            }
        }
        kernels.inputTile(patch, nil, Self.reach * depth, depth, depth, scratch, target, stride)
    }

    /// Writes one tile, without what lies outside its picture.
    ///
    /// - Parameter panel: the one panel whose `products` these are; `nil` for all.
    private func scatter(
        _ products: Floats, stride: Int, panel: Int? = nil, _ finish: ConvolutionFinish, patch: Floats,
        scratch: Floats, into y: Floats, tile: Int, accumulates: Bool
    ) {
        let (picture, row, column) = place(of: tile)
        let first = (panel ?? 0) * kernels.columns
        let width = panel == nil ? padded : kernels.columns
        let count = min(width, outChannels - first)
        let target = y + ((picture * outHeight + row) * outWidth + column) * outChannels + first
        let rowStride = outWidth * outChannels
        let isInside = row + Self.side <= outHeight && column + Self.side <= outWidth
        if isInside, count == width {
            kernels.outputTile(
                products, stride, width, finish.bias + first, finish.slopes + first, accumulates, scratch,
                target,
                rowStride, outChannels)
            return
        }
        kernels.outputTile(
            products, stride, width, finish.bias + first, finish.slopes + first, false, scratch, patch,
            Self.side * width, width)
        for y in 0..<min(Self.side, outHeight - row) {
            for x in 0..<min(Self.side, outWidth - column) {
                let source = patch + (y * Self.side + x) * width
                let pixel = target + y * rowStride + x * outChannels
                if accumulates {
                    for channel in 0..<count { pixel[channel] += source[channel] }
                } else {
                    pixel.update(from: source, count: count)
                }
            }
        }
    }
}
