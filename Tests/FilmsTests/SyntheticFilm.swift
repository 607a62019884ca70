import Films
import Foundation
import Nets
import Pictures

/// Seeded pictures with structure at all scales, and frames of them whose flow is known exactly.
struct SyntheticFilm {
    let size: PixelSize
    private var waves: [(kx: Double, ky: Double, phase: Double, weight: Double)] = []

    init(_ width: Int, _ height: Int, seed: UInt64 = 1) {
        size = PixelSize(width: width, height: height)
        var generator = SeededGenerator(seed: seed)
        func turn() -> Double { Double.random(in: 0..<(2 * .pi), using: &generator) }
        for index in 0..<24 {
            let length = 6 * pow(1.25, Double(index % 14))
            let angle = turn()
            waves.append((2 * .pi * cos(angle) / length, 2 * .pi * sin(angle) / length, turn(), length))
        }
    }

    private func value(_ x: Double, _ y: Double) -> Float {
        var (sum, most) = (0.0, 0.0)
        for wave in waves {
            let weight = pow(wave.weight, 0.6)
            sum += weight * sin(wave.kx * x + wave.ky * y + wave.phase)
            most += weight
        }
        return Float(127.5 + 300 * sum / most)
    }

    /// The frame whose pixel (x, y) shows the place that `seen` gives.
    func frame(_ seen: (Double, Double) -> (Double, Double) = { ($0, $1) }) -> [Float] {
        var grey = [Float]()
        grey.reserveCapacity(size.area)
        for y in 0..<size.height {
            for x in 0..<size.width {
                let (placeX, placeY) = seen(Double(x), Double(y))
                grey.append(min(max(0, value(placeX, placeY)), 255))
            }
        }
        return grey
    }

    /// The flow that takes pixel (x, y) to where `moved` says.
    func flow(_ moved: (Double, Double) -> (Double, Double)) -> FlowField {
        var (u, v) = ([Float](), [Float]())
        for y in 0..<size.height {
            for x in 0..<size.width {
                let (toX, toY) = moved(Double(x), Double(y))
                u.append(Float(toX - Double(x)))
                v.append(Float(toY - Double(y)))
            }
        }
        return FlowField(size: size, u: u, v: v)
    }
}
