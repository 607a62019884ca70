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

extension Slice.Range {
    /// The places along an axis of so many elements: the first, and how many follow one another by `step`. Bounds count
    /// from the end when negative, and are held to what a walk in that direction can touch, as ONNX has it.
    ///
    /// - Precondition: the step is not zero.
    package func places(of length: Int) -> (start: Int, count: Int) {
        func held(_ bound: Int) -> Int {
            let bound = bound < 0 ? bound.addingReportingOverflow(length).partialValue : bound
            return step > 0 ? min(max(bound, 0), length) : min(max(bound, -1), length - 1)
        }
        let (first, last) = (held(start), held(end))
        let distance = step > 0 ? last - first : first - last
        return (first, distance <= 0 ? 0 : (distance - 1) / Int(clamping: step.magnitude) + 1)
    }
}

extension Slice: Operation {
    var arity: ClosedRange<Int> { 1...1 }

    func outputShape(_ inputs: [Shape]) throws(Misfit) -> Shape {
        guard inputs[0].rank <= 4 else { throw Misfit("the rank exceeds 4") }
        var dims = inputs[0].dims
        for (axis, range) in try rangesByAxis(inputs[0]) { dims[axis] = range.places(of: inputs[0][axis]).count }
        return Shape(dims)
    }

    /// Which range an axis has; the last of several.
    private func rangesByAxis(_ x: Shape) throws(Misfit) -> [Int: Range] {
        var chosen: [Int: Range] = [:]
        for range in ranges {
            let axis = range.axis < 0 ? range.axis + x.rank : range.axis
            guard (0..<x.rank).contains(axis) else { throw Misfit("there is no axis \(range.axis)") }
            guard range.step != 0 else { throw Misfit("the step along axis \(axis) is zero") }
            chosen[axis] = range
        }
        return chosen
    }

    func backwardReads(gradients wanted: [Bool]) -> BackwardReads { BackwardReads() }

    private func maps(at site: Site) -> AxisMaps {
        let x = site.inputs[0].shape
        // The ranges were checked when the graph was laid out.
        let chosen = (try? rangesByAxis(x)) ?? [:]
        let maps = x.dims.indices.map { axis in
            guard let range = chosen[axis] else { return Array(0..<x[axis]) }
            let places = range.places(of: x[axis])
            return (0..<places.count).map { places.start + $0 * range.step }
        }
        return AxisMaps(input: x, output: site.output.shape, maps: maps)
    }

    func forward(at site: Site) -> Step {
        maps(at: site).forward(site.inputs[0].pointer, site.output.pointer, threads: site.threads)
    }

    func backward(at site: Site) -> Step {
        guard let target = site.inputGradients[0] else { return {} }
        return maps(at: site).backward(site.outputGradient!, target, threads: site.threads)
    }
}
