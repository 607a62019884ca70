/// Which source positions make each target position along one axis, and with what weight.
///
/// Pixel centres lie at `i + 0.5`. At the edges the kernel is cut and the rest is normalised, so the weights of every
/// target pixel sum to 1 and a constant stays constant.
struct ResampleTaps {
    struct Tap {
        /// First source position.
        let start: Int
        /// The weights' place in ``ResampleTaps/weights``.
        let range: Range<Int>
    }

    private(set) var taps: [Tap] = []
    private(set) var weights: [Float] = []

    init(from source: Int, to target: Int, filter: ResampleFilter) {
        let ratio = Double(source) / Double(target)
        let widening = max(ratio, 1)
        let reach = filter.support * widening
        taps.reserveCapacity(target)
        weights.reserveCapacity(target * Int(2 * reach + 2))
        for index in 0..<target {
            let centre = (Double(index) + 0.5) * ratio
            let start = max(0, Int((centre - reach + 0.5).rounded(.down)))
            let end = min(source, Int((centre + reach + 0.5).rounded(.down)))
            let raw = (start..<end).map { filter.weight(at: (Double($0) + 0.5 - centre) / widening) }
            let sum = raw.reduce(0, +)
            taps.append(Tap(start: start, range: weights.count..<(weights.count + raw.count)))
            weights.append(contentsOf: raw.map { Float($0 / sum) })
        }
    }
}
