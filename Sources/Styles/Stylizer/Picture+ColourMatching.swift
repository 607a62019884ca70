import Foundation
import Nets
import Pictures

extension Picture {
    /// This opaque picture with the mean and the covariance of another's colours: `x ↦ T(x − μ) + μ'` with
    /// `T = Σ^−½ (Σ^½ Σ' Σ^½)^½ Σ^−½`, of all maps that do so the one that moves the colours least (Gatys et al. 2016, "Preserving
    /// Color in Neural Artistic Style Transfer", section 3.1; the map is that of Monge and Kantorovich, Pitié and Kokaram 2007).
    /// What leaves the range is cut off.
    func matchingColours(of other: Picture) -> Picture {
        precondition(channels == .rgb && other.channels == .rgb)
        let (own, theirs) = (ColourStatistics(of: self), ColourStatistics(of: other))
        let map = own.map(to: theirs)
        func moved<Sample: FixedWidthInteger>(_ samples: [Sample]) -> [Sample] {
            let full = Double(Sample.max)
            var samples = samples
            var colour = [0.0, 0.0, 0.0]
            for start in stride(from: 0, to: samples.count, by: 3) {
                for channel in 0..<3 { colour[channel] = Double(samples[start + channel]) / full - own.mean[channel] }
                for channel in 0..<3 {
                    let value = (0..<3).reduce(theirs.mean[channel]) { $0 + map[channel][$1] * colour[$1] }
                    samples[start + channel] = Sample((min(max(value, 0), 1) * full).rounded())
                }
            }
            return samples
        }
        return deep == nil
            ? Picture(width: width, height: height, pixels: moved(pixels), profile: profile)
            : Picture(width: width, height: height, deep: moved(samples16), profile: profile)
    }
}

/// Mean and covariance of the colours of an opaque picture, in 0…1.
struct ColourStatistics {
    private typealias Matrix = [[Double]]

    let mean: [Double]
    private let covariance: Matrix

    /// Added to variances, so that flat pictures have some.
    private static let least = 1e-5

    init(of picture: Picture) {
        typealias Colour = SIMD3<Double>
        var (sums, products) = (Colour.zero, (red: Colour.zero, green: Colour.zero, blue: Colour.zero))
        let count = Double(picture.size.area)
        picture.pixels.withUnsafeBufferPointer { pixels in
            for start in stride(from: 0, to: pixels.count, by: 3) {
                let levels = Colour(Double(pixels[start]), Double(pixels[start + 1]), Double(pixels[start + 2]))
                let colour = levels / 255
                sums += colour
                products.red += colour.x * levels / 255
                products.green += colour.y * levels / 255
                products.blue += colour.z * levels / 255
            }
        }
        let mean = (0..<3).map { sums[$0] / count }
        let rows = [products.red, products.green, products.blue]
        self.mean = mean
        covariance = (0..<3).map { row in
            (0..<3).map { column in
                rows[max(row, column)][min(row, column)] / count - mean[row] * mean[column]
                    + (row == column ? Self.least : 0)
            }
        }
    }

    /// Whether no mean and no standard deviation is further than `most` from the other's.
    func isNear(_ other: ColourStatistics, within most: Double) -> Bool {
        zip(mean + deviations, other.mean + other.deviations).allSatisfy { abs($0 - $1) <= most }
    }

    private var deviations: [Double] { (0..<3).map { max(0, covariance[$0][$0] - Self.least).squareRoot() } }

    func map(to other: ColourStatistics) -> [[Double]] {
        let root = Self.power(covariance, 0.5)
        let inverse = Self.power(covariance, -0.5)
        let middle = Self.power(Self.product(Self.product(root, other.covariance), root), 0.5)
        return Self.product(Self.product(inverse, middle), inverse)
    }

    private static func product(_ a: Matrix, _ b: Matrix) -> Matrix {
        (0..<3).map { row in (0..<3).map { column in (0..<3).reduce(0) { $0 + a[row][$1] * b[$1][column] } } }
    }

    /// Of a symmetric matrix without negative eigenvalues.
    private static func power(_ matrix: Matrix, _ exponent: Double) -> Matrix {
        let eigen = SymmetricEigen(Tensor([3, 3], matrix.flatMap { $0.map(Float.init) }))
        let powers = eigen.values.map { pow(max($0, least * 0.1), exponent) }
        return (0..<3).map { row in
            (0..<3).map { column in
                (0..<3).reduce(0) { $0 + powers[$1] * eigen.vectors[$1][row] * eigen.vectors[$1][column] }
            }
        }
    }
}
