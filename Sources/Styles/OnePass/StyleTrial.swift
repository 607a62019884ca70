import ModelFiles
import Nets
import Pictures

/// What a network of one picture in and one out makes of small pictures, which tells whether it paints, and between which numbers.
struct StyleTrial {
    /// Why it paints nothing; the words follow "it".
    struct Fault: Error {
        let why: String

        static let flat = Fault(why: "paints one flat colour, whatever the picture")
    }

    /// Which numbers are black and white.
    struct Levels: Hashable {
        let black: Float
        let white: Float

        /// As in "values of 0…255".
        var text: String { "\(black < 0 ? "−" : "")\(Int(abs(black)))…\(Int(white))" }

        var span: Float { white - black }

        /// What a network that is to take these is fed.
        var pixels: PixelConvention { self == .bytes ? .rawRGB : .unitRGB }

        static let bytes = Levels(black: 0, white: 255)
        static let unit = Levels(black: 0, white: 1)
        static let centred = Levels(black: -1, white: 1)
    }

    /// Of what it was given.
    let given: Levels
    /// Of what it makes, by the range of its values.
    let made: Levels
    /// Whether each painting is one flat colour.
    let isFlat: Bool
    /// Correlation of the paintings with the pictures, −1…1, 0 of flat ones.
    private let likeness: Double
    /// Share of the paintings' samples that are at black or white, or beyond.
    private let saturation: Double
    /// Each painting in 0…255.
    private let paintings: [Tensor]

    /// Of networks that take the scale of what they are given away, the one that gives back what it was given.
    private var merit: Double {
        abs(likeness) * (1 - saturation) + (given == made ? Self.slack : 0)
    }

    /// Most bytes that the values of a network may take together; one of PyTorch's fast_neural_style takes a tenth of a gigabyte at 256
    /// pixels a side.
    private static let mostBytes = 4 << 30
    /// Sides that four divides and eight does not.
    private static let sizes = [PixelSize(width: 76, height: 52), PixelSize(width: 52, height: 84)]
    /// Networks of 0…1 that end in no sigmoid leave that range by little.
    private static let mostOfUnits: ClosedRange<Float> = -0.5...1.5
    /// Those that end in a hyperbolic tangent leave theirs by rounding.
    private static let mostOfCentred: ClosedRange<Float> = -1.01...1.01
    private static let leastOfBytes: Float = 8
    /// Differences of likeness that a norm's epsilon or a bias make.
    private static let slack = 0.1
    /// Root of the mean square of what two paintings differ by that are one, of 255.
    private static let leastDifference = 1.0

    /// A network that gives what it takes, 0…255 or 0…1, and what it took before.
    ///
    /// It is given 0…255 and 0…1, and −1…1 where it gives that. Of these it has the one with which its painting is like the picture and
    /// hardly saturated; norms take the scale of what they are given away, and where that leaves all alike, what it gives decides.
    ///
    /// One that gives back 0…1 for 0…1 and 0…255 for 0…255 lets the picture through beside what it makes of it, which with 0…255 is
    /// 255 times too weak, and all the more like the picture: it is one of 0…1. One of 0…255 would give more for 0…1, as what its
    /// norms let through keeps its size. Where both paintings are one, nothing tells, and nothing depends on it.
    /// - Parameter white: of what it takes, where that is known.
    /// - Throws: ``Fault`` for one that paints with none of them.
    static func fitted(
        _ graph: Graph, white: Float? = nil, threads: ThreadPool
    ) throws(Fault) -> (Graph, Levels) {
        var trials: [Result<StyleTrial, Fault>] = []
        func tries(_ levels: Levels) {
            trials.append(Result { () throws(Fault) in try StyleTrial(graph, levels, threads: threads) })
        }
        for levels in [Levels.bytes, .unit] where white == nil || white == levels.white { tries(levels) }
        func painted() -> [StyleTrial] { trials.compactMap { try? $0.get() } }
        if white == nil, painted().contains(where: { $0.made == .centred }) { tries(.centred) }
        let whole = painted().filter { !$0.isFlat }
        guard var best = whole.max(by: { $0.merit < $1.merit }) else {
            if painted().isEmpty { _ = try trials[0].get() }
            throw .flat
        }
        let faithful = whole.filter { $0.given == $0.made }
        if let byte = faithful.first(where: { $0.given == .bytes }),
            let unit = faithful.first(where: { $0.given == .unit })
        {
            best = unit.differs(from: byte) ? unit : byte
        }
        return (best.fitted(graph), best.given)
    }

    private func fitted(_ graph: Graph) -> Graph {
        var fitted = graph
        let taken = given == .bytes ? Levels.bytes : .unit
        if given != taken {
            fitted.scale(input: graph.inputNames[0], by: given.span / taken.span, adding: given.black)
        }
        if made != taken {
            let factor = taken.span / made.span
            fitted.scale(output: graph.outputNames[0], by: factor, adding: -made.black * factor)
        }
        return fitted
    }

    private func differs(from other: StyleTrial) -> Bool {
        var (sum, count) = (0.0, 0)
        for (one, other) in zip(paintings, other.paintings) {
            for (a, b) in zip(one.buffer, other.buffer) { sum += Double((a - b) * (a - b)) }
            count += one.count
        }
        return (sum / Double(count)).squareRoot() > Self.leastDifference
    }

    /// - Throws: ``Fault`` for what cannot be run, gives no picture of the size, or values that are none.
    private init(_ graph: Graph, _ levels: Levels, threads: ThreadPool) throws(Fault) {
        given = levels
        var trials: [(given: Tensor, made: Tensor)] = []
        for size in graph.fixedSize.map({ [$0] }) ?? Self.sizes {
            trials.append(try Self.paint(graph, size, levels, threads))
        }
        let values = trials.flatMap { Array($0.made.buffer) }
        guard values.allSatisfy(\.isFinite), let low = values.min(), let high = values.max() else {
            throw Fault(why: "paints values that are no numbers")
        }
        if high > Self.leastOfBytes {
            made = .bytes
        } else if Self.mostOfUnits.contains(low), Self.mostOfUnits.contains(high) {
            made = .unit
        } else if Self.mostOfCentred.contains(low), Self.mostOfCentred.contains(high) {
            made = .centred
        } else {
            throw Fault(why: "paints in values from \(low) to \(high), which are neither 0…255 nor 0…1 nor −1…1")
        }
        var saturated = 0
        for (_, painting) in trials {
            for index in 0..<painting.count {
                let value = (painting[index] - made.black) * 255 / made.span
                if value < 0.5 || value > 254.5 { saturated += 1 }
                painting[index] = min(max(0, value), 255)
            }
        }
        paintings = trials.map(\.made)
        saturation = Double(saturated) / Double(values.count)
        isFlat = paintings.allSatisfy { $0.isFlat(tolerance: PaintingCheck.flatness) }
        likeness = trials.reduce(0) { $0 + Self.correlation($1.given, $1.made) } / Double(trials.count)
    }

    private static func paint(
        _ graph: Graph, _ size: PixelSize, _ levels: Levels, _ threads: ThreadPool
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
            given[index] = levels.black + sample(index, size) / 255 * levels.span
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
