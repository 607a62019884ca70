import ArgumentParser
import Foundation
import Spool
import Wire

struct WhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why", abstract: "What became of a file or a job, or why a file is being left alone.",
        discussion: "The file need not exist any more. The exit status is 1 when nothing is known of it.")

    @OptionGroup var studio: StudioOptions

    @Argument(help: "A path, or a job's name; what is not found here is taken as relative to the inbox.")
    var file: FileArgument

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let studio = try Studio(studio)
        let folders = studio.settings.folders
        let path = path(inbox: folders.inbox)
        let answer = try await studio.ask(
            live: { try await $0.why(path: path) },
            offline: { try $0.explain(path, folders: folders) })
        if !answer.isLive { Terminal.say(Studio.offlineNote) }
        if json {
            try Terminal.answer(json: answer.value)
        } else {
            let jobs = answer.value.jobs.flatMap { [""] + JobText.detail($0) }
            Terminal.answer(["\(answer.value.path): \(answer.value.explanation)"] + jobs)
        }
        if answer.value.verdict == .unknown { throw CommandError.negative }
    }

    /// Absolute when the file is there, or would be in the inbox; else as it was given.
    private func path(inbox: String) -> [UInt8] {
        var facts = stat()
        let exists = lstat((file.absolute + [0]).map(CChar.init(bitPattern:)), &facts) == 0
        return exists || Folder.rest(of: file.absolute, below: inbox) != nil ? file.absolute : file.bytes
    }
}
