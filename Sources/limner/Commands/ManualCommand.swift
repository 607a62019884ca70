import ArgumentParser
import Foundation
import Wire

struct ManualCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "manual",
        abstract:
            "Writes the manual from what the programs know: commands, settings, reports, errors, the daemon's interface.",
        discussion: "The daemon's options are asked of the limnerd beside this program.")

    @Argument(
        help: ArgumentHelp("The folder that the pages go to; without one, they are printed.", valueName: "dir"),
        completion: .directory)
    var folder: String?

    @Flag(help: "Write pages for man instead of Markdown.")
    var man = false

    @Option(
        name: .customLong("script"),
        help: ArgumentHelp("Add a page from the comment at the top of this script.", valueName: "file"),
        completion: .file())
    var scripts: [String] = []

    private static var limnerd: String {
        Limner.program.deletingLastPathComponent().appendingPathComponent("limnerd").path
    }

    func run() throws {
        var manual = try Manual(limnerd: Self.limnerd)
        for script in scripts { try manual.add(script: script) }
        for page in manual.pages {
            let text = man ? page.roff(version: LimnerVersion.text, others: manual.pages) : page.markdown
            guard let folder else {
                Terminal.answer(text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
                continue
            }
            let path = "\(folder)/" + (man ? "\(page.name).\(page.section)" : "\(page.file).md")
            do {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
            } catch {
                throw CommandError.outputUnwritable(path: path, reason: error.words)
            }
        }
    }
}
