/// How alike two feature maps are in what lies where, a cell after the other: as a whole, and in each of its sections.
struct FeatureLikeness {
    /// Share of the squares of a map that must vary over positions, so that it shows forms. At relu4_2 of VGG-19 it is 0.52
    /// and more on photographs and cut-outs, 0.04 to 0.19 on flat pictures, ramps and noise, off the picture's edge.
    private static let leastForms = 0.5
    /// Their mean, in features of VGG-19, from which forms are shown whatever their share: a page of text has the same features all over,
    /// a fifth of which vary, 168,000; a meadow 113,000. Of ramps, rings and noise it is 46,000 at most.
    private static let strongForms = 75_000.0
    /// What a cell of a section must have of the whole's mean variance, so that there is something to see in it.
    private static let leastShare = 0.3

    private struct Sums {
        /// By channel.
        var own: [Double]
        var theirs: [Double]
        var (product, ownSquare, theirSquare) = (0.0, 0.0, 0.0)
        var cells = 0.0

        init(channels: Int) {
            own = Array(repeating: 0, count: channels)
            theirs = own
        }

        mutating func add(_ other: Self) {
            for channel in own.indices {
                own[channel] += other.own[channel]
                theirs[channel] += other.theirs[channel]
            }
            product += other.product
            ownSquare += other.ownSquare
            theirSquare += other.theirSquare
            cells += other.cells
        }

        /// Σ (a − ā)(b − b̄), Σ (a − ā)² and Σ (b − b̄)², about the means of other sums.
        func about(_ whole: Self) -> (product: Double, own: Double, theirs: Double) {
            func apart(_ products: Double, _ path: KeyPath<Self, [Double]>, _ other: KeyPath<Self, [Double]>) -> Double
            {
                let (a, b) = (self[keyPath: path], self[keyPath: other])
                let (meanA, meanB) = (whole[keyPath: path], whole[keyPath: other])
                let count = max(1, whole.cells)
                return a.indices.reduce(products) { sum, channel in
                    let (x, y) = (meanA[channel] / count, meanB[channel] / count)
                    return sum - x * b[channel] - y * a[channel] + cells * x * y
                }
            }
            return (
                apart(product, \.own, \.theirs), apart(ownSquare, \.own, \.own), apart(theirSquare, \.theirs, \.theirs)
            )
        }
    }

    private var sections: [Sums]
    /// ``strongForms`` of this network.
    private let strongForms: Double

    /// - Parameters:
    ///   - scale: the network's `featureScale`.
    ///   - sections: how many parts of the picture are looked at by themselves.
    init(channels: Int, scale: Double = 1, sections: Int = 1) {
        self.sections = Array(repeating: Sums(channels: channels), count: sections)
        strongForms = Self.strongForms / (scale * scale)
    }

    /// Adds a cell of the map, and of the reference.
    mutating func add(
        _ feature: UnsafePointer<Float>, _ reference: UnsafePointer<Float>, to section: Int = 0
    ) {
        sections[section].cells += 1
        for channel in sections[section].own.indices {
            let (a, b) = (Double(feature[channel]), Double(reference[channel]))
            sections[section].own[channel] += a
            sections[section].theirs[channel] += b
            sections[section].product += a * b
            sections[section].ownSquare += a * a
            sections[section].theirSquare += b * b
        }
    }

    /// Σ (a − ā)(b − b̄) over the roots of Σ (a − ā)² and Σ (b − b̄)², ā and b̄ the means of each channel: 1 for the same map,
    /// about 0 for maps of unrelated pictures; and the least of the sections that have something to see, about the same means.
    /// `nil` when the reference has no forms, `least` where there is one section.
    var value: (whole: Double, least: Double?)? {
        var whole = Sums(channels: sections[0].own.count)
        for section in sections { whole.add(section) }
        let all = whole.about(whole)
        let samples = whole.cells * Double(whole.own.count)
        guard whole.theirSquare > 0,
            all.theirs >= min(Self.leastForms * whole.theirSquare, strongForms * samples)
        else { return nil }
        func correlation(_ sums: (product: Double, own: Double, theirs: Double)) -> Double {
            sums.own > 0 ? sums.product / (sums.own * sums.theirs).squareRoot() : 0
        }
        let seen = sections.compactMap { section -> Double? in
            let own = section.about(whole)
            return section.cells > 0 && own.theirs * whole.cells >= Self.leastShare * all.theirs * section.cells
                ? correlation(own) : nil
        }
        return (correlation(all), sections.count > 1 ? seen.min() : nil)
    }
}
