/// Where each output position of one axis lies in the input: between `first` and `second`, `weight` of the way.
struct ResampledAxis {
    let first: [Int]
    let second: [Int]
    let weight: [Float]

    init(_ resize: Resize, from old: Int, to new: Int, scale: Float) {
        var first: [Int] = []
        var second: [Int] = []
        var weight: [Float] = []
        for index in 0..<new {
            let position = Self.position(index, resize.alignment, from: old, to: new, scale: scale)
            switch resize.interpolation {
            case .nearest(let rounding):
                let nearest = Self.round(position, rounding)
                first.append(min(max(nearest, 0), old - 1))
                second.append(first[index])
                weight.append(0)
            case .linear:
                let held = min(max(position, 0), Float(old - 1))
                first.append(Int(held))
                second.append(min(Int(held) + 1, old - 1))
                weight.append(held - Float(Int(held)))
            }
        }
        (self.first, self.second, self.weight) = (first, second, weight)
    }

    private static func position(
        _ index: Int, _ alignment: Resize.Alignment, from old: Int, to new: Int, scale: Float
    ) -> Float {
        switch alignment {
        case .asymmetric: Float(index) / scale
        case .halfPixel: (Float(index) + 0.5) / scale - 0.5
        case .torchHalfPixel: new > 1 ? (Float(index) + 0.5) / scale - 0.5 : 0
        case .corners: new > 1 ? Float(index) * Float(old - 1) / Float(new - 1) : 0
        }
    }

    private static func round(_ position: Float, _ rounding: Resize.Rounding) -> Int {
        switch rounding {
        case .floor: Int(position.rounded(.down))
        case .ceiling: Int(position.rounded(.up))
        case .preferFloor: Int((position - 0.5).rounded(.up))
        case .preferCeiling: Int((position + 0.5).rounded(.down))
        }
    }
}

/// Bilinear resampling of `[N, H, W, C]` and its adjoint.
struct BilinearKernel {
    private let x: Shape
    private let y: Shape
    private let rows: ResampledAxis
    private let columns: ResampledAxis

    init(x: Shape, y: Shape, rows: ResampledAxis, columns: ResampledAxis) {
        (self.x, self.y, self.rows, self.columns) = (x, y, rows, columns)
    }

    func forward(_ source: Floats, _ target: Floats, threads: ThreadPool) -> Step {
        let (height, width, channels) = (x.height, x.width, x.channels)
        let (outHeight, outWidth) = (y.height, y.width)
        let pieces = Pieces.balanced(y.batch * outHeight, cost: outWidth * channels)
        return { [rows, columns] in
            threads.parallel(pieces.count) { piece, _ in
                for row in pieces.range(piece) {
                    let (picture, oy) = (source + row / outHeight &* height &* width &* channels, row % outHeight)
                    let upper = picture + rows.first[oy] &* width &* channels
                    let lower = picture + rows.second[oy] &* width &* channels
                    for ox in 0..<outWidth {
                        let (left, right) = (columns.first[ox] &* channels, columns.second[ox] &* channels)
                        let (down, across) = (rows.weight[oy], columns.weight[ox])
                        let pixel = target + (row &* outWidth &+ ox) &* channels
                        sweep(channels) {
                            let top = upper.lanes(left &+ $0) * (1 - across) + upper.lanes(right &+ $0) * across
                            let low = lower.lanes(left &+ $0) * (1 - across) + lower.lanes(right &+ $0) * across
                            pixel.store(top * (1 - down) + low * down, $0)
                        } scalar: {
                            let top = upper[left &+ $0] * (1 - across) + upper[right &+ $0] * across
                            let low = lower[left &+ $0] * (1 - across) + lower[right &+ $0] * across
                            pixel[$0] = top * (1 - down) + low * down
                        }
                    }
                }
            }
        }
    }

    func backward(_ gradient: Floats, _ target: GradientTarget, threads: ThreadPool) -> Step {
        let (height, width, channels) = (x.height, x.width, x.channels)
        let (outHeight, outWidth) = (y.height, y.width)
        // For every input row, the output rows that read it, with their weight.
        var takers = [[(row: Int, weight: Float)]](repeating: [], count: height)
        for oy in 0..<outHeight {
            takers[rows.first[oy]].append((oy, 1 - rows.weight[oy]))
            takers[rows.second[oy]].append((oy, rows.weight[oy]))
        }
        let pieces = Pieces.balanced(x.batch * height, cost: width * channels)
        return { [columns] in
            threads.parallel(pieces.count) { piece, _ in
                for row in pieces.range(piece) {
                    let line = target.pointer + row &* width &* channels
                    if !target.accumulates { line.update(repeating: 0, count: width &* channels) }
                    for taker in takers[row % height] where taker.weight != 0 {
                        let source = gradient + (row / height &* outHeight &+ taker.row) &* outWidth &* channels
                        for ox in 0..<outWidth {
                            let across = columns.weight[ox]
                            let pixel = source + ox &* channels
                            add(pixel, times: taker.weight * (1 - across), to: line + columns.first[ox] &* channels)
                            add(pixel, times: taker.weight * across, to: line + columns.second[ox] &* channels)
                        }
                    }
                }
            }
        }
    }

    @inline(__always)
    private func add(_ source: Floats, times scale: Float, to target: Floats) {
        sweep(x.channels) {
            target.store(target.lanes($0) + source.lanes($0) * scale, $0)
        } scalar: {
            target[$0] += source[$0] * scale
        }
    }
}
