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
    /// few tiles the products have too few rows.
    static func suits(_ geometry: ConvolutionGeometry) -> Bool {
        geometry.kernel == Extent2(3) && geometry.stride == Extent2(1) && geometry.dilation == Extent2(1)
            && geometry.groups == 1 && geometry.channels >= 16
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
        self.kernels = kernels
    }

    // MARK: Weights

    /// Floats of the transformed weights.
    var weightCount: Int { Self.positions * depth * padded }

    /// `GgGᵀ` of every channel pair as `[position][panel][depth][column]`, where the weights are `[3, 3, C, out]`; or,
    /// to go backwards, of `[3, 3, out, C]` turned by 180°.
    func transform(_ weights: Floats, turned: Bool, into target: Floats, threads: ThreadPool) {
        let (depth, columns) = (depth, kernels.columns)
        threads.parallel(padded / columns) { panel, _ in
            transform(
                weights, turned: turned, panel: panel, into: target + panel &* depth &* columns,
                stride: depth &* padded)
        }
    }

    /// One panel, `stride` floats from position to position.
    private func transform(_ weights: Floats, turned: Bool, panel: Int, into target: Floats, stride: Int) {
        let columns = kernels.columns
        for channel in 0..<depth {
            for column in Swift.stride(from: 0, to: columns, by: Lanes.scalarCount) {
                Self.transformKernels(into: target + channel &* columns + column, stride: stride) {
                    taps(weights, $0, turned: turned, channel: channel, firstOutput: panel &* columns &+ column)
                }
            }
        }
    }

    /// One tap of eight kernels, for as many outputs; zero beyond the last channel and output.
    @inline(__always)
    private func taps(_ weights: Floats, _ tap: Int, turned: Bool, channel: Int, firstOutput: Int) -> Lanes {
        var values = Lanes.zero
        if channel >= channels { return values }
        if firstOutput &+ Lanes.scalarCount <= outChannels {
            if !turned { return weights.lanes((tap &* channels &+ channel) &* outChannels &+ firstOutput) }
            let low = weights + (((8 &- tap) &* outChannels &+ firstOutput) &* channels &+ channel)
            let high = low + 4 &* channels
            let (two, three) = (2 &* channels, 3 &* channels)
            return Lanes(
                low[0], low[channels], low[two], low[three], high[0], high[channels], high[two], high[three])
        }
        for lane in 0..<max(0, min(Lanes.scalarCount, outChannels &- firstOutput)) {
            let output = firstOutput &+ lane
            values[lane] =
                turned
                ? weights[((8 &- tap) &* outChannels &+ output) &* channels &+ channel]
                : weights[(tap &* channels &+ channel) &* outChannels &+ output]
        }
        return values
    }

    @inline(__always)
    private static func transformKernels(into target: Floats, stride: Int, _ tap: (Int) -> Lanes) {
        @inline(__always)
        func column(_ a: Lanes, _ b: Lanes, _ c: Lanes) -> (Lanes, Lanes, Lanes, Lanes, Lanes, Lanes) {
            let (even, odd) = ((a + c * 0.5) / -1.5, b * (Float(0.5).squareRoot() / -1.5))
            let (evenOuter, oddOuter) = ((a + c * 2) / 6, b * (Float(2).squareRoot() / 6))
            return (a, even + odd, even - odd, evenOuter + oddOuter, evenOuter - oddOuter, c)
        }
        @inline(__always)
        func row(_ index: Int, _ a: Lanes, _ b: Lanes, _ c: Lanes) {
            let values = column(a, b, c)
            let place = target + index &* reach &* stride
            place.store(values.0, 0)
            place.store(values.1, stride)
            place.store(values.2, 2 &* stride)
            place.store(values.3, 3 &* stride)
            place.store(values.4, 4 &* stride)
            place.store(values.5, 5 &* stride)
        }
        let first = column(tap(0), tap(3), tap(6))
        let second = column(tap(1), tap(4), tap(7))
        let third = column(tap(2), tap(5), tap(8))
        row(0, first.0, second.0, third.0)
        row(1, first.1, second.1, third.1)
        row(2, first.2, second.2, third.2)
        row(3, first.3, second.3, third.3)
        row(4, first.4, second.4, third.4)
        row(5, first.5, second.5, third.5)
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
        let edges = patchCount + kernels.scratch + Self.lanes
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
        _ x: Floats, mask: Floats?, _ weights: Floats, turned: Bool, _ finish: ConvolutionFinish, into target: Floats,
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
                        x, mask: mask, tile: range.lowerBound + index, patch: patch, scratch: patch + patchCount,
                        into: transformed + index * depth, stride: inputs)
                }
            }
            let rows = Self.roundUp(range.count, kernels.rows)
            threads.parallel(padded / kernels.columns) { panel, worker in
                let patch = workspace.scratch(worker)
                let registers = patch + patchCount
                let panels = registers + kernels.scratch
                let products = panels + Self.positions * depth * kernels.columns
                transform(weights, turned: turned, panel: panel, into: panels, stride: depth * kernels.columns)
                for position in 0..<Self.positions {
                    kernels.product(
                        rows, depth, transformed + position * inputs, depth,
                        panels + position * depth * kernels.columns, 1, products + position * outputs, kernels.columns)
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
        /// As ``transform(_:turned:into:threads:)`` made them, where they are kept.
        case transformed(Floats)
        /// As the graph has them, where they are not.
        case plain(Floats, turned: Bool)
    }

    /// `target = f(x ∗ weights + bias)`, or that added to the target.
    ///
    /// - Parameters:
    ///   - mask: where this, laid out like `x`, is not positive, `x` counts as zero; `nil` for nowhere.
    func run(
        _ x: Floats, mask: Floats? = nil, _ weights: Weights, _ finish: ConvolutionFinish, into target: Floats,
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

    /// Transforms one tile; what lies outside its picture counts as zero.
    private func gather(
        _ x: Floats, mask: Floats?, tile: Int, patch: Floats, scratch: Floats, into target: Floats, stride: Int
    ) {
        let place = place(of: tile)
        let (row, column) = (place.row - top, place.column - left)
        let start = place.picture * height * width * channels
        let (picture, mask) = (x + start, mask.map { $0 + start })
        let isInside = row >= 0 && column >= 0 && row + Self.reach <= height && column + Self.reach <= width
        if isInside, depth == channels {
            let first = (row * width + column) * channels
            kernels.inputTile(
                picture + first, mask.map { $0 + first }, width * channels, channels, depth, scratch, target, stride)
            return
        }
        patch.update(repeating: 0, count: Self.positions * depth)
        for y in max(0, -row)..<max(0, -row, min(Self.reach, height - row)) {
            for x in max(0, -column)..<max(0, -column, min(Self.reach, width - column)) {
                let pixel = ((row + y) * width + column + x) * channels
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
                products, stride, width, finish.bias + first, finish.slopes + first, accumulates, scratch, target,
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
