import ArgumentParser
import Foundation
import Gallery
import Spool
import Wire

/// Why a command could not do what it was asked.
enum CommandError: Error, CustomStringConvertible {
    /// What ArgumentParser cannot see, such as an option that does not belong to the kind.
    case usage(String)
    case inputUnreadable(path: String, reason: String)
    case outputUnwritable(path: String, reason: String)
    /// Neither a daemon nor a queue to read instead.
    case nothingToAsk(root: String)
    /// No studio at all.
    case rootMissing(String)
    case databaseUnreadable(path: String, reason: String)
    /// The worker or the daemon says no; the error is theirs.
    case refused(ReportError)
    /// The worker answered a request with something else.
    case unexpectedAnswer(String)
    case interrupted
    /// What was to be said has been said; only the exit status is left.
    case negative

    var status: CommandStatus {
        switch self {
        case .usage: .usage
        case .inputUnreadable: .inputMissing
        case .outputUnwritable: .outputFailed
        case .nothingToAsk, .rootMissing, .databaseUnreadable: .unavailable
        case .refused(let error) where [.diskFull, .outputFailed].contains(error.code): .outputFailed
        case .refused, .negative: .negative
        case .unexpectedAnswer: .software
        case .interrupted: .interrupted
        }
    }

    var description: String { lines.joined(separator: "\n") }

    /// As they go to the terminal.
    ///
    /// - Parameter subject: what of several things the error is about.
    func lines(about subject: String? = nil) -> [String] {
        var lines = lines
        lines[0] = "limner: " + (subject.map { "\($0): " } ?? "") + lines[0]
        return lines
    }

    private var lines: [String] {
        if case .refused(let error) = self { return ["\(error.code.rawValue): \(error.message)", "  \(error.hint)"] }
        return [sentence]
    }

    private var sentence: String {
        switch self {
        case .usage(let sentence): sentence
        case .inputUnreadable(let path, let reason): "\(path) cannot be read: \(reason)"
        case .outputUnwritable(let path, let reason): "\(path) cannot be written: \(reason)"
        case .nothingToAsk(let root):
            "no daemon answers for \(root), and there is no queue to read; start limnerd --root \(root), or give --root"
        case .rootMissing(let root):
            "there is no folder \(root); limnerd --root \(root) makes it, or give another --root"
        case .databaseUnreadable(let path, let reason): "the queue \(path) cannot be read: \(reason)"
        case .refused(let error): error.message
        case .unexpectedAnswer(let answer): "the worker answered with \(answer); are all programs of the same version?"
        case .interrupted: "interrupted"
        case .negative: ""
        }
    }

    /// The error of a worker, the daemon or the gallery, which has a code.
    private static func report(_ error: any Error) -> ReportError? {
        switch error {
        case CommandError.refused(let error), SpoolError.refused(let error), let error as ReportError: error
        case let error as GalleryError: ReportError(error)
        default: nil
        }
    }

    /// Ends the program as an error deserves.
    ///
    /// - Parameter json: whether the answer is JSON; then an error with a code is one, too.
    static func exit(_ error: any Error, json: Bool) -> Never {
        if json, let error = report(error) { try? Terminal.answer(json: ProblemAnswer(error: error), oneLine: true) }
        let (lines, status): ([String], CommandStatus) =
            switch error {
            case CommandError.negative: ([], .negative)
            case let error as CommandError: (error.lines(), error.status)
            case let error as SettingsError: (error.lines, .settings)
            case let error as ReportError: (CommandError.refused(error).lines(), .negative)
            case let error as GalleryError: (CommandError.refused(ReportError(error)).lines(), .negative)
            case let error as FrameError: (["limner: \(error)"], .software)
            case SpoolError.refused(let error): (CommandError.refused(error).lines(), .negative)
            case let error as SpoolError: (["limner: \(error)"], status(error))
            case is CancellationError: (CommandError.interrupted.lines(), .interrupted)
            default: refuse(error)
            }
        Terminal.say(lines)
        Foundation.exit(status.rawValue)
    }

    /// ArgumentParser's own: errors, which repeat what was typed, and help and completion scripts, which are answers.
    private static func refuse(_ error: any Error) -> Never {
        let status = Limner.exitCode(for: error)
        var message = Limner.fullMessage(for: error)
        if status == .success {
            Terminal.answer(Data((message + "\n").utf8))
            Foundation.exit(status.rawValue)
        }
        if let (word, nearest) = Limner.mistyped(CommandLine.arguments.dropFirst()) {
            let words = "Unexpected argument '\(word)'"
            message = message.replacing(words, with: "\(words). Did you mean '\(nearest)'?", maxReplacements: 1)
        }
        for (word, flag) in Limner.foreign(CommandLine.arguments.dropFirst()) {
            let words = "Unknown option '\(word)'"
            guard let place = message.range(of: words) else { continue }
            // In place of the parser's own guess, which goes by letters.
            let rest = message[place.upperBound...].drop { $0 != "\n" }
            message = "\(message[..<place.lowerBound])\(words). Did you mean '--\(flag)'?\(rest)"
        }
        Terminal.say(message.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
        Foundation.exit(status.rawValue)
    }

    private static func status(_ error: SpoolError) -> CommandStatus {
        switch error {
        case .daemonUnreachable, .forbidden, .workerUnstartable, .workerProtocol, .databaseUnusable: .unavailable
        case .workerEnded: .negative
        case .bundleInvalid: .inputMissing
        default: .software
        }
    }
}

extension SettingsError {
    /// A heading, and a line for each mistake.
    fileprivate var lines: [String] {
        ["limner: " + heading] + mistakes.map { "  \($0)" }
    }
}
