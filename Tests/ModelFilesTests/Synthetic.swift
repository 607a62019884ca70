import Nets
import Testing

@testable import ModelFiles

/// The pictures and signs of `Golden/synthetic.py`.
enum Synthetic {
    private static func noise(_ index: Int, _ seed: UInt32) -> UInt32 {
        UInt32(truncatingIfNeeded: index) &* 2_654_435_761 &+ seed
    }

    /// Integers from 0 to 254, `[height, width, 3]`.
    static func picture(_ height: Int, _ width: Int, seed: UInt32) -> [Float] {
        (0..<height * width * 3).map { index in
            let (y, x, c) = (index / (3 * width), index / 3 % width, index % 3)
            return Float((5 * x + 3 * y + 40 * c) % 192 + Int(noise(index, seed) >> 26))
        }
    }

    static func signs(_ count: Int, seed: UInt32) -> [Float] {
        (0..<count).map { Float(noise($0, seed) >> 31) * 2 - 1 }
    }
}

/// What `synthetic.summary` keeps of an array.
struct Summary: Decodable {
    let shape: [Int]
    let norm: Double
    let samples: [Float]

    /// The same evenly spaced elements of a tensor.
    func samples(of tensor: Tensor) -> [Float] {
        samples.indices.map { tensor[$0 * tensor.count / samples.count] }
    }
}

/// Expects shape, norm and samples to agree up to `relative` of their own length, or up to `floor` an element.
func expectClose(
    _ tensor: Tensor, _ summary: Summary?, relative: Double, floor: Double = 0, _ name: String
) throws {
    let summary = try #require(summary, "\(name) has no golden values")
    #expect(tensor.shape.dims == summary.shape, "\(name)")
    let norm = tensor.values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    let tolerance = max(relative * summary.norm, floor * Double(tensor.count).squareRoot())
    #expect(abs(norm - summary.norm) <= tolerance, "norm of \(name): \(norm), golden \(summary.norm)")
    let found = summary.samples(of: tensor)
    let distance = zip(found, summary.samples).reduce(0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }.squareRoot()
    let length = summary.samples.reduce(0) { $0 + Double($1 * $1) }.squareRoot()
    let limit = max(relative * length, floor * Double(found.count).squareRoot())
    #expect(distance <= limit, "\(name): samples differ by \(distance), of \(length)")
}

/// Expects the samples to differ by at most `limit` in the mean.
func expectMeanDifference(_ tensor: Tensor, _ summary: Summary?, _ limit: Double, _ name: String) throws {
    let summary = try #require(summary, "\(name) has no golden values")
    #expect(tensor.shape.dims == summary.shape, "\(name)")
    let found = summary.samples(of: tensor)
    let differences = zip(found, summary.samples).map { Double(abs($0 - $1)) }
    let mean = differences.reduce(0, +) / Double(differences.count)
    print("\(name): mean difference \(mean), largest \(differences.max() ?? 0)")
    #expect(mean <= limit, "\(name): mean difference \(mean)")
}
