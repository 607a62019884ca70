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
            threads.parallel(taps) { tap, _ in
                let into = target.pointer + tap &* channels
                if !target.accumulates { into.update(repeating: 0, count: channels) }
                for picture in 0..<batch {
                    kernel.backwardTap(
                        tap, x + picture &* inPixels &* channels, gradient + picture &* outPixels &* channels,
                        into: into)
                }
            }
        }
    }
}
