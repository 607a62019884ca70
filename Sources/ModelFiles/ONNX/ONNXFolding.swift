import Nets

/// Operations on constants. Results are held to ``largestResult`` elements where they may outgrow their operands,
/// so that a small file cannot ask for a large memory.
enum ONNXFolding {
    static let largestResult = 1 << 22

    /// The number of elements of a node's result.
    static func checkedCount(_ dims: [Int], _ node: ONNXNode, limit: Int = largestResult) throws -> Int {
        guard let count = StoredTensor.count(dims, limit: limit) else {
            throw node.misfit("the result", "would have the shape \(dims)")
        }
        return count
    }

    static func transposed(_ constant: ONNXConstant, _ permutation: [Int]) -> ONNXConstant {
        let strides = StoredTensor.rowMajorStrides(constant.dims)
        return picked(
            constant,
            StridedIndices(dims: permutation.map { constant.dims[$0] }, strides: permutation.map { strides[$0] }),
            dims: permutation.map { constant.dims[$0] })
    }

    static func sliced(_ constant: ONNXConstant, _ ranges: [Slice.Range]) -> ONNXConstant {
        var result = constant
        for range in ranges {
            result = picked(result, indices(range, of: result.dims[range.axis]), alongAxis: range.axis)
        }
        return result
    }

    static func gathered(
        _ constant: ONNXConstant, _ indices: ONNXConstant, axis: Int, _ node: ONNXNode
    ) throws -> ONNXConstant {
        let axis = axis < 0 ? axis + constant.rank : axis
        guard constant.dims.indices.contains(axis), constant.rank + indices.rank <= 9 else {
            throw node.unsupported("axis", axis)
        }
        let length = constant.dims[axis]
        let places = try indices.ints().map { index in
            guard index >= -length, index < length else { throw node.misfit("the index", "\(index) is outside") }
            return index < 0 ? index + length : index
        }
        let dims = Array(constant.dims[..<axis]) + indices.dims + Array(constant.dims[(axis + 1)...])
        _ = try checkedCount(dims, node)
        return picked(constant, places, alongAxis: axis).reshaped(dims)
    }

    static func concatenated(_ parts: [ONNXConstant], axis: Int, _ node: ONNXNode) throws -> ONNXConstant {
        let first = parts[0]
        let axis = axis < 0 ? axis + first.rank : axis
        guard first.dims.indices.contains(axis) else { throw node.unsupported("axis", axis) }
        var dims = first.dims
        dims[axis] = 0
        for part in parts {
            var others = part.dims
            guard others.count == dims.count else { throw node.misfit("the inputs", "should have one rank") }
            dims[axis] += others[axis]
            others[axis] = dims[axis]
            guard others == dims else { throw node.misfit("the inputs", "differ in more than axis \(axis)") }
        }
        _ = try checkedCount(dims, node)
        let outer = dims[..<axis].reduce(1, *)
        func joined<T>(_ values: [[T]]) -> [T] {
            (0..<outer).flatMap { row in
                values.flatMap { value in value[row * (value.count / outer)..<(row + 1) * (value.count / outer)] }
            }
        }
        if outer == 0 { return ONNXConstant(dims: dims, floats: []) }
        return parts.allSatisfy(\.isInteger)
            ? ONNXConstant(dims: dims, ints: joined(parts.map { $0.ints() }))
            : ONNXConstant(dims: dims, floats: joined(parts.map { $0.floats() }))
    }

    /// The four operations with broadcasting; integers stay integers.
    static func arithmetic(_ a: ONNXConstant, _ b: ONNXConstant, _ node: ONNXNode) throws -> ONNXConstant {
        let rank = max(a.rank, b.rank)
        func wide(_ dims: [Int]) -> [Int] { [Int](repeating: 1, count: rank - dims.count) + dims }
        let (first, second) = (wide(a.dims), wide(b.dims))
        let dims = try zip(first, second).map { (x: Int, y: Int) -> Int in
            guard x == y || x == 1 || y == 1 else {
                throw node.misfit("the operands", "have shapes \(first), \(second)")
            }
            return x == 1 ? y : x
        }
        _ = try checkedCount(dims, node)
        func indices(_ own: [Int]) -> StridedIndices {
            let strides = StoredTensor.rowMajorStrides(own)
            return StridedIndices(dims: dims, strides: own.indices.map { own[$0] == 1 ? 0 : strides[$0] })
        }
        let pairs = zip(indices(first), indices(second))
        if a.isInteger && b.isInteger {
            let (x, y) = (a.ints(), b.ints())
            return ONNXConstant(dims: dims, ints: try pairs.map { try integer(x[$0], y[$1], node) })
        }
        let (x, y) = (a.floats(), b.floats())
        let floats = pairs.map { (i: Int, j: Int) -> Float in
            switch node.opType {
            case "Add": return x[i] + y[j]
            case "Sub": return x[i] - y[j]
            case "Mul": return x[i] * y[j]
            default: return x[i] / y[j]
            }
        }
        return ONNXConstant(dims: dims, floats: floats)
    }

    private static func integer(_ x: Int, _ y: Int, _ node: ONNXNode) throws -> Int {
        let result: (partialValue: Int, overflow: Bool)
        switch node.opType {
        case "Add": result = x.addingReportingOverflow(y)
        case "Sub": result = x.subtractingReportingOverflow(y)
        case "Mul": result = x.multipliedReportingOverflow(by: y)
        default: result = x.dividedReportingOverflow(by: y)
        }
        guard !result.overflow else { throw node.misfit("the operands", "\(x) and \(y) have no result") }
        return result.partialValue
    }

    /// Inserts `ones` into `dims`, at the axes of the result that `axes` names.
    static func unsqueezed<T>(_ dims: [T], _ ones: [T], at axes: [Int], _ node: ONNXNode) throws -> [T] {
        let rank = dims.count + axes.count
        let places = axes.map { $0 < 0 ? $0 + rank : $0 }
        guard rank <= 8, Set(places).count == axes.count, places.allSatisfy({ (0..<rank).contains($0) }) else {
            throw node.unsupported("axes", axes)
        }
        var result = dims
        for (one, place) in zip(ones, places.sorted()) { result.insert(one, at: place) }
        return result
    }

    /// The places along an axis of the given length that a slice takes.
    static func indices(_ range: Slice.Range, of length: Int) -> [Int] {
        let places = range.places(of: length)
        return (0..<places.count).map { places.start + $0 * range.step }
    }

    private static func picked(_ constant: ONNXConstant, _ places: [Int], alongAxis axis: Int) -> ONNXConstant {
        var dims = constant.dims
        let length = dims[axis]
        let inner = dims[(axis + 1)...].reduce(1, *)
        let outer = dims[..<axis].reduce(1, *)
        dims[axis] = places.count
        let indices = (0..<outer).lazy.flatMap { row in
            places.lazy.flatMap { place -> Range<Int> in
                let start = (row * length + place) * inner
                return start..<start + inner
            }
        }
        return picked(constant, indices, dims: dims)
    }

    private static func picked(
        _ constant: ONNXConstant, _ indices: some Sequence<Int>, dims: [Int]
    ) -> ONNXConstant {
        if constant.isInteger {
            let values = constant.ints()
            return ONNXConstant(dims: dims, ints: indices.map { values[$0] })
        }
        let values = constant.floats()
        return ONNXConstant(dims: dims, floats: indices.map { values[$0] })
    }
}
