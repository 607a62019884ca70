import ModelFiles
import Nets
import Wire

/// A step of learning faces: chips through SFace, back to every weight, Adam.
enum Learning {
    static func measure(_ pool: ThreadPool, runs: Int, only: String, _ add: (Measurement) -> Void) throws {
        let (chips, name) = (64, "SFace, learning step of 64 chips")
        guard only.isEmpty || name.contains(only) else { return }
        let model = try ModelStore().graph(.sface)
        let names = model.graph.parameterNames
        let graph = model.graph.copyingConstants(names)
        let inputs = ["data": Shape.nhwc(chips, 112, 112, 3)]
        let gigaflop = try graph.gigaflop(inputShapes: inputs)
        let executor = try Executor(graph, inputShapes: inputs, gradients: .weights(names), threads: pool)
        executor.input("data").assign(Noise.tensor(inputs["data"]!, scale: 1))
        let adams = names.sorted().map { name in
            (name, Adam(executor.weights[name]!.shape, learningRate: 1e-6, threads: pool))
        }
        let seed = executor.seed(graph.outputNames[0])
        let noise = Noise.tensor(seed.shape, scale: 1)
        add(
            Measurement(name, gigaflop: 3 * gigaflop, plannedBytes: executor.bytes, runs: runs) {
                executor.forward()
                seed.assign(noise)
                executor.backward()
                for (name, adam) in adams {
                    adam.step(executor.weights[name]!, gradient: executor.weightGradient(name))
                }
            })
    }
}
