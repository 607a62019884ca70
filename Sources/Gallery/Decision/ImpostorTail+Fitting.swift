import Wire

extension ImpostorTail {
    /// The tail whose cosines are above `start` by so much in the mean.
    private init?(start: Double, share: Double, mean: Double, shape: Double, strangers: Int) {
        let scale = mean * (1 - shape)
        guard scale > 0, scale.isFinite else { return nil }
        self.init(start: start, share: share, scale: scale, shape: shape, strangers: strangers)
    }

    // MARK: To all pairs of people

    /// Fewest pairs in the tail.
    private static let leastPairs = 30
    /// A cosine is bounded: a shape of zero or more would promise what no cosine keeps.
    private static let mostShape = -0.01

    /// Fits the tail to cosines of pairs of two people, by probability-weighted moments (Hosking and Wallis 1987).
    ///
    /// - Returns: nil with too few pairs, or such as no bounded tail fits.
    package init?(fitting cosines: [Double], strangers: Int) {
        let sorted = cosines.sorted()
        let count = Int(Double(sorted.count) * Self.tailShare)
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
        guard spread > 0 else { return nil }
        self.init(
            start: start, share: Self.tailShare, mean: first, shape: min(2 - first / spread, Self.mostShape),
            strangers: strangers)
    }

    // MARK: To strangers who stayed below a line

    /// Strangers below which nothing is fitted.
    package static let fewest = 50
    /// Where the tail begins: which share of the cosines is above.
    private static let tailShare = 0.02
    /// Cosines above it below which nothing is fitted.
    private static let fewestExcesses = 20
    /// How the tail bends where no other network's is known; every cosine's is a little less than an exponential's.
    private static let usualShape = -0.11
    /// The share of strangers for which a tail is fitted; for others it serves as well.
    static let usualFPIR = 0.01

    /// The line above which nobody is taken for a stranger: of the network, not of the strangers that were collected.
    static func reviewed(_ known: ImpostorTail?, templates: Int) -> Double {
        DecisionRule(fpir: usualFPIR).lines(searching: templates, tail: known).lines.review
    }

    /// Strangers of the network's tail that stand beside those of the gallery.
    private static let borrowed = 50.0
    private static let rounds = 30
    private static let samples = 100
    /// Of the samples of strangers, this share has a tail that promises less.
    private static let certainty = 0.9

    /// The tail of a gallery's own strangers: how near they come to its templates.
    ///
    /// Strangers are known to be such because they stayed below the review line, so those who came nearer are missing. In their place
    /// stand as many as the tail that is fitted has there, with the mean that it has there, until nothing changes (the fixed point is the
    /// estimate from a sample cut off at the line). The shape is the network's, and so are the first fifty strangers: of sixty, a tail of
    /// their own says little. Of samples of the *strangers*, drawn anew with repetition, the one counts of which nine in ten promise less.
    ///
    /// `Benchmarks/recognition` collects 60 to 600 of 1,416 strangers so for 30 and 300 people: of 1 % asked it got 0.64 to 1.25 %; without
    /// what is missing, 2 to 5 %.
    /// - Parameters:
    ///   - cosines: for each stranger, to every template of the gallery.
    ///   - templates: as many as each has cosines.
    ///   - reviewed: the line that nobody of them reached; beyond it, cosines are left out.
    ///   - known: the network's measured tail.
    /// - Returns: nil when there are too few to tell.
    package static func fitted(
        to cosines: [[Float]], templates: Int, reviewed: Double, fpir: Double, known: ImpostorTail?
    ) -> ImpostorTail? {
        let strangers = cosines.count
        guard strangers >= fewest, templates > 0 else { return nil }
        // Enough of the highest that no sample's tail begins below them.
        let most = Int(Double(strangers * templates) * tailShare * 3) + 1
        let highest = cosines.enumerated().flatMap { owner, row in
            row.filter { Double($0) < reviewed }.map { (owner: owner, cosine: Double($0)) }
        }.sorted { $0.cosine > $1.cosine }.prefix(most)
        let shape = known?.shape ?? usualShape
        func fit(_ weights: [Int]) -> ImpostorTail? {
            let pairs = Double(strangers * templates)
            let aim = pairs * tailShare
            var (count, sum, start) = (0.0, 0.0, 1.0)
            for (owner, cosine) in highest where weights[owner] > 0 {
                (count, sum, start) = (count + Double(weights[owner]), sum + Double(weights[owner]) * cosine, cosine)
                if count >= aim { break }
            }
            guard count >= Double(fewestExcesses), start < reviewed else { return nil }
            let excess = sum - count * start
            guard
                var tail = ImpostorTail(
                    start: start, share: count / pairs, mean: excess / count, shape: shape, strangers: strangers)
            else { return nil }
            let prior = known.map { known in
                (
                    count: borrowed * Double(templates) * min(known.rate(start), known.share),
                    mean: max(0, known.scale + shape * (start - known.start)) / (1 - shape),
                    pairs: borrowed * Double(templates)
                )
            }
            let (priorCount, priorMean, priorPairs) = prior ?? (0, 0, 0)
            for _ in 0..<rounds {
                let missing = pairs * min(tail.rate(reviewed), tail.share / 2)
                let beyond = reviewed - start
                let mean = beyond + max(0, tail.scale + shape * beyond) / (1 - shape)
                tail.scale =
                    (excess + missing * mean + priorCount * priorMean) / (count + missing + priorCount) * (1 - shape)
                tail.share = (count + missing + priorCount) / (pairs + missing + priorPairs)
            }
            return tail
        }
        var generator = Draws()
        let fits = (0..<samples).compactMap { _ -> ImpostorTail? in
            var weights = [Int](repeating: 0, count: strangers)
            for _ in 0..<strangers { weights[generator.next(below: strangers)] += 1 }
            return fit(weights)
        }
        guard fits.count > samples / 2 else { return nil }
        let sorted = fits.sorted {
            $0.threshold(fpir: fpir, templates: templates) < $1.threshold(fpir: fpir, templates: templates)
        }
        return sorted[Int(Double(sorted.count - 1) * certainty)]
    }

    /// The same draws each time, so that one gallery has one threshold (Knuth's MMIX generator).
    private struct Draws {
        private var state: UInt64 = 1

        mutating func next(below bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
    }
}
