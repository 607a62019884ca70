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

/// Sums over the rows of a matrix `[rows, columns]`, in blocks of fixed size so that the result does not depend on the
/// threads; each block in float32 over at most `blockRows` rows, the blocks in float64.
struct ColumnSums {
    let rows: Int
    let columns: Int
    let threads: ThreadPool

    private static let blockRows = 256
    private let blocks: Pieces
    private let partial: AlignedStorage

    init(rows: Int, columns: Int, threads: ThreadPool) {
        self.rows = rows
        self.columns = columns
        self.threads = threads
        blocks = Pieces(rows, size: Self.blockRows)
        partial = AlignedStorage(count: blocks.count * columns)
    }

    /// `result[c] = scale · Σ_r add(r)[c]`, where `add` adds row `r`'s terms to the sums it is given.
    func run(into result: Floats, scale: Double, accumulates: Bool = false, _ add: (_ row: Int, _ sums: Floats) -> Void)
    {
        threads.parallel(blocks.count) { block, _ in
            let sums = partial.pointer + block &* columns
            sums.update(repeating: 0, count: columns)
            for row in blocks.range(block) { add(row, sums) }
        }
        for column in 0..<columns {
            var sum = 0.0
            for block in 0..<blocks.count { sum += Double(partial.pointer[block &* columns &+ column]) }
            result[column] = (accumulates ? result[column] : 0) + Float(sum * scale)
        }
    }

    /// Plain sums of a matrix.
    func run(_ matrix: Floats, into result: Floats, scale: Double = 1, accumulates: Bool = false) {
        run(into: result, scale: scale, accumulates: accumulates) { row, sums in
            let line = matrix + row &* columns
            sweep(columns) {
                sums.store(sums.lanes($0) + line.lanes($0), $0)
            } scalar: {
                sums[$0] += line[$0]
            }
        }
    }

    /// Sums of the element-wise product of two matrices.
    func run(_ a: Floats, times b: Floats, into result: Floats, scale: Double = 1, accumulates: Bool = false) {
        run(into: result, scale: scale, accumulates: accumulates) { row, sums in
            let (p, q) = (a + row &* columns, b + row &* columns)
            sweep(columns) {
                sums.store(sums.lanes($0) + p.lanes($0) * q.lanes($0), $0)
            } scalar: {
                sums[$0] += p[$0] * q[$0]
            }
        }
    }
}

/// `y = factor · x + shift` with one factor and shift a channel, over a value whose last axis is the channels.
struct ChannelAffine {
    private let pixels: Pieces
    private let channels: Int
    private let threads: ThreadPool

    init(_ shape: Shape, threads: ThreadPool) {
        channels = shape.channels
        self.threads = threads
        pixels = Pieces.balanced(shape.count / max(1, channels), cost: channels)
    }

    func run(_ x: Floats, factor: Floats, shift: Floats?, into y: Floats, accumulates: Bool = false) {
        threads.parallel(pixels.count) { piece, _ in
            for pixel in pixels.range(piece) {
                let (source, target) = (x + pixel &* channels, y + pixel &* channels)
                sweep(channels) {
                    var value = source.lanes($0) * factor.lanes($0)
                    if let shift { value += shift.lanes($0) }
                    if accumulates { value += target.lanes($0) }
                    target.store(value, $0)
                } scalar: {
                    var value = source[$0] * factor[$0]
                    if let shift { value += shift[$0] }
                    if accumulates { value += target[$0] }
                    target[$0] = value
                }
            }
        }
    }
}
