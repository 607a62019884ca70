import Nets

/// How far a picture's lines are from the content's: the mean squared difference of their Laplacians (Li, Xu, Nie and Liu 2017,
/// "Laplacian-Steered Neural Style Transfer", equations 5 and 6).
///
///     L(x) = D · Σ_c pool(x_c),   J = mean((L(G) − L(C))²)
///
/// with means over squares of `poolSide` pixels, which hide the style's grain, and D four times a value less its four neighbours. Squares
/// and neighbourhoods that reach over the picture's edge are left out; a picture without any has no lines.
struct LineTerm {
    /// As in the paper.
    static let poolSide = 4

    /// Of the pooled picture.
    private let width: Int
    private let height: Int
    private let wanted: [Float]
    private let weight: Double

    /// - Parameters:
    ///   - content: `[1, H, W, 3]`, RGB in 0…255.
    ///   - weight: of the derivative.
    init(of content: Tensor, weight: Double) {
        width = content.shape.width / Self.poolSide
        height = content.shape.height / Self.poolSide
        self.weight = weight
        wanted = Self.laplacian(of: Self.pooled(content, width, height), width, height)
    }

    /// The value, and its gradient times the weight added to `gradient`, if there is one. Works in planes of a number for each square.
    func evaluate(_ pixels: Tensor, addingTo gradient: Tensor?) -> Double {
        guard !wanted.isEmpty else { return 0 }
        var off = Self.laplacian(of: Self.pooled(pixels, width, height), width, height)
        var sum = 0.0
        for index in 0..<off.count {
            off[index] -= wanted[index]
            sum += Double(off[index] * off[index])
        }
        if let gradient { add(off, to: gradient) }
        return sum / Double(wanted.count)
    }

    /// The transposes of D and of the means, of differences.
    private func add(_ off: [Float], to gradient: Tensor) {
        var spread = [Float](repeating: 0, count: width * height)
        for y in 1..<height - 1 {
            for x in 1..<width - 1 {
                let value = off[(y - 1) * (width - 2) + x - 1]
                let index = y * width + x
                spread[index] += 4 * value
                spread[index - 1] -= value
                spread[index + 1] -= value
                spread[index - width] -= value
                spread[index + width] -= value
            }
        }
        let side = Self.poolSide
        let factor = Float(2 * weight / Double(wanted.count * side * side))
        let row = gradient.shape.width * 3
        for y in 0..<height * side {
            for sample in 0..<width * side * 3 {
                gradient.pointer[y * row + sample] += factor * spread[y / side * width + sample / 3 / side]
            }
        }
    }

    /// Means of squares, red, green and blue added up.
    private static func pooled(_ pixels: Tensor, _ width: Int, _ height: Int) -> [Float] {
        var means = [Float](repeating: 0, count: width * height)
        let row = pixels.shape.width * 3
        for y in 0..<height * poolSide {
            for sample in 0..<width * poolSide * 3 {
                means[y / poolSide * width + sample / 3 / poolSide] += pixels.pointer[y * row + sample]
            }
        }
        let scale = 1 / Float(poolSide * poolSide)
        return means.map { $0 * scale }
    }

    /// Where all four neighbours are, in reading order.
    private static func laplacian(of means: [Float], _ width: Int, _ height: Int) -> [Float] {
        guard width > 2, height > 2 else { return [] }
        var values: [Float] = []
        values.reserveCapacity((width - 2) * (height - 2))
        for y in 1..<height - 1 {
            for index in y * width + 1..<(y + 1) * width - 1 {
                let around = means[index - 1] + means[index + 1] + means[index - width] + means[index + width]
                values.append(4 * means[index] - around)
            }
        }
        return values
    }
}
