import ArgumentParser
import Foundation
import Glibc
import Logging
import Spool
import Wire

/// `limnerd`: the daemon's command line. Everything else is ``Daemon``.
@main
struct LimnerDaemon: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limnerd",
        abstract: "Enrolls, verifies, identifies and repaints the pictures that are dropped into a folder.",
        discussion: """
            Settings come from built-in values, the file given by --config, LIMNER_… variables and flags, each over \
            the one before. SIGTERM stops it; jobs that run go back to the queue. SIGHUP makes it read its settings again.
            """,
        version: LimnerVersion.text)

    @Option(
        help: ArgumentHelp("The folder that holds inbox, outbox and all else; made when missing.", valueName: "dir"))
    var root: String?

    @Option(
        help: ArgumentHelp(
            "The settings file (YAML). By default $LIMNER_CONFIG, else /etc/limner/limner.yaml if it exists.",
            valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("The model store.", valueName: "dir"))
    var models: String?

    @Option(name: .customLong("set"), help: ArgumentHelp("Gives any setting a value.", valueName: "key=value"))
    var assignments: [String] = []

    @Option(
        help: ArgumentHelp("How a line of the log looks: text, json, journald or auto.", valueName: "format"),
        completion: .list(LogFormat.allCases.map(\.rawValue)))
    var logFormat: String?

    @Option(help: ArgumentHelp("The worker program; by default limner-worker beside this one.", valueName: "file"))
    var worker: String?

    func validate() throws {
        for text in assignments where SettingsResolver.Flag(assignment: text) == nil {
            throw ValidationError("--set takes key=value, not \"\(text)\".")
        }
    }

    func run() async throws {
        do {
            let resolver = try load()
            let level = LevelBox(resolver.settings.logging.level)
            let format = resolver.settings.logging.format
            LoggingSystem.bootstrap { _ in LineLogHandler(format: format) { level.current } }
            let program = worker.map(absolute) ?? WorkerCommand.sibling()
            let daemon = try Daemon(
                settings: resolver,
                load: {
                    let resolver = try load()
                    level.current = resolver.settings.logging.level.logger
                    return resolver
                },
                command: { WorkerCommand(settings: $0, executable: program) },
                logger: Logger(label: "limnerd"))
            try await daemon.run()
        } catch {
            let lines = "limnerd: \(error)".split(separator: "\n").map { String($0).printable + "\n" }
            FileHandle.standardError.write(Data(lines.joined().utf8))
            throw ExitCode(error is SettingsError ? ExitStatus.settings : ExitStatus.failure)
        }
    }

    /// Exit codes besides 0 and the argument parser's 64.
    private enum ExitStatus {
        static let failure: Int32 = 1
        /// `EX_CONFIG` of sysexits.h.
        static let settings: Int32 = 78
    }

    /// Reads every source of settings.
    ///
    /// - Throws: `SettingsError` with every mistake.
    private func load() throws -> SettingsResolver {
        var flags = assignments.compactMap(SettingsResolver.Flag.init(assignment:))
        if let root { flags.append(SettingsResolver.Flag(name: "--root", key: "root", folder: root)) }
        if let models { flags.append(SettingsResolver.Flag(name: "--models", key: "models.path", folder: models)) }
        if let logFormat {
            flags.append(SettingsResolver.Flag(name: "--log-format", key: "logging.format", value: logFormat))
        }
        return try SettingsSource(config: config, flags: flags).load()
    }

    /// A path from the command line is relative to where the command was given.
    private func absolute(_ path: String) -> String {
        URL(fileURLWithPath: path).standardizedFileURL.path
    }
}
