import Nets

extension ONNXImporter {
    mutating func gemm(_ node: ONNXNode) throws {
        let parameters = Gemm(
            transposeA: node.int("transA", default: 0) != 0, transposeB: node.int("transB", default: 0) != 0,
            alpha: node.float("alpha", default: 1), beta: node.float("beta", default: 1))
        try product(node, parameters)
    }

    mutating func matrixProduct(_ node: ONNXNode) throws {
        try product(node, Gemm())
    }

    /// A product of matrices. When the left one is a flattened feature map and the right one a constant, the
    /// constant is reordered instead of the map.
    private mutating func product(_ node: ONNXNode, _ parameters: Gemm) throws {
        var left = try runtime(node, 0)
        guard left.dims.count == 2 else {
            throw node.misfit("input 0", "of rank \(left.dims.count) should have rank 2")
        }
        let right: ONNXValue
        if case .constant(let weights) = try operand(node, 1) {
            guard weights.rank == 2, weights.count > 0 else { throw node.misfit("input 1", "should be a matrix") }
            var floats = weights.floats()
            if left.layout == .flattened, !parameters.transposeA,
                weights.dims[parameters.transposeB ? 1 : 0] == left.flattened.reduce(1, *)
            {
                floats = reordered(floats, weights.dims, by: left.flattened, alongRows: parameters.transposeB)
            } else {
                left = try asWritten(left)
            }
            right = ONNXValue(
                value: try emit(constant: node.input[1], weights.dims, floats), layout: .asWritten, dims: weights.dims)
        } else {
            left = try asWritten(left)
            right = try asWritten(runtime(node, 1))
        }
        guard right.dims.count == 2 else {
            throw node.misfit("input 1", "of rank \(right.dims.count) should have rank 2")
        }
        let inner = (left.dims[parameters.transposeA ? 0 : 1], right.dims[parameters.transposeB ? 1 : 0])
        if let (a, b) = inner.0.flatMap({ a in inner.1.map { (a, $0) } }), a != b {
            throw node.misfit("the matrices", "have \(a) columns and \(b) rows")
        }
        var operands = [left.value, right.value]
        if node.hasInput(2) { operands.append(try asWritten(runtime(node, 2)).value) }
        try emit(
            .gemm(parameters), operands, for: node, layout: .asWritten,
            dims: [left.dims[parameters.transposeA ? 1 : 0], right.dims[parameters.transposeB ? 0 : 1]])
    }

    /// Weights for features in the order C, H, W, reordered for features in the order H, W, C.
    ///
    /// - Parameters:
    ///   - extents: height, width and channels.
    ///   - alongRows: whether each row of the matrix runs over the features (else each column does).
    private func reordered(_ weights: [Float], _ dims: [Int], by extents: [Int], alongRows: Bool) -> [Float] {
        let (area, channels) = (extents[0] * extents[1], extents[2])
        var result = [Float](repeating: 0, count: weights.count)
        for pixel in 0..<area {
            for channel in 0..<channels {
                let (target, source) = (pixel * channels + channel, channel * area + pixel)
                if alongRows {
                    for row in 0..<dims[0] { result[row * dims[1] + target] = weights[row * dims[1] + source] }
                } else {
                    for column in 0..<dims[1] {
                        result[target * dims[1] + column] = weights[source * dims[1] + column]
                    }
                }
            }
        }
        return result
    }
}
