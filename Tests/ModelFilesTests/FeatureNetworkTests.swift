import Nets
import Testing
import Wire

@testable import ModelFiles

/// VGG-19, VGG-16 and AlexNet against PyTorch (`Golden/make_features.py`).
@Suite(.serialized) struct FeatureNetworkTests {
    struct Expected: Decodable {
        /// Of the synthetic picture.
        let seed: UInt32
        let layers: [String: Summary]
        let gradient: Summary
    }

    private static let tolerance = 1e-4

    @Test(arguments: [ModelIdentifier.vgg19, .vgg16, .alexnet])
    func featuresAndGradientsAreThoseOfPyTorch(id: ModelIdentifier) throws {
        let (height, width) = (48, 64)
        let expected = try #require(try golden("features.json", as: [String: Expected].self)[id.text])
        let network = try ModelStore().features(id)
        let graph = try network.graph(layers: expected.layers.keys.sorted())
        let executor = try Executor(
            graph, inputShapes: ["pixels": .nhwc(1, height, width, 3)], gradients: .inputs,
            threads: ThreadPool(threads: 2))
        executor.input("pixels").assign(pixels(height, width, network.pixels, seed: expected.seed))
        executor.forward()
        for (layer, summary) in expected.layers {
            try expectClose(executor.output(layer), summary, relative: Self.tolerance, "\(id.text) \(layer)")
            let seed = executor.seed(layer)
            seed.assign(Synthetic.signs(seed.count, seed: 11))
        }
        executor.backward()
        try expectClose(
            executor.inputGradient("pixels"), expected.gradient, relative: Self.tolerance, "\(id.text) gradient")
    }

    /// The synthetic picture as the network wants it.
    private func pixels(_ height: Int, _ width: Int, _ convention: PixelConvention, seed: UInt32 = 7) -> [Float] {
        let picture = Synthetic.picture(height, width, seed: seed)
        return picture.indices.map { index in
            let channel = index % 3
            let source = convention.order == .rgb ? channel : 2 - channel
            return (picture[index - channel + source] - convention.mean[channel]) * convention.scale[channel]
        }
    }

    @Test func convolutionsWithoutTheirReluAreFeaturesToo() throws {
        let network = try ModelStore().features(.alexnet)
        let graph = try network.graph(layers: ["conv2", "relu2"])
        let executor = try Executor(
            graph, inputShapes: ["pixels": .nhwc(1, 64, 64, 3)], threads: ThreadPool(threads: 2))
        executor.input("pixels").assign(pixels(64, 64, network.pixels))
        executor.forward()
        let (linear, rectified) = (executor.output("conv2").values, executor.output("relu2").values)
        #expect(linear.contains { $0 < 0 })
        #expect(rectified == linear.map { max($0, 0) })
    }

    @Test func aGraphEndsAtItsDeepestLayer() throws {
        let network = try ModelStore().features(.vgg19)
        let shallow = try network.graph(layers: ["relu1_1"])
        #expect(shallow.nodes.count == 1)
        #expect(shallow.outputNames == ["relu1_1"])
        #expect(throws: ModelFileError.self) { try network.graph(layers: ["relu9_9"]) }
    }

    @Test func lpipsHeadsComeWithTheirLayers() throws {
        let vgg = try ModelStore().features(.vgg16).perceptualHeads
        #expect(vgg.map(\.layer) == ["relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3"])
        #expect(vgg.map(\.weights.count) == [64, 128, 256, 512, 512])
        let alexnet = try ModelStore().features(.alexnet).perceptualHeads
        #expect(alexnet.map(\.weights.count) == [64, 192, 384, 256, 256])
        #expect(try ModelStore().features(.vgg19).perceptualHeads.isEmpty)
    }
}
