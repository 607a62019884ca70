/// The gradient of the weights of a ``WinogradConvolution``. Forward is linear in them, and its transpose is
/// `dg = Gᵀ[Σ (BᵀxB) ⊙ (A·dY·Aᵀ)]G` over all tiles, which saves as many multiplications: at each position one product
/// of the transformed inputs and gradients of all tiles. Its error is that of forward.
///
/// Tiles go by passes: both are transformed, then some channels and one panel of outputs after the other go through all
/// positions, and the inverse of what they give is added to the gradient. So nothing is ever held of the size of the
/// transformed weights. Where these are few, each thread takes chunks of tiles through passes of its own, and what the
/// chunks have is added up at the end; otherwise all threads share each pass.
struct WinogradWeightGradient {
    let convolution: WinogradConvolution

    private var kernels: KernelSet { convolution.kernels }
    private var side: Int { convolution.side }
    private var positions: Int { convolution.positions }
    private var tiles: Int { convolution.tiles }
    private var channels: Int { convolution.channels }
    private var outChannels: Int { convolution.outChannels }
    /// Outputs in the transformed domain.
    private var padded: Int { convolution.padded }

    /// Whether it is faster than a product of windows, see ``WinogradConvolution/suits(_:)``; with few outputs the
    /// transforms cost more than they save, too.
    static func suits(_ geometry: ConvolutionGeometry) -> Bool {
        geometry.kernel == Extent2(3) && geometry.stride == Extent2(1) && geometry.dilation == Extent2(1)
            && geometry.groups == 1 && min(geometry.channels, geometry.outChannels) >= 16
            && geometry.batch * geometry.outPixels >= 24 * 16
    }

    /// - Parameter side: of a tile; `nil` for the one that takes less work: products, and the inverse.
    init(_ geometry: ConvolutionGeometry, kernels: KernelSet = KernelSet.supported[0], side: Int? = nil) {
        func plan(_ side: Int) -> WinogradWeightGradient {
            WinogradWeightGradient(convolution: WinogradConvolution(geometry, kernels: kernels, side: side))
        }
        self = side.map(plan) ?? (plan(6).work <= plan(4).work ? plan(6) : plan(4))
    }

    private init(convolution: WinogradConvolution) { self.convolution = convolution }

    private var work: Int { positions * (tiles + passes * Self.inverseWork) }

    /// Tiles of which the products take as long as the inverse.
    private static let inverseWork = 12

    // MARK: Shares

    /// Floats of the transformed inputs and gradients of a pass that all threads share, 8 MB, a part of the third-level
    /// cache; and of a thread's own.
    private static let sharedPassCount = 1 << 21
    private static let ownPassCount = 1 << 19
    /// Least tiles of a pass.
    private static let leastPassTiles = 48
    private static let mostChunks = 8

    private var weights: Int { 9 * channels * outChannels }

    /// Chunks of tiles with a gradient of their own, where there are few weights; 1 where threads share the passes over all tiles.
    private var chunkCount: Int {
        weights <= ConvolutionGeometry.chunkedWeights ? max(1, min(Self.mostChunks, tiles / Self.leastPassTiles)) : 1
    }
    private var chunks: Pieces { Pieces(tiles, size: (tiles + chunkCount - 1) / chunkCount) }

    /// Tiles of one pass over a chunk: all passes are of equal size.
    private var passTiles: Int {
        let floats = chunkCount == 1 ? Self.sharedPassCount : Self.ownPassCount
        let most = max(floats / (positions * (inputStride + padded)), Self.leastPassTiles)
        let passes = (chunks.size + most - 1) / most
        return (chunks.size + passes - 1) / passes
    }
    private var passes: Int { (chunks.size + passTiles - 1) / passTiles }

    /// Tiles that a thread transforms at once.
    private static let pieceTiles = 8
    private var piecesOfPass: Int { (passTiles + Self.pieceTiles - 1) / Self.pieceTiles }

    /// Channels that go through the products at once.
    private static let blockChannels = 64

    /// An odd number of cache lines, so that neighbours do not share sets.
    private static func odd(_ floats: Int) -> Int { floats | WinogradConvolution.lanes }

    /// Floats of one tile's inputs at a position, and of all tiles' inputs and gradients.
    private var inputStride: Int { Self.odd(convolution.depth) }
    private var inputSpread: Int { Self.odd(passTiles * inputStride) }
    private var gradientSpread: Int { Self.odd(passTiles * padded) }
    /// Floats of a pass.
    private var passCount: Int { positions * (inputSpread + gradientSpread) }
    /// Floats of a position's products.
    private var productSpread: Int { Self.odd(Self.blockChannels * kernels.columns) }
    /// Floats of the taps of as many channels.
    private var tapCount: Int { 9 * Self.blockChannels * kernels.columns }

    /// Floats of a worker's transforms, and of its products and their inverse.
    private var registerCount: Int {
        kernels.tiles.scratch + max(convolution.patchCount, positions * productSpread + tapCount)
    }
    /// Sums of the pixels of the pieces of all passes.
    private var sumCount: Int { chunks.count * passes * piecesOfPass * padded }

    /// Asks for the scratch that ``run(_:_:mask:into:bias:workspace:threads:)`` needs.
    func reserve(_ workspace: Workspace) {
        let isShared = chunks.count == 1
        workspace.reserve(registerCount + (isShared ? 0 : passCount))
        workspace.reserveShared(sumCount + (isShared ? passCount : chunks.count * weights))
    }

    /// - Parameters:
    ///   - x: what came in.
    ///   - gradient: of what went out.
    ///   - mask: the rectified output, if the gradient is still to be led through the rectifier.
    ///   - target: `[3, 3, C, out]`.
    func run(
        _ x: Floats, _ gradient: Floats, mask: Floats?, into target: GradientTarget, bias: GradientTarget?,
        workspace: Workspace, threads: ThreadPool
    ) {
        let (sums, rest) = (workspace.shared, workspace.shared + sumCount)
        let chunks = chunks
        func take(
            chunk: Int, transformed: Floats, into target: GradientTarget, share: (Int, (Int, Int) -> Void) -> Void
        ) {
            let range = chunks.range(chunk)
            let passes = Pieces(range.count, size: passTiles)
            for pass in 0..<passes.count {
                let tiles = passes.range(pass)
                self.pass(
                    range.lowerBound + tiles.lowerBound..<range.lowerBound + tiles.upperBound, x, gradient, mask: mask,
                    transformed: transformed, sums: sums + (chunk * self.passes + pass) * piecesOfPass * padded,
                    into: GradientTarget(pointer: target.pointer, accumulates: target.accumulates || pass > 0),
                    workspace: workspace, share: share)
            }
        }
        sums.update(repeating: 0, count: sumCount)
        if chunks.count == 1 {
            take(chunk: 0, transformed: rest, into: target) { threads.parallel($0, $1) }
        } else {
            threads.parallel(chunks.count) { chunk, worker in
                take(
                    chunk: chunk, transformed: workspace.scratch(worker) + registerCount,
                    into: GradientTarget(pointer: rest + chunk * weights, accumulates: false)
                ) { pieces, body in
                    for piece in 0..<pieces { body(piece, worker) }
                }
            }
            let pieces = Pieces.balanced(weights, cost: chunks.count)
            threads.parallel(pieces.count) { piece, _ in
                let range = pieces.range(piece)
                sweep(range.count) { index in
                    var sum = Lanes.zero
                    for chunk in 0..<chunks.count { sum += (rest + chunk &* weights).lanes(range.lowerBound &+ index) }
                    target.put(sum, at: range.lowerBound &+ index)
                } scalar: { index in
                    var sum: Float = 0
                    for chunk in 0..<chunks.count { sum += rest[chunk &* weights &+ range.lowerBound &+ index] }
                    target.put(sum, at: range.lowerBound &+ index)
                }
            }
        }
        guard let bias else { return }
        for output in 0..<outChannels {
            var sum = 0.0
            for piece in stride(from: 0, to: sumCount, by: padded) { sum += Double(sums[piece + output]) }
            bias.put(Float(sum), at: output)
        }
    }

    /// One pass over some tiles.
    ///
    /// - Parameters:
    ///   - transformed: takes the tiles of inputs and gradients.
    ///   - share: runs pieces of work, each on a worker.
    private func pass(
        _ range: Range<Int>, _ x: Floats, _ gradient: Floats, mask: Floats?, transformed: Floats, sums: Floats,
        into target: GradientTarget, workspace: Workspace, share: (Int, (Int, Int) -> Void) -> Void
    ) {
        let (inputs, gradients) = (transformed, transformed + positions * inputSpread)
        let columns = kernels.columns
        let pieces = Pieces(range.count, size: Self.pieceTiles)
        share(pieces.count) { piece, worker in
            let scratch = workspace.scratch(worker)
            let patch = scratch + kernels.tiles.scratch
            for index in pieces.range(piece) {
                let tile = range.lowerBound + index
                convolution.gather(
                    .picture(x), tile: tile, patch: patch, scratch: scratch, into: inputs + index * inputStride,
                    stride: inputSpread)
                gather(
                    gradient: gradient, mask: mask, tile: tile, patch: patch, sums: sums + piece * padded,
                    scratch: scratch, into: gradients + index * columns, panelStride: passTiles * columns)
            }
        }
        let channelBlocks = Pieces(channels, size: Self.blockChannels)
        let panels = padded / columns
        share(channelBlocks.count * panels) { piece, worker in
            let scratch = workspace.scratch(worker)
            let products = scratch + kernels.tiles.scratch
            let (block, panel) = piece.quotientAndRemainder(dividingBy: panels)
            let channels = channelBlocks.range(block)
            for position in 0..<positions {
                kernels.products.transposed(
                    count: WinogradConvolution.roundUp(channels.count, kernels.fewRows), depth: range.count,
                    inputs + (position * inputSpread + channels.lowerBound), aStride: inputStride,
                    gradients + (position * gradientSpread + panel * passTiles * columns), bStride: columns,
                    panelCount: 1, into: products + position * productSpread, cStride: columns, accumulates: false)
            }
            addTaps(
                products, channels: channels, panel: panel, taps: products + positions * productSpread,
                scratch: scratch, to: target)
        }
    }

    /// Transforms one tile of the gradient, panel by panel, and adds its pixels to the sums; beyond the picture it is
    /// zero.
    private func gather(
        gradient: Floats, mask: Floats?, tile: Int, patch: Floats, sums: Floats, scratch: Floats, into target: Floats,
        panelStride: Int
    ) {
        let (place, columns) = (convolution.place(of: tile), kernels.columns)
        let (outHeight, outWidth) = (convolution.outHeight, convolution.outWidth)
        let first = ((place.picture * outHeight + place.row) * outWidth + place.column) * outChannels
        let (rows, pixels) = (min(side, outHeight - place.row), min(side, outWidth - place.column))
        let isWhole = rows == side && pixels == side && padded == outChannels
        if !isWhole {
            patch.update(repeating: 0, count: side * side * padded)
            for row in 0..<rows {
                for column in 0..<pixels {
                    let source = first + (row * outWidth + column) * outChannels
                    let into = patch + (row * side + column) * padded
                    if let mask {
                        Activation.relu.pullBack(
                            gradient + source, output: mask + source, to: into, count: outChannels, accumulates: false)
                    } else {
                        into.update(from: gradient + source, count: outChannels)
                    }
                }
            }
        }
        for panel in 0..<padded / columns {
            let start = panel * columns
            kernels.tiles.outputAdjoint(
                side: side, isWhole ? gradient + (first + start) : patch + start,
                mask: isWhole ? mask.map { $0 + (first + start) } : nil,
                rowStride: isWhole ? outWidth * outChannels : side * padded,
                pixelStride: isWhole ? outChannels : padded, outputs: columns, sums: sums + start, scratch: scratch,
                into: target + panel * panelStride, stride: gradientSpread)
        }
    }

    /// Adds what the products of some channels and one panel give to the gradient of the weights.
    private func addTaps(
        _ products: Floats, channels range: Range<Int>, panel: Int, taps: Floats, scratch: Floats,
        to target: GradientTarget
    ) {
        let columns = kernels.columns
        let first = panel * columns
        let outputs = min(columns, outChannels - first)
        if outputs <= 0 { return }
        func run(into taps: Floats, accumulates: Bool, tapStride: Int, channelStride: Int) {
            kernels.tiles.weightsAdjoint(
                side: side, products, stride: productSpread, channels: range.count, outputs: columns,
                accumulates: accumulates, scratch: scratch, into: taps, tapStride: tapStride,
                channelStride: channelStride)
        }
        let into = target.pointer + (range.lowerBound * outChannels + first)
        if outputs == columns {
            run(
                into: into, accumulates: target.accumulates, tapStride: channels * outChannels,
                channelStride: outChannels)
            return
        }
        run(into: taps, accumulates: false, tapStride: range.count * columns, channelStride: columns)
        for row in 0..<9 * range.count {
            let (tap, channel) = row.quotientAndRemainder(dividingBy: range.count)
            let place = (tap * channels + channel) * outChannels
            for output in 0..<outputs {
                let value = taps[row * columns + output]
                into[place + output] = target.accumulates ? into[place + output] + value : value
            }
        }
    }
}
