/// What other programs call options and values of this one, so that who knows those is told of these.
package enum OtherNames {
    /// Options, by names without hyphens and in small letters.
    private static let options = [
        "stroke": "styleSize", "strokesize": "styleSize", "stylescalefac": "styleScale", "matting": "mattingWeight",
        "tv": "tvWeight", "laplacian": "lineWeight", "laplacianweight": "lineWeight", "histogram": "histogramWeight",
        "numiterations": "iterations", "maxiterations": "iterations", "imagesize": "size", "maxsize": "size",
        "endscale": "size", "init": "start", "inittype": "start", "colorconverttype": "lumaSpace",
        "stepsize": "learningRate",
    ]

    /// Values, by option.
    private static let values = [
        "lumaSpace": ["yuv": "ycbcr", "ycrcb": "ycbcr"], "start": ["image": "content", "random": "noise"],
    ]

    /// Options whose values other programs have beside these, as losses that are options of their own here.
    private static let mixed: Set = ["styleLoss"]

    /// The key of the option that is meant.
    package static func option(_ name: String) -> String? {
        options[name.lowercased().filter { $0 != "-" && $0 != "_" }]
    }

    static func value(_ text: String, of key: String) -> String? { values[key]?[text.lowercased()] }

    /// The key of the option that a value is in truth.
    ///
    /// - Parameter key: of the option that was given it, or of one of its elements.
    static func option(_ value: String, asValueOf key: String) -> String? {
        mixed.contains(String(key.prefix { $0 != "[" && $0 != "." })) ? option(value) : nil
    }
}
