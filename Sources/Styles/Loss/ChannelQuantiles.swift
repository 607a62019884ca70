import Nets

/// How the values of each channel of a layer are distributed: the means of `count` equal parts of them, in order.
///
/// Of one picture whose cells all count the same, and are no more than ``most``, they are its values in order. Those of several styles are
/// of a picture that shows so much of each.
struct ChannelQuantiles {
    /// Of a channel: finer steps are not seen, and every style would hold as many numbers as its features.
    static let most = 4096

    let channels: Int
    /// Of each channel.
    let count: Int
    /// Channel after channel, ascending.
    private let values: [Float]

    /// One of the pictures that are taken together.
    struct Part {
        /// `[1, H, W, N]`.
        let feature: Tensor
        /// What its cells count, `[1, H, W, 1]`; all the same without.
        let weights: Tensor?
        let share: Double
    }

    init(of parts: [Part], threads: ThreadPool) {
        let parts = parts.map {
            (cells: CountedCells($0.weights, of: $0.feature), feature: $0.feature, share: $0.share)
        }
        let (channels, count) = (parts[0].feature.shape.channels, parts.reduce(0) { $0 + $1.cells.count })
        let weights = parts.flatMap { part in
            (0..<part.cells.count).map { part.share * part.cells.weight($0) / part.cells.sum }
        }
        let total = weights.reduce(0, +)
        let scratch = (0..<threads.threads).map { _ in
            (order: RankOrder(capacity: count), found: Tensor([count]))
        }
        let steps = min(count, Self.most)
        let quantiles = Tensor([channels, steps])
        threads.parallel(channels) { channel, worker in
            let (order, found) = scratch[worker]
            var place = 0
            for part in parts {
                for index in 0..<part.cells.count {
                    found[place] = part.feature.pointer[part.cells.cell(index) * channels + channel]
                    place += 1
                }
            }
            order.sort(found.pointer, count: count)
            var (rank, passed, next) = (0, 0.0, weights[order.place(0)])
            for step in 0..<steps {
                let end = Double(step + 1) / Double(steps) * total
                var (mass, sum) = (0.0, 0.0)
                while passed < end, rank < count {
                    let stop = min(end, next)
                    mass += stop - passed
                    sum += (stop - passed) * Double(found[order.place(rank)])
                    passed = stop
                    guard stop == next else { continue }
                    rank += 1
                    if rank < count { next += weights[order.place(rank)] }
                }
                quantiles[channel * steps + step] =
                    mass > 0 ? Float(sum / mass) : found[order.place(count - 1)]
            }
        }
        self.channels = channels
        self.count = steps
        values = quantiles.values
    }

    /// Of a picture that shows so much of each.
    init(mixing all: [(quantiles: ChannelQuantiles, share: Double)], threads: ThreadPool) {
        if all.count == 1 {
            self = all[0].quantiles
            return
        }
        self.init(
            of: all.map { own, share in
                let feature = Tensor(.nhwc(1, 1, own.count, own.channels))
                for channel in 0..<own.channels {
                    for index in 0..<own.count {
                        feature[index * own.channels + channel] = own.values[channel * own.count + index]
                    }
                }
                return Part(feature: feature, weights: nil, share: share)
            }, threads: threads)
    }

    /// Goes up a channel's quantiles, each of which stands for `1 / count` of its values.
    struct Walk {
        private let values: UnsafePointer<Float>
        private let count: Int
        private var index = 0
        /// In quantiles.
        private var passed = 0.0

        fileprivate init(_ values: UnsafePointer<Float>, count: Int) {
            (self.values, self.count) = (values, count)
        }

        /// Up to a probability: how many quantiles that is, their sum, and the sum of their squared differences from a value.
        @inline(__always) mutating func pass(
            to probability: Double, from value: Double
        ) -> (mass: Double, sum: Double, squares: Double) {
            let end = probability * Double(count)
            var (mass, sum, squares) = (0.0, 0.0, 0.0)
            while passed < end, index < count {
                let stop = min(end, Double(index + 1))
                let (part, own) = (stop - passed, Double(values[index]))
                mass += part
                sum += part * own
                squares += part * (value - own) * (value - own)
                passed = stop
                if stop == Double(index + 1) { index += 1 }
            }
            return (mass, sum, squares)
        }
    }

    func walk<Result>(_ channel: Int, _ body: (inout Walk) -> Result) -> Result {
        values.withUnsafeBufferPointer { values in
            var walk = Walk(values.baseAddress! + channel * count, count: count)
            return body(&walk)
        }
    }
}

/// The cells of a layer that count, in reading order.
struct CountedCells {
    /// `nil` for all of them.
    private let cells: [Int32]?
    private let weights: [Float]?
    let count: Int
    /// Of the weights.
    let sum: Double

    /// - Parameter weights: `[1, H, W, 1]`; all 1 without.
    init(_ weights: Tensor?, of feature: Tensor) {
        guard let weights else {
            (cells, self.weights) = (nil, nil)
            count = feature.count / feature.shape.channels
            sum = Double(count)
            return
        }
        let cells = (0..<weights.count).filter { weights[$0] > 0 }
        self.cells = cells.map(Int32.init)
        self.weights = cells.map { weights[$0] }
        count = cells.count
        sum = cells.reduce(0) { $0 + Double(weights[$1]) }
    }

    @inline(__always) func cell(_ number: Int) -> Int { cells.map { Int($0[number]) } ?? number }
    @inline(__always) func weight(_ number: Int) -> Double { weights.map { Double($0[number]) } ?? 1 }
}
