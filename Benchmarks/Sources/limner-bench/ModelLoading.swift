import ModelFiles
import Nets
import Wire

/// From a file in the model store to a network that can run, and to its first result.
enum ModelLoading {
    static func measure(_ pool: ThreadPool, runs: Int, only: String, _ add: (Measurement) -> Void) throws {
        let store = ModelStore()
        func measure(_ name: String, _ work: () throws -> Void) throws {
            guard only.isEmpty || name.contains(only) else { return }
            add(try Measurement(name, runs: runs, work))
        }
        func firstRun(_ graph: Graph, _ inputs: [String: Shape]) throws {
            let executor = try Executor(graph, inputShapes: inputs, threads: pool)
            executor.forward()
        }
        let networks: [(name: String, id: ModelIdentifier, inputs: [String: Shape])] = [
            ("YuNet, 640", .yunet, ["input": .nhwc(1, 640, 640, 3)]),
            ("SFace", .sface, ["data": .nhwc(1, 112, 112, 3)]),
            ("26 styles, 512", .multistyle26, ["image": .nhwc(1, 512, 512, 3), "style_weights": [26]]),
        ]
        for (name, id, inputs) in networks {
            try measure("open \(name)") { _ = try store.graph(id) }
            try measure("open and run \(name)") { try firstRun(store.graph(id).graph, inputs) }
        }
        for (name, id) in [("VGG-19", ModelIdentifier.vgg19), ("VGG-16", .vgg16)] {
            try measure("open \(name)") { _ = try store.features(id) }
            try measure("open and run \(name) to relu5_1, 512") {
                try firstRun(
                    store.features(id).graph(layers: ["relu5_1"]), ["pixels": .nhwc(1, 512, 512, 3)])
            }
        }
    }
}
