import ArgumentParser

/// What counts as a face, and as the same one.
struct FaceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Least cosine similarity of a match (default: the setting faces.threshold).", valueName: "-1…1"))
    var threshold: Double?

    @Option(
        help: ArgumentHelp(
            "Lowest detector score of a face (default: the setting faces.detectionScore).", valueName: "0…1"))
    var detectionScore: Double?
}
