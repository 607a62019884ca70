import Nets

/// Smooths planes where a guide is smooth, and keeps steps where the guide has them: each pixel becomes the mean of the affine functions
/// of the guide's colours that fit the windows about it best, `a = (Σ + ε·I)⁻¹ cov(I, p)`, `b = p̄ − aᵀμ` (He, Sun and Tang 2010,
/// "Guided Image Filtering", equations 14 to 16).
///
/// Windows end at the picture's edges. The cost hardly depends on their size: sums over columns are moved down row by row, and
/// along them. A piece of work begins with the sums of one window, which has no more rows than the piece.
struct GuidedFilter {
    private typealias Colour = ColourCovariance.Colour

    /// What is summed over the pixels of a window. Sums that are moved take in what comes and give back what goes.
    private protocol Sum {
        init()
        mutating func add(_ other: Self, times: Double)
    }

    /// Of the guide and the planes.
    private struct Moments: Sum {
        private var colour = Colour.zero
        private var planes = Colour.zero
        private var covariance = ColourCovariance()

        init() {}

        @inline(__always) init(colour: Colour, planes: Colour) {
            self.colour = colour
            self.planes = planes
            covariance.add(colour, planes)
        }

        @inline(__always) mutating func add(_ other: Self, times: Double) {
            colour += other.colour * times
            planes += other.planes * times
            covariance.add(other.covariance, times: times)
        }

        @inline(__always) func fit(count: Double, epsilon: Double) -> Fit {
            let (mean, other) = (colour / count, planes / count)
            let slopes = covariance.about(mean, other, count: count).slopes(regularisation: epsilon * count)
            return Fit(slopes: slopes, rest: other - slopes(mean))
        }
    }

    /// An affine function of the guide, or the sum of several.
    private struct Fit: Sum {
        var slopes = ColourCovariance.Slopes()
        var rest = Colour.zero

        @inline(__always) mutating func add(_ other: Self, times: Double) {
            slopes.red += other.slopes.red * times
            slopes.green += other.slopes.green * times
            slopes.blue += other.slopes.blue * times
            rest += other.rest * times
        }
    }

    /// Rows of a piece of work where windows are small.
    private static let leastRows = 128
    /// Floats of a fit: red, green, blue and rest, for three planes.
    private static let coefficients = 12

    /// `[1, H, W, 3]` in 0…255.
    let guide: Tensor
    /// Pixels from the middle of a window to its edge.
    let radius: Int
    /// ε, for a guide in 0…1.
    let epsilon: Double
    let threads: ThreadPool

    /// Rows of a piece of work: pieces follow from height and radius alone, so that sums do not depend on the number of threads.
    private var rows: Int { max(Self.leastRows, 2 * radius) }

    /// - Parameter planes: in any unit, `[1, H, W, 3]` as the guide.
    func filtered(_ planes: Tensor) -> Tensor {
        precondition(planes.shape == guide.shape, "planes \(planes.shape) for a guide \(guide.shape)")
        let fits = Tensor(.nhwc(1, guide.shape.height, guide.shape.width, Self.coefficients))
        eachWindow {
            Moments(colour: colour(of: guide, $0) / 255, planes: colour(of: planes, $0))
        } visit: {
            let fit = $1.fit(count: $2, epsilon: epsilon)
            write(fit.slopes.red, to: fits, $0 * 4)
            write(fit.slopes.green, to: fits, $0 * 4 + 1)
            write(fit.slopes.blue, to: fits, $0 * 4 + 2)
            write(fit.rest, to: fits, $0 * 4 + 3)
        }
        let filtered = Tensor(planes.shape)
        eachWindow {
            Fit(
                slopes: .init(
                    red: colour(of: fits, $0 * 4), green: colour(of: fits, $0 * 4 + 1),
                    blue: colour(of: fits, $0 * 4 + 2)), rest: colour(of: fits, $0 * 4 + 3))
        } visit: {
            write(($1.slopes(colour(of: guide, $0) / 255) + $1.rest) / $2, to: filtered, $0)
        }
        return filtered
    }

    @inline(__always) private func colour(of tensor: Tensor, _ index: Int) -> Colour {
        let start = tensor.pointer + index * 3
        return Colour(Double(start[0]), Double(start[1]), Double(start[2]), 0)
    }

    @inline(__always) private func write(_ colour: Colour, to tensor: Tensor, _ index: Int) {
        let start = tensor.pointer + index * 3
        (start[0], start[1], start[2]) = (Float(colour.x), Float(colour.y), Float(colour.z))
    }

    /// Visits every pixel with the sum over its window, and of how many pixels that is.
    @inline(__always) private func eachWindow<Value: Sum>(
        _ value: (_ pixel: Int) -> Value, visit: (_ pixel: Int, _ sum: Value, _ count: Double) -> Void
    ) {
        let (height, width) = (guide.shape.height, guide.shape.width)
        let length = rows
        threads.parallel((height + length - 1) / length) { piece, _ in
            let rows = piece * length..<min((piece + 1) * length, height)
            var columns = [Value](repeating: Value(), count: width)
            func add(_ row: Int, times: Double) {
                guard (0..<height).contains(row) else { return }
                for x in 0..<width { columns[x].add(value(row * width + x), times: times) }
            }
            for row in rows.lowerBound - radius..<rows.lowerBound + radius { add(row, times: 1) }
            for y in rows {
                add(y + radius, times: 1)
                if y > rows.lowerBound { add(y - radius - 1, times: -1) }
                let down = min(y + radius, height - 1) - max(y - radius, 0) + 1
                var sum = Value()
                for x in 0..<min(radius, width) { sum.add(columns[x], times: 1) }
                for x in 0..<width {
                    if x + radius < width { sum.add(columns[x + radius], times: 1) }
                    if x > radius { sum.add(columns[x - radius - 1], times: -1) }
                    let across = min(x + radius, width - 1) - max(x - radius, 0) + 1
                    visit(y * width + x, sum, Double(down * across))
                }
            }
        }
    }
}
