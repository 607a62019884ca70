import Pictures

/// How often each level of 16 bits is found in each channel of an opaque picture; one of 8 bits has 256 of them.
struct ColourHistograms {
    private static let highest = Int(UInt16.max)

    /// Red, green and blue.
    private let counts: [[Int]]

    init(of picture: Picture) {
        var counts = [[Int]](repeating: [Int](repeating: 0, count: Self.highest + 1), count: 3)
        func count<Sample: FixedWidthInteger>(_ samples: [Sample]) {
            let step = Self.highest / Int(Sample.max)
            for (index, sample) in samples.enumerated() { counts[index % 3][Int(sample) * step] += 1 }
        }
        if let deep = picture.deep { count(deep) } else { count(picture.pixels) }
        self.counts = counts
    }

    /// What becomes of a channel's values.
    struct Quantiles {
        fileprivate let values: [Double]

        /// Of a value in 0…1 that the channel has.
        func value(at value: Double) -> Double { values[Int((value * Double(ColourHistograms.highest)).rounded())] }
    }

    /// For each channel the other's values at the ranks of this one's: for the pixels of one level, which share their ranks, the mean
    /// of them, so that the channel's mean is the other's.
    func quantiles(of other: ColourHistograms) -> [Quantiles] {
        zip(counts, other.counts).map { own, theirs in
            // In units that both pictures' pixels are whole numbers of: each of this one's covers as many ranks as the other has pixels.
            let (covered, theirsCovered) = (theirs.reduce(0, +), own.reduce(0, +))
            var rank = 0
            var (level, end) = (0, theirs[0] * theirsCovered)
            let values = own.map { count -> Double in
                guard count > 0 else { return 0 }
                let (first, last) = (rank, rank + count * covered)
                var sum = 0.0
                while rank < last {
                    while end <= rank {
                        level += 1
                        end += theirs[level] * theirsCovered
                    }
                    let next = min(end, last)
                    sum += Double(next - rank) * Double(level)
                    rank = next
                }
                return sum / Double(last - first) / Double(Self.highest)
            }
            return Quantiles(values: values)
        }
    }
}
