/// How alike two feature maps are in what lies where, a cell after the other.
struct FeatureLikeness {
    /// Share of the squares of a map that must vary over positions, so that it shows forms. At relu4_2 of VGG-19 it is 0.68
    /// and more on photographs and cut-outs, 0.09 to 0.17 on flat pictures and ramps, off the picture's edge.
    private static let leastForms = 0.5

    /// By channel.
    private var own: [Double]
    private var theirs: [Double]
    private var (product, ownSquare, theirSquare) = (0.0, 0.0, 0.0)
    private var cells = 0

    init(channels: Int) {
        own = Array(repeating: 0, count: channels)
        theirs = own
    }

    /// Adds a cell of the map, and of the reference.
    mutating func add(_ feature: UnsafePointer<Float>, _ reference: UnsafePointer<Float>) {
        cells += 1
        for channel in own.indices {
            let (a, b) = (Double(feature[channel]), Double(reference[channel]))
            own[channel] += a
            theirs[channel] += b
            product += a * b
            ownSquare += a * a
            theirSquare += b * b
        }
    }

    /// Σ (a − ā)(b − b̄) over the roots of Σ (a − ā)² and Σ (b − b̄)², ā and b̄ the means of each channel: 1 for the same map,
    /// about 0 for maps of unrelated pictures. `nil` when the reference has no forms.
    var value: Double? {
        func apart(_ products: Double, _ a: [Double], _ b: [Double]) -> Double {
            products - zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } / Double(max(1, cells))
        }
        let theirForms = apart(theirSquare, theirs, theirs)
        guard theirSquare > 0, theirForms >= Self.leastForms * theirSquare else { return nil }
        let ownForms = apart(ownSquare, own, own)
        return ownForms > 0 ? apart(product, own, theirs) / (ownForms * theirForms).squareRoot() : 0
    }
}
