import ModelFiles
import Nets
import Wire

/// The networks of faces and of one-pass styles, with their real weights.
enum Networks {
    static func measure(_ pool: ThreadPool, runs: Int, only: String, _ add: (Measurement) -> Void) throws {
        let store = ModelStore()
        func measure(_ name: String, _ id: ModelIdentifier, _ inputs: [String: Shape]) throws {
            guard only.isEmpty || name.contains(only) else { return }
            let graph = try store.graph(id).graph
            let executor = try Executor(graph, inputShapes: inputs, threads: pool)
            for (name, shape) in inputs { executor.input(name).assign(Noise.tensor(shape, scale: 1)) }
            add(
                Measurement(
                    name, gigaflop: try graph.gigaflop(inputShapes: inputs), plannedBytes: executor.bytes, runs: runs
                ) { executor.forward() })
        }
        try measure("YuNet, 640", .yunet, ["input": .nhwc(1, 640, 640, 3)])
        try measure("SFace, 1 face", .sface, ["data": .nhwc(1, 112, 112, 3)])
        try measure("SFace, 8 faces", .sface, ["data": .nhwc(8, 112, 112, 3)])
        for side in [512, 1024] {
            try measure(
                "26 styles, \(side)", .multistyle26, ["image": .nhwc(1, side, side, 3), "style_weights": [26]])
        }
    }
}
