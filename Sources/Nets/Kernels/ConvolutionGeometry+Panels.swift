/// Convolutions as matrix products of windows and weights, the windows read where they lie.
///
/// A row of the left factor is the window of one output pixel: `kh` lines of `kw · C` neighbouring floats, the next row's
/// begin `stride · C` floats further on. So nothing is laid out beforehand but, where a picture has margins, a band of its
/// lines with zeros around them. Weights are cut into panels (``PanelOrder``). A band of output rows, small enough for its
/// lines to stay in the second-level cache, goes through one panel after the other; bands are shared out over the threads.
///
/// Windows of 1×1 need no bands: all pixels are rows of one matrix. Few outputs would leave most of a panel empty:
/// there, a row is the window of several neighbouring pixels (``neighbours``).
extension ConvolutionGeometry {
    /// What the rows and columns of the right factor are, group after group.
    enum PanelOrder: Hashable {
        /// `[taps · channels][outputs]`; or, for so many pixels `apart` columns from each other, of their joint window,
        /// `[kh · (kw + (pixels − 1) · apart) · channels][pixels · outputs]`, zero where a pixel's own window is not.
        case forward(pixels: Int, apart: Int)
        /// The same for an ``adjoint``, whose weights are those of the convolution, turned by 180°.
        case turned(pixels: Int)
        /// `[outputs][taps · channels]`.
        case transposed
    }

    var kernels: KernelSet { KernelSet.supported[0] }

    func panelForward(at site: Site, _ finish: ConvolutionFinish) -> Step {
        if isPointwise { return pointwiseProducts(at: site, finish) }
        return windowProducts(
            site.inputs[0].pointer, mask: nil, at: site, .forward(pixels: neighbours, apart: stride.width), finish,
            GradientTarget(pointer: site.output.pointer, accumulates: false))
    }

    /// The step of a convolution whose adjoint this is.
    ///
    /// - Parameter mask: the convolution's rectified output, if the gradient is still to be led through the rectifier.
    func panelAdjoint(at site: Site, _ gradient: Floats, mask: Floats?, _ target: GradientTarget) -> Step {
        windowProducts(
            gradient, mask: mask, at: site, .turned(pixels: neighbours), ConvolutionFinish(outputs: outChannels), target
        )
    }

    /// Output pixels beside each other that share one row of the product, so that their outputs together fill a vector:
    /// as many as make the fewest products a pixel. Their joint window is wider than each one's own, the rest is zeros.
    var neighbours: Int {
        if groups > 1 || dilation.width > 1 || isPointwise { return 1 }
        let vector = kernels.columns / 2
        func cost(_ pixels: Int) -> Double {
            let vectors = (pixels * outChannels + vector - 1) / vector
            return Double((kernel.width + (pixels - 1) * stride.width) * vectors) / Double(pixels)
        }
        let most = max(1, min(kernels.columns / max(1, outChannels), outWidth))
        return (1...most).min { cost($0) < cost($1) } ?? 1
    }

    // MARK: Pixels

    private func pointwiseProducts(at site: Site, _ finish: ConvolutionFinish) -> Step {
        let kernels = kernels
        let weights = panels(at: site, .forward(pixels: 1, apart: 1))
        let (x, y) = (site.inputs[0].pointer, site.output.pointer)
        let pixels = batch * outPixels
        let (rows, panels) = pointwisePieces(pixels: pixels)
        let (workspace, threads) = (site.workspace, site.threads)
        let tile = kernels.rows * kernels.columns
        workspace.reserve(tile + kernels.rows * channels)
        return {
            weights.prepare()
            finish.prepare()
            threads.parallel(rows.count * panels.count) { piece, worker in
                let range = rows.range(piece / panels.count)
                self.pixels(
                    range.count, x + range.lowerBound &* channels, weights.pointer, finish,
                    panels: panels.range(piece % panels.count), scratch: workspace.scratch(worker),
                    into: y + range.lowerBound &* outChannels)
            }
        }
    }

    /// Neighbouring pixels times some panels.
    private func pixels(
        _ count: Int, _ x: Floats, _ weights: Floats, _ finish: ConvolutionFinish, panels: Range<Int>, scratch: Floats,
        into y: Floats
    ) {
        let kernels = kernels
        var (source, zero) = (x, 0)
        if count < kernels.rows {
            source = scratch + kernels.rows * kernels.columns
            source.update(from: x, count: count &* channels)
        }
        withUnsafePointer(to: &zero) { offsets in
            for panel in panels {
                let first = panel &* kernels.columns
                let outputs = min(kernels.columns, outChannels &- first)
                kernels.products.finish(
                    count: count, segments: 1, offsets: offsets, depth: channels, source, aStride: channels,
                    weights + first &* channels, outputs: outputs, bias: finish.bias + first,
                    slopes: finish.slopes + first, into: y + first, cStride: outChannels, accumulates: false,
                    tile: scratch)
                guard let rest = finish.rest else { continue }
                for row in 0..<count {
                    let result = y + (row &* outChannels &+ first)
                    rest.apply(result, to: result, count: outputs)
                }
            }
        }
    }

    /// Rows and panels of a piece of a product of pixels: all of the pixels where they fit the second-level cache or are
    /// the smaller factor, so that weights are read once; otherwise all panels.
    private func pointwisePieces(pixels: Int) -> (rows: Pieces, panels: Pieces) {
        let panels = (outChannels + kernels.columns - 1) / kernels.columns
        let count = pieces(work: pixels * channels * outChannels)
        if panels > 1, outChannels > pixels || pixels * channels <= 1 << 17 {
            return (Pieces(pixels, size: pixels), Pieces(panels, size: max(1, panels / count)))
        }
        // Rows of 512 KB.
        let most = max(4 * kernels.rows, (1 << 17) / max(1, channels))
        let size = min(most, (pixels + count - 1) / count)
        return (
            Pieces(pixels, size: (size + kernels.rows - 1) / kernels.rows * kernels.rows),
            Pieces(panels, size: panels)
        )
    }

    /// Pieces that so many multiplications are worth, at a few microseconds each.
    func pieces(work: Int) -> Int { max(1, min(8, work >> 17)) }

    // MARK: Windows

    /// Lines of a picture with its margins, of which only a band exists at a time.
    struct Band {
        let geometry: ConvolutionGeometry
        /// Floats of a line with its margins.
        let line: Int
        /// Floats of scratch; 0 where the picture's own lines will do.
        let count: Int
        private let beyond: Int

        /// - Parameters:
        ///   - lines: most at once.
        ///   - isPlain: whether the picture's own lines will do.
        ///   - beyond: floats that are read beyond the last line.
        init(_ geometry: ConvolutionGeometry, lines: Int, isPlain: Bool = false, beyond: Int) {
            self.geometry = geometry
            self.beyond = beyond
            line = (geometry.width + geometry.padding.left + geometry.padding.right) * geometry.channels
            count = isPlain ? 0 : lines * line + beyond
        }

        /// Where line `first` of the picture begins, its margin included, with `lines` lines from there on.
        func lines(_ picture: Floats, mask: Floats?, from first: Int, count lines: Int, scratch: Floats) -> Floats {
            let (width, channels, padding) = (geometry.width, geometry.channels, geometry.padding)
            if count == 0 { return picture + first &* line }
            // The part of a line that is in the band; margins may be negative.
            let (start, end) = (max(0, -padding.left), width + min(0, padding.right))
            let (left, inside) = (max(0, padding.left) * channels, max(0, end - start) * channels)
            for index in 0..<lines {
                let into = scratch + index * line
                let y = geometry.border.source(first + index, extent: geometry.height)
                if y < 0 {
                    into.update(repeating: 0, count: line)
                    continue
                }
                let place = (y * width + start) * channels
                if let mask {
                    Activation.relu.pullBack(
                        picture + place, output: mask + place, to: into + left, count: inside, accumulates: false)
                } else {
                    (into + left).update(from: picture + place, count: inside)
                }
                fill(into, columns: -max(0, padding.left)..<0)
                fill(into, columns: end..<width + padding.right)
            }
            (scratch + lines * line).update(repeating: 0, count: beyond)
            return scratch
        }

        /// Fills columns of a margin, seen from the picture, from the line's own pixels.
        private func fill(_ line: Floats, columns: Range<Int>) {
            let (channels, left) = (geometry.channels, max(geometry.padding.left, 0))
            for column in columns {
                let source = geometry.border.source(column, extent: geometry.width)
                let pixel = line + (column + left) * channels
                if source < 0 {
                    pixel.update(repeating: 0, count: channels)
                } else {
                    pixel.update(from: line + (source + left) * channels, count: channels)
                }
            }
        }
    }

    /// Lines from a window's first to its last.
    var reach: Int { dilation.height * (kernel.height - 1) }

    /// Bands of output rows whose lines take 256 KB, fewer where there is work for several threads.
    private func bands(work: Int) -> Pieces {
        let line = (width + padding.left + padding.right) * channels * stride.height
        // A band reads its neighbours' lines, too: few rows are not worth it where windows are high.
        let least = max(1, reach / (2 * stride.height))
        let most = max(least, (1 << 16) / max(1, line))
        let even = (outHeight + pieces(work: work) - 1) / pieces(work: work)
        return Pieces(outHeight, size: min(most, max(least, even)))
    }

    private func windowProducts(
        _ x: Floats, mask: Floats?, at site: Site, _ order: PanelOrder, _ finish: ConvolutionFinish,
        _ target: GradientTarget
    ) -> Step {
        let bands = bands(work: outPixels * taps * groupChannels * outChannels)
        let rows = windowRows(
            x, mask: mask, at: site, order, finish, accumulates: target.accumulates, most: min(bands.size, outHeight))
        let (workspace, threads) = (site.workspace, site.threads)
        workspace.reserve(rows.scratch)
        return {
            rows.prepare()
            threads.parallel(batch * bands.count) { piece, worker in
                let range = bands.range(piece % bands.count)
                let picture = piece / bands.count
                rows.run(
                    picture, range, workspace.scratch(worker),
                    target.pointer + (picture &* outHeight &+ range.lowerBound) &* outWidth &* outChannels)
            }
        }
    }

    /// What makes some rows of outputs on the caller's thread.
    struct RowProducts {
        /// Floats of scratch.
        let scratch: Int
        /// Before each run.
        let prepare: Step
        /// Writes the rows one after the other.
        let run: (_ picture: Int, _ rows: Range<Int>, _ scratch: Floats, _ target: Floats) -> Void
    }

    /// Rows of this convolution, forward.
    ///
    /// - Parameter most: how many at once.
    func rowProducts(at site: Site, _ finish: ConvolutionFinish, most: Int) -> RowProducts {
        let x = site.inputs[0].pointer
        if !isPointwise {
            return windowRows(
                x, mask: nil, at: site, .forward(pixels: neighbours, apart: stride.width), finish, accumulates: false,
                most: most)
        }
        let kernels = kernels
        let weights = panels(at: site, .forward(pixels: 1, apart: 1))
        let tile = kernels.rows * kernels.columns
        return RowProducts(scratch: tile + kernels.rows * channels) {
            weights.prepare()
            finish.prepare()
        } run: { picture, rows, scratch, target in
            let start = x + (picture &* outHeight &+ rows.lowerBound) &* outWidth &* channels
            pixels(
                rows.count &* outWidth, start, weights.pointer, finish,
                panels: 0..<(outChannels + kernels.columns - 1) / kernels.columns, scratch: scratch, into: target)
        }
    }

    private func windowRows(
        _ x: Floats, mask: Floats?, at site: Site, _ order: PanelOrder, _ finish: ConvolutionFinish, accumulates: Bool,
        most: Int
    ) -> RowProducts {
        let kernels = kernels
        let weights = panels(at: site, order)
        let pixels = neighbours
        let outputs = pixels * groupOutputs
        let depth = kernel.height * jointWidth * groupChannels
        let lineCount = (most - 1) * stride.height + reach + 1
        let step = pixels * stride.width * channels
        // The last pixels of a row may be fewer.
        let (whole, rest) = outWidth.quotientAndRemainder(dividingBy: pixels)
        // A block of registers may read further than its last window.
        let band = Band(
            self, lines: lineCount,
            isPlain: padding.isEmpty && mask == nil && rest == 0 && whole >= kernels.rows, beyond: kernels.rows * step)
        // Whole lines of a window where their pixels are neighbours, otherwise pixel by pixel.
        let wholeLines = groups == 1 && dilation.width == 1
        let offsets =
            wholeLines
            ? (0..<kernel.height).map { $0 * dilation.height * band.line }
            : (0..<taps).map {
                $0 / kernel.width * dilation.height * band.line + $0 % kernel.width * dilation.width * channels
            }
        let segment = depth / offsets.count
        let tile = kernels.rows * kernels.columns
        let panelCount = panelCount(depth: depth, outputs: outputs)
        return RowProducts(scratch: tile + band.count) {
            weights.prepare()
            finish.prepare()
        } run: { picture, range, scratch, result in
            let start = picture &* inPixels &* channels
            let lines = band.lines(
                x + start, mask: mask.map { $0 + start },
                from: range.lowerBound &* self.stride.height &- padding.top,
                count: (range.count &- 1) &* self.stride.height &+ reach &+ 1, scratch: scratch + tile)
            func run(_ row: Int, group: Int, column: Int, windows: Range<Int>, outputs: Int) {
                let first = group &* groupOutputs &+ column
                let place = row &* self.stride.height &* band.line &+ windows.lowerBound &* step
                let pixel = row &* outWidth &+ windows.lowerBound &* pixels
                kernels.products.finish(
                    count: windows.count, segments: offsets.count, offsets: offsets, depth: segment,
                    lines + (place &+ group &* groupChannels), aStride: step,
                    weights.pointer + (group &* panelCount &+ column &* depth), outputs: outputs,
                    bias: finish.bias + first, slopes: finish.slopes + first,
                    into: result + (pixel &* outChannels &+ first), cStride: pixels &* outChannels,
                    accumulates: accumulates, tile: scratch)
            }
            for group in 0..<groups {
                for column in Swift.stride(from: 0, to: outputs, by: kernels.columns) {
                    let columns = min(kernels.columns, outputs &- column)
                    for row in 0..<range.count {
                        run(row, group: group, column: column, windows: 0..<whole, outputs: columns)
                        if rest == 0 { continue }
                        run(
                            row, group: group, column: column, windows: whole..<whole &+ 1, outputs: rest &* outChannels
                        )
                    }
                }
            }
            finish.rest?.apply(result, to: result, count: range.count &* outWidth &* outChannels)
        }
    }

    /// Columns of the joint window of ``neighbours``.
    private var jointWidth: Int { kernel.width + (neighbours - 1) * stride.width }

    // MARK: Weights

    /// Floats of one group's panels.
    private func panelCount(depth: Int, outputs: Int) -> Int {
        (outputs + kernels.columns - 1) / kernels.columns * kernels.columns * depth
    }

    private func panels(at site: Site, _ order: PanelOrder) -> (pointer: Floats, prepare: Step) {
        let columns = kernels.columns
        let (depth, outputs) =
            switch order {
            case .forward, .turned: (kernel.height * jointWidth * groupChannels, neighbours * groupOutputs)
            case .transposed: (groupOutputs, taps * groupChannels)
            }
        let count = panelCount(depth: depth, outputs: outputs)
        return site.weights(as: .init(layout: .panels(order), columns: columns), count: groups * count) {
            weights, target in
            for group in 0..<groups {
                for first in Swift.stride(from: 0, to: outputs, by: columns) {
                    let panel = target + (group * count + first * depth)
                    let width = min(columns, outputs - first)
                    for row in 0..<depth {
                        let into = panel + row &* columns
                        if let step = step(order), let start = place(order, group: group, row: row, output: first) {
                            for column in 0..<width { into[column] = weights[start &+ column &* step] }
                            continue
                        }
                        for column in 0..<width {
                            let place = place(order, group: group, row: row, output: first &+ column)
                            into[column] = place.map { weights[$0] } ?? 0
                        }
                    }
                }
            }
        }
    }

    /// Floats from output to output of a row of the right factor in the weights; nil where pixels share a row.
    private func step(_ order: PanelOrder) -> Int? {
        switch order {
        case .forward(pixels: 1, _): 1
        case .turned(pixels: 1): channels
        case .transposed: outChannels
        case .forward, .turned: nil
        }
    }

    /// Where a value of the right factor lies in weights `[kh, kw, C, out]`; of an adjoint, in `[kh, kw, out, C]`; nil
    /// where it is zero.
    private func place(_ order: PanelOrder, group: Int, row: Int, output: Int) -> Int? {
        let apart: Int
        switch order {
        case .forward(pixels: 1, _): return row &* outChannels &+ group &* groupOutputs &+ output
        case .forward(_, let given): apart = given
        case .turned: apart = 1
        case .transposed: return output &* outChannels &+ group &* groupOutputs &+ row
        }
        let (line, column) = (row / groupChannels).quotientAndRemainder(dividingBy: jointWidth)
        let (pixel, own) = output.quotientAndRemainder(dividingBy: groupOutputs)
        let channel = row % groupChannels
        let tap = line &* kernel.width &+ column &- pixel &* apart
        guard column >= pixel &* apart, column < pixel &* apart &+ kernel.width else { return nil }
        if case .turned = order { return ((taps &- 1 &- tap) &* outChannels &+ own) &* channels &+ channel }
        return (tap &* groupChannels &+ channel) &* outChannels &+ group &* groupOutputs &+ own
    }

    // MARK: Scattering

    /// The input's gradient for any stride and grouping: products row by row of the output, added to the input rows that
    /// a piece owns.
    ///
    /// - Parameter mask: the rectified output, if the gradient is still to be led through the rectifier.
    func scatteredProducts(at site: Site, _ gradient: Floats, mask: Floats?, _ target: GradientTarget) -> Step {
        let (patches, kernels) = (patches, kernels)
        let weights = panels(at: site, .transposed)
        // Rows of the matrix are whole panels: their last columns are zeros that nobody reads.
        let columns = (patches.columns + kernels.columns - 1) / kernels.columns * kernels.columns
        let plain = ConvolutionFinish(outputs: columns)
        let rows = Pieces(height, size: max(8 * (reach + 1), 128 / max(1, width)))
        let (workspace, threads) = (site.workspace, site.threads)
        let tile = kernels.rows * kernels.columns
        let handedCount = (mask == nil ? kernels.rows : max(outWidth, kernels.rows)) * outChannels
        let panelCount = groupOutputs * columns
        workspace.reserve(tile + handedCount + outWidth * columns)
        let offsets = [0]
        return {
            weights.prepare()
            threads.parallel(batch * rows.count) { piece, worker in
                let picture = piece / rows.count
                let range = rows.range(piece % rows.count)
                let into = target.pointer + picture &* inPixels &* channels
                if !target.accumulates {
                    (into + range.lowerBound &* width &* channels)
                        .update(repeating: 0, count: range.count &* width &* channels)
                }
                // Output rows whose window reaches into the range.
                let first = max(0, (range.lowerBound + padding.top - reach + stride.height - 1) / stride.height)
                let last = min(outHeight - 1, (range.upperBound - 1 + padding.top) / stride.height)
                if first > last { return }
                let scratch = workspace.scratch(worker)
                let matrix = scratch + tile + handedCount
                for row in first...last {
                    let place = (picture &* outPixels &+ row &* outWidth) &* outChannels
                    var handed = gradient + place
                    if let mask {
                        Activation.relu.pullBack(
                            handed, output: mask + place, to: scratch + tile, count: outWidth &* outChannels,
                            accumulates: false)
                        handed = scratch + tile
                    } else if outWidth < kernels.rows {
                        (scratch + tile).update(from: handed, count: outWidth &* outChannels)
                        handed = scratch + tile
                    }
                    for group in 0..<groups {
                        for column in Swift.stride(from: 0, to: columns, by: kernels.columns) {
                            kernels.products.finish(
                                count: outWidth, segments: 1, offsets: offsets, depth: groupOutputs,
                                handed + group &* groupOutputs, aStride: outChannels,
                                weights.pointer + (group &* panelCount &+ column &* groupOutputs),
                                outputs: kernels.columns, bias: plain.bias + column, slopes: plain.slopes + column,
                                into: matrix + column, cStride: columns, accumulates: false, tile: scratch)
                        }
                        patches.scatter(
                            matrix, stride: columns, firstChannel: group * groupChannels, outRow: row, into: into,
                            rows: range)
                    }
                }
            }
        }
    }
}
