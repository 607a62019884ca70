/// `scale · (x − mean) / √(variance + epsilon) + offset`, mean and (biased) variance over H and W of each picture.
///
/// x `[N, H, W, C]`, optional scale and offset `[C]`. Ulyanov et al. 2016, "Instance Normalization", equation 3.
package struct InstanceNorm: Hashable, Sendable, Codable {
    package var epsilon: Float
    /// Applied to the result in the same pass, where no gradients are wanted; `nil` for none.
    package var activation: Activation?

    package init(epsilon: Float = 1e-5, activation: Activation? = nil) {
        self.epsilon = epsilon
        self.activation = activation
    }
}

extension InstanceNorm: Operation {
    var arity: ClosedRange<Int> { 1...3 }
    var worksInPlace: Bool { true }

    func outputShape(_ inputs: [Shape]) throws(Misfit) -> Shape {
        guard inputs[0].rank == 4 else { throw Misfit("a picture needs rank 4") }
        guard inputs[0].height * inputs[0].width > 0 else { throw Misfit("the picture has no pixels") }
        for shape in inputs.dropFirst() where shape.dims != [inputs[0].channels] {
            throw Misfit("scale and offset need [\(inputs[0].channels)]")
        }
        return inputs[0]
    }

    func backwardReads(gradients wanted: [Bool]) -> BackwardReads { BackwardReads(inputs: [0, 1]) }

    func forward(at site: Site) -> Step {
        let shape = site.inputs[0].shape
        let moments = Moments(shape, epsilon: epsilon, workspace: site.workspace, threads: site.threads)
        let (area, channels) = (shape.height * shape.width, shape.channels)
        let (factor, shift) = (AlignedStorage(count: moments.row), AlignedStorage(count: moments.row))
        let (x, y) = (site.inputs[0].pointer, site.output.pointer)
        let scale = site.inputs.count > 1 ? site.inputs[1].pointer : nil
        let offset = site.inputs.count > 2 ? site.inputs[2].pointer : nil
        let (slope, rest) = activation.slopeAndRest
        return {
            for picture in 0..<shape.batch {
                let start = picture * area * channels
                moments.run(x + start)
                for channel in 0..<channels {
                    let value = (scale?[channel] ?? 1) * moments.inverse[channel]
                    moments.spread(value, channel, over: factor.pointer)
                    moments.spread(
                        (offset?[channel] ?? 0) - moments.mean[channel] * value, channel, over: shift.pointer)
                }
                moments.scale(
                    x + start, factor: factor.pointer, shift: shift.pointer, slope: slope, rest: rest, into: y + start)
            }
        }
    }

    /// With x̂ the normalised input and m the mean over pixels: `dx = scale / σ · (dy − m(dy) − x̂ · m(dy · x̂))`.
    func backward(at site: Site) -> Step {
        precondition(activation == nil, "activations are fused where no gradients are wanted")
        let shape = site.inputs[0].shape
        let (area, channels) = (shape.height * shape.width, shape.channels)
        let moments = Moments(shape, epsilon: epsilon, workspace: site.workspace, threads: site.threads)
        let sums = ColumnSums(rows: area, columns: channels, threads: site.threads)
        let (plain, product) = (AlignedStorage(count: channels), AlignedStorage(count: channels))
        let (x, d) = (site.inputs[0].pointer, site.outputGradient!)
        let scale = site.inputs.count > 1 ? site.inputs[1].pointer : nil
        let targets = site.inputGradients + [nil, nil]
        let pixels = Pieces.balanced(area, cost: channels)
        let threads = site.threads
        return {
            for picture in 0..<shape.batch {
                let start = picture * area * channels
                moments.run(x + start)
                let (mean, inverse) = (moments.mean, moments.inverse)
                sums.run(d + start, into: plain.pointer)
                sums.run(into: product.pointer, scale: 1) { row, sums in
                    let line = start &+ row &* channels
                    for channel in 0..<channels {
                        sums[channel] +=
                            d[line &+ channel] * (x[line &+ channel] - mean[channel]) * inverse[channel]
                    }
                }
                for channel in 0..<channels {
                    targets[1]?.gather(product.pointer[channel], at: channel, isFirst: picture == 0)
                    targets[2]?.gather(plain.pointer[channel], at: channel, isFirst: picture == 0)
                    plain.pointer[channel] /= Float(area)
                    product.pointer[channel] /= Float(area)
                }
                guard let target = targets[0] else { continue }
                threads.parallel(pixels.count) { piece, _ in
                    for pixel in pixels.range(piece) {
                        let line = start &+ pixel &* channels
                        for channel in 0..<channels {
                            let normal = (x[line &+ channel] - mean[channel]) * inverse[channel]
                            let value =
                                (scale?[channel] ?? 1) * inverse[channel]
                                * (d[line &+ channel] - plain.pointer[channel] - normal * product.pointer[channel])
                            target.put(value, at: line &+ channel)
                        }
                    }
                }
            }
        }
    }
}
