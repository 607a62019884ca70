import Foundation

@testable import ModelFiles

/// Networks of one operator each, a hundred bytes or two: short inputs are read thousands of times a second, and each
/// operator's checks are a few mutations away.
extension Seeds {
    static func networks() throws -> [[UInt8]] {
        try steps.map { try network([$0], constants: $0.constants) }
            + [
                network([Step("Flatten"), Step("Gemm", inputs: ["y0", "w"])], constants: [floats("w", [48, 2])]),
                network(folding, constants: [ints("i", [0])]),
                // Takes a face and gives a vector.
                network(
                    [Step("ReduceMean", lists: ["axes": [1]]), Step("Reshape", inputs: ["y0", "a"])],
                    constants: [ints("a", [1, 12_544])], side: 112),
            ]
    }

    /// One node; it reads `x` and the constants, unless told otherwise.
    private struct Step {
        let type: String
        let inputs: [String]
        let constants: [ONNXTensor]
        let lists: [String: [Int64]]
        let numbers: [String: Int64]

        init(
            _ type: String, _ constants: ONNXTensor..., inputs: [String]? = nil, lists: [String: [Int64]] = [:],
            numbers: [String: Int64] = [:]
        ) {
            self.type = type
            self.inputs = inputs ?? ["x"] + constants.map(\.name)
            self.constants = constants
            self.lists = lists
            self.numbers = numbers
        }
    }

    private static let steps: [Step] =
        [
            "Relu", "LeakyRelu", "Sigmoid", "Tanh", "Softmax", "Sqrt", "Reciprocal", "Neg", "Abs", "Exp", "Log",
            "Identity", "Dropout", "Cast", "GlobalAveragePool", "LpNormalization", "Flatten",
        ].map { Step($0) }
        + ["Add", "Sub", "Mul", "Div", "Pow", "Min", "Max", "PRelu"].map { Step($0, floats("a", [3, 1, 1])) }
        + ["ReduceMean", "ReduceSum", "ReduceL2"].map { Step($0, lists: ["axes": [2, 3]], numbers: ["keepdims": 0]) }
        + [
            Step(
                "Conv", floats("w", [3, 3, 1, 1]), floats("b", [3]),
                lists: ["strides": [1, 1], "pads": [0, 0, 0, 0], "dilations": [1, 1]], numbers: ["group": 1]),
            Step("MaxPool", lists: ["kernel_shape": [2, 2], "strides": [2, 2]], numbers: ["ceil_mode": 1]),
            Step(
                "AveragePool", lists: ["kernel_shape": [2, 2], "pads": [1, 1, 1, 1]], numbers: ["count_include_pad": 1]),
            Step("BatchNormalization", floats("a", [3]), floats("b", [3]), floats("c", [3]), floats("d", [3])),
            Step("InstanceNormalization", floats("a", [3]), floats("b", [3])),
            Step("Clip", floats("a", []), floats("b", [])),
            Step("Reshape", ints("a", [0, -1])), Step("Reshape", ints("a", [1, 3, 16])),
            Step("Expand", ints("a", [2, 3, 4, 4])), Step("Squeeze", ints("a", [0])),
            Step("Transpose", lists: ["perm": [0, 2, 3, 1]]), Step("Pad", ints("a", [0, 0, 1, 1, 0, 0, 1, 1])),
            Step("Slice", ints("a", [0]), ints("b", [2]), ints("c", [3]), ints("d", [1])),
            Step("Concat", floats("a", [1, 3, 4, 4]), numbers: ["axis": 1]),
            Step("Resize", floats("a", [4], values: [1, 1, 2, 2]), inputs: ["x", "", "a"]),
            Step("Upsample", floats("a", [4], values: [1, 1, 2, 2])),
            Step("QuantizeLinear", floats("a", [])),
            Step("Gather", floats("a", [4, 2]), ints("b", [1]), inputs: ["a", "b"], numbers: ["axis": 0]),
            Step("DequantizeLinear", ints("a", [1, 2]), floats("b", [2]), inputs: ["a", "b"], numbers: ["axis": 0]),
            Step("ConstantOfShape", ints("a", [2, 3]), inputs: ["a"]),
            Step("Constant", inputs: [], lists: ["value_ints": [1, 2]]),
        ]

    /// What exporters write to flatten a picture of any batch.
    private static let folding = [
        Step("Shape"), Step("Gather", inputs: ["y0", "i"]), Step("Unsqueeze", inputs: ["y1"], lists: ["axes": [0]]),
        Step("Slice", inputs: ["y0", "i", "i"]), Step("Concat", inputs: ["y1", "y3", "i"]),
        Step("Mul", inputs: ["y4", "i"]), Step("Reshape", inputs: ["x", "y4"]),
    ]

    private static func network(_ steps: [Step], constants: [ONNXTensor], side: Int64 = 4) throws -> [UInt8] {
        let model = ONNXModel.with { model in
            model.irVersion = 8
            model.opsetImport = [ONNXOperatorSet.with { $0.version = 13 }]
            model.graph.input = [
                ONNXValueInfo.with { input in
                    input.name = "x"
                    input.type.tensorType.elemType = 1
                    input.type.tensorType.shape.dim = [1, 3, side, side].map { extent in
                        ONNXDimension.with { $0.dimValue = extent }
                    }
                }
            ]
            model.graph.initializer = constants
            model.graph.node = steps.enumerated().map { index, step in node(step, output: "y\(index)") }
            // Something must run.
            model.graph.node.append(node(Step("Relu"), output: "r"))
            model.graph.output = ["y\(steps.count - 1)", "r"].map { name in ONNXValueInfo.with { $0.name = name } }
        }
        return [UInt8](try model.serializedData())
    }

    private static func node(_ step: Step, output: String) -> ONNXNode {
        ONNXNode.with { node in
            node.opType = step.type
            node.input = step.inputs
            node.output = [output]
            for (name, values) in step.lists.sorted(by: { $0.key < $1.key }) {
                node.attribute.append(
                    ONNXAttribute.with {
                        $0.name = name
                        $0.ints = values
                    })
            }
            for (name, value) in step.numbers {
                node.attribute.append(
                    ONNXAttribute.with {
                        $0.name = name
                        $0.i = value
                    })
            }
        }
    }

    private static func floats(_ name: String, _ dims: [Int64], values: [Float]? = nil) -> ONNXTensor {
        ONNXTensor.with {
            $0.name = name
            $0.dims = dims
            $0.dataType = 1
            $0.floatData = values ?? [Float](repeating: 0.5, count: Int(dims.reduce(1, *)))
        }
    }

    private static func ints(_ name: String, _ values: [Int64]) -> ONNXTensor {
        ONNXTensor.with {
            $0.name = name
            $0.dims = [Int64(values.count)]
            $0.dataType = 7
            $0.int64Data = values
        }
    }
}
