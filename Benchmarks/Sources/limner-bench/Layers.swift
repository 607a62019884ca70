import Nets

/// The convolutions of VGG at 512 px, one by one, and what stands between them.
enum Layers {
    static func measure(_ pool: ThreadPool, runs: Int, only: String, _ add: (Measurement) -> Void) throws {
        for (side, channels, outputs) in [
            (512, 3, 64), (512, 64, 64), (256, 64, 128), (256, 128, 128), (128, 128, 256), (128, 256, 256),
            (64, 256, 512), (64, 512, 512), (32, 512, 512),
        ] {
            let gigaflop = 2e-9 * 9 * Double(side * side * channels * outputs)
            var graph = Graph()
            let x = graph.input("x")
            let weights = graph.constant("w", Noise.tensor([3, 3, channels, outputs], scale: 0.05))
            let bias = graph.constant("b", Noise.tensor([outputs], scale: 0.1))
            graph.output(
                "y",
                graph.add(
                    .convolution(Convolution(padding: Margins(1), activation: .relu)), [x, weights, bias]))
            try measure(graph, "conv 3x3 \(channels) to \(outputs), \(side)", gigaflop: gigaflop, side, channels)
        }
        var graph = Graph()
        graph.output("y", graph.add(.pool(Pool(.max, window: Extent2(2), stride: Extent2(2))), [graph.input("x")]))
        try measure(graph, "max pool 2x2, 64 channels, 512", gigaflop: nil, 512, 64)

        func measure(_ graph: Graph, _ name: String, gigaflop: Double?, _ side: Int, _ channels: Int) throws {
            guard only.isEmpty || name.contains(only) else { return }
            let executor = try Executor(
                graph, inputShapes: ["x": .nhwc(1, side, side, channels)], gradients: .inputs, threads: pool)
            executor.input("x").assign(Noise.tensor(.nhwc(1, side, side, channels), scale: 1))
            measureBoth(executor, name, gigaflop: gigaflop)
        }

        func measureBoth(_ executor: Executor, _ name: String, gigaflop: Double?) {
            add(Measurement(name + " forward", gigaflop: gigaflop, runs: runs) { executor.forward() })
            let seed = Noise.tensor(executor.output("y").shape, scale: 1)
            executor.seed("y").assign(seed)
            add(Measurement(name + " backward", gigaflop: gigaflop, runs: runs) { executor.backward() })
        }
    }
}
