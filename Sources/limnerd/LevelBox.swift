import Logging
import Synchronization
import Wire

/// The level in force, which a reload of the settings may change.
final class LevelBox: Sendable {
    private let level: Mutex<Logger.Level>

    init(_ level: LogLevel) { self.level = Mutex(level.logger) }

    var current: Logger.Level {
        get { level.withLock { $0 } }
        set { level.withLock { $0 = newValue } }
    }
}

extension LogLevel {
    /// The same level as swift-log names it.
    var logger: Logger.Level {
        switch self {
        case .trace: .trace
        case .debug: .debug
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        case .critical: .critical
        }
    }
}
