import Nets

/// What an ONNX file became.
struct ImportedGraph {
    let graph: Graph
    /// The inputs with their extents in ONNX's order; nil where any size may be fed.
    let inputs: [(name: String, dims: [Int?])]
    /// The outputs with their extents, in the order in which they are stored.
    let outputs: [(name: String, dims: [Int?])]
    /// The ONNX operators that became nodes, in order.
    let operators: [String]

    /// Whether the network begins by normalising its pixels: a subtraction and a multiplication among its first
    /// operators. Otherwise an embedder expects `(pixel − 127.5) / 127.5`.
    var normalizesItself: Bool {
        let first = operators.prefix(Self.normalizationReach)
        return first.contains("Sub") && first.contains("Mul")
    }

    private static let normalizationReach = 8

    /// Side of the aligned face that every supported embedder takes, in pixels.
    static let embedderSide = 112

    /// Most memory that an embedder's values may take together; those of a ResNet with a hundred
    /// layers take a fifth.
    private static let embedderBytes = 512 << 20

    /// Fewer numbers than this are no description of a face.
    private static let shortestTemplate = 16

    /// Checks that the network takes one aligned face and gives one vector.
    ///
    /// - Throws: `ModelFileError.unsupportedGraph` with what does not fit.
    func checkEmbedder(path: String) throws {
        func refuse(_ reason: String) -> ModelFileError {
            .unsupportedGraph(path: path, fault: .noEmbedder(reason: reason))
        }
        guard graph.inputs.count == 1, let dims = graph.inputs[0].dims, dims.count == 4 else {
            throw refuse("it takes \(graph.inputs.count) inputs instead of one picture")
        }
        let side = Self.embedderSide
        guard dims[3] == 3, (dims[1] ?? side) == side, (dims[2] ?? side) == side else {
            let shape = dims.map { $0.map(String.init) ?? "?" }.joined(separator: ", ")
            throw refuse("its picture has the shape [\(shape)] instead of [1, \(side), \(side), 3]")
        }
        guard outputs.count == 1 else { throw refuse("it gives \(outputs.count) outputs instead of one vector") }
        let shapes: [String: Shape] = [graph.inputs[0].name: .nhwc(1, side, side, 3)]
        let executor: Executor
        do throws(NetsError) {
            executor = try Executor(
                graph, inputShapes: shapes, limit: Self.embedderBytes, threads: ThreadPool(threads: 1))
        } catch {
            throw refuse(error.description)
        }
        let shape = executor.output(outputs[0].name).shape
        guard shape.count == shape.channels, shape.count >= Self.shortestTemplate else {
            throw refuse("its output has the shape \(shape)")
        }
    }
}
