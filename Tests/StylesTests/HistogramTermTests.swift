import Nets
import Pictures
import Testing

@testable import Styles

@Suite struct HistogramTermTests {
    private func noise(_ shape: Shape, seed: UInt64, mean: Float = 0) -> Tensor {
        let tensor = Tensor(shape)
        var generator = SeededGenerator(seed: seed)
        generator.fill(tensor, mean: mean, deviation: 2)
        return tensor
    }

    /// What cells count: a few nothing.
    private func weights(_ shape: Shape, seed: UInt64) -> Tensor {
        let tensor = Tensor(.nhwc(1, shape.height, shape.width, 1))
        var generator = SeededGenerator(seed: seed)
        for index in 0..<tensor.count { tensor[index] = max(0, generator.uniform(-0.3, 1)) }
        return tensor
    }

    /// Every value of a channel with its part of all, in order.
    private func distribution(
        _ parts: [(feature: Tensor, weights: Tensor?, share: Double)], channel: Int
    ) -> [(value: Double, mass: Double)] {
        parts.flatMap { feature, weights, share in
            let channels = feature.shape.channels
            let cells = 0..<feature.count / channels
            let sum = cells.reduce(0.0) { $0 + Double(weights?[$1] ?? 1) }
            return cells.map {
                (Double(feature[$0 * channels + channel]), share * Double(weights?[$0] ?? 1) / sum)
            }
        }.filter { $0.1 > 0 }.sorted { $0.0 < $1.0 }
    }

    /// What of one distribution meets what of another, each from its least value on.
    private func couple(
        _ one: [(value: Double, mass: Double)], _ other: [(value: Double, mass: Double)],
        _ body: (_ place: (Int, Int), _ mass: Double) -> Void
    ) {
        var (i, j) = (0, 0)
        var (left, right) = (one[0].mass, other[0].mass)
        while true {
            let mass = min(left, right)
            body((i, j), mass)
            (left, right) = (left - mass, right - mass)
            if left <= 1e-15 {
                i += 1
                guard i < one.count else { return }
                left = one[i].mass
            }
            if right <= 1e-15 {
                j += 1
                guard j < other.count else { return }
                right = other[j].mass
            }
        }
    }

    /// By the definition: all styles' values in as many equal parts, and these against the picture's.
    private func naive(
        _ feature: Tensor, _ weights: Tensor?, after styles: [(feature: Tensor, weights: Tensor?, share: Double)]
    ) -> Double {
        let channels = feature.shape.channels
        return (0..<channels).reduce(0.0) { sum, channel in
            let style = distribution(styles, channel: channel)
            var table = [(value: Double, mass: Double)](
                repeating: (0, 1 / Double(style.count)), count: style.count)
            couple(style, table) { place, mass in
                table[place.1].value += mass * style[place.0].value * Double(style.count)
            }
            let own = distribution([(feature, weights, 1)], channel: channel)
            var squares = 0.0
            couple(own, table) { place, mass in
                let off = own[place.0].value - table[place.1].value
                squares += mass * off * off
            }
            return sum + squares
        } / Double(channels) / 2
    }

    /// Channels that blocks of eight do not divide; styles larger and smaller than the picture.
    @Test(arguments: [false, true], [1, 2])
    func `the value is the formula's, and the gradient the slope`(isWeighted: Bool, styles: Int) {
        let shape = Shape.nhwc(1, 5, 7, 11)
        let feature = noise(shape, seed: 1)
        let weights = isWeighted ? weights(shape, seed: 2) : nil
        let parts = (0..<styles).map { index -> (feature: Tensor, weights: Tensor?, share: Double) in
            let shape = Shape.nhwc(1, 4 + 3 * index, 6, 11)
            return (
                noise(shape, seed: UInt64(3 + index), mean: 1), isWeighted ? self.weights(shape, seed: 9) : nil,
                styles == 1 ? 1 : [0.25, 0.75][index]
            )
        }
        func term(threads: Int, seed: Tensor) -> HistogramTerm {
            let pool = ThreadPool(threads: threads)
            let target = ChannelQuantiles(
                of: parts.map { .init(feature: $0.feature, weights: $0.weights, share: $0.share) }, threads: pool)
            var term = HistogramTerm(
                region: 0, feature: feature, seed: seed, weights: weights, target: target, share: 3, weight: 5,
                threads: pool)
            term.weigh(2)
            return term
        }
        let seed = Tensor(shape)
        seed.fill(1)
        let value = term(threads: 1, seed: seed).evaluate()
        let expected = 6 * naive(feature, weights, after: parts)
        #expect(abs(value - expected) < 1e-5 * expected, "\(value), not \(expected)")
        let other = Tensor(shape)
        other.fill(1)
        #expect(term(threads: 3, seed: other).evaluate() == value && other.values == seed.values)
        for index in [0, 12, 100, 201, 384] {
            let own = feature[index]
            func at(_ step: Float) -> Double {
                feature[index] = own + step
                defer { feature[index] = own }
                return 6 * naive(feature, weights, after: parts)
            }
            let slope = 5 * (at(1e-3) - at(-1e-3)) / 2e-3
            #expect(abs(slope - Double(seed[index] - 1)) < 2e-3 * (0.1 + abs(slope)), "value \(index): \(slope)")
        }
    }

    @Test func `a picture has its own histograms, wherever its cells lie, and what is flat stays flat`() {
        let pool = ThreadPool(threads: 2)
        let style = noise(.nhwc(1, 6, 8, 3), seed: 4)
        let target = ChannelQuantiles(of: [.init(feature: style, weights: nil, share: 1)], threads: pool)
        func measured(_ feature: Tensor) -> (value: Double, slopes: [Float]) {
            let seed = Tensor(feature.shape)
            let term = HistogramTerm(
                region: 0, feature: feature, seed: seed, weights: nil, target: target, share: 1, weight: 1,
                threads: pool)
            return (term.evaluate(), seed.values)
        }
        let turned = Tensor(style.shape)
        for cell in 0..<48 { for channel in 0..<3 { turned[cell * 3 + channel] = style[(47 - cell) * 3 + channel] } }
        #expect(measured(turned).value < 1e-10)
        turned.fill(0.5)
        let flat = measured(turned)
        #expect(flat.value > 0.1)
        for cell in 1..<48 { #expect(flat.slopes[cell * 3..<cell * 3 + 3] == flat.slopes[0..<3]) }
    }

    /// Means and covariances leave a channel's distribution open: with weight it comes nearer to the style's.
    @Test func `with weight, a painting has more of the style's histograms`() throws {
        let content = try sample("china.jpg").resized(longSide: 128)
        let style = StylePicture(try sample("flower.jpg").resized(longSide: 128))
        func paint(_ weight: Double) throws -> StylizedPicture {
            try stylizer().stylize(
                content, after: .pictures([style]),
                options: .init().with {
                    $0.histogramWeight = weight
                    $0.start = .content
                    $0.iterations = 20
                    $0.scales = 1
                    $0.lossInterval = 1
                })
        }
        let objective = try objective(
            network(.vgg19), content: content, after: [style], settings: settings { $0.histogramWeight = 1 })
        func histogram(_ result: StylizedPicture) throws -> Double {
            try #require(objective.look(at: Tensor(pixelsOf: result.picture)).losses.histogram)
        }
        let (without, with) = (try paint(0), try paint(30))
        #expect(without.losses.allSatisfy { $0.losses.histogram == nil })
        let values = with.losses.compactMap(\.losses.histogram)
        #expect(values.count == with.losses.count && values.last! < 0.5 * values[0], "\(values)")
        let (own, plain) = (try histogram(with), try histogram(without))
        #expect(own < 0.8 * plain, "\(own) and \(plain)")
    }

    @Test func `ranks are of the whole, so that no part is ever looked at`() throws {
        let settings = try settings { $0.histogramWeight = 1 }
        let size = PixelSize(width: 3000, height: 2000)
        let room = StyleRoom(bytes: 1 << 30, for: settings)
        #expect(StyleRoom(bytes: 1 << 30).part(for: size, .vgg19) != nil && room.part(for: size, .vgg19) == nil)
        #expect(room.need(for: size, .vgg19) > Int64(size.area) * 1600)
    }
}
