import ArgumentParser
import ModelFiles
import Wire

/// What the daemon or the CLI tells a worker once, when it starts it.
struct WorkerFlags: ParsableArguments {
    @Option(help: "Folder of the model store.")
    var models: String

    @Option(help: "File of the gallery.")
    var gallery: String

    @Option(help: "Folder of the styles.")
    var styles: String

    @Option(help: "Threads that compute.")
    var threads: Int = 1

    @Option(help: "Least cosine similarity of a match, where a job does not say.")
    var faceThreshold: Double

    @Option(help: "Lowest detector score of a face, where a job does not say.")
    var detectionScore: Double

    @Option(help: "Least quality of a face that is enrolled; 0 enrolls any.")
    var minimumQuality: Double = 0

    @Option(help: "Model of the templates.")
    var faceEmbedder: ModelIdentifier = .sface

    @Option(help: "Preset of a stylisation, where a job does not say.")
    var stylePreset: StylePreset

    @Option(help: "Long side of a stylisation in pixels, where a job does not say.")
    var styleSize: Int

    @Option(help: "JPEG quality of a stylisation, where a job does not say.")
    var styleQuality: Int

    @Option(help: "Format of a stylisation, where a job does not say.")
    var styleFormat: PictureFormat

    @Option(help: "Network of a stylisation, where a job does not say.")
    var styleNetwork: StyleNetworkName

    @Option(help: "Memory for its work in MiB; 0 sets no limit.")
    var memoryLimit: Int = 0

    @Option(help: "A folder or file that it may read, besides models and styles; again for each.")
    var reads: [String] = []

    @Option(help: "A folder that it may write to; again for each.")
    var writes: [String] = []

    func validate() throws {
        guard threads >= 1 else { throw ValidationError("--threads must be at least 1, not \(threads).") }
        guard memoryLimit >= 0 else { throw ValidationError("--memory-limit must not be negative.") }
    }
}

extension StylePreset: ExpressibleByArgument {}
extension ModelIdentifier: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
    package var defaultValueDescription: String { text }
}
extension Wire.PictureFormat: ExpressibleByArgument {}
extension StyleNetworkName: ExpressibleByArgument {}
