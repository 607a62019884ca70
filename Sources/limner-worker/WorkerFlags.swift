import ArgumentParser
import Foundation
import ModelFiles
import Wire

/// What the daemon or the CLI tells a worker once, when it starts it.
struct WorkerFlags: ParsableArguments {
    @Option(help: "Folder of the model store.")
    var models: String

    @Option(help: "File of the gallery.")
    var gallery: String

    @Option(help: "File that its templates are sealed with.")
    var galleryKey: String?

    @Option(help: "Folder of the styles.")
    var styles: String

    @Option(help: "Threads that compute.")
    var threads: Int = 1

    @Option(help: "Model of the templates.")
    var faceEmbedder: ModelIdentifier = .sface

    @Option(help: ArgumentHelp("Options of jobs that do not say, as JSON.", valueName: "json"))
    var defaults: JobOptions

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

extension JobOptions: ExpressibleByArgument {
    package init?(argument: String) {
        guard let options = try? WireJSON.decode(JobOptions.self, from: Data(argument.utf8)) else { return nil }
        self = options
    }
}

extension ModelIdentifier: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
    package var defaultValueDescription: String { text }
}
