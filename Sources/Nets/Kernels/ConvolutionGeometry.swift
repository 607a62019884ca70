/// All extents of one convolution, and its three products: forward, gradient of the input, gradient of the weights.
///
/// `+Winograd`, `+Panels` and `+Depthwise` have the ways to go. Which pixels make a block depends on the shape alone.
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
    /// What lies in the padding.
    let border: Pad.Mode
    let groups: Int

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
        border = convolution.border ?? .constant(0)
        groups = convolution.groups
        let spanY = height + padding.top + padding.bottom - dilation.height * (kernel.height - 1) - 1
        let spanX = width + padding.left + padding.right - dilation.width * (kernel.width - 1) - 1
        outHeight = spanY / stride.height + 1
        outWidth = spanX / stride.width + 1
    }

    var isDepthwise: Bool { groups == channels && outChannels == channels && border == .constant(0) }
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

    /// - Parameter pool: taken of the rectified sums in the same pass; only where ``pools``.
    func forward(at site: Site, _ activation: Activation?, pool: Pool.Kind? = nil) -> Step {
        let finish = ConvolutionFinish(at: site, outputs: outChannels, activation)
        if isDepthwise { return depthwiseForward(at: site, finish) }
        if WinogradConvolution.suits(self) { return winogradForward(at: site, finish, pool: pool) }
        return panelForward(at: site, finish)
    }

    /// Whether a pooling of 2×2 pixels can be taken on the way forward, and undone on the way back.
    var pools: Bool {
        padding == Margins(1) && border == .constant(0) && outChannels % 16 == 0 && outHeight >= 2 && outWidth >= 2
            && !isDepthwise && WinogradConvolution.suits(self) && WinogradConvolution.suits(adjoint)
    }

    /// The way back through convolution, rectifier and pooling to the input.
    func pooledInputBackward(at site: Site, _ gradient: Floats, _ pool: Pool.Kind, _ target: GradientTarget) -> Step {
        adjoint.winogradAdjoint(
            at: site, .pooled(gradient, routes: site.routes!, scale: pool == .average ? 0.25 : 1), target)
    }

    /// What a rectified output's gradient is still to be led through.
    enum Mask {
        /// The output itself, which let through where it is positive.
        case output(Floats)
        /// What forward left instead; only where ``rectifiesByRoutes``.
        case routes(Routes)
    }

    /// Whether routes can stand in for the rectified output.
    var rectifiesByRoutes: Bool {
        !isDepthwise && WinogradConvolution.suits(self) && !scatters && WinogradConvolution.suits(adjoint)
    }

    /// Whether ``inputBackward(at:_:mask:_:)`` can lead the gradient through a rectifier on its way.
    var masksInputBackward: Bool { !isDepthwise }

    /// - Parameter mask: only where ``masksInputBackward``.
    func inputBackward(
        at site: Site, _ gradient: Floats, mask: Mask? = nil, _ target: GradientTarget
    ) -> Step {
        if isDepthwise { return depthwiseInputBackward(at: site, gradient, target) }
        if !scatters, WinogradConvolution.suits(adjoint) {
            return adjoint.winogradAdjoint(
                at: site, mask.map { .masked(gradient, by: $0) } ?? .picture(gradient), target)
        }
        let output: Floats? =
            switch mask {
            case .output(let output): output
            case nil: nil
            case .routes: preconditionFailure("routes where windows are multiplied")
            }
        if scatters { return scatteredProducts(at: site, gradient, mask: output, target) }
        return adjoint.panelAdjoint(at: site, gradient, mask: output, target)
    }

    /// Whether the input's gradient is added up from what each output hands back: a must where windows skip pixels or
    /// channels, and fewer products where all of a window fits one panel.
    private var scatters: Bool { stride != Extent2(1) || groups > 1 || taps > 1 && taps * channels <= kernels.columns }

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
}

extension ConvolutionGeometry {
    var depthwise: DepthwiseKernel {
        DepthwiseKernel(
            height: height, width: width, channels: channels, outHeight: outHeight, outWidth: outWidth,
            kernel: kernel, stride: stride, dilation: dilation, top: padding.top, left: padding.left)
    }

    /// The weights as ``DepthwiseKernel/forwardRow(_:_:_:_:_:into:)`` takes them.
    func depthwiseWeights(at site: Site) -> (pointer: Floats, prepare: Step) {
        let kernel = depthwise
        return site.weights(as: .init(layout: .depthwise, columns: 0), count: kernel.weightCount) {
            kernel.layOut($0, into: $1)
        }
    }

    func depthwiseForward(at site: Site, _ finish: ConvolutionFinish) -> Step {
        let kernel = depthwise
        let (x, y) = (site.inputs[0].pointer, site.output.pointer)
        let weights = depthwiseWeights(at: site)
        let threads = site.threads
        let rows = Pieces.balanced(batch * outHeight, cost: outWidth * channels * taps)
        let kernels = KernelSet.supported[0]
        return {
            weights.prepare()
            finish.prepare()
            threads.parallel(rows.count) { piece, _ in
                for row in rows.range(piece) {
                    let target = y + row &* outWidth &* channels
                    kernel.forwardRow(
                        row % outHeight, x + row / outHeight &* inPixels &* channels, weights.pointer, finish, kernels,
                        into: target)
                    finish.rest?.apply(target, to: target, count: outWidth &* channels)
                }
            }
        }
    }

    func depthwiseInputBackward(at site: Site, _ gradient: Floats, _ target: GradientTarget) -> Step {
        let kernel = depthwise
        let (weights, threads) = (site.inputs[1].pointer, site.threads)
        let rows = Pieces.balanced(batch * height, cost: width * channels * taps)
        return {
            threads.parallel(rows.count) { piece, _ in
                for row in rows.range(piece) {
                    let into = target.pointer + row &* width &* channels
                    if !target.accumulates { into.update(repeating: 0, count: width &* channels) }
                    kernel.backwardRow(
                        row % height, gradient + row / height &* outPixels &* channels, weights, into: into)
                }
            }
        }
    }

    func depthwiseWeightBackward(at site: Site, _ gradient: Floats, _ target: GradientTarget) -> Step {
        let kernel = depthwise
        let (x, threads) = (site.inputs[0].pointer, site.threads)
        return {
            if !target.accumulates { target.pointer.update(repeating: 0, count: taps &* channels) }
            let groups = Pieces(channels, size: DepthwiseKernel.group)
            threads.parallel(groups.count) { group, _ in
                for picture in 0..<batch {
                    kernel.backwardWeights(
                        groups.range(group).lowerBound, x + picture &* inPixels &* channels,
                        gradient + picture &* outPixels &* channels, into: target.pointer)
                }
            }
        }
    }
}

/// What is done to the sums of a convolution in the same pass: the bias, and an activation.
struct ConvolutionFinish {
    /// One of each an output, and the first ones again: for as long as `DepthwiseRun` wants, and to the end of a panel.
    var bias: Floats { storage.pointer }
    var slopes: Floats { storage.pointer + outputs + Self.overhang }
    /// The activation, where it is not a slope of what is negative.
    let rest: Activation?
    private static let overhang = 32
    private let storage: AlignedStorage
    private let outputs: Int
    private let given: Floats?
    private let givenSlopes: Operand?

    /// No bias and no activation.
    init(outputs: Int) { self.init(outputs: outputs, bias: nil, slopes: nil, nil) }

    init(at site: Site, outputs: Int, _ activation: Activation?) {
        self.init(
            outputs: outputs, bias: site.inputs.count > 2 ? site.inputs[2].pointer : nil,
            slopes: site.inputs.count > 3 ? site.inputs[3] : nil, activation)
    }

    init(outputs: Int, bias given: Floats?, slopes givenSlopes: Operand?, _ activation: Activation?) {
        self.outputs = outputs
        self.given = given
        self.givenSlopes = givenSlopes
        let length = outputs + Self.overhang
        storage = AlignedStorage(count: 2 * length)
        let slope: Float
        (slope, rest) = activation.slopeAndRest
        slopes.update(repeating: slope, count: length)
    }

    /// Takes the present values of bias and slopes over. Before each run, since they may be trained.
    func prepare() {
        if let given { wrap(given, count: outputs, into: bias) }
        if let givenSlopes { wrap(givenSlopes.pointer, count: givenSlopes.count, into: slopes) }
    }

    private func wrap(_ values: Floats, count: Int, into target: Floats) {
        for index in 0..<outputs + Self.overhang { target[index] = values[index % count] }
    }
}

extension Activation? {
    /// The activation as a slope of what is negative, and what is left of it where it is not one.
    var slopeAndRest: (slope: Float, rest: Activation?) {
        switch self {
        case .relu: (0, nil)
        case .leakyRelu(let slope): (slope, nil)
        default: (1, self)
        }
    }
}

extension Site {
    /// The weights in the layout that a kernel reads: made once for all executors when they are fixed, otherwise by
    /// `prepare` before each run.
    func weights(
        as form: Tensor.Form, count: Int, _ make: @escaping (_ weights: Floats, _ into: Floats) -> Void
    ) -> (pointer: Floats, prepare: Step) {
        let weights = inputs[1].pointer
        if let tensor = fixed[1] {
            let storage = tensor.form(form, count: count) { make(weights, $0.pointer) }
            // The step's only use of the storage is to keep it alive.
            return (storage.pointer, { withExtendedLifetime(storage) {} })
        }
        let storage = AlignedStorage(count: count)
        return (storage.pointer, { make(weights, storage.pointer) })
    }
}
