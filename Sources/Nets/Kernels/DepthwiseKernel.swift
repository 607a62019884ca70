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

    /// One output row, bias first, taps in row-major order.
    func forwardRow(_ oy: Int, _ x: Floats, _ weights: Floats, bias: Floats?, into target: Floats) {
        for ox in 0..<outWidth {
            let pixel = target + ox &* channels
            if let bias {
                pixel.update(from: bias, count: channels)
            } else {
                pixel.update(repeating: 0, count: channels)
            }
            for ky in 0..<kernel.height {
                let y = oy &* stride.height &- top &+ ky &* dilation.height
                if y < 0 || y >= height { continue }
                for kx in 0..<kernel.width {
                    let column = ox &* stride.width &- left &+ kx &* dilation.width
                    if column < 0 || column >= width { continue }
                    multiplyAdd(
                        x + (y &* width &+ column) &* channels, weights + (ky &* kernel.width &+ kx) &* channels,
                        into: pixel)
                }
            }
        }
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
