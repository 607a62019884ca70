extension Graph {
    /// Joins convolutions with the depthwise ones that follow them, where what lies between is too large to stay in a
    /// cache: for graphs that are only run forward.
    ///
    /// - Parameter shapes: of each value.
    func pairingDepthwise(shapes: [Shape]) -> Graph {
        var graph = self
        let known = Set(constants.map(\.value))
        let slopes: [Activation?: Value] = [
            nil: graph.constant("slope of none", Tensor([1], [1])),
            .relu: graph.constant("slope of a rectifier", Tensor([1], [0])),
        ]
        /// Weights, bias and slopes, if that is all there is.
        func factors(_ node: Node, _ convolution: Convolution) -> [Value]? {
            guard node.inputs.count > 2, node.inputs.dropFirst().allSatisfy(known.contains) else { return nil }
            if node.inputs.count == 4 { return convolution.activation == nil ? Array(node.inputs[1...]) : nil }
            return slopes[convolution.activation].map { Array(node.inputs[1...]) + [$0] }
        }
        return graph.fusing { node, target in
            guard case .convolution(var second) = node.operation, case .convolution(var first) = target.operation,
                let own = factors(node, second), let others = factors(target, first)
            else { return nil }
            let (x, between) = (shapes[target.inputs[0].index], shapes[target.output.index])
            let geometry = ConvolutionGeometry(first, x: x, weights: shapes[others[0].index])
            guard second.groups == between.channels, shapes[own[0].index].channels == between.channels,
                second.groups > 1, second.border == nil, second.dilation == Extent2(1), first.groups == 1,
                !WinogradConvolution.suits(geometry), between.count / between.batch >= Self.pairedCount
            else { return nil }
            (first.activation, second.activation) = (nil, nil)
            target.operation = .depthwisePair(DepthwisePair(first: first, second: second))
            target.inputs = [target.inputs[0]] + others + own
            return target
        }.withoutDeadNodes()
    }

    /// Floats of a picture between two convolutions from which on they are paired: 1 MB, the second-level cache of a core.
    private static let pairedCount = 1 << 18
}
