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

/// A rearrangement that is separable by axis: each output index along an axis names an input index, or none (−1).
/// Padding, slicing and nearest-neighbour resampling are of this kind. Values are seen as rank 4, leading extents 1.
struct AxisMaps {
    let inShape: [Int]
    let outShape: [Int]
    /// For each of the four axes, the input index of every output index.
    let maps: [[Int32]]
    /// What an output element without an input is.
    let constant: Float

    init(input: Shape, output: Shape, maps: [[Int]], constant: Float = 0) {
        let lead = 4 - input.rank
        precondition(lead >= 0 && maps.count == input.rank, "axis maps of rank \(input.rank)")
        inShape = [Int](repeating: 1, count: lead) + input.dims
        outShape = [Int](repeating: 1, count: lead) + output.dims
        self.maps = [[Int32]](repeating: [0], count: lead) + maps.map { $0.map(Int32.init) }
        self.constant = constant
    }

    /// Whether pixels move whole.
    private var keepsLastAxis: Bool {
        inShape[3] == outShape[3] && maps[3].enumerated().allSatisfy { $0.offset == Int($0.element) }
    }

    /// The first of the input channels, where neighbours stay neighbours and none is missing.
    private var firstChannel: Int? {
        guard let first = maps[3].first, first >= 0 else { return nil }
        return maps[3].enumerated().allSatisfy { $0.offset + Int(first) == Int($0.element) } ? Int(first) : nil
    }

    func forward(_ x: Floats, _ y: Floats, threads: ThreadPool) -> Step {
        let rows = Pieces.balanced(outShape[0] * outShape[1], cost: outShape[2] * outShape[3])
        let (whole, firstChannel) = (keepsLastAxis, firstChannel)
        let (inRows, inColumns, inChannels) = (inShape[1], inShape[2], inShape[3])
        let (outRows, outColumns, outChannels) = (outShape[1], outShape[2], outShape[3])
        return { [maps, constant] in
            threads.parallel(rows.count) { piece, _ in
                for row in rows.range(piece) {
                    let target = y + row &* outColumns &* outChannels
                    let a = Int(maps[0][row / outRows])
                    let b = Int(maps[1][row % outRows])
                    if a < 0 || b < 0 {
                        target.update(repeating: constant, count: outColumns &* outChannels)
                        continue
                    }
                    let source = x + (a &* inRows &+ b) &* inColumns &* inChannels
                    for column in 0..<outColumns {
                        let pixel = target + column &* outChannels
                        let from = Int(maps[2][column])
                        if from < 0 {
                            pixel.update(repeating: constant, count: outChannels)
                        } else if whole {
                            pixel.update(from: source + from &* inChannels, count: outChannels)
                        } else if let firstChannel {
                            let channels = source + (from &* inChannels &+ firstChannel)
                            for channel in 0..<outChannels { pixel[channel] = channels[channel] }
                        } else {
                            for channel in 0..<outChannels {
                                let index = Int(maps[3][channel])
                                pixel[channel] = index < 0 ? constant : source[from &* inChannels &+ index]
                            }
                        }
                    }
                }
            }
        }
    }

    /// The adjoint: every input element collects the gradients of the outputs that took it.
    func backward(_ gradient: Floats, _ target: GradientTarget, threads: ThreadPool) -> Step {
        let (inRows, inColumns, inChannels) = (inShape[1], inShape[2], inShape[3])
        let (outRows, outColumns, outChannels) = (outShape[1], outShape[2], outShape[3])
        let rows = Pieces.balanced(inShape[0] * inRows, cost: inColumns * inChannels)
        // The output rows that take a given input row.
        var takers = [[Int]](repeating: [], count: inShape[0] * inRows)
        for a in 0..<outShape[0] where maps[0][a] >= 0 {
            for b in 0..<outRows where maps[1][b] >= 0 {
                takers[Int(maps[0][a]) * inRows + Int(maps[1][b])].append(a * outRows + b)
            }
        }
        let whole = keepsLastAxis
        return { [maps] in
            threads.parallel(rows.count) { piece, _ in
                for row in rows.range(piece) {
                    let line = target.pointer + row &* inColumns &* inChannels
                    if !target.accumulates { line.update(repeating: 0, count: inColumns &* inChannels) }
                    for taker in takers[row] {
                        let source = gradient + taker &* outColumns &* outChannels
                        for column in 0..<outColumns {
                            let into = Int(maps[2][column])
                            if into < 0 { continue }
                            let (p, q) = (line + into &* inChannels, source + column &* outChannels)
                            if whole {
                                sweep(outChannels) {
                                    p.store(p.lanes($0) + q.lanes($0), $0)
                                } scalar: {
                                    p[$0] += q[$0]
                                }
                            } else {
                                for channel in 0..<outChannels where maps[3][channel] >= 0 {
                                    p[Int(maps[3][channel])] += q[channel]
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
