import ArgumentParser
import Wire

/// How a picture is repainted; what is not given comes from the style, then from the preset.
struct PaintingOptions: ParsableArguments {
    @Option(help: "fast (one pass of a network), standard or fine.")
    var preset: StylePreset?

    @Option(help: ArgumentHelp("Long side of the output.", valueName: "pixels"))
    var size: Int?

    @Option(help: "Iterations of the optimiser.")
    var iterations: Int?

    @Option(help: ArgumentHelp("Weight of the content loss.", valueName: "alpha"))
    var contentWeight: Double?

    @Option(help: ArgumentHelp("Weight of the style loss.", valueName: "beta"))
    var styleWeight: Double?

    @Option(help: ArgumentHelp("Weight of the total variation.", valueName: "weight"))
    var tvWeight: Double?

    @Option(help: ArgumentHelp("A layer of the content loss; again for each.", valueName: "layer[=weight]"))
    var contentLayer: [String] = []

    @Option(help: ArgumentHelp("A layer of the style loss; again for each.", valueName: "layer[=weight]"))
    var styleLayer: [String] = []

    @Option(help: "The network that is painted through.")
    var network: StyleNetworkName?

    @Option(help: "The optimiser.")
    var optimizer: StyleOptimizerName?

    @Option(help: ArgumentHelp("Step of Adam, in pixel values of 0…255.", valueName: "step"))
    var learningRate: Double?

    @Option(help: "What the picture starts from.")
    var start: StyleStart?

    @Option(help: "Seed of the noise; the same seed gives the same picture.")
    var seed: UInt64?

    @Option(help: ArgumentHelp("The losses are noted every so many iterations.", valueName: "iterations"))
    var lossInterval: Int?

    @Flag(help: "Keep the colours of the content, and repaint only its lightness.")
    var keepColors = false

    @Option(help: ArgumentHelp("JPEG quality.", valueName: "1…100"))
    var quality: Int?

    /// Whether anything was given.
    var isEmpty: Bool {
        let values: [Any?] = [
            preset, size, iterations, contentWeight, styleWeight, tvWeight, network, optimizer, learningRate, start,
            seed,
            lossInterval, quality,
        ]
        return values.allSatisfy { $0 == nil } && contentLayer.isEmpty && styleLayer.isEmpty && !keepColors
    }

    /// The task, its ranges checked as a manifest's would be.
    ///
    /// - Throws: ``CommandError/usage(_:)`` that lists every mistake.
    func task(styles: [StyleChoice], format: PictureFormat?) throws -> Stylization {
        var task = Stylization(styles: styles, preset: preset)
        task.size = size
        task.iterations = iterations
        task.contentWeight = contentWeight
        task.styleWeight = styleWeight
        task.tvWeight = tvWeight
        task.contentLayers = try Self.layers(contentLayer, "--content-layer")
        task.styleLayers = try Self.layers(styleLayer, "--style-layer")
        task.network = network
        task.optimizer = optimizer
        task.learningRate = learningRate
        task.start = start
        task.seed = seed
        task.lossInterval = lossInterval
        task.preserveColors = keepColors ? true : nil
        task.format = format
        task.quality = quality
        return task
    }

    private static func layers(_ texts: [String], _ option: String) throws -> [String: Double]? {
        guard !texts.isEmpty else { return nil }
        var layers: [String: Double] = [:]
        for text in texts {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let weight = parts.count == 2 ? Double(parts[1]) : 1 else {
                throw CommandError.usage("\(option) takes layer or layer=weight, not \"\(text)\"")
            }
            layers[String(parts[0])] = weight
        }
        return layers
    }
}

extension JobTask {
    /// Refuses what a manifest with these options would be refused for.
    ///
    /// - Throws: ``CommandError/usage(_:)`` that lists every mistake.
    func checkRanges() throws {
        let text = try JobSubmission(task: self, name: "picture").queryItems().first { $0.name == "options" }?.value
        do throws(ManifestError) {
            _ = try JobTask(kind: kind, options: Array((text ?? "{}").utf8))
        } catch {
            throw CommandError.usage(error.mistakes.map(\.sentence).joined(separator: "; "))
        }
    }
}
