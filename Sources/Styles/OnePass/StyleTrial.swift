import ModelFiles
import Nets
import Pictures

/// What a network of one picture in and one out makes of small pictures, which tells whether it paints and what white is in it.
struct StyleTrial {
    /// Why it paints nothing; the words follow "it".
    struct Fault: Error {
        let why: String

        static let flat = Fault(why: "paints one flat colour, whatever the picture")
    }

    /// What white was in what it was given; black was 0.
    let white: Float
    /// What white is in what it gives, by the range of its values.
    let givenWhite: Float
    /// Whether each painting is one flat colour.
    let isFlat: Bool
    /// Correlation of the paintings with the pictures, −1…1, 0 of flat ones.
    private let likeness: Double

    /// Of networks that take the scale of what they are given away, the one that gives back the white that it was given.
    var merit: Double { abs(likeness) + (white == givenWhite ? Self.slack : 0) }

    /// Most bytes that the values of a network may take together; one of PyTorch's fast_neural_style takes a tenth of a gigabyte at 256
    /// pixels a side.
    private static let mostBytes = 4 << 30
    /// Sides that four divides and eight does not.
    private static let sizes = [PixelSize(width: 76, height: 52), PixelSize(width: 52, height: 84)]
    /// Networks of 0…1 that end in no sigmoid leave that range by little.
    private static let mostOfUnits: ClosedRange<Float> = -0.5...1.5
    private static let leastOfBytes: Float = 8
    /// Differences of likeness that a norm's epsilon or a bias make.
    private static let slack = 0.1

    /// A network with the white that it takes, which it gives, too.
    ///
    /// - Throws: ``Fault`` for one that paints with neither.
    static func fitted(_ graph: Graph, threads: ThreadPool) throws(Fault) -> (Graph, PixelConvention) {
        let trials: [Result<StyleTrial, Fault>] = [255, 1].map { white in
            Result { () throws(Fault) in try StyleTrial(graph, white: white, threads: threads) }
        }
        let painted = trials.compactMap { try? $0.get() }
        guard let best = painted.filter({ !$0.isFlat }).max(by: { $0.merit < $1.merit }) else {
            if painted.isEmpty { _ = try trials[0].get() }
            throw .flat
        }
        var fitted = graph
        if best.white != best.givenWhite {
            fitted.scale(output: graph.outputNames[0], by: best.white / best.givenWhite)
        }
        return (fitted, best.white == 255 ? .rawRGB : .unitRGB)
    }

    /// - Throws: ``Fault`` for what cannot be run, gives no picture of the size, or values that are none.
    init(_ graph: Graph, white: Float, threads: ThreadPool) throws(Fault) {
        self.white = white
        var paintings: [(given: Tensor, made: Tensor)] = []
        for size in graph.fixedSize.map({ [$0] }) ?? Self.sizes {
            paintings.append(try Self.paint(graph, size, white, threads))
        }
        let values = paintings.flatMap { Array($0.made.buffer) }
        guard values.allSatisfy(\.isFinite), let low = values.min(), let high = values.max() else {
            throw Fault(why: "paints values that are no numbers")
        }
        if high > Self.leastOfBytes {
            givenWhite = 255
        } else if Self.mostOfUnits.contains(low), Self.mostOfUnits.contains(high) {
            givenWhite = 1
        } else {
            throw Fault(why: "paints in values from \(low) to \(high), which are neither 0…255 nor 0…1")
        }
        for (_, made) in paintings {
            for index in 0..<made.count { made[index] = min(max(0, made[index] * 255 / givenWhite), 255) }
        }
        isFlat = paintings.allSatisfy { $0.made.isFlat(tolerance: PaintingCheck.flatness) }
        likeness = paintings.reduce(0) { $0 + Self.correlation($1.given, $1.made) } / Double(paintings.count)
    }

    private static func paint(
        _ graph: Graph, _ size: PixelSize, _ white: Float, _ threads: ThreadPool
    ) throws(Fault) -> (given: Tensor, made: Tensor) {
        let shape = Shape.nhwc(1, size.height, size.width, 3)
        let executor: Executor
        do {
            executor = try Executor(
                graph, inputShapes: [graph.inputNames[0]: shape], limit: mostBytes, threads: threads)
        } catch {
            throw Fault(why: "cannot be run on a picture of \(size.width) × \(size.height) pixels: \(error)")
        }
        let (input, output) = (executor.input(graph.inputNames[0]), executor.output(graph.outputNames[0]))
        guard output.shape == shape else {
            throw Fault(why: "makes \(output.shape) of a picture of the shape \(shape)")
        }
        let given = Tensor(shape)
        for index in 0..<given.count {
            given[index] = sample(index, size) / 255 * white
            input[index] = given[index]
        }
        executor.forward()
        return (given, output.copy())
    }

    /// Slopes and checks of all three colours, 0…255.
    private static func sample(_ index: Int, _ size: PixelSize) -> Float {
        let (x, y, colour) = (index / 3 % size.width, index / 3 / size.width, index % 3)
        let slope = (x * (3 + colour) + y * (5 - colour)) % 192
        return Float(slope + ((x / 4 + y / 4) % 2) * 63)
    }

    /// Pearson's, over all samples.
    private static func correlation(_ one: Tensor, _ other: Tensor) -> Double {
        let count = Double(one.count)
        let means = [one, other].map { $0.buffer.reduce(0) { $0 + Double($1) } / count }
        var (product, squares) = (0.0, [0.0, 0.0])
        for (a, b) in zip(one.buffer, other.buffer) {
            let (x, y) = (Double(a) - means[0], Double(b) - means[1])
            product += x * y
            squares[0] += x * x
            squares[1] += y * y
        }
        let scale = (squares[0] * squares[1]).squareRoot()
        return scale > 0 ? product / scale : 0
    }
}
