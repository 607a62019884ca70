import Foundation
import Glibc
import Logging
import Wire

/// Writes log messages to standard error, one line each: a service manager's journal adds time and unit itself.
package struct LineLogHandler: LogHandler {
    package var metadata = Logger.Metadata()
    package var metadataProvider: Logger.MetadataProvider?
    /// Asked at every message, so that a reload takes effect at once.
    private let threshold: @Sendable () -> Logger.Level
    /// The priority prefixes of sd-daemon(3), which the journal turns into the level; a terminal gets the word.
    private let isJournal: Bool

    package init(
        isJournal: Bool = ProcessInfo.processInfo.environment["JOURNAL_STREAM"] != nil,
        threshold: @escaping @Sendable () -> Logger.Level
    ) {
        self.isJournal = isJournal
        self.threshold = threshold
    }

    package var logLevel: Logger.Level {
        get { threshold() }
        set {}
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let prefix = isJournal ? "<\(Self.priority(event.level))>" : "\(WireJSON.text(of: .now)) \(event.level) "
        let text = "\(event.message)".replacing("\n", with: " | ")
        let line = Array("\(prefix)\(text)\n".utf8)
        // One write a line, so that lines of several threads do not mix.
        _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    private static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}
