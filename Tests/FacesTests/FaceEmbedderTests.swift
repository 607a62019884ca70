import Nets
import Testing

@testable import Faces
@testable import ModelFiles

/// Against OpenCV's FaceRecognizerSF, which made `Golden/faces.json`.
struct FaceEmbedderTests {
    /// The chip that the golden script draws by integer arithmetic.
    private func drawnChip(_ variant: Int) -> FaceChip {
        var pixels: [UInt8] = []
        for y in 0..<112 {
            for x in 0..<112 {
                for c in 0..<3 {
                    let wave = ((x * y) >> (2 + c)) * (5 + variant)
                    let value = x * (7 + 3 * c) + y * (11 - 2 * c) + wave + 40 * c + 17 * variant
                    pixels.append(UInt8(value & 255))
                }
            }
        }
        return FaceChip(pixels: pixels)
    }

    @Test func drawnChips() throws {
        let embedder = try FaceNetworks().embedder()
        #expect(embedder.dimensions == 128)
        for golden in try Golden.load().drawnChips {
            let template = try #require(embedder.templates(of: [drawnChip(golden.variant)])[0])
            let cosine = cosine(template.features, golden.embedding)
            #expect(cosine >= 0.9999, "variant \(golden.variant): cosine \(cosine)")
        }
    }

    @Test func alignedChipsOfTheSamples() throws {
        let embedder = try FaceNetworks().embedder()
        for golden in try Golden.load().pictures {
            let picture = try Samples.picture(golden.name)
            for face in golden.faces {
                let chip = try #require(FaceAligner().chip(of: face.landmarks, in: picture))
                let template = try #require(embedder.templates(of: [chip])[0])
                #expect(abs(cosine(template.features, template.features) - 1) < 1e-6)
                let exact = cosine(template.features, face.embedding)
                #expect(exact >= 0.9999, "\(golden.name): cosine \(exact) with the same chip")
                let whole = cosine(template.features, face.opencvEmbedding)
                #expect(whole >= 0.9999, "\(golden.name): cosine \(whole) with OpenCV's own chip")
            }
        }
    }

    @Test func manyChipsTogetherAnswerAsOneByOne() throws {
        let embedder = try FaceNetworks().embedder()
        let chips = (0..<FaceEmbedder.batches[0] + 3).map(drawnChip)
        let together = embedder.templates(of: chips)
        #expect(together.count == chips.count)
        for (index, chip) in chips.enumerated() {
            let alone = try #require(embedder.templates(of: [chip])[0])
            let cosine = cosine(alone.features, try #require(together[index]).features)
            #expect(cosine > 0.999_999, "chip \(index): cosine \(cosine)")
        }
    }

    /// One with its mirror image, in pairs and in a batch of eight.
    @Test func whatIsComparedIsTheSumOfAFaceAndItsMirrorImage() throws {
        let embedder = try FaceNetworks().embedder()
        let chips = (0..<5).map(drawnChip)
        #expect(chips[0].mirrored != chips[0] && chips[0].mirrored.mirrored == chips[0])
        let together = embedder.embeddings(of: chips)
        for (index, chip) in chips.enumerated() {
            let found = try #require(together[index]).template
            #expect(try #require(embedder.embeddings(of: [chip])[0]).template.similarity(to: found).cosine > 0.999_999)
            let mirrored = try #require(embedder.embeddings(of: [chip.mirrored])[0]).template
            #expect(mirrored.similarity(to: found).cosine > 0.999_999)
            let (own, other) = (embedder.templates(of: [chip])[0], embedder.templates(of: [chip.mirrored])[0])
            // Of two vectors of about one length the sum is as near to either as half the angle between them.
            let between = try #require(own).similarity(to: #require(other)).cosine
            let near = try #require(own).similarity(to: found).cosine
            #expect(abs(near - ((1 + between) / 2).squareRoot()) < 0.05, "\(index): \(near), \(between)")
        }
    }

    @Test func aTemplateNamesItsModel() throws {
        let template = try #require(FaceNetworks().embedder().templates(of: [drawnChip(0)])[0])
        #expect(template.model.name == "sface-2021dec")
        #expect(template.model.sha256 == ModelCatalogue.entry(.sface)?.fileSHA256)
        #expect(abs(template.features.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
    }

    private func model(_ pixels: PixelConvention, _ build: (inout Graph, Graph.Value) -> Graph.Value) -> LoadedModel {
        var graph = Graph()
        let input = graph.input("x")
        graph.output("y", build(&graph, input))
        let facts = ModelCard(
            id: "user:tiny", name: "tiny", version: "1", licence: "none", origin: "this test",
            sha256: String(repeating: "c", count: 64), use: "test")
        return LoadedModel(graph: graph, facts: facts, pixels: pixels)
    }

    /// A network that averages its input shows what it was fed: a chip of red 255, green 51, blue 0.
    @Test(arguments: [
        (PixelConvention.rawRGB, [255, 51, 0] as [Float]), (.rawBGR, [0, 51, 255]), (.centredRGB, [1, -0.6, -1]),
    ]) func pixelsAreFedAsTheModelWants(convention: PixelConvention, means: [Float]) throws {
        let embedder = try FaceEmbedder(
            model: model(convention) { graph, input in graph.add(.globalAveragePool, [input]) },
            threads: ThreadPool(threads: 1))
        #expect(embedder.dimensions == 3)
        let chip = FaceChip(pixels: (0..<112 * 112).flatMap { _ in [255, 51, 0] as [UInt8] })
        let template = try #require(embedder.templates(of: [chip])[0])
        #expect(cosine(template.features, means) > 0.999_999, "\(template.features)")
    }

    @Test func worthlessAnswersAreNoTemplate() throws {
        let zero = model(.rawRGB) { graph, input in
            let nothing = graph.constant("zero", Tensor([1], [0]))
            return graph.binary(.multiply, graph.add(.globalAveragePool, [input]), nothing)
        }
        let embedder = try FaceEmbedder(model: zero, threads: ThreadPool(threads: 1))
        #expect(embedder.templates(of: [drawnChip(0)]) == [nil])
    }

    @Test func anotherNetworkIsRefused() throws {
        let networks = FaceNetworks()
        #expect(
            throws: FaceError.modelUnfit(
                model: "yunet-2023mar", purpose: "embed faces", reason: "it has 1 inputs and 12 outputs")
        ) { try FaceEmbedder(model: networks.store.graph(.yunet), threads: networks.threads) }
    }
}
