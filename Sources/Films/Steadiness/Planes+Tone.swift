import Nets
import Pictures

extension Planes {
    /// What is as it was before these were mixed, for a share of each pixel, takes the tone of what is not: the difference that mixing
    /// made, as a wide Gaussian goes on with it. A network of one pass has other colours than a painting by optimisation, and few
    /// iterations leave them where a film shows something new; from frame to frame the whole film would go over to them.
    ///
    /// - Parameter open: the shares, 0…1.
    mutating func tone(from fresh: Planes, where open: [Float]) {
        let (area, known) = (size.area, open.map { 1 - $0 })
        let all = known.reduce(0, +)
        guard all > 0 else { return }
        let spread = GaussianFilter(sigma: Double(size.longSide) / Self.spreads)
        let near = spread(known, width: size.width)
        for plane in 0..<count {
            let range = plane * area..<(plane + 1) * area
            let made = zip(values[range], fresh.values[range]).map { $0 - $1 }
            let mean = made.reduce(0, +) / all
            let around = spread(made, width: size.width)
            for index in 0..<area {
                let tone = (around[index] + Self.faint * mean) / (near[index] + Self.faint)
                values[range.lowerBound + index] += open[index] * tone
            }
        }
    }

    /// Standard deviations of the Gaussian in a long side.
    private static let spreads = 16.0
    /// Where less is known around, the whole picture's tone says more.
    private static let faint: Float = 0.02
}
