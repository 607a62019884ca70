import Nets

/// Rows of features to compare others with, without the zeros that ReLU leaves: of relu4_2 of a photograph's some three in
/// eight are left.
struct KeptFeatures {
    private let channels: Int
    /// A bit for each channel that is not 0, words of 64 a row.
    private var bits: [UInt64] = []
    private var values: [Float] = []
    /// Where each row's values begin.
    private var starts: [Int] = []

    /// - Parameters:
    ///   - feature: `[1, H, W, C]`.
    ///   - counts: which cells are kept.
    init(of feature: Tensor, where counts: (_ cell: Int) -> Bool) {
        channels = feature.shape.channels
        let cells = (0..<feature.count / channels).filter(counts)
        let words = (channels + 63) / 64
        bits.reserveCapacity(cells.count * words)
        starts.reserveCapacity(cells.count)
        let count = cells.reduce(0) { sum, cell in
            sum + (0..<channels).count { feature[cell * channels + $0] != 0 }
        }
        values.reserveCapacity(count)
        for cell in cells {
            starts.append(values.count)
            for word in 0..<words {
                var mask: UInt64 = 0
                for bit in 0..<min(64, channels - word * 64) {
                    let value = feature[cell * channels + word * 64 + bit]
                    guard value != 0 else { continue }
                    mask |= 1 << UInt64(bit)
                    values.append(value)
                }
                bits.append(mask)
            }
        }
    }

    /// Writes the features of the kept cell of this number.
    func write(_ number: Int, to row: UnsafeMutablePointer<Float>) {
        let words = (channels + 63) / 64
        var next = starts[number]
        row.update(repeating: 0, count: channels)
        for word in 0..<words {
            var mask = bits[number &* words &+ word]
            while mask != 0 {
                row[word &* 64 &+ mask.trailingZeroBitCount] = values[next]
                next &+= 1
                mask &= mask &- 1
            }
        }
    }
}
