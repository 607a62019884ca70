import Testing
import Wire

@testable import Styles

@Suite struct StyleSettingsTests {
    private func resolve(_ change: (inout JobOptions) -> Void) throws -> StyleSettings {
        var options = JobOptions()
        change(&options)
        return try StyleSettings(resolving: options)
    }

    @Test func `nothing asked for is the standard preset with VGG-19`() throws {
        let settings = try resolve { _ in }
        #expect(settings.preset == .standard)
        #expect(settings.network == .vgg19)
        #expect(settings.contentLayers == ["relu4_2"])
        #expect(settings.styleLoss == [.wasserstein] && settings.styleWeight == 3)
        #expect(
            settings.styleLayers == ["relu1_1": 256, "relu2_1": 64, "relu3_1": 16, "relu4_1": 4, "relu5_1": 1])
        let grams = try resolve { $0.styleLoss = [.gram] }
        #expect(grams.styleWeight == 300)
        #expect(grams.styleLayers == ["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"])
    }

    @Test(arguments: StylePreset.allCases, StyleNetworkKind.allCases)
    func `every preset is valid for every network`(preset: StylePreset, network: StyleNetworkKind) throws {
        let settings = try resolve {
            $0.preset = preset
            $0.network = .features(network)
        }
        #expect(settings.preset == preset && settings.network.kind == network)
    }

    /// What a program does unless it is told otherwise, of its own sources.
    private struct Program: Sendable {
        let preset: StylePreset
        let pooling: StylePooling
        let contentLayer: String
        var styleLayers: LayerWeights = ["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"]
        /// α and β as `StyleObjective` has them: behind each what the program's own come to.
        let content: (weight: Double, norm: ContentNorm)
        let style: (weight: Double, loss: StyleLoss)
        var tv: (weight: Double, loss: VariationLoss?) = (0, nil)
        let start: StyleStart
        let iterations: Int
        var optimizer = StyleOptimizer.lbfgs
        var scales = 1
        var matting: (weight: Double, norm: MattingNorm?) = (0, nil)
    }

    private static let programs = [
        // The paper: α/β = 10⁻³, E and the sums as in its equations 1 to 7.
        Program(
            preset: .gatys, pooling: .average, contentLayer: "relu4_2", content: (1e-3, .sum), style: (1, .gatys),
            start: .noise, iterations: 500),
        // neural_style.lua: 5 · MSE, twice half of it; 10² · MSE of each of five layers of a fifth, four times a quarter of it.
        Program(
            preset: .neuralStyle, pooling: .max, contentLayer: "relu4_2", content: (5 * 2, .mean),
            style: (1e2 * 5 * 4, .gram), tv: (1e-3, .squares), start: .mean, iterations: 1000),
        // neural_style.py: weights of layers that add up to 1, and their sum over the number of layers.
        Program(
            preset: .neuralStyleTF, pooling: .average, contentLayer: "conv4_2", content: (5, .root),
            style: (1e4 / 5, .gatys), tv: (1e-3, .absolute), start: .content, iterations: 1000),
        // run_main.py, style_transfer.py and vgg19.py.
        Program(
            preset: .hwalsuklee, pooling: .max, contentLayer: "conv4_2", content: (1e-3, .root), style: (1, .gatys),
            start: .content, iterations: 1000),
        // 0.015 · MSE; 2 · TV of samples in 0…1; 1,000 iterations at 128 pixels and 500 at each of 181, 256, 362 and 512.
        Program(
            preset: .styleTransferPyTorch, pooling: .max, contentLayer: "relu4_2",
            styleLayers: ["relu1_1": 256, "relu2_1": 64, "relu3_1": 16, "relu4_1": 4, "relu5_1": 1],
            content: (0.015 * 2, .mean), style: (1, .w2), tv: (2.0 / 255 / 255, .diagonal), start: .content,
            iterations: 1000 + 4 * 500, optimizer: .adam, scales: 12),
        // deepmatting_seg.lua, the second of its stages.
        Program(
            preset: .deepPhoto, pooling: .max, contentLayer: "relu4_2", content: (5 * 2, .mean),
            style: (1e2 * 5 * 4, .gram), tv: (1e-3, .squares), start: .content, iterations: 1000,
            matting: (1e4, .sum)),
    ]

    @Test func `a preset named after a program does what that program does`() throws {
        #expect(Set(Self.programs.map(\.preset)) == StylePreset.ofPrograms)
        for program in Self.programs {
            let settings = try resolve { $0.preset = program.preset }
            let name = "\(program.preset)"
            #expect(settings.network == .vgg19 && settings.pooling == program.pooling, "\(name)")
            #expect(settings.contentLayers == LayerWeights([.init(program.contentLayer)]), "\(name)")
            #expect(settings.styleLayers == program.styleLayers, "\(name)")
            #expect(settings.contentWeight == program.content.weight, "\(name)")
            #expect(settings.contentNorm == program.content.norm, "\(name)")
            #expect(
                settings.styleWeight == program.style.weight && settings.styleLoss == [program.style.loss], "\(name)")
            #expect(abs(settings.tvWeight - program.tv.weight) <= 1e-4 * program.tv.weight, "\(name)")
            #expect(program.tv.loss.map { $0 == settings.tvLoss } ?? true, "\(name)")
            #expect(settings.start == program.start && settings.iterations == program.iterations, "\(name)")
            #expect(settings.optimizer == program.optimizer && settings.scales == program.scales, "\(name)")
            #expect(settings.mattingWeight == program.matting.weight, "\(name)")
            #expect(program.matting.norm.map { $0 == settings.mattingNorm } ?? true, "\(name)")
            #expect(settings.histogramWeight == 0 && settings.lineWeight == 0, "\(name)")
        }
    }

    @Test func `one pass has its own size of the style pictures`() throws {
        func longSide(_ preset: StylePreset) throws -> Int {
            try resolve {
                $0.preset = preset
                $0.size = 300
                $0.styleSize = 64
            }.styleLongSide
        }
        #expect(try longSide(.fast) == 300 && longSide(.draft) == 64)
    }

    @Test func `where every size is painted in parts, Adam is no remedy`() throws {
        let settings = try resolve { _ in }
        #expect(settings.remedy(for: .blank, after: [], isInParts: false) == .adam)
        #expect(settings.remedy(for: .blank, after: [], isInParts: true) == nil)
        let lost = PaintingFault.contentLost(likeness: 0, least: 0.3)
        #expect(settings.remedy(for: lost, after: [], isInParts: true) == .content(gain: 1))
    }

    @Test func `the optimiser brings its own learning rate`() throws {
        #expect(try resolve { $0.optimizer = .adam }.learningRate == 5)
        #expect(try resolve { $0.optimizer = .lbfgs }.learningRate == 1)
        #expect(
            try resolve {
                $0.optimizer = .adam
                $0.learningRate = 2.5
            }.learningRate == 2.5)
    }

    private func painting(
        _ source: StyleSource.Kind = .pictures, job: (inout JobOptions) -> Void = { _ in },
        recipe: (inout JobOptions) -> Void = { _ in }, settings: (inout JobOptions) -> Void = { _ in }
    ) throws -> StyleSettings {
        try StyleSettings(
            resolving: .painting(
                job: JobOptions(job), recipe: JobOptions(recipe), settings: JobOptions(settings), after: source))
    }

    @Test func `a job goes before its style, this before the settings, these before the preset`() throws {
        let merged = try painting {
            $0.size = 300
        } recipe: {
            $0.size = 700
            $0.seed = 9
        } settings: {
            $0.seed = 8
            $0.quality = 50
        }
        #expect(merged.size == 300 && merged.seed == 9 && merged.quality == 50 && merged.iterations == 140)
    }

    @Test func `the network of one pass and the preset fast go together`() throws {
        let numbered = StyleSource.Kind.numbered
        #expect(try painting(job: { $0.network = .arbitrary }).preset == .fast)
        #expect(try painting(job: { $0.preset = .fast }).network == .arbitrary)
        #expect(try painting(recipe: { $0.network = .arbitrary }).preset == .fast)
        #expect(try painting(numbered, settings: { $0.preset = .fine }).network == .multistyle26)
        #expect(try painting(settings: { $0 = Settings().options }).quality == 92)
        // The settings name a network for those who ask for none; the preset in force has no use for this one.
        #expect(try painting(settings: { $0.network = .arbitrary }).network == .vgg19)
        for (source, job) in [
            (.pictures, JobOptions { ($0.network, $0.preset) = (.arbitrary, .fine) }),
            (.pictures, JobOptions { $0.network = .multistyle26 }), (numbered, JobOptions { $0.network = .vgg19 }),
            (numbered, JobOptions { $0.network = .arbitrary }),
        ] as [(StyleSource.Kind, JobOptions)] {
            #expect {
                try painting(source, job: { $0 = job })
            } throws: { error in
                if case StyleError.networkUnfit = error { true } else { false }
            }
        }
    }

    private static let refused: [(key: String, change: @Sendable (inout JobOptions) -> Void)] = [
        ("size", { $0.size = 63 }), ("size", { $0.size = 8193 }), ("quality", { $0.quality = 0 }),
        ("strength", { $0.strength = 1.01 }), ("strength", { $0.strength = .nan }),
        ("iterations", { $0.iterations = 100_001 }), ("scales", { $0.scales = 0 }),
        ("contentWeight", { $0.contentWeight = -1 }), ("styleWeight", { $0.styleWeight = .infinity }),
        ("tvWeight", { $0.tvWeight = .nan }), ("styleScale", { $0.styleScale = 0 }),
        ("learningRate", { $0.learningRate = 0 }), ("lossInterval", { $0.lossInterval = 0 }),
        ("contentLayers", { $0.contentLayers = [] as LayerWeights }),
        ("styleLayers", { $0.styleLayers = ["relu1_1": 0] }),
        ("styleLayers", { $0.styleLayers = ["relu1_1": -1] }),
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
            switch error {
            case StyleError.optionInvalid(let named, _, _): named == key
            case StyleError.optionsInvalid(let mistakes): mistakes.allSatisfy { $0.key.hasPrefix("options.\(key)") }
            default: false
            }
        }
    }

    @Test func `a layer of no network is refused among those of histograms, where they count`() throws {
        func resolved(_ weight: Double) throws -> StyleSettings {
            try StyleSettings(
                resolving: JobOptions {
                    $0.histogramWeight = weight
                    $0.histogramLayers = ["relu6_1"]
                })
        }
        #expect(throws: StyleError.self) { try resolved(1) }
        #expect(try resolved(0).histogramLayers.layers == ["relu6_1"])
    }

    @Test func `a layer of another network is refused`() {
        #expect(throws: StyleError.layerUnknown(layer: "relu3_4", network: "vgg16", nearest: "relu3_1")) {
            try resolve {
                $0.network = .features(.vgg16)
                $0.styleLayers = ["relu3_4"]
            }
        }
    }

    @Test func `layer weights become shares of one`() {
        let weights = LayerWeights([.init("relu1_1", 1), .init("relu2_1", 3)])
        #expect(weights.shares == [.init("relu1_1", 0.25), .init("relu2_1", 0.75)])
    }
}
