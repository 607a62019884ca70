import Parsing

private let weights = StyleChoice.weights

/// Every option of every kind of job. A line here is all that readers, schemas, flags, settings, reports and manuals need;
/// what an option does stands where it is used.
///
/// An option that another's default depends on stands before it.
package struct OptionCatalogue: Sendable {
    package let person = GivenKey(
        "person", of: [.enroll, .verify], in: [.manifest, .commandLine, .folder], .name,
        "The person of the gallery.")
    package let reference = GivenKey(
        "reference", of: [.verify], in: [.manifest], .file(.reference),
        "A picture whose one face the others are compared with, in place of a person.")
    package let styles = GivenKey(
        "styles", of: [.stylize], in: [.manifest, .commandLine, .folder], .styles(StyleChoice.count, weights: weights),
        flag: "style",
        "The styles to blend: each a name or a picture, its share, and perhaps a mask, white where it applies, or `layers`, in which alone "
            + "it counts.")
    package let segments = GivenKey(
        "segments", of: [.stylize], in: [.manifest], .file(.mask),
        "A picture whose colours part the photograph: each part is painted after that of the same colour in a style's segments."
    )
    package let clusters = GivenKey<Int>(
        "clusters", of: [.stylize], in: [.manifest, .commandLine, .styleFile], .whole(2...9),
        "In place of masks: photograph and style pictures are parted into so many regions, or fewer, by what a network finds alike in them, "
            + "and each is painted after its like.")
    package let blend = GivenKey<Int>(
        "blend", of: [.stylize], in: [.manifest, .commandLine], .whole(StyleChoice.blends),
        "So many pictures on the way from the first style to the last, each by other shares: the first after the one alone, the last "
            + "after the other. Several styles without masks, and no film.")

    package let detectionScore = OptionKey(
        "detectionScore", of: [.enroll, .verify, .identify, .learn], .number(0.05...1), .always(0.7),
        setting: .init(name: "faces.detectionScore"), subject: .faces, "Lowest detector score of a face that counts.")
    package let minimumQuality = OptionKey(
        "minimumQuality", of: [.enroll, .verify, .identify, .learn], .number(0...1), .always(0.15),
        setting: .init(name: "faces.minimumQuality"), subject: .faces,
        "Least quality of a face that is enrolled, or that matches without review; 0 takes any.")
    package let doubts = OptionKey<EnrollmentDoubts>(
        "doubts", of: [.enroll], .choice, .always(.refuse), setting: .init(name: "faces.doubts"),
        "What becomes of a face that is somebody else's by the gallery, or unlike the person's others.")
    package let threshold = GivenKey(
        "threshold", of: [.verify, .identify], .number(-1...1),
        setting: .init(
            name: "faces.threshold",
            zeroMeans: "what `faces.fpir` asks for, and for `verify` 0.363 or, against several templates, more"),
        "Least cosine similarity of a match, whatever `fpir` asks for.")
    package let fpir = OptionKey(
        "fpir", of: [.identify], .number(0.0001...0.5), .always(0.01), setting: .init(name: "faces.fpir"),
        "At most this share of strangers is taken for somebody of the gallery.")
    package let top = OptionKey(
        "top", of: [.identify], .whole(1...100), .always(3), "How many candidates a face lists, best first.")
    package let annotate = OptionKey<AnnotatedCopy>(
        "annotate", of: [.identify], .annotated, .always(.full),
        "Whether a picture with boxes and names is made; in a `thumbnail` the photograph has \(AnnotatedCopy.thumbnailSide) pixels at most; names without room stand below it."
    )

    package let name = GivenKey(
        "name", of: [.learn], in: [.manifest, .commandLine, .folder], .name,
        "What the learned model or style is called.")
    package let subject = OptionKey<LearningSubject>(
        "subject", of: [.learn], in: [.manifest, .commandLine], .choice, .always(.faces),
        "What is learned: to tell `faces` apart, or the `style` of the pictures.")
    package let depth = OptionKey<LearningDepth>(
        "depth", of: [.learn], .choice, .by(\.subject) { $0.depths[0] },
        "What changes: `head` (a map of the templates), `last` (the last layer), `all` weights, or a `new` network; of a style "
            + "all of the arbitrary-style network, or a `new` one.")
    package let resolution = OptionKey(
        "resolution", of: [.learn], .whole(JobOptions.resolutions), .always(JobOptions.resolutions.upperBound),
        subject: .faces,
        "Pixels across the faces that it is learned for; 112 for faces as they are.")
    package let strangers = GivenKey(
        "strangers", of: [.learn], .name, subject: .faces, "The folder of pictures that each show another person.")
    package let photographs = GivenKey(
        "photographs", of: [.learn], in: [.manifest], .files(.photograph, 1...Manifest.inputLimit), subject: .style,
        "Of a style: photographs that it is learned on, beside those of the models' folder.")
    package let steps = GivenKey<Int>(
        "steps", of: [.learn], .whole(1...100_000),
        "Steps of the optimiser, in place of the depth's own, or of a style's 1500, of a `new` one's 10000.")
    package let minutes = OptionKey<Int>(
        "minutes", of: [.learn], .whole(1...1440), .by(\.depth) { $0 == .new ? 600 : 15 }, subject: .style,
        "Of a style: after how long the best so far is taken, judging it included.")
    package let width = OptionKey(
        "width", of: [.learn], .number(0.1...1), .always(1), subject: .style,
        "Of a style with the depth `new`: channels of its network, as a share of 32, 64 and 128.")
    package let strokes = OptionKey(
        "strokes", of: [.learn], .number(0.25...4), .always(1), subject: .style,
        "Of a style: larger means larger strokes; 1 paints those of pictures of 384 pixels.")

    package let corrections = GivenKey(
        "corrections", of: [.feedback], in: [.manifest], .corrections(1...1000),
        "What is said: of each face, by its job and its number in that job's report, whose it is (`confirm`) or is not (`deny`)."
    )

    package let preset = OptionKey<StylePreset>.painting(
        "preset", .choice, .always(.standard), setting: "stylize.preset",
        "How much work goes into a picture: `fast` (one pass), `draft`, `standard` or `fine`; a `photo` that stays one; or whose method it is "
            + "painted by."
    )
    package let size = OptionKey<Int>.painting(
        "size", .whole(JobOptions.sizes),
        .by(\.preset) {
            switch $0 {
            case .fast, .polished: 1024
            case .draft, .standard, .gatys, .neuralStyle, .neuralStyleTF, .hwalsuklee,
                .styleTransferPyTorch:
                512
            case .deepPhoto, .photo: 700
            case .fine: 768
            }
        }, setting: "stylize.size", zeroMeans: "the preset's own",
        "Long side of a stylized picture in pixels; a smaller content keeps its own.")
    package let upscale = OptionKey<Bool>.painting(
        "upscale", .truth, .always(false), "Whether a content smaller than `size` is enlarged to it.")
    package let colors = OptionKey<StyleColors>.painting(
        "colors", .choice, .always(.style),
        "Whose colours the picture has: the `style`'s; the `content`'s, of which only the lightness is repainted; or the style's, "
            + "moved to `match` the content's beforehand.")
    package let lumaSpace = OptionKey<LumaSpace>.painting(
        "lumaSpace", .choice, .always(.ycbcr), use: .colours(.content),
        "What parts lightness from colour. `ycbcr` has the luma of YUV.")
    package let colorMatch = OptionKey<ColorMatch>.painting(
        "colorMatch", .choice, .always(.symmetric), use: .colours(.match),
        "How colours are matched: to mean and covariance by the map that moves colours least (`sym`), along their principal axes (`pca`) "
            + "or channel after channel (`cholesky`); or each channel to the other's `histogram`.")
    package let preserveColors: GivenKey<Bool> = GivenKey(
        "preserveColors", of: [.stylize], in: [.manifest, .commandLine, .styleFile], .truth, flag: "keep-colors",
        modernise: { options in
            if let kept = options.preserveColors { options.colors = options.colors ?? (kept ? .content : .style) }
            options.preserveColors = nil
        }, "The spelling of `colors: content` in earlier releases.")
    package let photorealistic = OptionKey<Bool>.painting(
        "photorealistic", .truth, .by(\.preset) { $0 == .photo },
        "Whether what was painted is made a photograph again: smooth where the content is, with the content's details.")
    package let format = OptionKey<WrittenFormat>.painting(
        "format", .choice, .always(.jpeg), setting: "stylize.format", use: .pictures,
        "Format of a stylized picture. All but JPEG keep transparency; TIFF has 16 bits a sample, and PNG where the content has."
    )
    package let quality = OptionKey<Int>.painting(
        "quality", .whole(1...100), .always(92), setting: "stylize.quality", use: .lossy,
        "Quality of a stylized picture in JPEG or WebP, and of a film in MP4.")
    package let strength = OptionKey<Double>(
        "strength", of: [.stylize, .learn], in: [.manifest, .commandLine, .styleFile], .number(0...1), .always(1),
        use: .passing, subject: .style,
        "How much of the style one pass takes, also where a painting goes on from it: 0 keeps the content's own. Of a style that is learned, "
            + "once for all: its share of the weight that optimised paintings give it, above 0.")
    package let network = OptionKey<StyleNetworkName>.painting(
        "network", .choice, .always(.vgg19), setting: "stylize.network",
        "The network whose features are compared, or one that paints in a single pass.")

    package let filmFormat = OptionKey<FilmFormat>.painting(
        "filmFormat", .choice, .always(.mp4), use: .films,
        "Container of a painted film: `mp4` (H.264 with the film's sound, by ffmpeg) or `y4m` (uncompressed, silent).")
    package let frameRate = GivenKey<Double>(
        "frameRate", of: [.stylize], .rate(0.01...1000),
        "Frames a second of a film that is given as pictures: all inputs together, in their order; \(JobOptions.usualFrameRate) where one is a "
            + "pattern such as `frames/*.png`.")
    package let steady = OptionKey<Bool>.painting(
        "steady", .truth, .always(true), use: .films,
        "Whether each frame of a film is held to those before it, so that strokes move with what they paint.")
    package let frameIterations = OptionKey<Int>.painting(
        "frameIterations", .whole(1...1000),
        .by(\.preset) {
            switch $0 {
            case .polished, .draft: 10
            case .fast, .standard: 20
            default: 60
            }
        }, use: .steadyFilms,
        "Iterations for each frame of a steady film but the first of a shot, which is painted like a picture.")
    package let temporalWeight = OptionKey<Double>.painting(
        "temporalWeight", .number(weights), .always(100), use: .steadyFilms,
        "Weight of what holds each frame of a steady film to those before it, where it shows the same.")

    package let keepPartial = OptionKey<Bool>.painting(
        "keepPartial", .truth, .always(false), use: .films,
        "Whether a film whose job is cancelled comes out as far as it is painted, its sound cut to that length; `limner retry` goes on "
            + "from there.")

    package let pooling = OptionKey<StylePooling>.painting(
        "pooling", .choice, .by(\.preset) { [.gatys, .neuralStyleTF].contains($0) ? .average : .max }, use: .looking,
        "How the network pools: `average` is smoother, `l2` (the root of the mean of squares) in between.")
    package let iterations = OptionKey<Int>.optimising(
        "iterations", .whole(1...100_000),
        .by(\.preset) {
            switch $0 {
            case .polished, .draft: 12
            case .photo: 60
            case .fast, .standard: 140
            case .fine: 600
            case .gatys: 500
            case .neuralStyle, .neuralStyleTF, .hwalsuklee, .deepPhoto: 1000
            case .styleTransferPyTorch: 3000
            }
        },
        "Iterations of the optimiser, over all scales.")
    package let scales = OptionKey<Int>.optimising(
        "scales", .whole(1...12), .by(\.preset) { StylePreset.ofOneSize.contains($0) ? 1 : 12 },
        "How many sizes the optimiser passes through at most, each √2 times the one before, from 128 pixels on.")
    package let contentWeight = OptionKey<Double>.optimising(
        "contentWeight", .number(weights),
        .by(\.preset) {
            switch $0 {
            case .fast, .polished, .draft, .standard, .fine, .photo: 1
            case .gatys, .hwalsuklee: 1e-3
            case .styleTransferPyTorch: 0.03
            case .neuralStyle, .deepPhoto: 10
            case .neuralStyleTF: 5
            }
        }, "Weight α of the content loss.")
    package let contentNorm = OptionKey<ContentNorm>.painting(
        "contentNorm", .choice,
        .by(\.preset) {
            switch $0 {
            case .fast, .polished, .draft, .standard, .fine, .neuralStyle, .styleTransferPyTorch, .deepPhoto, .photo:
                .mean
            case .gatys: .sum
            case .neuralStyleTF, .hwalsuklee: .root
            }
        }, use: .weighing("contentWeight", \.contentWeight),
        "What the content loss is of N channels at M positions: the `mean` of half the squared differences, their `sum`, or that "
            + "over the `root` of N·M. The norm 2 of hwalsuklee's program is `mean` with twice the weight.")
    package let styleLoss = OptionKey<LossWeights>.optimising(
        "styleLoss", .losses(weights),
        .by(\.preset) {
            switch $0 {
            case .fast, .polished, .draft, .standard, .fine, .photo: [.wasserstein]
            case .styleTransferPyTorch: [.w2]
            case .gatys, .neuralStyleTF, .hwalsuklee: [.gatys]
            case .neuralStyle, .deepPhoto: [.gram]
            }
        },
        "How styles are compared: by Gram matrices (`gatys`: summed as in the paper), means and covariances, or the Wasserstein "
            + "distance of both, in the strength of the content's features over the style's (`w2`: as it is); or by `strotss`, what is seen at "
            + "1,024 places drawn at each iteration, by Adam and up to 512 pixels. Several are mixed by weights (`wasserstein=3,gram=1`), "
            + "each by its share of the weight that it usually has.")
    package let styleWeight = OptionKey<Double>.optimising(
        "styleWeight", .number(weights),
        .by(\.preset, \.styleLoss) { preset, losses in losses.sole?.usualWeight(in: preset) ?? 1 },
        "Weight β of the style loss; of several, a factor on the weight that each usually has.")
    package let tvWeight = OptionKey<Double>.optimising(
        "tvWeight", .number(weights),
        .by(\.preset) {
            switch $0 {
            case .fast, .polished, .draft, .standard, .fine: 50
            case .neuralStyle, .neuralStyleTF, .deepPhoto: 1e-3
            // 2, of pixels in 0…1.
            case .styleTransferPyTorch: 3.0757e-5
            case .gatys, .hwalsuklee, .photo: 0
            }
        }, "Weight γ of the total variation, which smooths.")
    package let tvLoss = OptionKey<VariationLoss>.painting(
        "tvLoss", .choice,
        .by(\.preset) {
            switch $0 {
            case .fast, .polished, .draft, .standard, .fine, .gatys, .hwalsuklee, .photo: .mean
            case .neuralStyle, .deepPhoto: .squares
            case .neuralStyleTF: .absolute
            case .styleTransferPyTorch: .diagonal
            }
        }, use: .weighing("tvWeight", \.tvWeight),
        "What the total variation is of the steps between neighbouring samples: the `mean` of half their squares, the sum of these "
            + "`squares`, that of their `absolute` values, or the mean of the squares with those of `diagonal` steps.")
    package let lineWeight = OptionKey<Double>.optimising(
        "lineWeight", .number(weights), .always(0),
        "Weight δ of the content's lines: of the Laplacian of means over four by four pixels. Around 300 they stay.")
    package let mattingWeight = OptionKey<Double>.optimising(
        "mattingWeight", .number(weights),
        .by(\.preset) { $0 == .photo ? 300 : $0 == .deepPhoto ? 1e4 : 0 },
        "Weight λ of what keeps a photograph one: the matting Laplacian of the content.")
    package let mattingNorm = OptionKey<MattingNorm>.painting(
        "mattingNorm", .choice, .by(\.preset) { $0 == .deepPhoto ? .sum : .mean },
        use: .weighing("mattingWeight", \.mattingWeight),
        "What pᵀLp of the matting Laplacian is: a `mean` a pixel of samples in 0…255, or the `sum` for samples over 256."
    )
    package let histogramWeight = OptionKey<Double>.optimising(
        "histogramWeight", .number(weights), .always(0),
        "Weight η of the styles' histograms of each channel, which the style loss leaves open. Around 10 they are met. "
            + "A picture is then looked at whole, never in parts.")
    package let histogramLayers = OptionKey<LayerWeights>.painting(
        "histogramLayers", .layers(weights), .by(\.network) { ($0.kind ?? .vgg19).histogramLayers },
        use: .weighing("histogramWeight", \.histogramWeight), flag: "histogram-layer",
        "Layers whose histograms are compared with the styles'.")
    package let contentLayers = OptionKey<LayerWeights>.optimising(
        "contentLayers", .layers(weights),
        .by(\.network, \.preset) {
            let kind = $0.kind ?? .vgg19
            return [.neuralStyleTF, .hwalsuklee].contains($1) ? kind.contentConvolutions : kind.contentLayers
        },
        flag: "content-layer", "Layers whose activations are compared with the content's.")
    package let styleLayers = GivenKey<LayerWeights>(
        "styleLayers", of: [.stylize], in: [.manifest, .commandLine, .styleFile], .layers(weights),
        default: .by(\.network, \.styleLoss, \.preset) { network, losses, preset in
            losses.sole.map { (network.kind ?? .vgg19).styleLayers(of: $0, in: preset) }
        },
        use: .optimising, flag: "style-layer",
        "Layers whose features are compared with the styles'; where nobody says, those of several losses are each one's own."
    )
    package let styleScale = OptionKey<Double>.painting(
        "styleScale", .number(0.1...4), .always(1), use: .styleScaling,
        "Long side of the style pictures over that of the result: larger means larger strokes.")
    package let styleSize = GivenKey<Int>(
        "styleSize", of: [.stylize], in: [.manifest, .commandLine, .styleFile], .whole(JobOptions.sizes),
        use: .optimising,
        "In place of `styleScale`, long side of the style pictures in pixels at every size: strokes keep theirs.")
    package let optimizer = OptionKey<StyleOptimizer>.optimising(
        "optimizer", .choice,
        .by(\.preset, \.styleLoss) { $0 == .styleTransferPyTorch || $1.sampled != nil ? .adam : .lbfgs },
        "The method that moves the pixels.")
    package let learningRate = OptionKey<Double>.optimising(
        "learningRate", .number(1e-6...1e3), .by(\.optimizer) { $0 == .adam ? 5 : 1 },
        "Adam: step in pixel values of 0…255. L-BFGS: part of the quasi-Newton step.")
    package let start = OptionKey<StyleStart>.optimising(
        "start", .choice,
        .by(\.preset) {
            switch $0 {
            case .fast, .polished, .draft, .standard, .fine: .pass
            case .gatys: .noise
            case .neuralStyle: .mean
            case .neuralStyleTF, .hwalsuklee, .styleTransferPyTorch, .deepPhoto, .photo: .content
            }
        },
        "What the picture starts from: the content, noise, the `mean` colour of what the network was trained on with next to no noise, or "
            + "what one `pass` makes of the content.")
    package let seed = OptionKey<UInt64>(
        "seed", of: [.stylize, .learn], in: [.manifest, .commandLine, .styleFile], .seed, .always(1),
        use: .looking, "Seed of what is drawn at random; the same seed gives the same result.")
    package let lossInterval = OptionKey<Int>.optimising(
        "lossInterval", .whole(1...100_000), .always(10), "The losses are noted every so many iterations.")

    package static let declared = OptionCatalogue()
}

extension JobOptions {
    /// Long sides of pictures that may be asked for, in pixels.
    package static let sizes = 64...8192
    /// Pixels across the faces that a network may be asked about.
    package static let resolutions = 8...112
}
