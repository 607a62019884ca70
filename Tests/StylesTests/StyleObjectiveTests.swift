import Foundation
import ModelFiles
import Nets
import Pictures
import Testing

import struct Wire.LayerWeights
import enum Wire.StyleNetworkKind

@testable import Styles

/// `Golden/style-losses.json`, made by `Golden/make_style_losses.py`.
private struct GoldenLosses: Decodable {
    struct Network: Decodable {
        let contentLayer: String
        let styleLayers: [String]
        let featureScale: Double
        let content, style, totalVariation, total, gradientNorm: Double
        let gradientStride: Int
        let gradient: [Float]
        /// The whole loss after `adamSteps` of Adam from each start, in double precision.
        let afterAdam: [Double]
    }

    let width, height: Int
    let contentWeight, styleWeight, tvWeight: Double
    let shares: [Double]
    let adamSteps: Int
    let adamRate: Float
    let adamNudges: [Float]
    let networks: [String: Network]

    static func read() throws -> GoldenLosses {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Golden/style-losses.json")
        return try JSONDecoder().decode(GoldenLosses.self, from: Data(contentsOf: file))
    }
}

@Suite(.serialized) struct StyleObjectiveTests {
    private func close(_ found: Double, _ expected: Double, _ tolerance: Double) -> Bool {
        abs(found - expected) <= tolerance * abs(expected)
    }

    /// The reference's numbers for one network, and the objective that they belong to.
    private func golden(of kind: StyleNetworkKind) throws -> (GoldenLosses, GoldenLosses.Network, StyleObjective) {
        let file = try GoldenLosses.read()
        let golden = try #require(file.networks[kind.rawValue])
        #expect(kind.featureScale == golden.featureScale)
        let settings = try settings(kind) {
            $0.contentWeight = file.contentWeight
            $0.styleWeight = file.styleWeight
            $0.tvWeight = file.tvWeight
            $0.contentLayers = LayerWeights([.init(golden.contentLayer)])
            $0.styleLayers = LayerWeights(golden.styleLayers.map { .init($0) })
        }
        let objective = try objective(
            network(kind), content: formulaPicture(0, width: file.width, height: file.height),
            styles: zip([1, 2], file.shares).map { (formulaPicture($0, width: 56, height: 64), $1) },
            settings: settings)
        return (file, golden, objective)
    }

    /// The reference works in double precision, ours in single: losses agree to 1e-4, the gradient to 2e-4 of its norm.
    @Test(arguments: StyleNetworkKind.allCases)
    func `losses and gradient agree with PyTorch`(kind: StyleNetworkKind) throws {
        let (file, golden, objective) = try golden(of: kind)
        let pixels = Tensor(pixelsOf: formulaPicture(3, width: file.width, height: file.height))
        let gradient = Tensor(pixels.shape)
        let losses = objective.evaluate(pixels, gradient: gradient)

        #expect(close(losses.content, golden.content, 1e-4), "content \(losses.content), expected \(golden.content)")
        #expect(close(losses.style, golden.style, 1e-4), "style \(losses.style), expected \(golden.style)")
        #expect(close(losses.totalVariation, golden.totalVariation, 1e-5))
        #expect(close(losses.total, golden.total, 1e-4))

        let norm = gradient.values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        #expect(close(norm, golden.gradientNorm, 1e-4), "gradient norm \(norm), expected \(golden.gradientNorm)")
        let sampled = stride(from: 0, to: gradient.count, by: golden.gradientStride).map { gradient[$0] }
        #expect(sampled.count == golden.gradient.count)
        let error = zip(sampled, golden.gradient).reduce(0.0) { $0 + pow(Double($1.0 - $1.1), 2) }.squareRoot()
        let reference = golden.gradient.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        #expect(error <= 2e-4 * reference, "gradient is off by \(error / reference) of its norm")
    }

    /// In single precision two hundred steps make half a per cent of a difference in the last place at the start: compared
    /// are the means of several starts, each a little beside the first.
    @Test(arguments: StyleNetworkKind.allCases)
    func `two hundred steps of Adam end within one per cent of where PyTorch's end`(kind: StyleNetworkKind) throws {
        let (file, golden, objective) = try golden(of: kind)
        #expect(golden.afterAdam.count == file.adamNudges.count)
        let ends = file.adamNudges.map { nudge in
            let pixels = Tensor(pixelsOf: formulaPicture(3, width: file.width, height: file.height))
            pixels[0] += nudge
            let gradient = Tensor(pixels.shape)
            let adam = Adam(pixels.shape, learningRate: file.adamRate)
            for _ in 0..<file.adamSteps {
                _ = objective.evaluate(pixels, gradient: gradient)
                adam.step(pixels, gradient: gradient)
            }
            return objective.evaluate(pixels, gradient: gradient).total
        }
        let (ours, theirs) = (
            ends.reduce(0, +) / Double(ends.count), golden.afterAdam.reduce(0, +) / Double(ends.count)
        )
        #expect(close(ours, theirs, 0.01), "losses \(ends), expected \(golden.afterAdam)")
    }

    @Test func `the gradient is the slope of the loss in every direction tried`() throws {
        let settings = try settings { $0.tvWeight = 200 }
        let content = formulaPicture(0, width: 40, height: 32)
        let objective = try objective(
            network(.vgg19), content: content, styles: [(formulaPicture(1, width: 40, height: 40), 1)],
            settings: settings)
        let pixels = Tensor(pixelsOf: formulaPicture(2, width: 40, height: 32))
        let gradient = Tensor(pixels.shape)
        _ = objective.evaluate(pixels, gradient: gradient)
        let slopes = gradient.copy()
        var generator = SeededGenerator(seed: 5)
        for direction in 0..<6 {
            let step = Tensor(pixels.shape)
            generator.fill(step)
            if direction % 2 == 1 {
                // Along the gradient, mixed with noise: the direction in which it matters most.
                let scale = 4 / (slopes.values.map(abs).max() ?? 1)
                for index in 0..<step.count { step[index] = step[index] * 0.2 + slopes[index] * scale }
            }
            let expected = zip(slopes.values, step.values).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
            let width: Float = 0.02
            func loss(_ sign: Float) -> Double {
                let moved = pixels.copy()
                for index in 0..<moved.count { moved[index] += sign * width * step[index] }
                return objective.evaluate(moved, gradient: gradient).total
            }
            let found = (loss(1) - loss(-1)) / Double(2 * width)
            // Rectifiers and pools have kinks, so the yardstick is the slope that such a step could have at most: noise
            // alone has about a sixtieth of it here.
            let length = step.values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
            let steepest = slopes.values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot() * length
            #expect(
                abs(found - expected) <= 5e-3 * abs(expected) + 5e-4 * steepest,
                "direction \(direction): slope \(found), gradient says \(expected), steepest \(steepest)")
        }
    }

    @Test func `total variation is the mean squared step, and its gradient the slope`() {
        let pixels = Tensor(pixelsOf: formulaPicture(1, width: 7, height: 5))
        let gradient = Tensor(pixels.shape)
        let value = TotalVariation.evaluate(pixels, weight: 3, addingTo: gradient)
        var naive = 0.0
        for y in 0..<5 {
            for x in 0..<7 {
                for c in 0..<3 {
                    let here = pixels[(y * 7 + x) * 3 + c]
                    if x < 6 { naive += Double(pow(pixels[(y * 7 + x + 1) * 3 + c] - here, 2)) }
                    if y < 4 { naive += Double(pow(pixels[((y + 1) * 7 + x) * 3 + c] - here, 2)) }
                }
            }
        }
        #expect(abs(value - 0.5 * naive / 105) < 1e-6 * value)
        for index in [0, 2, 31, 52, 104] {
            func at(_ step: Float) -> Double {
                let moved = pixels.copy()
                moved[index] += step
                return TotalVariation.evaluate(moved, weight: 0, addingTo: Tensor(pixels.shape))
            }
            let slope = 3 * (at(0.5) - at(-0.5))
            #expect(abs(slope - Double(gradient[index])) < 1e-3 * (1 + abs(slope)), "sample \(index)")
        }
    }

    @Test func `a texture has the same style loss at every size`() throws {
        let network = try network(.vgg19)
        let settings = try settings {
            $0.contentWeight = 0
            $0.styleLayers = ["relu1_1", "relu2_1", "relu3_1"]
        }
        let style = formulaPicture(2, width: 64, height: 64)
        /// A picture that repeats every 32 pixels, so that a larger one only has more of the same.
        func texture(_ side: Int) -> Picture {
            let tile = formulaPicture(1, width: 32, height: 32)
            var samples: [UInt8] = []
            for y in 0..<side {
                for x in 0..<side { samples.append(contentsOf: tile[x: x % 32, y: y % 32]) }
            }
            return Picture(width: side, height: side, pixels: samples)
        }
        let losses = try [192, 288, 384].map { side in
            let objective = try objective(network, content: texture(side), styles: [(style, 1)], settings: settings)
            let pixels = Tensor(pixelsOf: texture(side))
            return objective.evaluate(pixels, gradient: Tensor(pixels.shape)).style
        }
        // What differs is the rim, where the network sees zeros. Unnormalised, the losses would stand as 1 : 5 : 16.
        for loss in losses { #expect(close(loss, losses[2], 0.12), "style losses \(losses) at sides 192, 288, 384") }
    }

    /// The first evaluation may find the features of the content still there, and must not when the pixels differ.
    @Test func `an evaluation depends on nothing before it`() throws {
        let network = try network(.vgg19)
        let pictures = (0..<3).map { formulaPicture($0, width: 40, height: 32) }
        func fresh() throws -> StyleObjective {
            try objective(network, content: pictures[0], styles: [(pictures[1], 1)], settings: settings())
        }
        let used = try fresh()
        for picture in [pictures[0], pictures[2], pictures[0], pictures[0]] {
            let pixels = Tensor(pixelsOf: picture)
            let (found, expected) = (Tensor(pixels.shape), Tensor(pixels.shape))
            let losses = used.evaluate(pixels, gradient: found)
            let other = try fresh()
            _ = other.evaluate(Tensor(pixelsOf: pictures[1]), gradient: expected)
            #expect(losses == other.evaluate(pixels, gradient: expected))
            #expect(found.values == expected.values)
        }
    }

    @Test func `styles blend by their shares`() throws {
        let network = try network(.alexnet)
        let settings = try settings(.alexnet)
        let pictures = [formulaPicture(1, width: 64, height: 64), formulaPicture(2, width: 64, height: 64)]
        func grams(_ styles: [(Picture, Double)]) throws -> [Float] {
            try network.grams(
                of: styles.map { (pixels: Tensor(pixelsOf: $0.0), share: $0.1) }, settings: settings
            )["relu2"]!.values
        }
        let a = try grams([(pictures[0], 1)])
        let b = try grams([(pictures[1], 1)])
        let blend = try grams([(pictures[0], 0.25), (pictures[1], 0.75)])
        for index in blend.indices {
            let expected = 0.25 * a[index] + 0.75 * b[index]
            #expect(abs(blend[index] - expected) <= 1e-5 * max(1, abs(expected)))
        }
    }
}
