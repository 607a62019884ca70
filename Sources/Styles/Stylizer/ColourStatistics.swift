import Foundation
import Nets
import Pictures

import enum Wire.ColorMatch

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

    /// The `T` of `x ↦ T(x − μ) + μ'` that gives these colours the mean and the covariance of others, `TΣTᵀ = Σ'`: one of many, as
    /// whatever turns whitened colours keeps both (Gatys et al. 2016, "Preserving Color in Neural Artistic Style Transfer", section 3.1;
    /// Pitié and Kokaram 2007).
    func map(to other: ColourStatistics, by match: ColorMatch) -> [[Double]] {
        switch match {
        case .symmetric:
            // That of Monge and Kantorovich: Σ^−½ (Σ^½ Σ' Σ^½)^½ Σ^−½.
            let root = Self.power(covariance, 0.5)
            let inverse = Self.power(covariance, -0.5)
            let middle = Self.power(
                Self.product(Self.product(root, other.covariance), root), 0.5, atLeast: Self.least * Self.least)
            return Self.product(Self.product(inverse, middle), inverse)
        case .pca: return Self.product(Self.power(other.covariance, 0.5), Self.power(covariance, -0.5))
        case .cholesky:
            return Self.product(Self.lower(other.covariance), Self.inverse(ofLower: Self.lower(covariance)))
        case .histogram: preconditionFailure("histograms are matched without a matrix")
        }
    }

    private static func product(_ a: Matrix, _ b: Matrix) -> Matrix {
        (0..<3).map { row in (0..<3).map { column in (0..<3).reduce(0) { $0 + a[row][$1] * b[$1][column] } } }
    }

    /// Of a symmetric matrix without negative eigenvalues.
    ///
    /// - Parameter floor: what eigenvalues are held above: of a product of two covariances it is the square of theirs.
    private static func power(_ matrix: Matrix, _ exponent: Double, atLeast floor: Double = least) -> Matrix {
        let eigen = SymmetricEigen(Tensor([3, 3], matrix.flatMap { $0.map(Float.init) }))
        let powers = eigen.values.map { pow(max($0, floor * 0.1), exponent) }
        return (0..<3).map { row in
            (0..<3).map { column in
                (0..<3).reduce(0) { $0 + powers[$1] * eigen.vectors[$1][row] * eigen.vectors[$1][column] }
            }
        }
    }

    /// The L of a matrix LLᵀ, zero above its diagonal (Cholesky).
    private static func lower(_ matrix: Matrix) -> Matrix {
        var lower = Matrix(repeating: [0, 0, 0], count: 3)
        for row in 0..<3 {
            for column in 0...row {
                let rest = (0..<column).reduce(matrix[row][column]) { $0 - lower[row][$1] * lower[column][$1] }
                lower[row][column] =
                    row == column ? max(rest, least * 0.1).squareRoot() : rest / lower[column][column]
            }
        }
        return lower
    }

    private static func inverse(ofLower lower: Matrix) -> Matrix {
        var inverse = Matrix(repeating: [0, 0, 0], count: 3)
        for column in 0..<3 {
            for row in column..<3 {
                let rest = (column..<row).reduce(row == column ? 1 : 0.0) { $0 - lower[row][$1] * inverse[$1][column] }
                inverse[row][column] = rest / lower[row][row]
            }
        }
        return inverse
    }
}
