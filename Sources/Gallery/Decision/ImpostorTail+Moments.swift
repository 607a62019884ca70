extension ImpostorTail {
    /// Which share of pairs the tail begins with.
    private static let fittedShare = 0.02
    /// Fewest pairs in the tail.
    private static let leastPairs = 30

    /// Fits the tail to cosines of pairs of two people, by probability-weighted moments (Hosking and Wallis 1987).
    ///
    /// - Returns: nil with too few pairs, or such as no bounded tail fits.
    package init?(fitting cosines: [Double], strangers: Int) {
        let sorted = cosines.sorted()
        let count = Int(Double(sorted.count) * Self.fittedShare)
        guard count >= Self.leastPairs else { return nil }
        let start = sorted[sorted.count - count - 1]
        let excesses = sorted.suffix(count).map { $0 - start }
        var (first, second) = (0.0, 0.0)
        for (index, excess) in excesses.enumerated() {
            let position = (Double(index) + 0.65) / Double(count)
            first += excess / Double(count)
            second += excess * (1 - position) / Double(count)
        }
        let spread = first - 2 * second
        // A cosine is bounded: a shape of zero or more would promise what no cosine keeps.
        let shape = min(2 - first / spread, -0.01)
        let scale = shape == -0.01 ? first * (1 - shape) : 2 * first * second / spread
        guard spread > 0, scale.isFinite, scale > 0 else { return nil }
        self.init(start: start, share: Self.fittedShare, scale: scale, shape: shape, strangers: strangers)
    }
}
