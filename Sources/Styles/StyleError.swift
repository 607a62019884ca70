import Wire

/// What can be wrong with a style, its options, or a stylisation under way.
package enum StyleError: Error, Equatable, Sendable {
    /// No picture and no folder of that name stands in the styles folder.
    case styleUnknown(name: String, folder: String, nearest: String?)
    /// A style's name is empty, hidden, or would leave the styles folder.
    case styleNameInvalid(name: String)
    /// `style.json` could not be read from disk.
    case recipeUnreadable(path: String, why: String)
    /// `style.json` is not JSON, or its keys or values are not those of a recipe.
    case recipeMalformed(path: String, mistakes: [ManifestMistake])
    /// The file of a learned style cannot be read, is damaged, or was learned of another network.
    case learnedUnusable(path: String?, why: String)
    /// The file of an imported style cannot be read, is damaged, or is no network that paints.
    case importedUnusable(path: String?, why: String)
    /// A stranger's file that is sound, but no network that paints in one pass; the words follow "it".
    case notAStyleNetwork(path: String, why: String)
    /// The options of `style.json` do not go together.
    indirect case recipeInvalid(path: String, fault: StyleError)
    /// Options out of their ranges.
    case optionsInvalid([ManifestMistake])
    /// A network that cannot do what is asked of it.
    case networkUnfit(StyleNetworkName, why: String)
    /// An option lies outside its range.
    case optionInvalid(key: String, value: String, allowed: String)
    /// A layer that the chosen network does not have.
    case layerUnknown(layer: String, network: String, nearest: String?)
    /// A layer in which a style is to count, and in which nothing is compared; the option that could have it compared.
    case layerUncompared(layer: String, compared: [String], option: String)
    /// A layer in which styles are compared and none counts; the options that have it compared.
    case layerWithoutStyle(layer: String, options: [String])
    /// A number outside 0…25.
    case numberedStyleUnknown(number: Int, count: Int)
    /// Built-in, learned and imported styles live in a one-pass network; they cannot be optimised towards.
    case numberedNeedsOnePass(preset: String)
    /// A picture too small for the deepest layer in use.
    case pictureTooSmall(width: Int, height: Int, smallest: Int)
    /// The losses are no numbers, or no step led below the start and the last ones far above it.
    case diverged(iteration: Int, optimizer: String, learningRate: Double)
    /// The painting is not one that anybody asked for; by optimisation, neither is what Adam painted in its place.
    case ruined(PaintingFault, iterations: Int)
    /// No piece of a photograph that was to judge a learned style could be painted; what was said of the last one.
    case nothingJudged(pieces: Int, last: String)
    /// A checkpoint that cannot be read or is damaged; the work can begin anew.
    case checkpointUnusable(path: String, why: String)
    /// The caller's cancellation check said stop.
    case cancelled
}

extension StyleError {
    static func diverged(at iteration: Int, _ descent: PixelDescent) -> Self {
        let (optimizer, learningRate) = descent.optimizer
        return .diverged(iteration: iteration, optimizer: optimizer.rawValue, learningRate: learningRate)
    }

    /// Whether it is of what came out of one picture, so that the next may come out all the same.
    var isOfThePainting: Bool {
        switch self {
        case .ruined, .diverged: true
        default: false
        }
    }
}

extension StyleError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .styleUnknown(let name, let folder, let nearest):
            "There is no style '\(name)', neither in \(folder) nor built in\(Self.suggestion(nearest)) "
                + "Put \(name).jpg, another picture of that name, or \(name)/style.json there."
        case .styleNameInvalid(let name):
            "'\(name)' cannot name a style: use a plain file name that does not begin with a dot."
        case .recipeUnreadable(let path, let why):
            "The style recipe \(path) cannot be read: \(why)".ended
        case .recipeMalformed(let path, let mistakes):
            "The style recipe \(path) is not valid: \(mistakes.map(\.description).joined(separator: "; "))".ended
                + " samples/README.md shows a complete one."
        case .learnedUnusable(let path, let why):
            "The learned style\(path.map { " \($0)" } ?? "") cannot be used: \(why)".ended
        case .importedUnusable(let path, let why):
            "The imported style\(path.map { " \($0)" } ?? "") cannot be used: \(why)".ended
        case .notAStyleNetwork(let path, let why):
            "\(path) is no network that paints in one pass: it \(why)".ended
        case .recipeInvalid(let path, let fault):
            "The style recipe \(path) is not valid. \(fault)"
        case .optionsInvalid(let mistakes):
            "The options cannot be used: \(mistakes.map(\.sentence).joined(separator: "; "))".ended
        case .networkUnfit(let network, let why):
            "The network \(network.rawValue) \(why)."
        case .optionInvalid(let key, let value, let allowed):
            "The option \(key) = \(value) is out of range: it must be \(allowed)."
        case .layerUnknown(let layer, let network, let nearest):
            "The network \(network) has no layer '\(layer)'\(Self.suggestion(nearest))"
        case .layerUncompared(let layer, let compared, _):
            "A style has '\(layer)' among its layers, and nothing is compared there, but in \(compared.joined(separator: ", "))."
        case .layerWithoutStyle(let layer, _):
            "In the layer '\(layer)' no style has a weight, so that there is nothing to compare with."
        case .numberedStyleUnknown(let number, let count):
            "There is no numbered style \(number): they run from 0 to \(count - 1)."
        case .numberedNeedsOnePass(let preset):
            "Built-in, learned and imported styles are made in one pass, so the preset '\(preset)' does not apply: use 'fast'."
        case .pictureTooSmall(let width, let height, let smallest):
            "A picture of \(width)×\(height) pixels is too small to stylise: each side needs at least \(smallest)."
        case .diverged(let iteration, let optimizer, let learningRate):
            "The stylisation diverged: in \(iteration) iterations (\(optimizer), learning rate \(learningRate)) "
                + "nothing better was found than what it began with."
        case .ruined(let fault, 0):
            "The painting \(fault). It is not handed out."
        case .ruined(let fault, let iterations):
            "The painting \(fault), after \(iterations) iterations. It is not handed out."
        case .nothingJudged(let pieces, let last):
            "What was learned cannot be judged: no painting came of any of the \(pieces) pieces of photographs that judge. \(last)"
        case .checkpointUnusable(let path, let why):
            "The checkpoint \(path) cannot be used: \(why)."
        case .cancelled:
            "The stylisation was cancelled."
        }
    }

    /// What to do next, where the case knows more than its kind.
    package var hint: String? {
        switch self {
        // Also where lbfgs was asked for, whose rate is another: it had found no way down, or had no memory.
        case .diverged(1..., StyleOptimizer.adam.rawValue, let rate):
            "Use the optimizer adam with a learningRate below \(rate), or lower the three weights."
        case .learnedUnusable: "Learn it anew: limner learn style."
        case .importedUnusable: "Import it anew: limner models import FILE --as style."
        case .notAStyleNetwork:
            "Read are state dictionaries of PyTorch's fast_neural_style (.pth), and ONNX files of one picture in and one of its size out, in values of 0…255, 0…1 or −1…1 (--white says which)."
        case .nothingJudged: "Learn on other photographs: what is at the right, or below, of each judges."
        case .diverged: "Lower the three weights: the losses are too large to be numbers."
        case .numberedNeedsOnePass: "Leave the preset out, or give a style picture."
        case .networkUnfit: "Leave the network out, or give a style that it knows."
        case .layerUnknown: "Name one of the network's layers: reluN_M of the features, as relu4_1."
        case .layerUncompared(let layer, _, let option):
            "Name one of these, or give \(layer) to \(option), too."
        case .layerWithoutStyle(let layer, let options):
            "Give \(layer) to one of the styles, or name \(options.joined(separator: " and ")) without it."
        case .pictureTooSmall: "Give a larger picture, or cut it to a squarer one."
        case .ruined(.blank, 1...): "Lower tvWeight, or raise styleWeight and contentWeight."
        case .ruined(.contentLost, 1...): "Lower styleWeight or tvWeight, or raise contentWeight."
        case .ruined(.noise, 1...): "Lower styleWeight, or raise tvWeight or iterations."
        // Nothing that can be set has a part in it.
        case .ruined(_, 0): "Take another style or size; a network that was imported may have to be imported anew."
        default: nil
        }
    }

    /// The end of a sentence about a name that is not known.
    private static func suggestion(_ nearest: String?) -> String { nearest.map { "; did you mean '\($0)'?" } ?? "." }
}
