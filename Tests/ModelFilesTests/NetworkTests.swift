import Foundation
import Nets
import Testing
import Wire

@testable import ModelFiles

/// The imported networks against onnxruntime (`Golden/make_networks.py`).
@Suite(.serialized) struct NetworkTests {
    private let golden: [String: Summary]
    /// The maps of the two detectors, by the network's name.
    private let detectors: [String: [String: Summary]]

    init() throws {
        struct File: Decodable {
            var summaries: [String: Summary] = [:]
            var detectors: [String: [String: Summary]] = [:]

            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: AnyKey.self)
                for key in container.allKeys {
                    if ["yunet", "centerface"].contains(key.stringValue) {
                        detectors[key.stringValue] = try container.decode([String: Summary].self, forKey: key)
                    } else {
                        summaries[key.stringValue] = try container.decode(Summary.self, forKey: key)
                    }
                }
            }
        }
        let file = try ModelFilesTests.golden("networks.json", as: File.self)
        golden = file.summaries
        detectors = file.detectors
    }

    private func run(_ id: ModelIdentifier, _ inputs: [String: Tensor]) throws -> Executor {
        let model = try ModelStore().graph(id)
        let executor = try Executor(
            model.graph, inputShapes: inputs.mapValues(\.shape), threads: ThreadPool(threads: 2))
        for (name, tensor) in inputs { executor.input(name).assign(tensor) }
        executor.forward()
        return executor
    }

    private func picture(_ height: Int, _ width: Int, seed: UInt32, scale: Float = 1) -> Tensor {
        Tensor(.nhwc(1, height, width, 3), Synthetic.picture(height, width, seed: seed).map { $0 / scale })
    }

    @Test func sfaceGivesTheSameNumbers() throws {
        let executor = try run(.sface, ["data": picture(112, 112, seed: 1)])
        try expectClose(executor.output("fc1"), golden["sface"], relative: 1e-4, "SFace")
    }

    /// onnxruntime's sigmoid is exact to about 1e-7, which is much of a score near 0: hence the floor.
    @Test func yunetGivesTheSameMapsAtASizeOfOurOwn() throws {
        let executor = try run(.yunet, ["input": picture(96, 160, seed: 2)])
        let maps = try #require(detectors["yunet"])
        #expect(maps.count == 12)
        for (name, summary) in maps {
            try expectClose(executor.output(name), summary, relative: 1e-4, floor: 1e-6, name)
        }
    }

    @Test func centerFaceGivesTheSameMapsAtASizeOfOurOwn() throws {
        let executor = try run(.centerface, ["input.1": picture(96, 160, seed: 7)])
        let maps = try #require(detectors["centerface"])
        #expect(maps.count == 4)
        for (name, summary) in maps {
            try expectClose(executor.output(name), summary, relative: 1e-4, floor: 1e-6, name)
        }
    }

    @Test(arguments: [("one", [7: Float(1)]), ("mixture", [3: 0.5, 12: 0.5])])
    func multistyleGivesTheSamePicture(name: String, mixture: [Int: Float]) throws {
        let weights = Tensor([26])
        for (style, weight) in mixture { weights[style] = weight }
        let executor = try run(
            .multistyle26, ["image": picture(48, 64, seed: 3, scale: 255), "style_weights": weights])
        try expectMeanDifference(executor.output("stylized"), golden["multistyle-\(name)"], 2e-3, name)
    }

    /// Against onnxruntime in floats on the 8-bit grids: single values may round to the neighbouring step (0.0199).
    @Test func arbitraryPredictorGivesTheSameVector() throws {
        let executor = try run(.arbitraryPredict, ["style_image": picture(256, 256, seed: 4, scale: 255)])
        let output = executor.output(executor.outputNames[0])
        try expectMeanDifference(output, golden["predict-float"], 0.01, "float")
        try expectMeanDifference(output, golden["predict-integer"], 0.02, "integer")
    }

    /// Of a million sums, some ten lie so near the middle of two 8-bit steps that the order of summation decides; each
    /// changes the statistics of all later layers: 0.03 to 0.05 steps in the mean. Smaller pictures, with hardly such a sum,
    /// agree (below).
    @Test func arbitraryTransformerGivesTheSamePicture() throws {
        let vector = Tensor([1, 1, 1, 100], try #require(golden["predict-float"]).samples)
        let executor = try run(
            .arbitraryTransform,
            ["content_image": picture(384, 384, seed: 5, scale: 255), "mobilenet_conv/Conv/BiasAdd": vector])
        let output = executor.output(executor.outputNames[0])
        try expectMeanDifference(output, golden["transform-float"], 0.06, "float")
        try expectMeanDifference(output, golden["transform-integer"], 0.06, "integer")
    }

    @Test func arbitraryTransformerTakesAnySize() throws {
        let vector = Tensor([1, 1, 1, 100], try #require(golden["predict-float"]).samples)
        let executor = try run(
            .arbitraryTransform,
            ["content_image": picture(64, 96, seed: 6, scale: 255), "mobilenet_conv/Conv/BiasAdd": vector])
        try expectMeanDifference(executor.output(executor.outputNames[0]), golden["transform-small"], 0.01, "small")
    }
}

/// A key of any name.
struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
