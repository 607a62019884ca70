import Nets

/// A value of an ONNX graph during import.
enum ONNXOperand {
    case constant(ONNXConstant)
    case value(ONNXValue)
}

/// A value that exists when the network runs.
struct ONNXValue {
    var value: Graph.Value
    var layout: ONNXLayout
    /// Extents in ONNX's order; nil where they depend on what is fed.
    var dims: [Int?]
    /// The 8-bit grid on which the value lies, between `QuantizeLinear` and `DequantizeLinear`.
    var grid: FakeQuantize?
    /// Height, width and channels behind a ``ONNXLayout/flattened`` value.
    var flattened: [Int] = []
}

/// In which order a value's elements are stored, compared with the order in which ONNX writes its axes.
enum ONNXLayout {
    /// As ONNX writes them.
    case asWritten
    /// `[N, C, H, W]` in ONNX, `[N, H, W, C]` in memory.
    case channelsLast
    /// `[N, C·H·W]` in ONNX, but each row runs over H, W, C: a flattened feature map.
    case flattened

    static let toChannelsLast = [0, 2, 3, 1]
    static let toWritten = [0, 3, 1, 2]

    /// Extents or anything else that goes by axis, from ONNX's order to the order in memory.
    func stored<T>(_ axes: [T]) -> [T] {
        self == .channelsLast ? Self.toChannelsLast.map { axes[$0] } : axes
    }

    /// The axis in memory that an ONNX axis became.
    func stored(axis: Int) -> Int {
        self == .channelsLast ? Self.toWritten[axis] : axis
    }
}

// MARK: - Changing layout

extension ONNXImporter {
    /// An operand as a value of the running network.
    mutating func runtime(_ operand: ONNXOperand, name: String) throws -> ONNXValue {
        switch operand {
        case .value(let value): return value
        case .constant(let constant):
            let value = try emit(constant: name, constant.dims, constant.floats())
            return ONNXValue(value: value, layout: .asWritten, dims: constant.dims)
        }
    }

    /// Input `index` of a node as a value of the running network, not on a quantisation grid.
    mutating func runtime(_ node: ONNXNode, _ index: Int) throws -> ONNXValue {
        let value = try runtime(operand(node, index), name: node.hasInput(index) ? node.input[index] : "")
        return try plain(value)
    }

    /// A value that something other than `DequantizeLinear` reads must not be in quantised form.
    func plain(_ value: ONNXValue) throws -> ONNXValue {
        guard value.grid == nil else {
            throw GraphFault.invalidGraph(reason: "a quantised value is used without DequantizeLinear")
        }
        return value
    }

    /// The value as `[N, H, W, C]`.
    ///
    /// - Throws: `GraphFault.unsupportedOperand` when the rank is not 4.
    mutating func channelsLast(_ value: ONNXValue, _ node: ONNXNode) throws -> ONNXValue {
        guard value.dims.count == 4 else {
            throw node.misfit("a value of rank \(value.dims.count)", "should be [N, C, H, W]")
        }
        if value.layout == .channelsLast { return value }
        return reorder(value, ONNXLayout.toChannelsLast, to: .channelsLast)
    }

    /// The value in ONNX's own order.
    mutating func asWritten(_ value: ONNXValue) throws -> ONNXValue {
        switch value.layout {
        case .asWritten: return value
        case .channelsLast: return reorder(value, ONNXLayout.toWritten, to: .asWritten)
        case .flattened:
            let map = graph.add(.reshape(Reshape([0] + value.flattened)), [value.value])
            let written = graph.add(.transpose(Transpose(ONNXLayout.toWritten)), [map])
            var result = value
            result.value = graph.add(.reshape(Reshape([0, -1])), [written])
            result.layout = .asWritten
            return result
        }
    }

    /// Stores a rank-4 value in the other order; nothing moves where at most one extent is not 1.
    private mutating func reorder(_ value: ONNXValue, _ permutation: [Int], to layout: ONNXLayout) -> ONNXValue {
        var result = value
        result.layout = layout
        let spatial = value.dims[2] == 1 && value.dims[3] == 1
        let target = layout.stored(value.dims)
        if spatial || value.dims[1] == 1, target.filter({ $0 == nil }).count <= 1 {
            result.value = graph.add(.reshape(Reshape(target.map { $0 ?? -1 })), [value.value])
        } else {
            result.value = graph.add(.transpose(Transpose(permutation)), [value.value])
        }
        return result
    }
}
