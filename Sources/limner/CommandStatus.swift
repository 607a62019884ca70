/// How `limner` ends. The numbers from 64 are those of BSD's `sysexits.h`.
enum CommandStatus: Int32, CaseIterable {
    case success = 0
    /// A job ended otherwise than done, a file could not be used, a request was refused, or a check did not pass. That two faces are
    /// not one person's is none of these.
    case negative = 1
    case usage = 64
    case inputMissing = 66
    case unavailable = 69
    case software = 70
    case outputFailed = 73
    case settings = 78
    case interrupted = 130

    var meaning: String {
        switch self {
        case .success: "all went well"
        case .negative: "a job failed, a file could not be used, a request was refused, or a check did not pass"
        case .usage: "the command line is wrong"
        case .inputMissing: "an input file is missing or unreadable"
        case .unavailable: "no daemon answers, the studio is closed to this user, or no worker could be started"
        case .software: "Limner broke a promise of its own"
        case .outputFailed: "an output could not be written"
        case .settings: "the settings have mistakes"
        case .interrupted: "interrupted"
        }
    }

    /// All of them in a sentence.
    static let summary = allCases.map { "\($0.rawValue) \($0.meaning)" }.joined(separator: "; ")
}
