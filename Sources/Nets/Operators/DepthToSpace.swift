/// Spreads channels over blocks of pixels: x `[N, H, W, b·b·C]` → `[N, b·H, b·W, C]`, where channel `(i·b + j)·C + c` of a
/// pixel becomes channel `c` of the pixel at row `i` and column `j` of its block.
///
/// ONNX `DepthToSpace` in its mode `DCR`; with a pointwise convolution before it, a transposed convolution whose windows
/// do not overlap.
package struct DepthToSpace: Hashable, Sendable, Codable {
    /// Pixels of a block's side, at least 1.
    package var block: Int

    package init(block: Int) { self.block = block }
}

extension DepthToSpace: Operation {
    var arity: ClosedRange<Int> { 1...1 }

    func outputShape(_ inputs: [Shape]) throws(Misfit) -> Shape {
        let x = inputs[0]
        guard x.rank == 4 else { throw Misfit("a picture needs rank 4") }
        guard block >= 1, block <= Self.largestBlock, x.channels.isMultiple(of: block * block) else {
            throw Misfit("\(x.channels) channels are not spread over blocks of side \(block)")
        }
        let (height, tall) = x.height.multipliedReportingOverflow(by: block)
        let (width, wide) = x.width.multipliedReportingOverflow(by: block)
        guard !tall, !wide else { throw Misfit("the result is beyond any size") }
        return .nhwc(x.batch, height, width, x.channels / (block * block))
    }

    private static let largestBlock = 1 << 10

    func backwardReads(gradients wanted: [Bool]) -> BackwardReads { BackwardReads() }

    /// Calls `body` with the places in x and y of each run that lies unbroken in both: a block's row, and its length.
    private func eachRun(
        of x: Shape, threads: ThreadPool, _ body: @escaping (_ inX: Int, _ inY: Int, _ length: Int) -> Void
    ) -> Step {
        let (block, width) = (block, x.width)
        let length = x.channels / block
        let rows = Pieces.balanced(x.batch * x.height * block, cost: width * length)
        return {
            threads.parallel(rows.count) { piece, _ in
                for row in rows.range(piece) {
                    let (source, part) = row.quotientAndRemainder(dividingBy: block)
                    for column in 0..<width {
                        body(
                            (source &* width &+ column) &* block &* length &+ part &* length,
                            (row &* width &+ column) &* length, length)
                    }
                }
            }
        }
    }

    func forward(at site: Site) -> Step {
        let (x, y) = (site.inputs[0].pointer, site.output.pointer)
        return eachRun(of: site.inputs[0].shape, threads: site.threads) { from, to, length in
            (y + to).update(from: x + from, count: length)
        }
    }

    func backward(at site: Site) -> Step {
        guard let target = site.inputGradients[0] else { return {} }
        let d = site.outputGradient!
        return eachRun(of: site.inputs[0].shape, threads: site.threads) { to, from, length in
            for index in 0..<length { target.put(d[from &+ index], at: to &+ index) }
        }
    }
}
