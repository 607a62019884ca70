import ArgumentParser
import Spool
import Wire

struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "One job: its history, its result or why it failed.")

    @OptionGroup var studio: StudioOptions

    @Argument(help: "The job's name, or its folder.")
    var job: JobIdentifier

    @Flag(help: "Print JSON, with the whole report.")
    var json = false

    func run() async throws {
        let studio = try Studio(studio)
        let answer = try await studio.ask(
            live: { try await $0.job(job) },
            offline: { reader in
                guard let detail = try reader.detail(job, folders: studio.settings.folders) else {
                    throw CommandError.refused(
                        ReportError(
                            code: .optionInvalid, message: "There is no job \(job).", hint: "See `limner list`."))
                }
                return detail
            })
        if !answer.isLive { Terminal.say(Studio.offlineNote) }
        if json { return try Terminal.answer(json: answer.value) }
        Terminal.answer(JobText.detail(answer.value))
    }
}
