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

    /// Channels of which ``backwardWeights(_:_:_:into:)`` takes all taps at once: a line of the cache.
    static let group = 2 * Lanes.scalarCount

    /// Adds the gradient of the weights of a group of channels: of each tap the sum over all pixels of input times output gradient.
    ///
    /// Rows are walked once, with all taps, so that memory is read once however many taps there are.
    /// - Parameters:
    ///   - first: the first channel.
    ///   - target: `[kh, kw, C]`.
    func backwardWeights(_ first: Int, _ x: Floats, _ gradient: Floats, into target: Floats) {
        let group = min(Self.group, channels &- first)
        for oy in 0..<outHeight {
            let row = gradient + (oy &* outWidth &* channels &+ first)
            for ky in 0..<kernel.height {
                let y = oy &* stride.height &- top &+ ky &* dilation.height
                if y < 0 || y >= height { continue }
                for kx in 0..<kernel.width {
                    let shift = kx &* dilation.width &- left
                    // The output pixels that the tap is within the picture for.
                    let begin = max(0, (stride.width &- 1 &- shift) / stride.width)
                    let count = min(outWidth, (width &- 1 &- shift &+ stride.width) / stride.width) &- begin
                    if count <= 0 { continue }
                    let column = begin &* stride.width &+ shift
                    addProducts(
                        x + ((y &* width &+ column) &* channels &+ first), row + begin &* channels, pixels: count,
                        group, into: target + ((ky &* kernel.width &+ kx) &* channels &+ first))
                }
            }
        }
    }

    /// Adds the sums over pixels of a row: input, a stride apart, times output gradient.
    ///
    /// - Parameter group: channels.
    @inline(__always)
    private func addProducts(_ a: Floats, _ b: Floats, pixels: Int, _ group: Int, into target: Floats) {
        let (step, lanes) = (stride.width &* channels, Lanes.scalarCount)
        guard group == Self.group else {
            for channel in 0..<group {
                var sum: Float = 0
                for pixel in 0..<pixels { sum += a[pixel &* step &+ channel] * b[pixel &* channels &+ channel] }
                target[channel] += sum
            }
            return
        }
        var (first, second) = (Lanes.zero, Lanes.zero)
        for pixel in 0..<pixels {
            let (p, q) = (a + pixel &* step, b + pixel &* channels)
            first += p.lanes(0) * q.lanes(0)
            second += p.lanes(lanes) * q.lanes(lanes)
        }
        target.store(target.lanes(0) + first, 0)
        target.store(target.lanes(lanes) + second, lanes)
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
