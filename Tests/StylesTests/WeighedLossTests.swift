import Foundation
import Nets
import Pictures
import Testing

import struct Wire.JobOptions
import typealias Wire.LossWeights
import enum Wire.StyleLoss

@testable import Styles

@Suite(.serialized) struct WeighedLossTests {
    private struct Measured {
        let losses: ObjectiveValue
        let gradient: Tensor
    }

    /// At grain, no two pixels alike.
    private func measured(
        _ losses: LossWeights, isMasked: Bool, part: Int? = nil, _ change: (inout JobOptions) -> Void = { _ in }
    ) throws -> Measured {
        let settings = try settings {
            $0.styleLoss = losses
            change(&$0)
        }
        // In parts, of several of them.
        let size = part == nil ? PixelSize(width: 100, height: 121) : PixelSize(width: 187, height: 227)
        let style = StylePicture(try sample("flower.jpg").resized(longSide: 160))
        let other = StylePicture(
            formulaPicture(2, width: 96, height: 96), weight: 1.5, mask: leftMask(width: 90, height: 40, soft: 20))
        let objective = try objective(
            network(.vgg19), content: sample("china.jpg").resized(to: size),
            after: isMasked ? [style, other] : [style], settings: settings, part: part)
        let pixels = Tensor(.nhwc(1, size.height, size.width, 3))
        var generator = SeededGenerator(seed: 7)
        generator.fill(pixels, mean: 128, deviation: 25)
        let gradient = Tensor(pixels.shape)
        let found = objective.evaluate(pixels, gradient: gradient)
        let looked = objective.look(at: pixels).losses
        #expect(abs(looked.total - found.total) <= 1e-6 * found.total)
        return Measured(losses: found.weighted(settings), gradient: gradient)
    }

    @Test(
        arguments: [
            ([.wasserstein: 3, .gram: 1], nil), ([.wasserstein: 3, .gram: 1], 48),
            ([.covariance: 1, .w2: 2, .gatys: 0.5], nil), ([.wasserstein: 1, .strotss: 1], nil),
        ] as [(LossWeights, Int?)], [false, true])
    func `value and gradient of a mix are those of its losses by their shares`(
        mix: (losses: LossWeights, part: Int?), isMasked: Bool
    ) throws {
        let whole = try measured(mix.losses, isMasked: isMasked, part: mix.part)
        let sum = Tensor(whole.gradient.shape)
        var total = 0.0
        var styles: [StyleLoss: Double] = [:]
        for entry in mix.losses.shares {
            let own = try measured([entry.name], isMasked: isMasked, part: mix.part)
            #expect(own.losses.styleLosses == nil)
            total += entry.weight * own.losses.total
            styles[entry.name] = entry.weight * own.losses.style
            for index in 0..<sum.count { sum[index] += Float(entry.weight) * own.gradient[index] }
        }
        #expect(abs(whole.losses.total - total) <= 1e-6 * total, "\(whole.losses.total) for \(total)")
        let found = try #require(whole.losses.styleLosses)
        #expect(Set(found.keys) == Set(styles.keys))
        for (loss, value) in styles {
            #expect(abs(found[loss]! - value) <= 1e-6 * value, "\(loss): \(found[loss]!) for \(value)")
        }
        #expect(abs(found.values.reduce(0, +) - whole.losses.style) <= 1e-9 * whole.losses.style)
        let (off, norm) = distance(of: whole.gradient, from: sum)
        #expect(off <= 1e-5 * norm, "the gradient is off by \(off / norm)")
    }

    @Test func `each loss has its own layers, or those that are asked for`() throws {
        let mix: LossWeights = [.wasserstein: 1, .strotss: 3]
        let usual = try settings { $0.styleLoss = mix }
        #expect(usual.styleLayers == nil && usual.styleWeight == 1)
        for own in usual.losses {
            let alone = try settings { $0.styleLoss = [own.loss] }
            #expect(own.layers == alone.styleLayers?.shares && own.unit == alone.styleWeight)
            #expect(own.share == (own.loss == .strotss ? 0.75 : 0.25))
        }
        let asked = try settings {
            $0.styleLoss = mix
            $0.styleLayers = ["relu2_1": 1, "relu3_1": 3]
        }
        #expect(asked.losses.allSatisfy { $0.layers == [.init("relu2_1", 0.25), .init("relu3_1", 0.75)] })
        let alone = try settings { $0.styleLoss = [.gram: 2, .wasserstein: 0] }
        #expect(alone.losses.map(\.loss) == [.gram] && alone.losses[0].weight == 1)
        #expect(alone.styleWeight == 300 && alone.styleLayers != nil)
    }

    @Test func `a mix with places drawn at random is for Adam, 512 pixels, and whole pictures`() throws {
        let mix: LossWeights = [.wasserstein: 1, .strotss: 1]
        #expect(try settings { $0.styleLoss = mix }.optimizer == .adam)
        #expect(try settings { $0.styleLoss = [.wasserstein: 1, .gram: 1] }.optimizer == .lbfgs)
        #expect(try settings { $0.styleLoss = [.wasserstein: 1, .strotss: 0] }.optimizer == .lbfgs)
        for (key, change) in [
            ("size", { $0.size = 513 }), ("optimizer", { $0.optimizer = .lbfgs }),
        ] as [(String, (inout JobOptions) -> Void)] {
            do {
                _ = try settings {
                    $0.styleLoss = mix
                    change(&$0)
                }
                Issue.record("\(key) was taken")
            } catch {
                #expect("\(error)".contains(key) && "\(error)".contains("with styleLoss strotss"), "\(error)")
            }
        }
        let size = PixelSize(width: 512, height: 512)
        func part(_ losses: LossWeights) throws -> Int? {
            StyleRoom(bytes: 1 << 20, for: try settings { $0.styleLoss = losses }).part(for: size, .vgg19)
        }
        #expect(try part(mix) == nil && part([.wasserstein: 1, .gram: 1]) != nil)
    }

    /// λ of `strotss` is the strength of the content's features, hundreds of thousands, as it has no unit; histograms have one.
    @Test func `histograms count the same beside losses that are not set against the content's features`() throws {
        func histogram(_ losses: LossWeights) throws -> Double {
            try #require(measured(losses, isMasked: true) { $0.histogramWeight = 10 }.losses.histogram)
        }
        for (losses, alone) in [
            ([.strotss], [.gram]), ([.gram: 1, .strotss: 1], [.gram]), ([.wasserstein: 1, .gram: 1], [.wasserstein]),
        ] as [(LossWeights, LossWeights)] {
            let (found, wanted) = (try histogram(losses), try histogram(alone))
            #expect(abs(found - wanted) <= 1e-6 * wanted, "\(found) for \(wanted)")
        }
    }
}
