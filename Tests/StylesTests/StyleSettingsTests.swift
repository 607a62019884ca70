import Testing

@testable import Styles

@Suite struct StyleSettingsTests {
    private func resolve(_ change: (inout StyleOptions) -> Void) throws -> StyleSettings {
        var options = StyleOptions()
        change(&options)
        return try StyleSettings(resolving: options)
    }

    @Test func `nothing asked for is the standard preset with VGG-19`() throws {
        let settings = try resolve { _ in }
        #expect(settings.preset == .standard)
        #expect(settings.network == .vgg19)
        #expect(settings.contentLayers == ["relu4_2"])
        #expect(settings.styleLayers == ["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"])
    }

    @Test(arguments: StylePreset.allCases, StyleNetworkKind.allCases)
    func `every preset is valid for every network`(preset: StylePreset, network: StyleNetworkKind) throws {
        let settings = try resolve {
            $0.preset = preset
            $0.network = network
        }
        #expect(settings.preset == preset && settings.network == network)
    }

    @Test func `the optimiser brings its own learning rate`() throws {
        #expect(try resolve { $0.optimizer = .adam }.learningRate == StyleSettings.learningRate(of: .adam))
        #expect(try resolve { $0.optimizer = .lbfgs }.learningRate == 1)
        #expect(
            try resolve {
                $0.optimizer = .adam
                $0.learningRate = 2.5
            }.learningRate == 2.5)
    }

    @Test func `what a job asks for goes before what a recipe asks for`() {
        var job = StyleOptions()
        job.size = 300
        var recipe = StyleOptions()
        recipe.size = 700
        recipe.seed = 9
        let merged = job.over(recipe)
        #expect(merged.size == 300 && merged.seed == 9 && merged.iterations == nil)
    }

    private static let refused: [(key: String, change: @Sendable (inout StyleOptions) -> Void)] = [
        ("size", { $0.size = 63 }), ("size", { $0.size = 8193 }), ("quality", { $0.quality = 0 }),
        ("strength", { $0.strength = 1.01 }), ("strength", { $0.strength = .nan }),
        ("iterations", { $0.iterations = 10_001 }), ("scales", { $0.scales = 0 }),
        ("contentWeight", { $0.contentWeight = -1 }), ("styleWeight", { $0.styleWeight = .infinity }),
        ("tvWeight", { $0.tvWeight = .nan }), ("styleScale", { $0.styleScale = 0 }),
        ("learningRate", { $0.learningRate = 0 }), ("lossInterval", { $0.lossInterval = 0 }),
        ("contentLayers", { $0.contentLayers = [] }), ("styleLayers", { $0.styleLayers = ["relu1_1", "relu1_1"] }),
        ("styleLayers", { $0.styleLayers = LayerWeights([.init("relu1_1", 0)]) }),
        ("styleLayers", { $0.styleLayers = LayerWeights([.init("relu1_1", -1)]) }),
        (
            "styleWeight",
            {
                $0.contentWeight = 0
                $0.styleWeight = 0
            }
        ),
    ]

    @Test(arguments: refused.indices) func `values out of range are refused by name`(index: Int) {
        let (key, change) = Self.refused[index]
        #expect {
            try resolve(change)
        } throws: { error in
            if case StyleError.optionInvalid(let named, _, _) = error { named == key } else { false }
        }
    }

    @Test func `a layer of another network is refused`() {
        #expect(throws: StyleError.layerUnknown(layer: "relu3_4", network: "vgg16", nearest: "relu3_1")) {
            try resolve {
                $0.network = .vgg16
                $0.styleLayers = ["relu3_4"]
            }
        }
    }

    @Test func `layer weights become shares of one`() {
        let weights = LayerWeights([.init("relu1_1", 1), .init("relu2_1", 3)])
        #expect(weights.shares == [.init("relu1_1", 0.25), .init("relu2_1", 0.75)])
    }
}
