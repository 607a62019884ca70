import ModelFiles
import Nets

/// How a picture stands in the input of a feature network, whole or in parts, and the way back.
///
/// The pixels at the edges are repeated around the picture for the first convolution, which would see a black frame (or, with
/// the mean subtracted, a grey one) otherwise. Pools leave out the last row and column of what they do not divide: unfilled, up
/// to 15 pixels at the right and at the bottom are seen by no cell of relu5_1 and hardly painted. So the edges are repeated
/// there until every pool divides the sides, and a cell counts by what it has of the picture itself. Mirrored, slanting
/// strokes met their images at an angle that the style does not have, and the last rows were painted with noise to hide it.
///
/// Parts overlap by as much as a cell sees, and each cell counts in one of them: sums over their cells, and sums of the
/// gradients of their pixels, are those of the whole. Of that overlap deeper layers need less and less, and behind each pool
/// what they do not need is left out (`trims`).
struct NetworkFrame {
    /// A part along one side.
    private struct Span {
        /// The pixel of the picture that each of the input repeats, rim and all.
        let sources: [Int]
        /// The pixels of the filled picture that are there: behind the rim, and behind each pool.
        let pixels: [Range<Int>]
        /// Whose cells count here.
        let owned: Range<Int>
        /// The picture's, as it is and filled.
        let side: Int
        let filled: Int

        /// A whole has the same behind every pool.
        func pixels(behind pools: Int) -> Range<Int> { pixels[min(pools, pixels.count - 1)] }

        /// How many cells of a layer there are, where the first begins in the filled picture, and the pixels of each.
        func cells(of layer: String, _ architecture: FeatureArchitecture) -> (count: Int, start: Int, stride: Int) {
            let pixels = pixels(behind: architecture.cells(of: layer, along: filled).pools)
            let (count, stride, _) = architecture.cells(of: layer, along: pixels.count)
            return (count, pixels.lowerBound, stride)
        }

        /// How much each cell of a layer counts: the share of its pixels that are the picture's, or nothing.
        func weights(of layer: String, _ architecture: FeatureArchitecture) -> [Float] {
            let (count, start, stride) = cells(of: layer, architecture)
            return (0..<count).map { index in
                let first = start + index * stride
                guard owned.contains(first) else { return 0 }
                let pixels = min(first + stride, filled) - first
                return Float(max(0, min(first + stride, side) - first)) / Float(pixels)
            }
        }

        /// The picture's pixels of each cell that counts; none of the others.
        func pixels(of layer: String, _ architecture: FeatureArchitecture) -> [Range<Int>] {
            let (count, start, stride) = cells(of: layer, architecture)
            return (0..<count).map { index in
                let first = start + index * stride
                guard owned.contains(first), first < side else { return 0..<0 }
                return first..<min(first + stride, side)
            }
        }

        /// As many as three, none of fewer pixels than 64: eight cells of relu4_2, so that a likeness is steady.
        var sectionCount: Int { min(3, max(1, side / 64)) }

        /// Where along the picture each cell of a layer lies that is neither its first nor its last.
        func sections(of layer: String, _ architecture: FeatureArchitecture) -> [Int?] {
            let (count, start, stride) = cells(of: layer, architecture)
            let first = start == 0 ? 1 : 0
            let inner = first..<max(first, min(count, (side - 1 - start) / stride))
            return (0..<count).map { index in
                inner.contains(index) ? (start + index * stride) * sectionCount / side : nil
            }
        }
    }

    /// Of the network's input: `[1, H, W, 3]`, the same for every part.
    let shape: Shape
    let architecture: FeatureArchitecture
    private let convention: PixelConvention
    private let parts: [(rows: Span, columns: Span)]
    /// What of the pools' outputs is needed behind them, by the number of pools up to each.
    let trims: [Int: Extent2]

    /// - Parameters:
    ///   - shape: of the picture, `[1, H, W, 3]`.
    ///   - layers: what is going to be measured.
    ///   - part: the longest side of a part without what it overlaps others by, a multiple of the architecture's step; `nil`,
    ///     or where parts cannot be made, for the whole.
    init(
        around shape: Shape, for architecture: FeatureArchitecture, layers: [String] = [], part: Int? = nil
    ) {
        let cut = part.flatMap { part in architecture.parts(to: layers).map { (part, $0) } }
        let rows = Self.spans(of: shape.height, for: architecture, cut)
        let columns = Self.spans(of: shape.width, for: architecture, cut)
        parts = rows.flatMap { row in columns.map { (row, $0) } }
        self.shape = .nhwc(1, rows[0].sources.count, columns[0].sources.count, 3)
        self.architecture = architecture
        convention = architecture.pixels
        trims = cut.map { Self.trims(rows[0], columns[0], pools: 1..<$0.1.margins.count) } ?? [:]
    }

    private static func spans(
        of picture: Int, for architecture: FeatureArchitecture, _ cut: (part: Int, FeatureArchitecture.Parts)?
    ) -> [Span] {
        let (step, rest) = architecture.wholeSides
        let filled = (picture - rest + step - 1) / step * step + rest
        func span(_ pixels: [Range<Int>], owned: Range<Int>) -> Span {
            let rim = architecture.rim
            let sources = (pixels[0].lowerBound - rim..<pixels[0].upperBound + rim).map { min(max($0, 0), picture - 1) }
            return Span(sources: sources, pixels: pixels, owned: owned, side: picture, filled: filled)
        }
        guard let (part, parts) = cut, let side = parts.side(upTo: part, along: filled) else {
            return [span([0..<filled], owned: 0..<filled)]
        }
        return stride(from: 0, to: filled, by: side).map { first in
            let pixels = parts.margins.map { margin in
                let length = side + 2 * margin
                let start = min(max(first - margin, 0), filled - length)
                return start..<start + length
            }
            return span(pixels, owned: first..<min(first + side, filled))
        }
    }

    /// By pool, what of its output the layers behind it need, where that is less than there is.
    private static func trims(_ rows: Span, _ columns: Span, pools: Range<Int>) -> [Int: Extent2] {
        var trims: [Int: Extent2] = [:]
        func lengths(_ pool: Int) -> (Int, Int) {
            (rows.pixels(behind: pool).count, columns.pixels(behind: pool).count)
        }
        for pool in pools where lengths(pool) != lengths(pool - 1) {
            let (height, width) = lengths(pool)
            trims[pool] = Extent2(height >> pool, width >> pool)
        }
        return trims
    }

    var count: Int { parts.count }

    /// Whether every cell counts the same.
    var isPlain: Bool {
        parts.count == 1 && parts[0].rows.side == parts[0].rows.filled
            && parts[0].columns.side == parts[0].columns.filled
    }

    /// Where what is needed of a pool's output begins in it, in a part.
    func place(behind pool: Int, in part: Int) -> (row: Int, column: Int) {
        func first(_ span: Span) -> Int {
            (span.pixels(behind: pool).lowerBound - span.pixels(behind: pool - 1).lowerBound) >> pool
        }
        return (first(parts[part].rows), first(parts[part].columns))
    }

    /// How many cells a layer has in a part: `[1, H, W, 1]`.
    func weightShape(of layer: String) -> Shape {
        let (rows, columns) = (parts[0].rows, parts[0].columns)
        return .nhwc(1, rows.cells(of: layer, architecture).count, columns.cells(of: layer, architecture).count, 1)
    }

    /// Writes how much each cell of a layer counts in a part: `[1, H, W, 1]`.
    ///
    /// - Parameters:
    ///   - mask: of the picture's size; a cell then counts by the square of the mean of its pixels there, as its features are
    ///     multiplied by that mean (Gatys et al. 2017, section 4.1).
    ///   - reach: with a mask: so many pixels around a cell are to be in it, too, and the least there takes the mean's
    ///     place.
    func writeWeights(
        of layer: String, in part: Int, mask: RegionMask? = nil, around reach: Int? = nil, to weights: Tensor
    ) {
        let rows = parts[part].rows.weights(of: layer, architecture)
        let columns = parts[part].columns.weights(of: layer, architecture)
        precondition(weights.count == rows.count * columns.count, "\(weights.shape) for the weights of \(layer)")
        for (y, row) in rows.enumerated() {
            for (x, column) in columns.enumerated() { weights[y * columns.count + x] = row * column }
        }
        guard let mask else { return }
        precondition(
            mask.values.count == parts[part].rows.side * parts[part].columns.side,
            "a mask of \(mask.values.count) pixels for \(parts[part].columns.side) × \(parts[part].rows.side)")
        let across = parts[part].columns.pixels(of: layer, architecture)
        if let reach {
            let least = mask.least(
                rows: parts[part].rows.pixels(of: layer, architecture), columns: across, around: reach)
            for (index, value) in least.enumerated() { weights[index] *= value * value }
            return
        }
        for (y, rows) in parts[part].rows.pixels(of: layer, architecture).enumerated() {
            for (x, columns) in across.enumerated() where !rows.isEmpty && !columns.isEmpty {
                let mean = mask.mean(rows: rows, columns: columns)
                weights[y * across.count + x] *= mean * mean
            }
        }
    }

    /// How many sections the whole picture has, and the section of each cell of a layer in a part, by its row and column; `nil`
    /// for cells at the picture's edge and those that count in another part.
    func sections(of layer: String, in part: Int) -> (count: Int, section: (_ row: Int, _ column: Int) -> Int?) {
        let (rows, columns) = parts[part]
        let (down, across) = (rows.sections(of: layer, architecture), columns.sections(of: layer, architecture))
        return (
            rows.sectionCount * columns.sectionCount,
            { row, column in
                guard let y = down[row], let x = across[column] else { return nil }
                return y * columns.sectionCount + x
            }
        )
    }

    /// Where the network's channel `c` comes from in RGB.
    private func source(of channel: Int) -> Int { convention.order == .rgb ? channel : 2 - channel }

    /// Writes a part's network pixels, `(pixel − mean) · scale`, from RGB pixels in 0…255.
    ///
    /// - Returns: whether that changed any.
    @discardableResult
    func write(_ pixels: Tensor, part: Int = 0, to input: Tensor) -> Bool {
        precondition(input.shape == shape, "\(input.shape) for an input of \(shape)")
        let (rgb, out) = (pixels.pointer, input.pointer)
        var changes = false
        for channel in 0..<3 {
            let (from, mean, scale) = (source(of: channel), convention.mean[channel], convention.scale[channel])
            var target = channel
            for row in parts[part].rows.sources {
                let start = row * pixels.shape.width * 3 + from
                for column in parts[part].columns.sources {
                    let value = (rgb[start + column * 3] - mean) * scale
                    changes = changes || out[target] != value
                    out[target] = value
                    target += 3
                }
            }
        }
        return changes
    }

    /// The chain rule backwards: adds `dJ/dRGB`, from a part's `dJ/d(network pixels)`.
    func pullBack(_ inputGradient: Tensor, part: Int = 0, addingTo gradient: Tensor) {
        precondition(inputGradient.shape == shape, "\(inputGradient.shape) for an input of \(shape)")
        let (from, out) = (inputGradient.pointer, gradient.pointer)
        for channel in 0..<3 {
            let (target, scale) = (source(of: channel), convention.scale[channel])
            var index = channel
            for row in parts[part].rows.sources {
                let start = row * gradient.shape.width * 3 + target
                for column in parts[part].columns.sources {
                    out[start + column * 3] += scale * from[index]
                    index += 3
                }
            }
        }
    }
}

extension FeatureArchitecture.Parts {
    /// The side of parts along so many pixels, without what they overlap by: as long as all the others, so that the last is
    /// no sliver at the price of a whole one; nil where parts would be no shorter than the picture.
    ///
    /// - Parameters:
    ///   - part: the longest there is room for.
    ///   - pixels: filled up to what the pools divide.
    func side(upTo part: Int, along pixels: Int) -> Int? {
        precondition(part % step == 0, "parts of \(part) pixels")
        guard part + 2 * reach < pixels else { return nil }
        let count = (pixels + part - 1) / part
        return ((pixels + count - 1) / count + step - 1) / step * step
    }
}
