import Foundation
import Nets
import Pictures

/// How much of a picture's edges is in another: the structural similarity (Wang et al. 2004: Gaussian windows of 11 pixels, σ 1.5,
/// K₁ = 0.01, K₂ = 0.03) of the magnitudes of Sobel's gradient of both lumas, a step from black to white being 255.
struct EdgeLikeness {
    private let edges: Plane
    private let mean: Plane
    private let square: Plane
    private let threads: ThreadPool

    private static let window: [Float] = {
        let weights = (-5...5).map { Float(exp(-Double($0 * $0) / (2 * 1.5 * 1.5))) }
        let sum = weights.reduce(0, +)
        return weights.map { $0 / sum }
    }()
    private static let (first, second) = (Float(0.01 * 255 * 0.01 * 255), Float(0.03 * 255 * 0.03 * 255))

    /// - Parameter pixels: `[1, H, W, 3]`, 0…255, both sides 13 or more.
    init(to pixels: Tensor, threads: ThreadPool) {
        self.threads = threads
        edges = Plane(edgesOf: pixels, threads: threads)
        mean = edges.filtered(Self.window, threads)
        square = edges.times(edges).filtered(Self.window, threads)
    }

    /// The least side of pictures that can be compared.
    static let smallestSide = window.count + 2

    /// 1 for the same edges, 0 for none of them.
    ///
    /// - Parameter pixels: of the same shape.
    func likeness(of pixels: Tensor) -> Double {
        let other = Plane(edgesOf: pixels, threads: threads)
        let otherMean = other.filtered(Self.window, threads)
        let otherSquare = other.times(other).filtered(Self.window, threads)
        let product = edges.times(other).filtered(Self.window, threads)
        var sum = 0.0
        for index in mean.values.indices {
            let (a, b) = (mean.values[index], otherMean.values[index])
            let (aa, bb) = (square.values[index] - a * a, otherSquare.values[index] - b * b)
            let ab = product.values[index] - a * b
            sum += Double(
                (2 * a * b + Self.first) * (2 * ab + Self.second)
                    / ((a * a + b * b + Self.first) * (aa + bb + Self.second)))
        }
        return sum / Double(mean.values.count)
    }
}

/// Numbers in rows.
private struct Plane {
    let width: Int
    var values: [Float]

    var height: Int { values.count / width }

    init(
        width: Int, height: Int, threads: ThreadPool,
        _ row: (_ y: Int, _ row: UnsafeMutableBufferPointer<Float>) -> Void
    ) {
        self.width = width
        values = [Float](unsafeUninitializedCapacity: width * height) { buffer, count in
            let start = buffer.baseAddress!
            threads.parallel(height) { y, _ in
                row(y, UnsafeMutableBufferPointer(start: start + y * width, count: width))
            }
            count = width * height
        }
    }

    /// Of the pixels that have all their neighbours.
    init(edgesOf pixels: Tensor, threads: ThreadPool) {
        let wide = pixels.shape.width
        let lumas = Plane(width: wide, height: pixels.shape.height, threads: threads) { y, row in
            let start = pixels.pointer + y * wide * 3
            for x in row.indices {
                row[x] = 0.299 * start[3 * x] + 0.587 * start[3 * x + 1] + 0.114 * start[3 * x + 2]
            }
        }.values
        self.init(width: wide - 2, height: pixels.shape.height - 2, threads: threads) { y, row in
            for x in row.indices {
                let (a, b, c) = (y * wide + x, (y + 1) * wide + x, (y + 2) * wide + x)
                let across = lumas[a + 2] + 2 * lumas[b + 2] + lumas[c + 2] - lumas[a] - 2 * lumas[b] - lumas[c]
                let down = lumas[c] + 2 * lumas[c + 1] + lumas[c + 2] - lumas[a] - 2 * lumas[a + 1] - lumas[a + 2]
                row[x] = (across * across + down * down).squareRoot() / 4
            }
        }
    }

    func times(_ other: Plane) -> Plane {
        var product = self
        for index in values.indices { product.values[index] *= other.values[index] }
        return product
    }

    /// By a separable window, where it lies wholly inside.
    func filtered(_ window: [Float], _ threads: ThreadPool) -> Plane {
        let across = Plane(width: width - window.count + 1, height: height, threads: threads) { y, row in
            for x in row.indices {
                var sum: Float = 0
                for (step, weight) in window.enumerated() { sum += weight * values[y * width + x + step] }
                row[x] = sum
            }
        }
        return Plane(width: across.width, height: height - window.count + 1, threads: threads) { y, row in
            for x in row.indices {
                var sum: Float = 0
                for (step, weight) in window.enumerated() {
                    sum += weight * across.values[(y + step) * across.width + x]
                }
                row[x] = sum
            }
        }
    }
}
