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

    /// Values, by option; where another option says what is meant, its key.
    private static let values = [
        "lumaSpace": ["yuv": "ycbcr", "ycrcb": "ycbcr"],
        "styleLoss": [
            "histogram": "histogramWeight", "matting": "mattingWeight", "tv": "tvWeight", "laplacian": "lineWeight",
        ],
        "start": ["image": "content", "random": "noise"],
    ]

    /// The key of the option that is meant.
    package static func option(_ name: String) -> String? {
        options[name.lowercased().filter { $0 != "-" && $0 != "_" }]
    }

    static func value(_ text: String, of key: String) -> String? { values[key]?[text.lowercased()] }
}
