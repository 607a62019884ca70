import NetsKernels

/// Mean and `1 / √(variance + ε)` of each channel over the pixels of one picture, read from memory once.
///
/// A block of pixels, small enough for the second-level cache, gives its own means and the squared deviations from those;
/// blocks are joined in float64: `M₂ = Σ M₂ᵢ + Σ nᵢ (mᵢ − m)²` (Chan, Golub, LeVeque 1983). Blocks follow from the shape
/// alone. What is held for each channel is laid out over rows as `ChannelRun` wants it.
struct Moments {
    /// Floats of what `ChannelRun` calls a row.
    let row: Int
    let channels: Int

    private let pixels: Pieces
    private let epsilon: Float
    private let threads: ThreadPool
    private let workspace: Workspace
    private let storage: AlignedStorage
    /// Means, then squared deviations, of each block.
    private let blocks: DoubleStorage
    private let kernels = KernelSet.supported[0]

    var mean: Floats { storage.pointer }
    var inverse: Floats { storage.pointer + channels }

    init(_ shape: Shape, epsilon: Float, workspace: Workspace, threads: ThreadPool) {
        channels = shape.channels
        row = ChannelRun.row(channels: channels)
        pixels = Pieces.balanced(shape.height * shape.width, cost: channels)
        self.epsilon = epsilon
        self.threads = threads
        self.workspace = workspace
        storage = AlignedStorage(count: 2 * channels)
        blocks = DoubleStorage(count: 2 * channels * pixels.count)
        workspace.reserve(2 * row)
    }

    func run(_ picture: Floats) {
        threads.parallel(pixels.count) { piece, worker in
            // Backwards: what was written last is still near.
            let block = pixels.count &- 1 &- piece
            let range = pixels.range(block)
            let (x, count) = (picture + range.lowerBound &* channels, range.count &* channels)
            let (sums, means) = (workspace.scratch(worker), workspace.scratch(worker) + row)
            let (mean, squares) = (2 &* block &* channels, (2 &* block &+ 1) &* channels)
            kernels.channels.sums(x, count: count, row: row, mean: nil, into: sums)
            for channel in 0..<channels {
                let value = fold(sums, channel) / Double(range.count)
                blocks.buffer[mean &+ channel] = value
                spread(Float(value), channel, over: means)
                // The mean that was taken away is the rounded one.
                blocks.buffer[squares &+ channel] = value - Double(Float(value))
            }
            kernels.channels.sums(x, count: count, row: row, mean: means, into: sums)
            for channel in 0..<channels {
                let rounding = blocks.buffer[squares &+ channel]
                blocks.buffer[squares &+ channel] = fold(sums, channel) - rounding * rounding * Double(range.count)
            }
        }
        join()
    }

    private func join() {
        for channel in 0..<channels {
            var (total, squares) = (0.0, 0.0)
            for block in 0..<pixels.count {
                total += blocks.buffer[2 &* block &* channels &+ channel] * Double(pixels.range(block).count)
            }
            let mean = total / Double(pixels.total)
            for block in 0..<pixels.count {
                let difference = blocks.buffer[2 &* block &* channels &+ channel] - mean
                squares += blocks.buffer[(2 &* block &+ 1) &* channels &+ channel]
                squares += difference * difference * Double(pixels.range(block).count)
            }
            self.mean[channel] = Float(mean)
            inverse[channel] = Float(1 / (max(0, squares) / Double(pixels.total) + Double(epsilon)).squareRoot())
        }
    }

    private func fold(_ sums: Floats, _ channel: Int) -> Double {
        var total = 0.0
        for index in stride(from: channel, to: row, by: channels) { total += Double(sums[index]) }
        return total
    }

    /// Lays a channel's value out over a row.
    func spread(_ value: Float, _ channel: Int, over target: Floats) {
        for index in stride(from: channel, to: row, by: channels) { target[index] = value }
    }

    /// `y = f(factor · x + shift)` over the picture, factor and shift laid out over a row; f multiplies what is negative
    /// by `slope`, and `rest` is applied after it.
    func scale(
        _ picture: Floats, factor: Floats, shift: Floats, slope: Float, rest: Activation?, into y: Floats
    ) {
        threads.parallel(pixels.count) { block, _ in
            let range = pixels.range(block)
            let (start, count) = (range.lowerBound &* channels, range.count &* channels)
            kernels.channels.scale(
                picture + start, count: count, row: row, factor: factor, shift: shift, slope: slope, into: y + start)
            rest?.apply(y + start, to: y + start, count: count)
        }
    }
}
