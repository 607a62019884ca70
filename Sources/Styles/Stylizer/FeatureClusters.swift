import Nets
import Pictures

/// What is alike in a photograph and its styles, found without anybody's masks: the cells of a deep layer of all pictures, parted by
/// k-means over the directions of their features (spherical k-means; Dhillon and Modha 2001), begun as k-means++ has it (Arthur and
/// Vassilvitskii 2007).
///
/// A cluster that a picture has next to nothing of joins the one that its cells are nearest to: what nothing answers to in the style
/// cannot be painted after it.
struct FeatureClusters {
    /// Of a picture as it is looked at, so that a cell is an eighth of a hundredth of it or so.
    private static let longSide = 512
    private static let multiple = 16
    private static let rounds = 30
    /// Of a picture's cells.
    private static let leastShare = 0.03

    /// Cells of one picture: features of length 1, row after row.
    private struct Cells {
        let size: PixelSize
        let range: Range<Int>
    }

    private let channels: Int
    private var features: [Float] = []
    private var pictures: [Cells] = []

    /// - Parameter pictures: opaque.
    /// - Throws: what ``StyleNetwork`` throws.
    init(of pictures: [Picture], _ network: StyleNetwork, _ settings: StyleSettings) throws {
        let layer = network.kind.contentLayers.layers[0]
        var channels = 0
        for picture in pictures {
            let fitted = picture.size.fitted(atMost: Self.longSide)
            // Whole cells alone, with nothing around them.
            func whole(_ side: Int) -> Int {
                max(network.kind.smallestSide, (side + Self.multiple / 2) / Self.multiple * Self.multiple)
            }
            let size = PixelSize(width: whole(fitted.width), height: whole(fitted.height))
            let pixels = Tensor(pixelsOf: picture.resized(to: size))
            let output = try network.look(at: pixels, layers: [layer], settings: settings).executor.output(layer)
            channels = output.shape.channels
            let start = features.count / channels
            for cell in 0..<output.shape.height * output.shape.width {
                let own = output.buffer[cell * channels..<(cell + 1) * channels]
                let length = own.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
                features += own.map { length > 0 ? $0 / Float(length) : 0 }
            }
            self.pictures.append(
                Cells(
                    size: PixelSize(width: output.shape.width, height: output.shape.height),
                    range: start..<features.count / channels))
        }
        self.channels = channels
    }

    private var count: Int { features.count / channels }

    /// The parts of each picture, by the same colours.
    ///
    /// - Parameters:
    ///   - clusters: as many or fewer.
    ///   - isCancelled: asked before each round.
    /// - Throws: `StyleError.cancelled`.
    func segmentations(
        clusters: Int, seed: UInt64, isCancelled: () -> Bool = { false }
    ) throws(StyleError) -> [Segmentation] {
        var centres = begin(clusters, seed)
        var numbers: [Int] = []
        for _ in 0..<Self.rounds {
            if isCancelled() { throw .cancelled }
            let next = nearest(centres)
            if next == numbers { break }
            numbers = next
            centres = means(numbers, centres)
        }
        // The rarest first, as its cells may make another one common enough.
        while centres.count > 1 {
            let shares = centres.indices.map { centre in
                pictures.map { cells in
                    Double(cells.range.count { numbers[$0] == centre }) / Double(cells.range.count)
                }.min()!
            }
            let rarest = shares.indices.min { shares[$0] < shares[$1] }!
            guard shares[rarest] < Self.leastShare else { break }
            centres.remove(at: rarest)
            numbers = nearest(centres)
        }
        return pictures.map { Segmentation(size: $0.size, parts: Array(numbers[$0.range])) }
    }

    // MARK: k-means

    private func cosine(_ cell: Int, _ centre: [Float]) -> Float {
        var sum: Float = 0
        features.withUnsafeBufferPointer { features in
            for channel in 0..<channels { sum += features[cell * channels + channel] * centre[channel] }
        }
        return sum
    }

    /// Cells as far from each other as chance has it: each by the square of its distance to the nearest before it.
    private func begin(_ clusters: Int, _ seed: UInt64) -> [[Float]] {
        var random = SeededGenerator(seed: seed)
        func centre(_ cell: Int) -> [Float] { Array(features[cell * channels..<(cell + 1) * channels]) }
        var centres = [centre(Int.random(in: 0..<count, using: &random))]
        var distances = Array(repeating: Double.infinity, count: count)
        while centres.count < min(clusters, count) {
            for cell in 0..<count {
                distances[cell] = min(distances[cell], Double(max(0, 1 - cosine(cell, centres.last!))))
            }
            let total = distances.reduce(0, +)
            guard total > 0 else { break }
            var mark = Double.random(in: 0..<total, using: &random)
            let chosen = distances.firstIndex { distance in
                mark -= distance
                return mark < 0
            }
            centres.append(centre(chosen ?? count - 1))
        }
        return centres
    }

    private func nearest(_ centres: [[Float]]) -> [Int] {
        (0..<count).map { cell in
            var (best, most) = (0, -Float.infinity)
            for (index, centre) in centres.enumerated() {
                let cosine = cosine(cell, centre)
                if cosine > most { (best, most) = (index, cosine) }
            }
            return best
        }
    }

    /// The mean directions; a cluster without a cell stays where it was.
    private func means(_ numbers: [Int], _ centres: [[Float]]) -> [[Float]] {
        var sums = centres.map { Array(repeating: 0.0, count: $0.count) }
        for (cell, number) in numbers.enumerated() {
            for channel in 0..<channels { sums[number][channel] += Double(features[cell * channels + channel]) }
        }
        return zip(sums, centres).map { sum, before in
            let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return length > 0 ? sum.map { Float($0 / length) } : before
        }
    }
}
