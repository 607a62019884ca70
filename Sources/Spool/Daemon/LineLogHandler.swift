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
    private let format: LogFormat

    /// - Parameters:
    ///   - format: ``LogFormat/auto`` looks whether the journal reads along.
    ///   - threshold: asked at every message.
    package init(
        format: LogFormat = .auto, environment: [String: String] = ProcessInfo.processInfo.environment,
        threshold: @escaping @Sendable () -> Logger.Level
    ) {
        self.format = format == .auto ? (environment["JOURNAL_STREAM"] == nil ? .text : .journald) : format
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
        let line = Array(line(of: event, at: .now).utf8)
        // One write a line, so that lines of several threads do not mix.
        _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    /// One line, with its end.
    func line(of event: LogEvent, at time: Date) -> String {
        // File names, which strangers choose, and workers' last words are in it.
        let text = "\(event.message)".replacing("\n", with: " | ").printable
        switch format {
        case .json:
            let record = Line(
                time: time, level: "\(event.level)", message: text,
                fields: metadata.merging(event.metadata ?? [:]) { $1 }.mapValues { "\($0)" })
            return String(decoding: (try? WireJSON.encode(record)) ?? Data(), as: UTF8.self) + "\n"
        case .journald: return "<\(Self.priority(event.level))>\(text)\n"
        case .text, .auto: return "\(WireJSON.text(of: time)) \(event.level) \(text)\n"
        }
    }

    /// A line of the JSON format; the job, its kind and attempt are among the fields where there are any.
    private struct Line: Encodable {
        var time: Date
        var level: String
        var message: String
        var fields: [String: String]
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
