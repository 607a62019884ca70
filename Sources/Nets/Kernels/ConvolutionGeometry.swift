/// All extents of one convolution, and its three products: forward, gradient of the input, gradient of the weights.
///
/// Dense and grouped convolutions are matrix products over blocks of output pixels; `+Depthwise` has the rest. Which
/// pixels make a block depends on the shape alone.
struct ConvolutionGeometry {
    let batch: Int
    let height: Int
    let width: Int
    let channels: Int
    let outHeight: Int
    let outWidth: Int
    let outChannels: Int
    let kernel: Extent2
    let stride: Extent2
    let dilation: Extent2
    let padding: Margins
    let groups: Int

    /// Floats of one block's patch matrix: 4 MB, which leaves room for two threads in a third-level cache.
    static let blockFloats = 1 << 20
    /// A block has at least so many pixels, since each one makes BLAS pack the weights anew.
    static let minimumBlock = 128

    /// Rows that BLAS kernels work on at a time.
    static let registerRows = 16

    init(_ convolution: Convolution, x: Shape, weights: Shape) {
        batch = x.batch
        height = x.height
        width = x.width
        channels = x.channels
        kernel = Extent2(weights[0], weights[1])
        outChannels = weights[3]
        stride = convolution.stride
        dilation = convolution.dilation
        padding = convolution.padding
        groups = convolution.groups
        let spanY = height + padding.top + padding.bottom - dilation.height * (kernel.height - 1) - 1
        let spanX = width + padding.left + padding.right - dilation.width * (kernel.width - 1) - 1
        outHeight = spanY / stride.height + 1
        outWidth = spanX / stride.width + 1
    }

    var isDepthwise: Bool { groups > 1 && groups == channels && outChannels == channels }
    var isPointwise: Bool {
        kernel == Extent2(1) && stride == Extent2(1) && padding.isEmpty && groups == 1
    }
    var taps: Int { kernel.height * kernel.width }
    var groupChannels: Int { channels / groups }
    var groupOutputs: Int { outChannels / groups }
    var inPixels: Int { height * width }
    var outPixels: Int { outHeight * outWidth }

    var patches: PatchMatrix {
        PatchMatrix(
            height: height, width: width, pixelChannels: channels, channels: groupChannels, kernel: kernel,
            stride: stride, dilation: dilation, top: padding.top, left: padding.left, outWidth: outWidth)
    }

    /// Pixels a block, for a patch matrix of `columns` columns over `pixels` pixels: of equal size, so that two threads
    /// finish together.
    static func block(pixels: Int, columns: Int) -> Int {
        let largest = max(minimumBlock, blockFloats / max(1, columns))
        let blocks = max(1, (pixels + largest - 1) / largest)
        let even = blocks == 1 ? (pixels >= 2 * minimumBlock ? 2 : 1) : blocks + blocks % 2
        let size = (pixels + even - 1) / even
        return max(1, (size + registerRows - 1) / registerRows * registerRows)
    }

    func forward(at site: Site, _ activation: Activation?) -> Step {
        if WinogradConvolution.suits(self) { return winogradForward(at: site, activation) }
        let x = site.inputs[0].pointer
        let bias = site.inputs.count == 3 ? site.inputs[2].pointer : nil
        return products(
            x, site.inputs[1].pointer, bias: bias, into: site.output.pointer, accumulates: false, activation,
            workspace: site.workspace, threads: site.threads)
    }

    /// `target[pixel] = patches[pixel] · weights (+ bias | + target)`, then the activation.
    private func products(
        _ x: Floats, _ weights: Floats, bias: Floats?, into target: Floats, accumulates: Bool,
        _ activation: Activation?, workspace: Workspace, threads: ThreadPool
    ) -> Step {
        let patches = patches
        let columns = isPointwise ? 0 : patches.columns
        let size = Self.block(pixels: outPixels, columns: isPointwise ? channels + outChannels : columns)
        let pieces = Pieces(outPixels, size: size)
        workspace.reserve(columns * size)
        return {
            threads.parallel(batch * pieces.count) { piece, worker in
                let picture = piece / pieces.count
                let range = pieces.range(piece % pieces.count)
                let source = x + picture &* inPixels &* channels
                let result = target + (picture &* outPixels &+ range.lowerBound) &* outChannels
                if let bias {
                    for pixel in 0..<range.count {
                        (result + pixel &* outChannels).update(from: bias, count: outChannels)
                    }
                }
                let beta: Float = bias != nil || accumulates ? 1 : 0
                if isPointwise {
                    MatrixProduct.run(
                        range.count, outChannels, channels,
                        .init(source + range.lowerBound * channels, stride: channels),
                        .init(weights, stride: outChannels), into: result, stride: outChannels, beta: beta)
                } else {
                    let matrix = workspace.scratch(worker)
                    for group in 0..<groups {
                        patches.gather(source, firstChannel: group * groupChannels, pixels: range, into: matrix)
                        MatrixProduct.run(
                            range.count, groupOutputs, columns, .init(matrix, stride: columns),
                            .init(weights + group * groupOutputs, stride: outChannels),
                            into: result + group * groupOutputs, stride: outChannels, beta: beta)
                    }
                }
                activation?.apply(result, to: result, count: range.count &* outChannels)
            }
        }
    }

    /// Whether ``inputBackward(at:_:mask:_:)`` can lead the gradient through a rectifier on its way.
    var masksInputBackward: Bool { !isDepthwise && stride == Extent2(1) && WinogradConvolution.suits(adjoint) }

    /// - Parameter mask: the rectified output through which the gradient is still to be led; only where
    ///   ``masksInputBackward``.
    func inputBackward(
        at site: Site, _ gradient: Floats, mask: Floats? = nil, _ target: GradientTarget
    ) -> Step {
        if isDepthwise { return depthwiseInputBackward(at: site, gradient, target) }
        if stride == Extent2(1), groups == 1 {
            if WinogradConvolution.suits(adjoint) {
                return adjoint.winogradAdjoint(at: site, gradient, mask: mask, target)
            }
            return transposedProducts(at: site, gradient, target)
        }
        return scatteredProducts(at: site, gradient, target)
    }

    /// At stride 1, the convolution of the output's gradient that gives the input's, with the kernel turned by 180° and
    /// its channel axes exchanged (Dumoulin, Visin 2016, section 4.3).
    private var adjoint: ConvolutionGeometry {
        let convolution = Convolution(
            padding: Margins(
                top: dilation.height * (kernel.height - 1) - padding.top,
                left: dilation.width * (kernel.width - 1) - padding.left,
                bottom: dilation.height * (kernel.height - 1) - padding.bottom,
                right: dilation.width * (kernel.width - 1) - padding.right),
            dilation: dilation)
        return ConvolutionGeometry(
            convolution, x: .nhwc(batch, outHeight, outWidth, outChannels),
            weights: [kernel.height, kernel.width, outChannels, channels])
    }

    private func transposedProducts(at site: Site, _ gradient: Floats, _ target: GradientTarget) -> Step {
        let weights = site.inputs[1].pointer
        let turned = AlignedStorage(count: taps * channels * outChannels)
        let turn: Step = { [taps, channels, outChannels, threads = site.threads] in
            threads.parallel(taps) { tap, _ in
                let source = weights + (taps - 1 - tap) * channels * outChannels
                let into = turned.pointer + tap * channels * outChannels
                for input in 0..<channels {
                    for output in 0..<outChannels {
                        into[output &* channels &+ input] = source[input &* outChannels &+ output]
                    }
                }
            }
        }
        let products = adjoint.products(
            gradient, turned.pointer, bias: nil, into: target.pointer, accumulates: target.accumulates, nil,
            workspace: site.workspace, threads: site.threads)
        if site.fixed[1] == nil {
            return {
                turn()
                products()
            }
        }
        turn()
        // The closure's only use of `turned` is to keep it alive.
        return { withExtendedLifetime(turned) { products() } }
    }

    /// Any stride and grouping: products row by row of the output, added to the input rows that a piece owns.
    private func scatteredProducts(at site: Site, _ gradient: Floats, _ target: GradientTarget) -> Step {
        let weights = site.inputs[1].pointer
        let patches = patches
        let columns = patches.columns
        let reach = dilation.height * (kernel.height - 1)
        let rows = Pieces(height, size: max(2 * (reach + 1), Self.minimumBlock / max(1, width)))
        let (workspace, threads) = (site.workspace, site.threads)
        workspace.reserve(outWidth * columns)
        return {
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
                let matrix = workspace.scratch(worker)
                for row in first...last {
                    let source = gradient + (picture &* outPixels &+ row &* outWidth) &* outChannels
                    for group in 0..<groups {
                        MatrixProduct.run(
                            outWidth, columns, groupOutputs, .init(source + group * groupOutputs, stride: outChannels),
                            .init(weights + group * groupOutputs, stride: outChannels, transposed: true),
                            into: matrix, stride: columns)
                        patches.scatter(
                            matrix, firstChannel: group * groupChannels, outRow: row, into: into, rows: range)
                    }
                }
            }
        }
    }

    /// The gradient of one tap's weights in one group is `Xᵀ · dY` over all pixels, X shifted by the tap.
    func weightBackward(at site: Site, _ gradient: Floats, _ target: GradientTarget) -> Step {
        if isDepthwise { return depthwiseWeightBackward(at: site, gradient, target) }
        let x = site.inputs[0].pointer
        let (workspace, threads) = (site.workspace, site.threads)
        let size = min(outPixels, max(Self.minimumBlock, Self.blockFloats / max(1, 4 * groupChannels)))
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
}
