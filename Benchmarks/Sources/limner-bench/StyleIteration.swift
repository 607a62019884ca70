import Nets

/// One iteration of a stylisation as every peer does it: VGG-16 to relu5_1 forward, and the gradient to the pixels.
enum StyleIteration {
    static func measure(side: Int, _ pool: ThreadPool, runs: Int, _ add: (Measurement) -> Void) throws {
        var graph = Graph()
        var value = graph.input("x")
        var (size, channels, gigaflop) = (side, 3, 0.0)
        for (block, counts) in [[64, 64], [128, 128], [256, 256, 256], [512, 512, 512], [512]].enumerated() {
            if block > 0 {
                value = graph.add(.pool(Pool(.max, window: Extent2(2), stride: Extent2(2))), [value])
                size /= 2
            }
            for (index, outputs) in counts.enumerated() {
                let name = "\(block + 1)_\(index + 1)"
                let weights = Noise.tensor(
                    [3, 3, channels, outputs], scale: (6 / Float(9 * channels)).squareRoot())
                value = graph.add(
                    .convolution(Convolution(padding: Margins(1), activation: .relu)),
                    [value, graph.constant("w" + name, weights), graph.constant("b" + name, Tensor([outputs]))])
                gigaflop += 2e-9 * 9 * Double(size * size * channels * outputs)
                channels = outputs
            }
        }
        graph.output("y", value)
        let executor = try Executor(
            graph, inputShapes: ["x": .nhwc(1, side, side, 3)], gradients: .inputs, threads: pool)
        executor.input("x").assign(Noise.tensor(.nhwc(1, side, side, 3), scale: 1))
        executor.forward()
        let seed = Tensor(executor.output("y").shape, [Float](repeating: 1, count: executor.output("y").count))
        add(Measurement("VGG-16 to relu5_1, \(side), forward", gigaflop: gigaflop, runs: runs) { executor.forward() })
        add(
            Measurement("VGG-16 to relu5_1, \(side), iteration", gigaflop: 2 * gigaflop, runs: runs) {
                executor.forward()
                executor.seed("y").assign(seed)
                executor.backward()
            })
    }
}
