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
        case .nothingToAsk, .databaseUnreadable: .unavailable
        case .refused, .negative: .negative
        case .unexpectedAnswer: .software
        case .interrupted: .interrupted
        }
    }

    var description: String {
        switch self {
        case .usage(let sentence): sentence
        case .inputUnreadable(let path, let reason): "\(path) cannot be read: \(reason)"
        case .outputUnwritable(let path, let reason): "\(path) cannot be written: \(reason)"
        case .nothingToAsk(let root):
            "no daemon answers for \(root), and there is no queue to read; start limnerd --root \(root), or give --root"
        case .databaseUnreadable(let path, let reason): "the queue \(path) cannot be read: \(reason)"
        case .refused(let error): "\(error.code.rawValue): \(error.message)\n  \(error.hint)"
        case .unexpectedAnswer(let answer): "the worker answered with \(answer); are all programs of the same version?"
        case .interrupted: "interrupted"
        case .negative: ""
        }
    }

    /// Ends the program as an error deserves; ArgumentParser's own errors, help and completion scripts go its way.
    static func exit(_ error: any Error) -> Never {
        let (text, status): (String, CommandStatus) =
            switch error {
            case let error as CommandError: (error.description, error.status)
            case let error as SettingsError: (error.description, .settings)
            case let error as ReportError: (CommandError.refused(error).description, .negative)
            case let error as GalleryError: (CommandError.refused(ReportError(error)).description, .negative)
            case let error as FrameError: (error.description, .software)
            case let error as SpoolError: (words(error), status(error))
            case is CancellationError: (CommandError.interrupted.description, .interrupted)
            default: Limner.exit(withError: error)
            }
        if !text.isEmpty { Terminal.say("limner: \(text)") }
        Foundation.exit(status.rawValue)
    }

    private static func status(_ error: SpoolError) -> CommandStatus {
        switch error {
        case .daemonUnreachable, .workerUnstartable, .workerProtocol: .unavailable
        case .refused: .negative
        case .workerEnded: .negative
        case .bundleInvalid: .inputMissing
        default: .software
        }
    }

    private static func words(_ error: SpoolError) -> String {
        if case .refused(let refusal) = error { return CommandError.refused(refusal).description }
        return error.description
    }
}
