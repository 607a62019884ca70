import NetsKernels

/// Convolution in which every channel has its own window: x `[H, W, C]`, weights `[kh, kw, C]`.
struct DepthwiseKernel {
    let height: Int
    let width: Int
    let channels: Int
    let outHeight: Int
    let outWidth: Int
    let kernel: Extent2
    let stride: Extent2
    let dilation: Extent2
    let top: Int
    let left: Int

    /// Floats of one tap's weights as ``forwardRow(_:_:_:_:_:into:)`` takes them.
    private var tap: Int { channels + DepthwiseRun.overhang }

    /// Floats of the weights in that layout.
    var weightCount: Int { kernel.height * kernel.width * tap }

    /// Lays weights `[kh, kw, C]` out as `[kh, kw, C + overhang]`.
    func layOut(_ weights: Floats, into target: Floats) {
        for index in 0..<weightCount { target[index] = weights[index / tap * channels + index % tap % channels] }
    }

    /// One output row.
    ///
    /// - Parameter weights: as ``layOut(_:into:)`` leaves them.
    func forwardRow(
        _ oy: Int, _ x: Floats, _ weights: Floats, _ finish: ConvolutionFinish, _ kernels: KernelSet,
        into target: Floats
    ) {
        // What of the window's rows is in the picture.
        let y0 = oy &* stride.height &- top
        let firstTap = y0 < 0 ? (dilation.height &- 1 &- y0) / dilation.height : 0
        let taps = max(firstTap, min(kernel.height, (height &- y0 &+ dilation.height &- 1) / dilation.height))
        let line = x + (y0 &+ firstTap &* dilation.height) &* width &* channels
        let factors = weights + firstTap &* kernel.width &* tap

        func run(_ ox: Int, pixels: Int, _ columns: Range<Int>) {
            kernels.depthwise.run(
                line + (ox &* stride.width &- left &+ columns.lowerBound &* dilation.width) &* channels,
                step: stride.width &* channels, rowStride: dilation.height &* width &* channels,
                columnStride: dilation.width &* channels, rows: taps &- firstTap, columns: columns.count,
                factors + columns.lowerBound &* tap, weightStride: kernel.width &* tap, bias: finish.bias,
                slopes: finish.slopes, channels: channels, into: target + ox &* channels, count: pixels &* channels)
        }

        // The outputs whose windows lie between the picture's left and right edges.
        let inside = wholeWindows
        if !inside.isEmpty { run(inside.lowerBound, pixels: inside.count, 0..<kernel.width) }
        for ox in 0..<outWidth where !inside.contains(ox) {
            let x0 = ox &* stride.width &- left
            let first = x0 < 0 ? min(kernel.width, (dilation.width &- 1 &- x0) / dilation.width) : 0
            let end = max(first, min(kernel.width, (width &- x0 &+ dilation.width &- 1) / dilation.width))
            run(ox, pixels: 1, first..<end)
        }
    }

    private var wholeWindows: Range<Int> {
        let first = (left + stride.width - 1) / stride.width
        let span = width + left - dilation.width * (kernel.width - 1)
        let end = min(outWidth, span > 0 ? (span - 1) / stride.width + 1 : 0)
        return first..<max(first, end)
    }

    /// Adds to input row `y` what all outputs that see it hand back.
    func backwardRow(_ y: Int, _ gradient: Floats, _ weights: Floats, into target: Floats) {
        for ky in 0..<kernel.height {
            let offset = y &+ top &- ky &* dilation.height
            if offset < 0 || offset % stride.height != 0 || offset / stride.height >= outHeight { continue }
            let line = gradient + (offset / stride.height) &* outWidth &* channels
            for ox in 0..<outWidth {
                for kx in 0..<kernel.width {
                    let column = ox &* stride.width &- left &+ kx &* dilation.width
                    if column < 0 || column >= width { continue }
                    multiplyAdd(
                        line + ox &* channels, weights + (ky &* kernel.width &+ kx) &* channels,
                        into: target + column &* channels)
                }
            }
        }
    }

    /// Adds the gradient of one tap's weights: the sum over all pixels of input times output gradient.
    func backwardTap(_ tap: Int, _ x: Floats, _ gradient: Floats, into target: Floats) {
        let (ky, kx) = (tap / kernel.width, tap % kernel.width)
        for oy in 0..<outHeight {
            let y = oy &* stride.height &- top &+ ky &* dilation.height
            if y < 0 || y >= height { continue }
            for ox in 0..<outWidth {
                let column = ox &* stride.width &- left &+ kx &* dilation.width
                if column < 0 || column >= width { continue }
                multiplyAdd(
                    x + (y &* width &+ column) &* channels, gradient + (oy &* outWidth &+ ox) &* channels,
                    into: target)
            }
        }
    }

    @inline(__always)
    private func multiplyAdd(_ a: Floats, _ b: Floats, into target: Floats) {
        sweep(channels) {
            target.store(target.lanes($0) + a.lanes($0) * b.lanes($0), $0)
        } scalar: {
            target[$0] += a[$0] * b[$0]
        }
    }
}
