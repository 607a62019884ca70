import ArgumentParser
import Foundation
import Spool
import Wire

struct PreviewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview", abstract: "Fetches what a running job is painting, as it stood some seconds ago.",
        discussion:
            "A JPEG of at most 512 pixels. Films, paintings by optimisation and styles that are learned show the first after ten seconds."
    )

    @OptionGroup var studio: StudioOptions

    @Argument(help: "The job's name, or its folder.")
    var job: JobIdentifier

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("Where the picture goes; what stands there is replaced.", valueName: "file.jpg"))
    var output: FileArgument

    func run() async throws {
        let given = try GivenPath(output: output)
        try given.checkPreview(of: "-o")
        let target = try OutputTarget(given, keeping: [])
        let picture = try await Studio(studio).client.preview(of: job)
        let aside = try AsideFolder(in: target.folder)
        defer { aside.remove() }
        try aside.write(picture, as: "preview", for: target)
        try aside.commit("preview", to: target)
        Terminal.answer("\(given.typed): \(job) as it stands")
    }
}
