import Nets

/// How far the colours of a picture are from being, in every 3×3 window, an affine function of those of a guide: pᵀLp, summed
/// over the three colour planes p, with L the matting Laplacian of the guide (Levin, Lischinski and Weiss 2008, equation 12;
/// as a loss Luan, Paris, Shechtman and Bala 2017, equation 4).
///
/// No matrix is made. With μ and Σ the mean and the covariance of the guide in a window of nine pixels and ε = 10⁻⁷ for a guide
/// in 0…1, the best affine function of a plane there has the slope `a = (Σ + ε/9·I)⁻¹ cov(I, p)`; with `r_i = p_i − p̄ − aᵀ(I_i − μ)`
/// what it leaves,
///
///     (Lp)_i = Σ r_i over the windows with i,   pᵀLp = Σ (Σ r_i² + ε·aᵀa) over all windows
///
/// (He, Sun and Tang 2010: Lp is n times what a guided filter of radius 1 takes away). Windows lie wholly inside the picture: one that
/// is narrower than three pixels has none. Everything is centred in its window and in double precision: ε/9 is below what single precision
/// leaves of `mean I² − μ²`, and on flat windows sums over running totals are off by a factor of ten.
struct MattingLaplacian {
    /// ε of Levin et al., for colours in 0…1.
    private static let regularisation = 1e-7
    /// Rows of a piece of work: pieces follow from the height alone, so that sums do not depend on the number of threads.
    private static let rows = 16

    /// `[1, H, W, 3]` in 0…255.
    private let guide: Tensor
    private let threads: ThreadPool

    /// - Parameter guide: `[1, H, W, 3]`, RGB in 0…255.
    init(of guide: Tensor, threads: ThreadPool) {
        precondition(guide.shape.channels == 3, "a guide \(guide.shape)")
        self.guide = guide
        self.threads = threads
    }

    /// pᵀLp of planes in any unit, and `factor · Lp` added to `product`.
    ///
    /// - Parameter planes: `[1, H, W, 3]`, as the guide and `product`.
    @discardableResult
    func evaluate(_ planes: Tensor, factor: Float = 0, addingTo product: Tensor? = nil) -> Double {
        precondition(planes.shape == guide.shape, "planes \(planes.shape) for a guide \(guide.shape)")
        precondition(product.map { $0.shape == guide.shape } ?? true, "a product for planes \(planes.shape)")
        let height = guide.shape.height
        let pieces = (height + Self.rows - 1) / Self.rows
        let sums = UnsafeMutableBufferPointer<Double>.allocate(capacity: pieces)
        defer { sums.deallocate() }
        threads.parallel(pieces) { piece, _ in
            let first = piece * Self.rows
            sums[piece] = evaluate(
                planes, rows: first..<min(first + Self.rows, height), factor: Double(factor), product)
        }
        return sums.reduce(0, +)
    }

    /// The energy of the windows about these rows; what their neighbours' windows say of the rows goes to the product, too.
    private func evaluate(_ planes: Tensor, rows: Range<Int>, factor: Double, _ product: Tensor?) -> Double {
        let (height, width) = (guide.shape.height, guide.shape.width)
        guard height > 2, width > 2 else { return 0 }
        let (colours, samples) = (guide.pointer, planes.pointer)
        let out = product?.pointer
        var energy = 0.0
        // By window, row by row; without a bound check, as this is all the work.
        withUnsafeTemporaryAllocation(of: Colour.self, capacity: 18) { scratch in
            let (own, theirs) = (scratch.baseAddress!, scratch.baseAddress! + 9)
            for y in max(rows.lowerBound - 1, 1)..<min(rows.upperBound + 1, height - 1) {
                let isOwn = rows.contains(y)
                guard isOwn || out != nil else { continue }
                for x in 1..<width - 1 {
                    Self.centre(colours, samples, y, x, width: width, own, theirs)
                    let part = Self.fit(own, theirs)
                    if isOwn { energy += part }
                    guard let out else { continue }
                    for down in 0..<3 where rows.contains(y + down - 1) {
                        let start = ((y + down - 1) * width + x - 1) * 3
                        for across in 0..<3 {
                            let rest = theirs[down * 3 + across] * factor
                            let index = start + across * 3
                            out[index] += Float(rest.x)
                            out[index + 1] += Float(rest.y)
                            out[index + 2] += Float(rest.z)
                        }
                    }
                }
            }
        }
        return energy
    }

    // MARK: Nine pixels

    private typealias Colour = ColourCovariance.Colour

    /// Writes the guide's colours, in 0…1 about their mean, to `own`, and the planes' about theirs to `theirs`.
    @inline(__always) private static func centre(
        _ guide: UnsafePointer<Float>, _ planes: UnsafePointer<Float>, _ y: Int, _ x: Int, width: Int,
        _ own: UnsafeMutablePointer<Colour>, _ theirs: UnsafeMutablePointer<Colour>
    ) {
        var (mean, other) = (Colour.zero, Colour.zero)
        for down in 0..<3 {
            let start = ((y + down - 1) * width + x - 1) * 3
            for across in 0..<3 {
                let index = start + across * 3
                let colour = Colour(Double(guide[index]), Double(guide[index + 1]), Double(guide[index + 2]), 0)
                let sample = Colour(Double(planes[index]), Double(planes[index + 1]), Double(planes[index + 2]), 0)
                own[down * 3 + across] = colour
                theirs[down * 3 + across] = sample
                mean += colour
                other += sample
            }
        }
        mean /= 9
        other /= 9
        for index in 0..<9 {
            own[index] = (own[index] - mean) / 255
            theirs[index] -= other
        }
    }

    /// Takes the best affine function of the guide from the planes.
    ///
    /// - Returns: `Σ r_i² + ε·aᵀa` over the planes.
    @inline(__always) private static func fit(
        _ own: UnsafePointer<Colour>, _ theirs: UnsafeMutablePointer<Colour>
    ) -> Double {
        var covariance = ColourCovariance()
        for index in 0..<9 { covariance.add(own[index], theirs[index]) }
        // Of sums over the nine pixels, so that ε stands in place of ε/9.
        let slopes = covariance.slopes(regularisation: regularisation)
        var squares = regularisation * slopes.squares
        for index in 0..<9 {
            let rest = theirs[index] - slopes(own[index])
            theirs[index] = rest
            squares += rest * rest
        }
        return squares.x + squares.y + squares.z
    }
}
