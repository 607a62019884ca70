/// The greatest or the mean value of a window that slides over the picture, or the root of the mean of its squares.
///
/// x `[N, H, W, C]` → `[N, H', W', C]`. Padding never wins a maximum, and counts in a mean only when
/// `countsPadding`. With `roundsUp` a last, partial window is kept as long as it starts inside the picture or its
/// leading padding.
package struct Pool: Hashable, Sendable, Codable {
    package enum Kind: String, Hashable, Sendable, Codable { case max, average, l2 }

    package var kind: Kind
    package var window: Extent2
    package var stride: Extent2
    package var padding: Margins
    package var roundsUp: Bool
    package var countsPadding: Bool

    package init(
        _ kind: Kind, window: Extent2, stride: Extent2, padding: Margins = .none, roundsUp: Bool = false,
        countsPadding: Bool = false
    ) {
        self.kind = kind
        self.window = window
        self.stride = stride
        self.padding = padding
        self.roundsUp = roundsUp
        self.countsPadding = countsPadding
    }
}

extension Pool: Operation {
    var arity: ClosedRange<Int> { 1...1 }

    func outputShape(_ inputs: [Shape]) throws(Misfit) -> Shape {
        let x = inputs[0]
        guard x.rank == 4 else { throw Misfit("a picture needs rank 4") }
        guard min(window.height, window.width, stride.height, stride.width) >= 1 else {
            throw Misfit("window and stride need to be at least 1")
        }
        guard !padding.isNegative, max(padding.top, padding.bottom) < window.height,
            max(padding.left, padding.right) < window.width
        else { throw Misfit("padding needs to be smaller than the window") }
        let height = steps(x.height, padding.top, padding.bottom, window.height, stride.height)
        let width = steps(x.width, padding.left, padding.right, window.width, stride.width)
        guard height > 0, width > 0 else { throw Misfit("the window is larger than the padded picture") }
        return .nhwc(x.batch, height, width, x.channels)
    }

    /// Whether windows are whole and of 2×2 pixels that no other window has.
    func takesPairs(of x: Shape) -> Bool {
        window == Extent2(2) && stride == Extent2(2) && padding.isEmpty
            && (!roundsUp || x.height % 2 == 0 && x.width % 2 == 0)
    }

    private func steps(_ extent: Int, _ before: Int, _ after: Int, _ window: Int, _ stride: Int) -> Int {
        let span = extent + before + after - window
        if span < 0 { return 0 }
        var count = (span + (roundsUp ? stride - 1 : 0)) / stride + 1
        if roundsUp, (count - 1) * stride >= extent + before { count -= 1 }
        return count
    }

    func backwardReads(gradients wanted: [Bool]) -> BackwardReads {
        switch kind {
        case .max: BackwardReads(inputs: [0])
        case .average: BackwardReads()
        case .l2: BackwardReads(inputs: [0], output: true)
        }
    }

    func forward(at site: Site) -> Step {
        let kernel = PoolKernel(self, x: site.inputs[0].shape, y: site.output.shape)
        let rows = Pieces.balanced(
            kernel.batch * kernel.outHeight, cost: kernel.outWidth * kernel.channels * window.height * window.width)
        return { [x = site.inputs[0].pointer, y = site.output.pointer, threads = site.threads] in
            threads.parallel(rows.count) { piece, _ in
                for row in rows.range(piece) { kernel.forwardRow(row, x, y) }
            }
        }
    }

    func backward(at site: Site) -> Step {
        guard let target = site.inputGradients[0] else { return {} }
        let kernel = PoolKernel(self, x: site.inputs[0].shape, y: site.output.shape)
        // A piece owns whole input rows, a multiple of the stride so that neighbours share few windows.
        let lines = max(1, Pieces.elements / max(1, kernel.width * kernel.channels))
        let rows = Pieces(kernel.height, size: (lines + stride.height - 1) / stride.height * stride.height)
        return {
            [x = site.inputs[0].pointer, y = site.output.pointer, d = site.outputGradient!, threads = site.threads] in
            threads.parallel(kernel.batch * rows.count) { piece, _ in
                kernel.backwardRows(rows.range(piece % rows.count), picture: piece / rows.count, x, y, d, target)
            }
        }
    }
}
