/// One operation of a graph with its parameters. `OPERATORS.md` gives each one's formula, ranks and inputs.
package enum Operator: Hashable, Sendable, Codable {
    /// x `[N, H, W, C]`, weights `[kh, kw, C / groups, out]`, optional bias `[out]`.
    case convolution(Convolution)
    /// x, weights, bias and slopes of a convolution; weights, bias and slopes of a depthwise one. Only executors make it.
    case depthwisePair(DepthwisePair)
    /// a `[M, K]`, b `[K, N]` (or transposed), optional c that broadcasts to `[M, N]`.
    case gemm(Gemm)
    /// x, scale, offset, mean, variance; all but x `[C]`.
    case batchNorm(BatchNorm)
    /// x `[N, H, W, C]`, optional scale and offset `[C]`.
    case instanceNorm(InstanceNorm)
    /// x.
    case activation(Activation)
    /// x `[…, C]`, slope `[C]`, or one element.
    case prelu
    /// x `[N, H, W, C]`.
    case pool(Pool)
    /// x `[N, H, W, C]` → `[N, 1, 1, C]`.
    case globalAveragePool
    /// a, b, broadcast against each other.
    case binary(Binary)
    /// x.
    case unary(Unary)
    /// x `[N, H, W, C]`.
    case resize(Resize)
    /// x `[N, H, W, b·b·C]` → `[N, b·H, b·W, C]`.
    case depthToSpace(DepthToSpace)
    /// x of rank up to 4.
    case pad(Pad)
    /// One or more values that agree in all axes but one.
    case concat(Concat)
    /// x.
    case slice(Slice)
    /// x `[N, H, W, C]`, the part's first row and column `[2]`.
    case window(Window)
    /// x.
    case transpose(Transpose)
    /// x.
    case reshape(Reshape)
    /// x.
    case reduce(Reduce)
    /// x.
    case softmax(Softmax)
    /// x `[1, H, W, C]` → `[C, C]`.
    case gramMatrix
    /// x.
    case fakeQuantize(FakeQuantize)
}

/// Rows and columns of something spatial: a stride, a dilation, a window.
package struct Extent2: Hashable, Sendable, Codable {
    package var height: Int
    package var width: Int

    package init(_ height: Int, _ width: Int) {
        self.height = height
        self.width = width
    }

    /// The same extent in both directions.
    package init(_ side: Int) { self.init(side, side) }
}

/// Padding of the four sides of a picture, in pixels.
package struct Margins: Hashable, Sendable, Codable {
    package var top: Int
    package var left: Int
    package var bottom: Int
    package var right: Int

    package init(top: Int, left: Int, bottom: Int, right: Int) {
        self.top = top
        self.left = left
        self.bottom = bottom
        self.right = right
    }

    /// The same margin on all sides.
    package init(_ side: Int) { self.init(top: side, left: side, bottom: side, right: side) }

    package static let none = Margins(0)
}

extension Margins {
    var isEmpty: Bool { self == .none }
    var isNegative: Bool { min(min(top, left), min(bottom, right)) < 0 }
}

extension Operator {
    /// The word for it in messages and default node names.
    package var label: String {
        switch self {
        case .convolution: "convolution"
        case .depthwisePair: "depthwisePair"
        case .gemm: "gemm"
        case .batchNorm: "batchNorm"
        case .instanceNorm: "instanceNorm"
        case .activation(let kind): kind.label
        case .prelu: "prelu"
        case .pool(let pool): "\(pool.kind.rawValue)Pool"
        case .globalAveragePool: "globalAveragePool"
        case .binary(let kind): kind.rawValue
        case .unary(let kind): kind.rawValue
        case .resize: "resize"
        case .depthToSpace: "depthToSpace"
        case .pad: "pad"
        case .concat: "concat"
        case .slice: "slice"
        case .window: "window"
        case .transpose: "transpose"
        case .reshape: "reshape"
        case .reduce(let reduce): "reduce-\(reduce.kind.rawValue)"
        case .softmax: "softmax"
        case .gramMatrix: "gramMatrix"
        case .fakeQuantize: "fakeQuantize"
        }
    }
}

extension Operator {
    /// The parameters as what the executor compiles.
    var operation: any Operation {
        switch self {
        case .convolution(let parameters): parameters
        case .depthwisePair(let parameters): parameters
        case .gemm(let parameters): parameters
        case .batchNorm(let parameters): parameters
        case .instanceNorm(let parameters): parameters
        case .activation(let kind): kind
        case .prelu: Prelu()
        case .pool(let parameters): parameters
        case .globalAveragePool: GlobalAveragePool()
        case .binary(let kind): kind
        case .unary(let kind): kind
        case .resize(let parameters): parameters
        case .depthToSpace(let parameters): parameters
        case .pad(let parameters): parameters
        case .concat(let parameters): parameters
        case .slice(let parameters): parameters
        case .window(let parameters): parameters
        case .transpose(let parameters): parameters
        case .reshape(let parameters): parameters
        case .reduce(let parameters): parameters
        case .softmax(let parameters): parameters
        case .gramMatrix: GramMatrix()
        case .fakeQuantize(let parameters): parameters
        }
    }

    /// The output's shape.
    ///
    /// - Throws: `NetsError.wrongInputCount`, `NetsError.shapeMismatch`.
    package func outputShape(_ inputs: [Shape], node: String) throws(NetsError) -> Shape {
        let operation = operation
        guard operation.arity.contains(inputs.count) else {
            throw .wrongInputCount(node: node, operation: label, found: inputs.count, expected: operation.arity)
        }
        func misfit(_ why: String) -> NetsError {
            .shapeMismatch(node: node, operation: label, shapes: inputs, why: why)
        }
        let shape: Shape
        do { shape = try operation.outputShape(inputs) } catch { throw misfit(error.why) }
        // Without its zeros, so that no product of some of the extents overflows either.
        var count = 1
        for extent in shape.dims {
            let (product, overflow) = count.multipliedReportingOverflow(by: max(extent, 1))
            guard !overflow, product <= Shape.largestCount else {
                throw misfit("the result would have the shape \(shape)")
            }
            count = product
        }
        return shape
    }
}
