import Foundation
import Pictures

/// A separable Gaussian over a plane whose edge is replicated, three σ wide on each side.
struct GaussianFilter {
    /// Weights by distance; all of both sides sum to 1.
    let taps: [Float]

    /// - Parameter sigma: in pixels, above 0.
    init(sigma: Double) {
        let raw = (0...Int((3 * sigma).rounded(.up))).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
        let sum = 2 * raw.reduce(0, +) - raw[0]
        taps = raw.map { Float($0 / sum) }
    }

    func callAsFunction(_ values: [Float], size: PixelSize) -> [Float] {
        let (width, height, reach) = (size.width, size.height, taps.count - 1)
        let line = FloatBuffer(count: width + 2 * reach)
        let center = line.floats + reach
        return [Float](unsafeUninitializedCapacity: values.count) { output, count in
            values.withUnsafeBufferPointer { values in
                taps.withUnsafeBufferPointer { taps in
                    for y in 0..<height {
                        // Down the columns into a line with margins, then along it.
                        let own = Floats(mutating: values.baseAddress!) + y &* width
                        scale(own, taps[0], into: center, count: width)
                        for tap in 1...reach {
                            let above = own - min(tap, y) &* width
                            let below = own + min(tap, height &- 1 &- y) &* width
                            add(above, below, taps[tap], to: center, count: width)
                        }
                        for margin in 1...reach {
                            center[-margin] = center[0]
                            center[width &- 1 &+ margin] = center[width &- 1]
                        }
                        let target = output.baseAddress! + y &* width
                        scale(center, taps[0], into: target, count: width)
                        for tap in 1...reach { add(center - tap, center + tap, taps[tap], to: target, count: width) }
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
