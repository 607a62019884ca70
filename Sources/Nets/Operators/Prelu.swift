/// `x` where positive, `slope · x` elsewhere, the slope learnt per channel.
///
/// x `[…, C]`, slope with C elements or one (leading extents of 1 are allowed). He et al. 2015, equation 1.
struct Prelu {}

extension Prelu: Operation {
    var arity: ClosedRange<Int> { 2...2 }
    var worksInPlace: Bool { true }

    func outputShape(_ inputs: [Shape]) throws(Misfit) -> Shape {
        let slope = inputs[1]
        guard slope.count == 1 || (slope.count == inputs[0].channels && slope.channels == slope.count) else {
            throw Misfit("the slope needs one element or one a channel")
        }
        return inputs[0]
    }

    func backwardReads(gradients wanted: [Bool]) -> BackwardReads { BackwardReads(inputs: [0, 1]) }

    func forward(at site: Site) -> Step {
        let channels = site.output.shape.channels
        let pixels = Pieces.balanced(site.output.count / max(1, channels), cost: channels)
        let (x, slope, y) = (site.inputs[0].pointer, site.inputs[1].pointer, site.output.pointer)
        let (shared, threads) = (site.inputs[1].count == 1, site.threads)
        return {
            threads.parallel(pixels.count) { piece, _ in
                let range = pixels.range(piece)
                if shared {
                    let start = range.lowerBound &* channels
                    Prelu.apply(x + start, slope[0], to: y + start, count: range.count &* channels)
                    return
                }
                for pixel in range {
                    let (source, target) = (x + pixel &* channels, y + pixel &* channels)
                    sweep(channels) {
                        let v = source.lanes($0)
                        target.store(v.replacing(with: v * slope.lanes($0), where: v .< 0), $0)
                    } scalar: {
                        target[$0] = source[$0] < 0 ? source[$0] * slope[$0] : source[$0]
                    }
                }
            }
        }
    }

    @inline(__always)
    private static func apply(_ source: Floats, _ slope: Float, to target: Floats, count: Int) {
        sweep(count) {
            let v = source.lanes($0)
            target.store(v.replacing(with: v * slope, where: v .< 0), $0)
        } scalar: {
            target[$0] = source[$0] < 0 ? source[$0] * slope : source[$0]
        }
    }

    func backward(at site: Site) -> Step {
        let channels = site.output.shape.channels
        let rows = site.output.count / max(1, channels)
        let (x, slope, d) = (site.inputs[0].pointer, site.inputs[1].pointer, site.outputGradient!)
        let (shared, threads) = (site.inputs[1].count == 1, site.threads)
        var steps: [Step] = []
        // The slope's gradient first: the input's may overwrite the output's.
        if let target = site.inputGradients[1] {
            let sums = ColumnSums(rows: rows, columns: channels, threads: threads)
            let perChannel = AlignedStorage(count: channels)
            steps.append {
                let add: (Int, Floats) -> Void = { row, sums in
                    let (x, d) = (x + row &* channels, d + row &* channels)
                    sweep(channels) {
                        let below = x.lanes($0).replacing(with: 0, where: x.lanes($0) .> 0)
                        sums.store(sums.lanes($0) + below * d.lanes($0), $0)
                    } scalar: {
                        sums[$0] += min(x[$0], 0) * d[$0]
                    }
                }
                if !shared {
                    sums.run(into: target.pointer, scale: 1, accumulates: target.accumulates, add)
                    return
                }
                sums.run(into: perChannel.pointer, scale: 1, add)
                var total = 0.0
                for channel in 0..<channels { total += Double(perChannel.pointer[channel]) }
                target.pointer[0] = (target.accumulates ? target.pointer[0] : 0) + Float(total)
            }
        }
        if let target = site.inputGradients[0] {
            let pixels = Pieces.balanced(rows, cost: channels)
            steps.append {
                threads.parallel(pixels.count) { piece, _ in
                    for pixel in pixels.range(piece) {
                        let at = pixel &* channels
                        let (x, d, y) = (x + at, d + at, target.pointer + at)
                        sweep(channels) {
                            let factor = shared ? Lanes(repeating: slope[0]) : slope.lanes($0)
                            let value = d.lanes($0).replacing(with: d.lanes($0) * factor, where: x.lanes($0) .< 0)
                            y.store(target.accumulates ? y.lanes($0) + value : value, $0)
                        } scalar: {
                            let value = x[$0] < 0 ? d[$0] * slope[shared ? 0 : $0] : d[$0]
                            y[$0] = target.accumulates ? y[$0] + value : value
                        }
                    }
                }
            }
        }
        return { for step in steps { step() } }
    }
}
