import Nets

/// One iteration of a stylisation as every peer does it: VGG to relu5_1 forward, and the gradient to the pixels.
/// The weights are random, which cost as much as real ones.
enum StyleIteration {
    enum Network: String, CaseIterable {
        case vgg16 = "VGG-16"
        case vgg19 = "VGG-19"

        /// Outputs of each convolution, by block.
        var blocks: [[Int]] {
            let deep = self == .vgg16 ? 3 : 4
            let (third, fourth) = ([Int](repeating: 256, count: deep), [Int](repeating: 512, count: deep))
            return [[64, 64], [128, 128], third, fourth, [512]]
        }
    }

    static func measure(
        side: Int, _ pool: ThreadPool, runs: Int, only: String, _ add: (Measurement) -> Void
    ) throws {
        for network in Network.allCases {
            let name = "\(network.rawValue), \(side)"
            let (forward, iteration) = ("\(name), forward", "\(name), iteration")
            guard only.isEmpty || forward.contains(only) || iteration.contains(only) else { continue }
            let graph = graph(network)
            let shape = Shape.nhwc(1, side, side, 3)
            let gigaflop = try graph.gigaflop(inputShapes: ["x": shape])
            let executor = try Executor(graph, inputShapes: ["x": shape], gradients: .inputs, threads: pool)
            executor.input("x").assign(Noise.tensor(shape, scale: 1))
            executor.forward()
            let seed = Tensor(
                executor.output("y").shape, [Float](repeating: 1, count: executor.output("y").count))
            if forward.contains(only) || only.isEmpty {
                add(Measurement(forward, gigaflop: gigaflop, runs: runs) { executor.forward() })
            }
            guard iteration.contains(only) || only.isEmpty else { continue }
            add(
                Measurement(iteration, gigaflop: 2 * gigaflop, plannedBytes: executor.bytes, runs: runs) {
                    executor.forward()
                    executor.seed("y").assign(seed)
                    executor.backward()
                })
        }
    }

    private static func graph(_ network: Network) -> Graph {
        var graph = Graph()
        var value = graph.input("x")
        var channels = 3
        for (block, counts) in network.blocks.enumerated() {
            if block > 0 {
                value = graph.add(.pool(Pool(.max, window: Extent2(2), stride: Extent2(2))), [value])
            }
            for (index, outputs) in counts.enumerated() {
                let name = "\(block + 1)_\(index + 1)"
                let weights = Noise.tensor(
                    [3, 3, channels, outputs], scale: (6 / Float(9 * channels)).squareRoot())
                value = graph.add(
                    .convolution(Convolution(padding: Margins(1), activation: .relu)),
                    [value, graph.constant("w" + name, weights), graph.constant("b" + name, Tensor([outputs]))])
                channels = outputs
            }
        }
        graph.output("y", value)
        return graph
    }
}
