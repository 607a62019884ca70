/// The ways to the gradients of weights and bias.
extension ConvolutionGeometry {
    /// How the gradient of the weights is summed up.
    enum WeightSums {
        /// Channel by channel.
        case depthwise
        /// In the domain of Winograd's tiles.
        case tiles
        /// Where weights are few: chunks of pixels, each with sums of its own.
        case chunks
        /// Where they are many: tap by tap, each over all pixels.
        case taps
    }

    var weightSums: WeightSums {
        if isDepthwise { return .depthwise }
        if WinogradWeightGradient.suits(self) { return .tiles }
        return suitsChunks ? .chunks : .taps
    }

    /// Whether ``weightBackward(at:_:mask:_:bias:)`` can lead the gradient through a rectifier on its way, and sum it up
    /// for the bias.
    var masksWeightBackward: Bool { weightSums == .tiles || weightSums == .chunks }

    /// - Parameters:
    ///   - mask: the rectified output, if the gradient is still to be led through the rectifier.
    ///   - bias: the target of its gradient; like the mask only where ``masksWeightBackward``.
    func weightBackward(
        at site: Site, _ gradient: Floats, mask: Floats? = nil, _ target: GradientTarget, bias: GradientTarget? = nil
    ) -> Step {
        precondition(masksWeightBackward || mask == nil && bias == nil, "a rectifier or a bias on the way to weights")
        switch weightSums {
        case .depthwise: return depthwiseWeightBackward(at: site, gradient, target)
        case .tiles: return winogradWeightBackward(at: site, gradient, mask: mask, target, bias: bias)
        case .chunks: return chunkedWeightBackward(at: site, gradient, mask: mask, target, bias: bias)
        case .taps: return tapWeightBackward(at: site, gradient, target)
        }
    }

    /// The gradient of one tap's weights in one group is `Xᵀ · dY` over all pixels, X shifted by the tap.
    private func tapWeightBackward(at site: Site, _ gradient: Floats, _ target: GradientTarget) -> Step {
        let x = site.inputs[0].pointer
        let (workspace, threads) = (site.workspace, site.threads)
        // A block's pixels and gradients stay in the second-level cache.
        let size = min(outPixels, max(128, 1 << 18 / max(1, groupChannels)))
        let blocks = Pieces(outPixels, size: size)
        let inputs = Pieces(groupChannels, size: 64)
        workspace.reserve(size * min(64, groupChannels))
        return {
            threads.parallel(taps * groups * inputs.count) { piece, worker in
                let range = inputs.range(piece % inputs.count)
                let group = piece / inputs.count % groups
                let tap = piece / inputs.count / groups
                let (ky, kx) = (tap / kernel.width, tap % kernel.width)
                let shifted = PatchMatrix(
                    height: height, width: width, pixelChannels: channels, channels: range.count, kernel: Extent2(1),
                    stride: stride, dilation: Extent2(1), top: padding.top - ky * dilation.height,
                    left: padding.left - kx * dilation.width, outWidth: outWidth)
                let matrix = workspace.scratch(worker)
                let into =
                    target.pointer + (tap * groupChannels + range.lowerBound) * outChannels + group * groupOutputs
                var beta: Float = target.accumulates ? 1 : 0
                for picture in 0..<batch {
                    for block in 0..<blocks.count {
                        let pixels = blocks.range(block)
                        shifted.gather(
                            x + picture * inPixels * channels, firstChannel: group * groupChannels + range.lowerBound,
                            pixels: pixels, into: matrix)
                        MatrixProduct.run(
                            range.count, groupOutputs, pixels.count,
                            .init(matrix, stride: range.count, transposed: true),
                            .init(
                                gradient + (picture * outPixels + pixels.lowerBound) * outChannels
                                    + group * groupOutputs, stride: outChannels),
                            into: into, stride: outChannels, beta: beta)
                        beta = 1
                    }
                }
            }
        }
    }

    // MARK: Chunks

    /// Most weights of which every chunk of pixels sums up its own gradient, 1 MB: a second-level cache.
    static let chunkedWeights = 1 << 18

    /// Weights for each pixel beyond which adding up what the chunks have takes longer than it saves.
    private static let weightsOfPixel = 256

    private var suitsChunks: Bool {
        let weights = taps * channels * outChannels
        return groups == 1 && weights <= min(Self.chunkedWeights, Self.weightsOfPixel * batch * outPixels)
    }

    /// `dYᵀ · P` of the windows P of some rows of outputs, which stay in the caches; what the chunks of rows have is
    /// added up at the end. Inputs and gradients are read once.
    private func chunkedWeightBackward(
        at site: Site, _ gradient: Floats, mask: Floats?, _ target: GradientTarget, bias: GradientTarget?
    ) -> Step {
        let (workspace, threads, x) = (site.workspace, site.threads, site.inputs[0].pointer)
        let windows = chunkWindows
        let columns = windows.lines * windows.stride
        let rows = WinogradConvolution.roundUp(outChannels, kernels.fewRows)
        let work = pieces(work: batch * outPixels * taps * channels * outChannels)
        let chunks = Pieces(batch * outHeight, size: (batch * outHeight + work - 1) / work)
        let productCount = rows * columns
        let chunkCount = productCount + outChannels
        let handedCount = Self.chunkPixels * rows
        workspace.reserve(windows.scratch + handedCount + outChannels)
        workspace.reserveShared(chunks.count * chunkCount)
        let parts = Pieces.balanced(columns / Lanes.scalarCount, cost: Lanes.scalarCount * outChannels * chunks.count)
        return {
            let shared = workspace.shared
            threads.parallel(chunks.count) { chunk, worker in
                let handed = workspace.scratch(worker)
                let (sums, scratch) = (handed + handedCount, handed + (handedCount + outChannels))
                let products = shared + chunk &* chunkCount
                products.update(repeating: 0, count: chunkCount)
                let range = chunks.range(chunk)
                for picture in range.lowerBound / outHeight...(range.upperBound - 1) / outHeight {
                    let first = picture * outHeight
                    windows.run(
                        x + picture * inPixels * channels,
                        max(0, range.lowerBound - first)..<min(outHeight, range.upperBound - first), scratch
                    ) { pixels, line, matrix, stride in
                        if line == 0 {
                            let place = (picture &* outPixels &+ pixels.lowerBound) &* outChannels
                            sums.update(repeating: 0, count: outChannels)
                            hand(
                                gradient + place, mask: mask.map { $0 + place }, count: pixels.count, to: handed,
                                stride: rows, sums: sums)
                            for output in 0..<outChannels { products[productCount &+ output] += sums[output] }
                        }
                        kernels.products.transposed(
                            count: rows, depth: pixels.count, handed, aStride: rows, matrix, bStride: stride,
                            panelCount: windows.stride / kernels.columns, into: products + line &* windows.stride,
                            cStride: columns, accumulates: true)
                    }
                }
            }
            threads.parallel(parts.count) { part, _ in
                for output in 0..<outChannels {
                    for group in parts.range(part) {
                        let column = group &* Lanes.scalarCount
                        var sum = Lanes.zero
                        for chunk in 0..<chunks.count {
                            sum += (shared + chunk &* chunkCount).lanes(output &* columns &+ column)
                        }
                        let (line, first) = column.quotientAndRemainder(dividingBy: windows.stride)
                        for lane in 0..<max(0, min(Lanes.scalarCount, windows.width &- first)) {
                            let row = line &* windows.width &+ first &+ lane
                            target.put(sum[lane], at: row &* outChannels &+ output)
                        }
                    }
                }
            }
            guard let bias else { return }
            for output in 0..<outChannels {
                var sum: Float = 0
                for chunk in 0..<chunks.count { sum += shared[chunk &* chunkCount &+ productCount &+ output] }
                bias.put(sum, at: output)
            }
        }
    }

    /// Most pixels of one product: a panel of their windows stays in the first-level cache.
    private static let chunkPixels = 128

    /// The windows of some rows of outputs, in the lines in which products take them.
    private struct ChunkWindows {
        /// Lines of a window.
        let lines: Int
        /// Floats of each, and the same in whole panels.
        let width: Int
        let stride: Int
        let scratch: Int
        /// Hands out the windows of some pixels after the other, line by line, as a matrix with so many floats from row
        /// to row; columns beyond the width hold anything.
        let run:
            (
                _ picture: Floats, _ rows: Range<Int>, _ scratch: Floats,
                _ take: (_ pixels: Range<Int>, _ line: Int, _ matrix: Floats, _ stride: Int) -> Void
            ) -> Void
    }

    /// Products that take as long as laying out one float.
    private static let copyWork = 8

    /// Windows line by line where they lie in a band of the picture, or laid out as a whole, so that fewer panels are
    /// filled up with zeros: what takes less work.
    private var chunkWindows: ChunkWindows {
        let columns = kernels.columns
        let (line, window) = (kernel.width * channels, taps * channels)
        let lineStride = WinogradConvolution.roundUp(line, columns)
        let windowStride = WinogradConvolution.roundUp(window, columns)
        let work = outChannels * windowStride + Self.copyWork * window
        if dilation.width == 1, outWidth >= kernels.columns, outChannels * kernel.height * lineStride <= work {
            return windowLines(width: line, stride: lineStride)
        }
        // Rows are an odd number of cache lines apart, so that they do not share sets.
        let (patches, rowStride) = (patches, windowStride | 16)
        return ChunkWindows(
            lines: 1, width: window, stride: windowStride, scratch: Self.chunkPixels * rowStride
        ) { picture, rows, scratch, take in
            let pixels = Pieces(rows.count * outWidth, size: Self.chunkPixels)
            for piece in 0..<pixels.count {
                let first = rows.lowerBound * outWidth
                let range = first + pixels.range(piece).lowerBound..<first + pixels.range(piece).upperBound
                patches.gather(picture, firstChannel: 0, pixels: range, into: scratch, stride: rowStride)
                take(range, 0, scratch, rowStride)
            }
        }
    }

    private func windowLines(width: Int, stride: Int) -> ChunkWindows {
        let step = self.stride.width * channels
        // As many rows as double the lines of one.
        let bandRows = max(1, (reach + 1) / self.stride.height)
        let band = Band(self, lines: (bandRows - 1) * self.stride.height + reach + 1, beyond: stride)
        let pieces = Pieces(outWidth, size: Self.chunkPixels)
        return ChunkWindows(lines: kernel.height, width: width, stride: stride, scratch: band.count) {
            picture, rows, scratch, take in
            for first in Swift.stride(from: rows.lowerBound, to: rows.upperBound, by: bandRows) {
                let count = min(bandRows, rows.upperBound - first)
                let lines = band.lines(
                    picture, mask: nil, from: first * self.stride.height - padding.top,
                    count: (count - 1) * self.stride.height + reach + 1, scratch: scratch)
                for row in first..<first + count {
                    for piece in 0..<pieces.count {
                        let range = pieces.range(piece)
                        let pixels = row * outWidth + range.lowerBound..<row * outWidth + range.upperBound
                        for line in 0..<kernel.height {
                            let y = (row - first) * self.stride.height + line * dilation.height
                            take(pixels, line, lines + (y * band.line + range.lowerBound * step), step)
                        }
                    }
                }
            }
        }
    }

    /// Copies the gradients of some pixels, through the rectifier, and adds them to sums.
    private func hand(
        _ gradient: Floats, mask: Floats?, count: Int, to target: Floats, stride: Int, sums: Floats
    ) {
        for pixel in 0..<count {
            let (source, target) = (gradient + pixel &* outChannels, target + pixel &* stride)
            let mask = mask.map { $0 + pixel &* outChannels }
            sweep(outChannels) {
                var value = source.lanes($0)
                if let mask { value.replace(with: 0, where: mask.lanes($0) .<= 0) }
                target.store(value, $0)
                sums.store(sums.lanes($0) + value, $0)
            } scalar: { index in
                var value = source[index]
                if let mask, mask[index] <= 0 { value = 0 }
                target[index] = value
                sums[index] += value
            }
        }
    }
}
