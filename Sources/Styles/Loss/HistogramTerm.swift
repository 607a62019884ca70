import Nets

/// How far a layer's histograms are from the styles': the histogram loss of Risser, Wilmot and Barnes 2017, "Stable and
/// controllable neural texture synthesis and style transfer using histogram losses", section 4.2.
///
///     J = s²/2 · mean((F − H(F))²)
///
/// over cells, by what they count, and channels. H gives each value the styles' at its own rank in its channel, so that H(F) has the
/// styles' histogram. The paper takes bins; ranks are exact. Where a cell spans several values of the styles, H is their mean and the
/// square is of each: J is half the squared Wasserstein distance of the channels' distributions, of which F − H(F) with H
/// held is the derivative. Values that are the same are moved by the mean of what their ranks ask for: otherwise reading order would
/// decide, and slope what is flat.
///
/// Ranks are among all cells of the picture, so that it cannot be measured in parts.
struct HistogramTerm {
    /// Channels that a thread takes from the features at once: half a cache line.
    private static let block = 8

    let region: Int
    private let feature: Tensor
    private let seed: Tensor
    private let cells: CountedCells
    private let target: ChannelQuantiles
    /// Of the value, before λ; and what the derivative is of besides.
    private let share: Double
    private let weight: Double
    private var balance = 1.0
    private let threads: ThreadPool
    /// By worker: values of a block, channel after channel, which turn into derivatives.
    private let scratch: [(order: RankOrder, values: Tensor)]

    /// - Parameters:
    ///   - feature: of the picture, as the executor has it: `[1, H, W, N]`.
    ///   - seed: where derivatives are added.
    ///   - weights: what each cell counts, `[1, H, W, 1]`; all the same without.
    ///   - share: `v · ρ · s²`.
    ///   - weight: of the derivative.
    init(
        region: Int, feature: Tensor, seed: Tensor, weights: Tensor?, target: ChannelQuantiles, share: Double,
        weight: Double, threads: ThreadPool
    ) {
        precondition(target.channels == feature.shape.channels, "\(target.channels) histograms for \(feature.shape)")
        self.region = region
        self.feature = feature
        self.seed = seed
        let cells = CountedCells(weights, of: feature)
        self.cells = cells
        self.target = target
        self.share = share
        self.weight = weight
        self.threads = threads
        scratch = (0..<threads.threads).map { _ in
            (RankOrder(capacity: cells.count), Tensor([Self.block, cells.count]))
        }
    }

    /// Sets λ.
    mutating func weigh(_ balance: Double) { self.balance = balance }

    /// The share of J_histogram; its derivatives, with the weight, are added to the seed.
    func evaluate() -> Double {
        let channels = feature.shape.channels
        let blocks = (channels + Self.block - 1) / Self.block
        let slope = weight * balance * share / (Double(channels) * cells.sum)
        var sums = [Double](repeating: 0, count: blocks)
        sums.withUnsafeMutableBufferPointer { sums in
            let sums = sums.baseAddress!
            threads.parallel(blocks) { block, worker in
                let first = block * Self.block
                let count = min(Self.block, channels - first)
                sums[block] = compare(first..<first + count, slope: slope, scratch[worker])
            }
        }
        return 0.5 * balance * share * sums.reduce(0, +) / Double(channels)
    }

    /// Of a block of channels.
    ///
    /// - Returns: the sum of the channels' means of `(F − H(F))²`.
    private func compare(
        _ block: Range<Int>, slope: Double, _ scratch: (order: RankOrder, values: Tensor)
    ) -> Double {
        let channels = feature.shape.channels
        let (found, slopes, values) = (feature.pointer, seed.pointer, scratch.values.pointer)
        for index in 0..<cells.count {
            let start = cells.cell(index) &* channels
            for channel in block {
                values[(channel - block.lowerBound) &* cells.count &+ index] = found[start &+ channel]
            }
        }
        var sum = 0.0
        for channel in block {
            let values = values + (channel - block.lowerBound) * cells.count
            scratch.order.sort(values, count: cells.count)
            sum += compare(channel, slope: slope, values, scratch.order)
        }
        for index in 0..<cells.count {
            let start = cells.cell(index) &* channels
            for channel in block {
                slopes[start &+ channel] += values[(channel - block.lowerBound) &* cells.count &+ index]
            }
        }
        return sum
    }

    /// Of one channel, whose values are in order; writes derivatives in their places.
    private func compare(
        _ channel: Int, slope: Double, _ values: UnsafeMutablePointer<Float>, _ order: RankOrder
    ) -> Double {
        target.walk(channel) { walk in
            var (sum, passed, rank) = (0.0, 0.0, 0)
            while rank < cells.count {
                let value = values[order.place(rank)]
                let first = rank
                var (mass, wanted) = (0.0, 0.0)
                repeat {
                    passed += cells.weight(order.place(rank))
                    let part = walk.pass(to: passed / cells.sum, from: Double(value))
                    mass += part.mass
                    wanted += part.sum
                    sum += part.squares
                    rank += 1
                } while rank < cells.count && values[order.place(rank)] == value
                let off = mass > 0 ? slope * (Double(value) - wanted / mass) : 0
                for rank in first..<rank {
                    let place = order.place(rank)
                    values[place] = Float(off * cells.weight(place))
                }
            }
            return sum / Double(target.count)
        }
    }
}
