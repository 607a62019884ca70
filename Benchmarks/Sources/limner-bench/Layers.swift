import Nets

/// The convolutions of VGG at 512 px one by one, those of the face networks, and what stands between them: forward, back to what came
/// in, and back to weights and bias.
enum Layers {
    static func measure(_ pool: ThreadPool, runs: Int, only: String, _ add: (Measurement) -> Void) throws {
        for (side, channels, outputs) in [
            (512, 3, 64), (512, 64, 64), (256, 64, 128), (256, 128, 128), (128, 128, 256), (128, 256, 256),
            (64, 256, 512), (64, 512, 512), (32, 512, 512),
        ] {
            try measure(
                "conv 3x3 \(channels) to \(outputs), \(side)", side, channels,
                convolution(3, channels, outputs, Convolution(padding: Margins(1), activation: .relu)))
        }
        for (side, channels, outputs) in [(56, 64, 128), (28, 256, 256), (14, 512, 512), (7, 1024, 1024)] {
            try measure(
                "conv 1x1 \(channels) to \(outputs), \(side)", side, channels,
                convolution(1, channels, outputs, Convolution(activation: .relu)))
        }
        for (side, channels) in [(56, 128), (28, 256), (14, 512)] {
            try measure(
                "depthwise 3x3 \(channels), \(side)", side, channels,
                convolution(
                    3, 1, channels, Convolution(padding: Margins(1), groups: channels, activation: .relu)))
        }
        var pooling = Graph()
        pooling.output(
            "y", pooling.add(.pool(Pool(.max, window: Extent2(2), stride: Extent2(2))), [pooling.input("x")]))
        try measure("max pool 2x2, 64 channels, 512", 512, 64, pooling)

        func measure(_ name: String, _ side: Int, _ channels: Int, _ graph: Graph) throws {
            guard only.isEmpty || name.contains(only) else { return }
            let shape = Shape.nhwc(1, side, side, channels)
            let count = try graph.gigaflop(inputShapes: ["x": shape])
            let gigaflop = count > 0 ? count : nil
            func executor(_ gradients: Executor.Gradients) throws -> Executor {
                let executor = try Executor(graph, inputShapes: ["x": shape], gradients: gradients, threads: pool)
                executor.input("x").assign(Noise.tensor(shape, scale: 1))
                return executor
            }
            let forward = try executor(.none)
            add(Measurement(name + " forward", gigaflop: gigaflop, runs: runs) { forward.forward() })
            func backward(_ what: String, _ gradients: Executor.Gradients) throws {
                let executor = try executor(gradients)
                executor.forward()
                executor.seed("y").assign(Noise.tensor(executor.output("y").shape, scale: 1))
                add(Measurement("\(name) back to \(what)", gigaflop: gigaflop, runs: runs) { executor.backward() })
            }
            try backward("data", .inputs)
            if !graph.parameterNames.isEmpty { try backward("weights", .weights(graph.parameterNames)) }
        }
    }

    /// One convolution with random weights from `x` to `y`; `inputs` are those of one group.
    private static func convolution(_ side: Int, _ inputs: Int, _ outputs: Int, _ parameters: Convolution) -> Graph {
        var graph = Graph()
        let x = graph.input("x")
        let weights = graph.constant("w", Noise.tensor([side, side, inputs, outputs], scale: 0.05))
        let bias = graph.constant("b", Noise.tensor([outputs], scale: 0.1))
        graph.output("y", graph.add(.convolution(parameters), [x, weights, bias]))
        return graph
    }
}
