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
