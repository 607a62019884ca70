/// Convolutions as matrix products of windows and weights, the windows read where they lie.
///
/// A row of the left factor is the window of one output pixel: `kh` lines of `kw · C` neighbouring floats, the next row's
/// begin `stride · C` floats further on. So nothing is laid out beforehand but, where a picture has margins, a band of its
/// lines with zeros around them. Weights are cut into panels (``PanelOrder``). A band of output rows, small enough for its
/// lines to stay in the second-level cache, goes through one panel after the other; bands are shared out over the threads.
///
/// Windows of 1×1 need no bands: all pixels are rows of one matrix. Few outputs would leave most of a panel empty:
/// there, the panel's columns are all outputs of each of the window's lines, and a second pass adds up lines
/// (``stackedProducts(_:mask:at:_:_:_:)``).
extension ConvolutionGeometry {
    /// What the rows and columns of the right factor are, group after group.
    enum PanelOrder: Hashable {
        /// `[taps · channels][outputs]`.
        case forward
        /// The same for an ``adjoint``, whose weights are those of the convolution, turned by 180°.
        case turned
        /// `[kw · channels][kh · outputs]`, and the same for an adjoint.
        case stacked, turnedStacked
        /// `[outputs][taps · channels]`.
        case transposed
    }

    private var kernels: KernelSet { KernelSet.supported[0] }

    func panelForward(at site: Site, _ finish: ConvolutionFinish) -> Step {
        let target = GradientTarget(pointer: site.output.pointer, accumulates: false)
        if isPointwise { return pointwiseProducts(at: site, finish) }
        return stacks
            ? stackedProducts(site.inputs[0].pointer, mask: nil, at: site, .stacked, finish, target)
            : windowProducts(site.inputs[0].pointer, mask: nil, at: site, .forward, finish, target)
    }

    /// The step of a convolution whose adjoint this is.
    ///
    /// - Parameter mask: the convolution's rectified output, if the gradient is still to be led through the rectifier.
    func panelAdjoint(at site: Site, _ gradient: Floats, mask: Floats?, _ target: GradientTarget) -> Step {
        let finish = ConvolutionFinish(outputs: outChannels)
        return stacks
            ? stackedProducts(gradient, mask: mask, at: site, .turnedStacked, finish, target)
            : windowProducts(gradient, mask: mask, at: site, .turned, finish, target)
    }

    // MARK: Pixels

    private func pointwiseProducts(at site: Site, _ finish: ConvolutionFinish) -> Step {
        let kernels = kernels
        let weights = panels(at: site, .forward)
        let (x, y) = (site.inputs[0].pointer, site.output.pointer)
        let pixels = batch * outPixels
        let (rows, panels) = pointwisePieces(pixels: pixels)
        let (workspace, threads) = (site.workspace, site.threads)
        let tile = kernels.rows * kernels.columns
        workspace.reserve(tile + kernels.rows * channels)
        let offsets = [0]
        return {
            weights.prepare()
            finish.prepare()
            threads.parallel(rows.count * panels.count) { piece, worker in
                let range = rows.range(piece / panels.count)
                let scratch = workspace.scratch(worker)
                var source = x + range.lowerBound &* channels
                if range.count < kernels.rows {
                    (scratch + tile).update(from: source, count: range.count &* channels)
                    source = scratch + tile
                }
                for panel in panels.range(piece % panels.count) {
                    let first = panel &* kernels.columns
                    let outputs = min(kernels.columns, outChannels &- first)
                    let result = y + (range.lowerBound &* outChannels &+ first)
                    kernels.finishedProduct(
                        range.count, 1, offsets, channels, source, channels, weights.pointer + first &* channels,
                        outputs, finish.bias + first, finish.slopes + first, result, outChannels, false, scratch)
                    guard let rest = finish.rest else { continue }
                    for row in 0..<range.count {
                        rest.apply(result + row &* outChannels, to: result + row &* outChannels, count: outputs)
                    }
                }
            }
        }
    }

    /// Rows and panels of a piece of a product of pixels: all of the smaller factor, a part of the larger one, so that
    /// what is read again and again stays in the second-level cache.
    private func pointwisePieces(pixels: Int) -> (rows: Pieces, panels: Pieces) {
        let panels = (outChannels + kernels.columns - 1) / kernels.columns
        let count = pieces(work: pixels * channels * outChannels)
        if outChannels > pixels {
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
    private func pieces(work: Int) -> Int { max(1, min(8, work >> 17)) }

    // MARK: Windows

    /// Lines of a picture with its margins, of which only a band exists at a time.
    private struct Band {
        let geometry: ConvolutionGeometry
        /// Floats of a line with its margins.
        let line: Int
        /// Floats of scratch; 0 where the picture's own lines will do.
        let count: Int

        init(_ geometry: ConvolutionGeometry, lines: Int, masked: Bool, registerRows: Int) {
            self.geometry = geometry
            let padding = geometry.padding
            line = (geometry.width + padding.left + padding.right) * geometry.channels
            // A block of registers may read beyond the last window of a short row.
            let beyond = registerRows * geometry.stride.width * geometry.channels
            let isPlain = padding.isEmpty && !masked && geometry.outWidth >= registerRows
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
                let y = first + index
                guard y >= 0, y < geometry.height else {
                    into.update(repeating: 0, count: line)
                    continue
                }
                into.update(repeating: 0, count: left)
                let place = (y * width + start) * channels
                if let mask {
                    Activation.relu.pullBack(
                        picture + place, output: mask + place, to: into + left, count: inside, accumulates: false)
                } else {
                    (into + left).update(from: picture + place, count: inside)
                }
                (into + left + inside).update(repeating: 0, count: line - left - inside)
            }
            return scratch
        }
    }

    /// Lines from a window's first to its last.
    private var reach: Int { dilation.height * (kernel.height - 1) }

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
        let kernels = kernels
        let weights = panels(at: site, order)
        let depth = taps * groupChannels
        let bands = bands(work: outPixels * depth * outChannels)
        let lineCount = (min(bands.size, outHeight) - 1) * stride.height + reach + 1
        let band = Band(self, lines: lineCount, masked: mask != nil, registerRows: kernels.rows)
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
        let (workspace, threads) = (site.workspace, site.threads)
        workspace.reserve(tile + band.count)
        let panelCount = panelCount(depth: depth, outputs: groupOutputs)
        return {
            weights.prepare()
            finish.prepare()
            threads.parallel(batch * bands.count) { piece, worker in
                let range = bands.range(piece % bands.count)
                let picture = piece / bands.count
                let start = picture &* inPixels &* channels
                let scratch = workspace.scratch(worker)
                let lines = band.lines(
                    x + start, mask: mask.map { $0 + start },
                    from: range.lowerBound &* self.stride.height &- padding.top,
                    count: (range.count &- 1) &* self.stride.height &+ reach &+ 1, scratch: scratch + tile)
                let result = target.pointer + (picture &* outHeight &+ range.lowerBound) &* outWidth &* outChannels
                for group in 0..<groups {
                    for column in Swift.stride(from: 0, to: groupOutputs, by: kernels.columns) {
                        let first = group &* groupOutputs &+ column
                        for row in 0..<range.count {
                            kernels.finishedProduct(
                                outWidth, offsets.count, offsets, segment,
                                lines + (row &* self.stride.height &* band.line &+ group &* groupChannels),
                                self.stride.width &* channels,
                                weights.pointer + (group &* panelCount &+ column &* depth),
                                min(kernels.columns, groupOutputs &- column), finish.bias + first,
                                finish.slopes + first, result + (row &* outWidth &* outChannels &+ first), outChannels,
                                target.accumulates, scratch)
                        }
                    }
                }
                finish.rest?.apply(result, to: result, count: range.count &* outWidth &* outChannels)
            }
        }
    }

    // MARK: Few outputs

    /// Whether the outputs of all lines of a window fit one panel.
    var stacks: Bool {
        groups == 1 && stride == Extent2(1) && dilation == Extent2(1) && kernel.height > 1
            && outChannels * kernel.height <= kernels.columns
    }

    private func stackedProducts(
        _ x: Floats, mask: Floats?, at site: Site, _ order: PanelOrder, _ finish: ConvolutionFinish,
        _ target: GradientTarget
    ) -> Step {
        let kernels = kernels
        let weights = panels(at: site, order)
        let (depth, columns) = (kernel.width * channels, kernel.height * outChannels)
        // Each band makes the sums of the lines that it shares with its neighbours again.
        let bands = Pieces(outHeight, size: max(4 * reach, 8))
        let band = Band(self, lines: 1, masked: mask != nil, registerRows: kernels.rows)
        let plain = ConvolutionFinish(outputs: columns)
        let tile = kernels.rows * kernels.columns
        let (workspace, threads) = (site.workspace, site.threads)
        workspace.reserve(tile + band.count + outWidth * columns)
        let offsets = [0]
        let rowFloats = outWidth * outChannels
        return {
            weights.prepare()
            finish.prepare()
            threads.parallel(batch * bands.count) { piece, worker in
                let range = bands.range(piece % bands.count)
                let picture = piece / bands.count
                let start = picture &* inPixels &* channels
                let scratch = workspace.scratch(worker)
                let sums = scratch + tile + band.count
                for row in range.lowerBound..<range.upperBound &+ reach {
                    let line = band.lines(
                        x + start, mask: mask.map { $0 + start }, from: row &- padding.top, count: 1,
                        scratch: scratch + tile)
                    kernels.finishedProduct(
                        outWidth, 1, offsets, depth, line, channels, weights.pointer, columns, plain.bias,
                        plain.slopes, sums, columns, false, scratch)
                    // Line `ky` of the windows whose first line is `ky` lines above.
                    for ky in 0..<kernel.height where range.contains(row &- ky) {
                        let result = target.pointer + (picture &* outHeight &+ row &- ky) &* rowFloats
                        handOut(sums + ky &* outChannels, ky, finish, target.accumulates, into: result)
                        if ky == reach { finish.rest?.apply(result, to: result, count: rowFloats) }
                    }
                }
            }
        }
    }

    /// Adds one line's part to a row of outputs.
    @inline(__always)
    private func handOut(_ sums: Floats, _ ky: Int, _ finish: ConvolutionFinish, _ accumulates: Bool, into row: Floats)
    {
        let columns = kernel.height &* outChannels
        for x in 0..<outWidth {
            for output in 0..<outChannels {
                let index = x &* outChannels &+ output
                let before = ky > 0 || accumulates ? row[index] : 0
                let sum = before + sums[x &* columns &+ output] + (ky == 0 ? finish.bias[output] : 0)
                row[index] = ky == reach && sum < 0 ? sum * finish.slopes[output] : sum
            }
        }
    }

    // MARK: Weights

    /// Floats of one group's panels.
    private func panelCount(depth: Int, outputs: Int) -> Int {
        (outputs + kernels.columns - 1) / kernels.columns * kernels.columns * depth
    }

    private func panels(at site: Site, _ order: PanelOrder) -> (pointer: Floats, prepare: Step) {
        let columns = kernels.columns
        let (depth, outputs) =
            switch order {
            case .forward, .turned: (taps * groupChannels, groupOutputs)
            case .stacked, .turnedStacked: (kernel.width * groupChannels, kernel.height * groupOutputs)
            case .transposed: (groupOutputs, taps * groupChannels)
            }
        let count = panelCount(depth: depth, outputs: outputs)
        return site.weights(as: .init(layout: .panels(order), columns: columns), count: groups * count) {
            weights, target in
            for group in 0..<groups {
                for output in 0..<outputs {
                    let (panel, column) = (output / columns, output % columns)
                    let into = target + group * count + panel * depth * columns + column
                    for row in 0..<depth {
                        into[row &* columns] = weights[place(order, group: group, row: row, output: output)]
                    }
                }
            }
        }
    }

    /// Where a value of the right factor lies in weights `[kh, kw, C, out]`; of an adjoint, in `[kh, kw, out, C]`.
    private func place(_ order: PanelOrder, group: Int, row: Int, output: Int) -> Int {
        let first = group &* groupOutputs
        return switch order {
        case .forward: row &* outChannels &+ first &+ output
        case .turned: turned(row / channels, channel: row % channels, output: output)
        case .stacked:
            (output / outChannels &* kernel.width &* channels &+ row) &* outChannels &+ output % outChannels
        case .turnedStacked:
            turned(
                output / outChannels &* kernel.width &+ row / channels, channel: row % channels,
                output: output % outChannels)
        case .transposed: output &* outChannels &+ first &+ row
        }
    }

    private func turned(_ tap: Int, channel: Int, output: Int) -> Int {
        ((taps &- 1 &- tap) &* outChannels &+ output) &* channels &+ channel
    }

    // MARK: Scattering

    /// The input's gradient for any stride and grouping: products row by row of the output, added to the input rows that
    /// a piece owns.
    func scatteredProducts(at site: Site, _ gradient: Floats, _ target: GradientTarget) -> Step {
        let (patches, kernels) = (patches, kernels)
        let columns = patches.columns
        let weights = panels(at: site, .transposed)
        let plain = ConvolutionFinish(outputs: columns)
        let rows = Pieces(height, size: max(4 * (reach + 1), 128 / max(1, width)))
        let (workspace, threads) = (site.workspace, site.threads)
        let tile = kernels.rows * kernels.columns
        let handedCount = kernels.rows * outChannels
        let panelCount = panelCount(depth: groupOutputs, outputs: columns)
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
                    var handed = gradient + (picture &* outPixels &+ row &* outWidth) &* outChannels
                    if outWidth < kernels.rows {
                        (scratch + tile).update(from: handed, count: outWidth &* outChannels)
                        handed = scratch + tile
                    }
                    for group in 0..<groups {
                        for column in Swift.stride(from: 0, to: columns, by: kernels.columns) {
                            kernels.finishedProduct(
                                outWidth, 1, offsets, groupOutputs, handed + group &* groupOutputs, outChannels,
                                weights.pointer + (group &* panelCount &+ column &* groupOutputs),
                                min(kernels.columns, columns &- column), plain.bias + column, plain.slopes + column,
                                matrix + column, columns, false, scratch)
                        }
                        patches.scatter(
                            matrix, firstChannel: group * groupChannels, outRow: row, into: into, rows: range)
                    }
                }
            }
        }
    }
}
