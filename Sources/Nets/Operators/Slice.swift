/// A regular part of a value: along each of `axes`, elements `start`, `start + step`, … before `end`.
///
/// Negative axes, starts and ends count from the end; bounds beyond the value are held to it. Steps are not zero.
package struct Slice: Hashable, Sendable, Codable {
    package struct Range: Hashable, Sendable, Codable {
        package var axis: Int
        package var start: Int
        package var end: Int
        package var step: Int

        package init(axis: Int, start: Int, end: Int, step: Int = 1) {
            self.axis = axis
            self.start = start
            self.end = end
            self.step = step
        }
    }

    package var ranges: [Range]

    package init(_ ranges: [Range]) { self.ranges = ranges }
}

extension Slice: Operation {
    var arity: ClosedRange<Int> { 1...1 }

    func outputShape(_ inputs: [Shape]) throws(Misfit) -> Shape {
        guard inputs[0].rank <= 4 else { throw Misfit("the rank exceeds 4") }
        return Shape(try indices(inputs[0]).map(\.count))
    }

    /// The chosen input indices of every axis.
    private func indices(_ x: Shape) throws(Misfit) -> [[Int]] {
        var chosen = x.dims.map { Array(0..<$0) }
        for range in ranges {
            let axis = range.axis < 0 ? range.axis + x.rank : range.axis
            guard (0..<x.rank).contains(axis) else { throw Misfit("there is no axis \(range.axis)") }
            guard range.step != 0 else { throw Misfit("the step along axis \(axis) is zero") }
            let extent = x[axis]
            // As ONNX: from the end when negative, then held to what a walk in that direction can touch.
            func bound(_ value: Int) -> Int {
                let value = value < 0 ? value.addingReportingOverflow(extent).partialValue : value
                return range.step > 0 ? min(max(value, 0), extent) : min(max(value, -1), extent - 1)
            }
            chosen[axis] = Array(stride(from: bound(range.start), to: bound(range.end), by: range.step))
        }
        return chosen
    }

    func backwardReads(gradients wanted: [Bool]) -> BackwardReads { BackwardReads() }

    private func maps(at site: Site) -> AxisMaps {
        // The ranges were checked when the graph was laid out.
        let maps = (try? indices(site.inputs[0].shape)) ?? []
        return AxisMaps(input: site.inputs[0].shape, output: site.output.shape, maps: maps)
    }

    func forward(at site: Site) -> Step {
        maps(at: site).forward(site.inputs[0].pointer, site.output.pointer, threads: site.threads)
    }

    func backward(at site: Site) -> Step {
        guard let target = site.inputGradients[0] else { return {} }
        return maps(at: site).backward(site.outputGradient!, target, threads: site.threads)
    }
}
