import Foundation

/// A separable Gaussian over planes whose edges are replicated, three σ wide on each side.
package struct GaussianFilter: Sendable {
    /// Weights by distance; all of both sides sum to 1.
    package let taps: [Float]

    /// - Parameter sigma: in pixels, above 0.
    package init(sigma: Double) {
        let raw = (0...Int((3 * sigma).rounded(.up))).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
        let sum = 2 * raw.reduce(0, +) - raw[0]
        taps = raw.map { Float($0 / sum) }
    }

    /// - Parameters:
    ///   - values: rows of pixels, of one number or of so many channels, interleaved.
    ///   - width: pixels of a row.
    package func callAsFunction(_ values: [Float], width: Int, channels: Int = 1) -> [Float] {
        let (row, reach) = (width * channels, taps.count - 1)
        precondition(row > 0 && values.count % row == 0, "\(values.count) values in rows of \(row)")
        let height = values.count / row
        var line = [Float](repeating: 0, count: row + 2 * reach * channels)
        return [Float](unsafeUninitializedCapacity: values.count) { output, count in
            values.withUnsafeBufferPointer { values in
                line.withUnsafeMutableBufferPointer { line in
                    let center = line.baseAddress! + reach * channels
                    for y in 0..<height {
                        // Down the columns into a line with margins, then along it.
                        let own = Floats(mutating: values.baseAddress!) + y &* row
                        scale(own, taps[0], into: center, count: row)
                        for tap in 1...reach {
                            let above = own - min(tap, y) &* row
                            let below = own + min(tap, height &- 1 &- y) &* row
                            add(above, below, taps[tap], to: center, count: row)
                        }
                        for margin in 1...(reach * channels) {
                            center[-margin] = center[channels &- 1 &- (margin &- 1) % channels]
                            center[row &- 1 &+ margin] = center[row &- channels &+ (margin &- 1) % channels]
                        }
                        let target = output.baseAddress! + y &* row
                        scale(center, taps[0], into: target, count: row)
                        for tap in 1...reach {
                            let step = tap &* channels
                            add(center - step, center + step, taps[tap], to: target, count: row)
                        }
                    }
                }
            }
            count = values.count
        }
    }

    @inline(__always)
    private func scale(_ source: Floats, _ factor: Float, into target: Floats, count: Int) {
        sweep(count) {
            target.store(source.lanes($0) * factor, $0)
        } scalar: {
            target[$0] = source[$0] * factor
        }
    }

    @inline(__always)
    private func add(_ a: Floats, _ b: Floats, _ factor: Float, to target: Floats, count: Int) {
        sweep(count) {
            target.store(target.lanes($0) + (a.lanes($0) + b.lanes($0)) * factor, $0)
        } scalar: {
            target[$0] += (a[$0] + b[$0]) * factor
        }
    }
}
