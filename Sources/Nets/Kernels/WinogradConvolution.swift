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
    private var reach: Int { side + 2 }
    private var positions: Int { reach * reach }
    /// Kernels take channels by so many.
    private static let lanes = 16

    /// Channels and outputs in the transformed domain, filled up with zeros.
    private var depth: Int { Self.roundUp(channels, Self.lanes) }
    private var padded: Int { Self.roundUp(outChannels, max(Self.lanes, kernels.columns)) }

    private var tilesAcross: Int { (outWidth + side - 1) / side }
    private var tilesDown: Int { (outHeight + side - 1) / side }
    /// Of the whole batch.
    private var tiles: Int { batch * tilesDown * tilesAcross }

    private static func roundUp(_ count: Int, _ unit: Int) -> Int { (count + unit - 1) / unit * unit }

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

    // MARK: Weights

    /// Floats of the transformed weights.
    var weightCount: Int { positions * depth * padded }

    /// `GgGᵀ` of every channel pair as `[position][panel][depth][column]`, where the weights are `[3, 3, C, out]`; or,
    /// to go backwards, of `[3, 3, out, C]` turned by 180°.
    ///
    /// - Parameter scratch: ``scratchCount`` floats for each thread.
    func transform(_ weights: Floats, turned: Bool, into target: Floats, scratch: Floats, threads: ThreadPool) {
        let (depth, columns) = (depth, kernels.columns)
        threads.parallel(padded / columns) { panel, worker in
            transform(
                weights, turned: turned, panel: panel, scratch: scratch + worker &* scratchCount,
                into: target + panel &* depth &* columns, stride: depth &* padded)
        }
    }

    /// Floats of scratch for weights: of a transform, and of some channels and one panel's outputs as
    /// ``layOut(_:turned:panel:from:into:)`` leaves them.
    var scratchCount: Int { kernels.scratch + laidOutCount }
    private var laidOutCount: Int { Self.lanes * 9 * kernels.columns }

    /// One panel, `stride` floats from position to position.
    private func transform(
        _ weights: Floats, turned: Bool, panel: Int, scratch: Floats, into target: Floats, stride: Int
    ) {
        let columns = kernels.columns
        if !turned, (panel &+ 1) &* columns <= outChannels, channels == depth {
            kernels.weightTiles(
                side, weights + panel &* columns, channels &* outChannels, outChannels, channels, columns, scratch,
                target, stride)
            return
        }
        for channel in Swift.stride(from: 0, to: depth, by: Self.lanes) {
            let taps = scratch + kernels.scratch
            layOut(weights, turned: turned, panel: panel, from: channel, into: taps)
            kernels.weightTiles(
                side, taps, columns, 9 &* columns, Self.lanes, columns, scratch, target + channel &* columns, stride)
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
        if count < Self.lanes || outputs < columns { target.update(repeating: 0, count: laidOutCount) }
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
        let rows = side == 6 ? 24 : depth + padded >= 1024 ? 48 : depth + padded > 512 ? 36 : 24
        return Self.roundUp(rows, kernels.rows)
    }

    /// Floats of one position's tiles; a cache line more than a power of two, so that positions do not share sets.
    private func spread(_ columns: Int) -> Int { blockTiles * columns + Self.lanes }

    private var patchCount: Int { positions * max(depth, padded) }

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

    /// Most transformed weights that are kept, 16 MB: where there are more, four times the weights would fill the memory,
    /// and reading them takes as long as making them.
    private static let keptCount = 4 << 20

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
                    kernels.product(
                        rows, depth, transformed + position * inputs, depth,
                        panels + position * panelSpread, 1, products + position * outputs,
                        kernels.columns)
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
                kernels.product(
                    rows, depth, transformed + position * inputs, depth, weights + position * depth * padded,
                    padded / kernels.columns, products + position * outputs, padded)
            }
            for tile in range {
                scatter(
                    products + (tile - range.lowerBound) * padded, stride: outputs, finish,
                    patch: patch, scratch: registers, into: target, tile: tile)
            }
        }
    }

    /// Picture, row and column of a tile of the batch.
    private func place(of tile: Int) -> (picture: Int, row: Int, column: Int) {
        let (picture, index) = tile.quotientAndRemainder(dividingBy: tilesAcross * tilesDown)
        return (picture, index / tilesAcross * side, index % tilesAcross * side)
    }

    /// Transforms one tile; what lies outside its picture is as ``border`` says.
    private func gather(
        _ source: Source, tile: Int, patch: Floats, scratch: Floats, into target: Floats, stride: Int
    ) {
        let place = place(of: tile)
        let (row, column) = (place.row - top, place.column - left)
        guard depth == channels, row >= 0, column >= 0, row + reach <= source.extent(height),
            column + reach <= source.extent(width)
        else {
            patch.update(repeating: 0, count: positions * depth)
            for y in 0..<reach {
                let line = border.source(row + y, extent: height)
                if line < 0 { continue }
                for x in 0..<reach {
                    let pixel = border.source(column + x, extent: width)
                    if pixel < 0 { continue }
                    copy(source, picture: place.picture, line, pixel, to: patch + (y * reach + x) * depth)
                }
            }
            kernels.inputTile(side, patch, nil, nil, reach * depth, depth, depth, scratch, target, stride)
            return
        }
        let first = ((place.picture * height + row) * width + column) * channels
        switch source {
        case .picture(let x):
            kernels.inputTile(
                side, x + first, nil, nil, width * channels, channels, depth, scratch, target, stride)
        case .masked(let x, .output(let y)):
            kernels.inputTile(
                side, x + first, y + first, nil, width * channels, channels, depth, scratch, target, stride)
        case .masked(let x, .routes(let routes)):
            kernels.inputTile(
                side, x + first, nil, routes + first, width * channels, channels, depth, scratch, target, stride)
        case .pooled(let windows, let routes, let scale):
            // A tile begins a row and a column before one of outputs: in a window's lower right.
            let first = ((place.picture * (height / 2) + row / 2) * (width / 2) + column / 2) * channels
            kernels.unpooledInputTile(
                side, windows + first, routes + first, scale, width / 2 * channels, channels, depth, scratch, target,
                stride)
        }
    }

    /// Copies one pixel of the source.
    private func copy(_ source: Source, picture: Int, _ line: Int, _ column: Int, to target: Floats) {
        let pixel = ((picture * height + line) * width + column) * channels
        switch source {
        case .picture(let x): target.update(from: x + pixel, count: channels)
        case .masked(let x, .output(let y)):
            for channel in 0..<channels { target[channel] = y[pixel &+ channel] <= 0 ? 0 : x[pixel &+ channel] }
        case .masked(let x, .routes(let routes)):
            for channel in 0..<channels { target[channel] = routes[pixel &+ channel] == 0 ? 0 : x[pixel &+ channel] }
        case .pooled(let windows, let routes, let scale):
            guard line / 2 < height / 2, column / 2 < width / 2 else { return }
            let window = ((picture * (height / 2) + line / 2) * (width / 2) + column / 2) * channels
            let code: UInt8 = 1 << UInt8(line % 2 * 2 + column % 2)
            for channel in 0..<channels {
                target[channel] = routes[window &+ channel] & code == 0 ? 0 : windows[window &+ channel] * scale
            }
        }
    }

    /// Writes one tile, without what lies outside its picture.
    ///
    /// - Parameter panel: the one panel whose `products` these are; `nil` for all.
    private func scatter(
        _ products: Floats, stride: Int, panel: Int? = nil, _ finish: ConvolutionFinish, patch: Floats,
        scratch: Floats, into target: Target, tile: Int
    ) {
        let first = (panel ?? 0) * kernels.columns
        let width = panel == nil ? padded : kernels.columns
        let count = min(width, outChannels - first)
        let (bias, slopes) = (finish.bias + first, finish.slopes + first)
        let place = place(of: tile)
        switch target {
        case .picture(let y, let routes): write(to: y, routes, accumulates: false)
        case .sum(let y): write(to: y, nil, accumulates: true)
        case .pooled(let y, let routes, let averages):
            let (height, across) = (outHeight / 2, outWidth / 2)
            let (row, column) = (place.row / 2, place.column / 2)
            let windows = ((place.picture * height + row) * across + column) * outChannels + first
            if row + side / 2 <= height, column + side / 2 <= across, count == width {
                kernels.pooledOutputTile(
                    side, products, stride, width, bias, averages, scratch, y + windows, routes.map { $0 + windows },
                    across * outChannels, outChannels)
                return
            }
            // The codes lie behind the windows.
            let tall = side / 2
            let codes = UnsafeMutableRawPointer(patch + tall * tall * width).assumingMemoryBound(to: UInt8.self)
            kernels.pooledOutputTile(
                side, products, stride, width, bias, averages, scratch, patch, codes, tall * width, width)
            for line in 0..<min(tall, height - row) {
                for pixel in 0..<min(tall, across - column) {
                    let source = (line * tall + pixel) * width
                    let into = windows + (line * across + pixel) * outChannels
                    (y + into).update(from: patch + source, count: count)
                    if let routes { (routes + into).update(from: codes + source, count: count) }
                }
            }
        }

        func write(to y: Floats, _ routes: Routes?, accumulates: Bool) {
            let (row, column) = (place.row, place.column)
            let into = ((place.picture * outHeight + row) * outWidth + column) * outChannels + first
            let rowStride = outWidth * outChannels
            let isInside = row + side <= outHeight && column + side <= outWidth
            if isInside, count == width {
                kernels.outputTile(
                    side, products, stride, width, bias, slopes, accumulates, scratch, y + into,
                    routes.map { $0 + into }, rowStride, outChannels)
                return
            }
            // The codes lie behind the pixels.
            let codes = UnsafeMutableRawPointer(patch + side * side * width).assumingMemoryBound(to: UInt8.self)
            kernels.outputTile(
                side, products, stride, width, bias, slopes, false, scratch, patch, routes == nil ? nil : codes,
                side * width, width)
            for line in 0..<min(side, outHeight - row) {
                for column in 0..<min(side, outWidth - column) {
                    let source = (line * side + column) * width
                    let into = into + line * rowStride + column * outChannels
                    if accumulates {
                        for channel in 0..<count { y[into + channel] += patch[source + channel] }
                    } else {
                        (y + into).update(from: patch + source, count: count)
                    }
                    if let routes { (routes + into).update(from: codes + source, count: count) }
                }
            }
        }
    }
}
