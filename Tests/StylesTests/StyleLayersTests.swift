import Nets
import Pictures
import Testing

import struct Wire.JobOptions
import typealias Wire.LayerWeights

@testable import Styles

@Suite(.serialized) struct StyleLayersTests {
    private let fine: LayerWeights = ["relu1_1", "relu2_1", "relu3_1"]
    private let coarse: LayerWeights = ["relu3_1": 3, "relu4_1": 1, "relu5_1": 1]
    private let pictures = (1...2).map { formulaPicture($0, width: 96, height: 80) }

    @Test(arguments: [nil, 48]) func `what is compared in a layer is of the styles that count there`(part: Int?) throws
    {
        let network = try network(.vgg19)
        let settings = try settings {
            $0.histogramWeight = part == nil ? 1 : 0
            $0.histogramLayers = ["relu1_1", "relu3_1", "relu4_1"]
        }
        func targets(_ styles: [(number: Int, share: Double, layers: LayerWeights?)]) throws -> StyleTargets {
            try network.targets(
                of: styles.map {
                    StyleNetwork.Style(
                        pixels: Tensor(pixelsOf: pictures[$0.number]), share: $0.share, layers: $0.layers)
                }, settings: settings, part: part)
        }
        let both = try targets([(0, 0.5, fine), (1, 0.5, coarse)])
        let (first, second) = (try targets([(0, 1, nil)]), try targets([(1, 1, nil)]))
        let mixed = try targets([(0, 0.25, nil), (1, 0.75, nil)])
        for (layer, wanted) in [
            ("relu1_1", first), ("relu2_1", first), ("relu3_1", mixed), ("relu4_1", second), ("relu5_1", second),
        ] {
            let (own, other) = (try #require(both.statistics[layer]), try #require(wanted.statistics[layer]))
            #expect(own.gram.values == other.gram.values, "\(layer)")
            #expect(own.mean?.values == other.mean?.values, "\(layer)")
            guard let found = both.histograms[layer], let quantiles = wanted.histograms[layer] else {
                #expect(part != nil || !settings.histogramLayers.layers.contains(layer))
                continue
            }
            for channel in 0..<quantiles.channels {
                func walked(_ quantiles: ChannelQuantiles) -> Double {
                    quantiles.walk(channel) { $0.pass(to: 1, from: 0).squares / Double(quantiles.count) }
                }
                #expect(walked(found) == walked(quantiles), "\(layer), channel \(channel)")
            }
        }
    }

    @Test func `a layer whose only style has next to nothing is that style's`() {
        let styles = [(1.0, fine), (1e-300, ["relu4_1": 1e-100])].map { share, layers in
            StyleNetwork.Style(pixels: Tensor(pixelsOf: pictures[0]), share: share, layers: layers)
        }
        #expect(StyleNetwork.shares(of: styles, in: "relu4_1") == [0, 1])
        #expect(StyleNetwork.shares(of: styles, in: "relu1_1") == [1, 0])
    }

    @Test func `layers that leave nothing to compare with are refused by name`() throws {
        func check(_ regions: [[LayerWeights?]], _ change: (inout JobOptions) -> Void = { _ in }) throws {
            try settings(.vgg19, change).check(layers: regions)
        }
        try check([[nil, nil]])
        try check([[fine, coarse]])
        try check([[["relu1_1"], nil]])
        #expect(throws: StyleError.layerWithoutStyle(layer: "relu3_1", options: ["styleLayers"])) {
            try check([[["relu1_1", "relu2_1"], ["relu3_1": 0, "relu4_1": 1, "relu5_1": 1]]])
        }
        // Each region has its own.
        #expect(throws: StyleError.layerWithoutStyle(layer: "relu4_1", options: ["styleLayers"])) {
            try check([[coarse, nil], [fine]])
        }
        try check([[fine]]) { $0.styleLayers = ["relu1_1", "relu3_1", "relu2_1"] }
        #expect(throws: StyleError.layerUnknown(layer: "relu4_11", network: "vgg19", nearest: "relu4_1")) {
            try check([[["relu4_11"], nil]])
        }
        let usual = ["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"]
        #expect(throws: StyleError.layerUncompared(layer: "relu1_2", compared: usual, option: "styleLayers")) {
            try check([[["relu1_1", "relu1_2"], nil]])
        }
        let histograms = ["relu1_1", "relu4_1"]
        #expect(
            throws: StyleError.layerUncompared(layer: "relu2_1", compared: histograms, option: "histogramLayers")
        ) {
            try check([[["relu2_1"], nil]]) {
                $0.styleWeight = 0
                $0.histogramWeight = 1
            }
        }
        #expect(throws: StyleError.layerWithoutStyle(layer: "relu4_1", options: ["styleLayers", "histogramLayers"])) {
            try check([[fine, ["relu5_1"]]]) { $0.histogramWeight = 1 }
        }
        #expect(throws: StyleError.layerWithoutStyle(layer: "relu4_1", options: ["histogramLayers"])) {
            try check([[fine]]) {
                $0.styleLayers = ["relu1_1", "relu2_1", "relu3_1"]
                $0.histogramWeight = 1
            }
        }
        for (words, change) in [
            ("styleLoss = strotss", { $0.styleLoss = [.strotss: 1, .gram: 1] }), ("one pass", { $0.preset = .fast }),
            ("with styleWeight 0", { $0.styleWeight = 0 }),
        ] as [(String, (inout JobOptions) -> Void)] {
            do {
                try check([[fine, nil]], change)
                Issue.record("\(words) was taken")
            } catch {
                #expect("\(error)".contains(words), "\(error)")
            }
        }
    }

    @Test func `nothing is painted where a region lacks a layer, and layers make another painting`() throws {
        let content = try sample("china.jpg").resized(longSide: 96)
        let mask = leftMask(width: 96, height: 64)
        func paint(_ first: LayerWeights?, _ second: LayerWeights?, _ mask: Picture? = nil) throws -> Picture {
            try stylizer().stylize(
                content,
                after: .pictures([
                    StylePicture(pictures[0], layers: first), StylePicture(pictures[1], mask: mask, layers: second),
                ]),
                options: JobOptions().with {
                    $0.preset = .draft
                    $0.iterations = 3
                    $0.start = .content
                }
            ).picture
        }
        let plain = try paint(nil, nil)
        #expect(try paint(fine, coarse) != plain && paint(fine, coarse) != paint(coarse, fine))
        let all: LayerWeights = ["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"]
        #expect(meanDifference(try paint(all, all), plain) < 0.1)
        #expect(throws: StyleError.layerWithoutStyle(layer: "relu4_1", options: ["styleLayers"])) {
            try paint(fine, coarse, mask)
        }
    }

    @Test func `a checkpoint is of its layers, too`() throws {
        let (settings, network) = (try settings(), try network(.vgg19).facts)
        func origin(_ layers: LayerWeights?) throws -> String {
            try StyleCheckpoint.origin(
                content: pictures[0], styles: [StylePicture(pictures[1], layers: layers)], settings: settings,
                models: [network])
        }
        #expect(try Set([origin(nil), origin(fine), origin(coarse)]).count == 3)
    }
}
