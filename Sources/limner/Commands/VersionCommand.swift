import ArgumentParser
import Spool
import Wire

struct VersionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "The versions of this program and of the daemon that answers.")

    @OptionGroup var studio: StudioOptions

    @Flag(help: "Print JSON.")
    var json = false

    /// The daemon's version is absent when none answers.
    private struct Versions: Encodable {
        var limner: String
        var limnerd: String?
    }

    func run() async throws {
        var versions = Versions(limner: LimnerVersion.text)
        do {
            versions.limnerd = try await Studio(studio).client.version().version
        } catch SpoolError.daemonUnreachable {
            versions.limnerd = nil
        }
        if json { return try Terminal.answer(json: versions) }
        Terminal.answer(["limner \(versions.limner)", "limnerd \(versions.limnerd ?? "does not answer")"])
    }
}
