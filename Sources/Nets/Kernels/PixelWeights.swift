/// How much each pixel of an operator's first input counts, by its second input, if it has one.
struct PixelWeights {
    /// Rows that are weighted at a time.
    private static let chunk = 256

    private let weights: UnsafePointer<Float>?
    private let pixels: Int
    private let channels: Int
    private let workspace: Workspace
    private let takesRoot: Bool

    /// - Parameter takesRoot: whether rows are multiplied by the roots of their weights, for a product with themselves.
    init(at site: Site, takesRoot: Bool = false) {
        let shape = site.inputs[0].shape
        channels = shape.channels
        pixels = shape.count / max(1, channels)
        weights = site.inputs.count > 1 ? UnsafePointer(site.inputs[1].pointer) : nil
        workspace = site.workspace
        self.takesRoot = takesRoot
        if weights != nil { workspace.reserve(Self.chunk * channels) }
    }

    static func check(_ inputs: [Shape]) throws(Misfit) {
        guard inputs.count > 1 else { return }
        guard Array(inputs[1].dims.dropLast()) == Array(inputs[0].dims.dropLast()), inputs[1].dims.last == 1 else {
            throw Misfit("weights \(inputs[1]) do not go with features \(inputs[0])")
        }
    }

    /// One over their sum; 0 where that is 0.
    var scale: Float {
        guard let weights else { return 1 / Float(max(1, pixels)) }
        let sum = (0..<pixels).reduce(0.0) { $0 + Double(weights[$1]) }
        return sum > 0 ? Float(1 / sum) : 0
    }

    subscript(pixel: Int) -> Float { weights?[pixel] ?? 1 }

    /// Gives the rows of pixels that count, multiplied by their weights, some at a time.
    func forEach(
        of range: Range<Int>, rows: Floats, worker: Int,
        _ body: (_ rows: Floats, _ range: Range<Int>) -> Void
    ) {
        guard let weights else { return body(rows + range.lowerBound * channels, range) }
        for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.chunk) {
            let part = start..<min(start + Self.chunk, range.upperBound)
            if part.allSatisfy({ weights[$0] == 0 }) { continue }
            if part.allSatisfy({ weights[$0] == 1 }) {
                body(rows + start * channels, part)
                continue
            }
            let weighted = workspace.scratch(worker)
            for pixel in part {
                let weight = takesRoot ? weights[pixel].squareRoot() : weights[pixel]
                let (from, to) = (rows + pixel * channels, weighted + (pixel - start) * channels)
                sweep(channels) {
                    to.store(from.lanes($0) * weight, $0)
                } scalar: {
                    to[$0] = from[$0] * weight
                }
            }
            body(weighted, part)
        }
    }
}
