import ArgumentParser
import Foundation
import Glibc
import Synchronization
import Wire

/// Standard output is for answers, standard error for everything said about them.
///
/// Text goes out by lines. Names of files and people are in them, which strangers chose: whatever a line holds, it stays one
/// line, and the terminal obeys none of it.
enum Terminal {
    /// Writes an answer.
    static func answer(_ lines: [String]) { answer(data(lines)) }

    static func answer(_ line: String) { answer([line]) }

    /// Writes an answer to a terminal in the place of the one before.
    static func redraw(_ lines: [String]) {
        answer(Data("\u{1B}[H\u{1B}[2J".utf8))
        answer(lines)
    }

    /// Writes an answer as JSON: indented, or one line for a list of lines.
    static func answer(json value: some Encodable, oneLine: Bool = false) throws {
        var data = try oneLine ? WireJSON.encode(value) : WireJSON.encodePretty(value)
        if oneLine { data.append(UInt8(ascii: "\n")) }
        answer(data)
    }

    /// An answer that nobody reads on, as that of a pipe into `head`, ends the command as it ends others; one that cannot be
    /// written, with an error.
    static func answer(_ data: Data) {
        do {
            try write(data, to: STDOUT_FILENO)
        } catch  where error.code == .EPIPE {
            signal(SIGPIPE, SIG_DFL)
            raise(SIGPIPE)
        } catch {
            say("limner: error: the answer cannot be written: \(String(cString: strerror(error.code.rawValue)))")
            exit(CommandStatus.outputFailed.rawValue)
        }
    }

    /// Says something that is not the answer.
    static func say(_ lines: [String]) { say(data(lines)) }

    /// What cannot be said is no reason to drop the work.
    static func say(_ data: Data) { try? write(data, to: STDERR_FILENO) }

    static func say(_ line: String) { say([line]) }

    private static func data(_ lines: [String]) -> Data { Data(lines.map { $0.printable + "\n" }.joined().utf8) }

    private static func write(_ data: Data, to descriptor: Int32) throws(POSIXError) {
        var rest = data[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            // Whoever gave it to us has it wait for nobody.
            if count < 0, errno == EAGAIN {
                var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&room, 1, -1)
                continue
            }
            guard count >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
            rest = rest.dropFirst(count)
        }
    }

    static func isTerminal(_ file: FileHandle) -> Bool { isatty(file.fileDescriptor) == 1 }

    /// Columns of a terminal; 80 when it does not tell.
    static func width(_ file: FileHandle) -> Int {
        var size = winsize()
        guard ioctl(file.fileDescriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}

/// Progress on standard error: a bar that redraws itself on a terminal, a line now and then in a pipe.
final class ProgressLine: Sendable {
    private struct State {
        var drawn = false
        var stage = ""
        /// Of the last line in a pipe.
        var fraction = -1.0
    }

    private let title: String
    private let isTerminal: Bool
    private let state = Mutex(State())

    /// In a pipe a line is written when so much has been done since the last.
    private static let step = 0.1

    init(title: String, isTerminal: Bool = Terminal.isTerminal(.standardError)) {
        self.title = title
        self.isTerminal = isTerminal
    }

    /// Shows what a worker tells on its way; no other message.
    func follow(_ message: WorkerMessage) {
        guard case .progress(let progress) = message else { return }
        update(fraction: progress.fraction, stage: progress.stage, detail: progress.detail)
    }

    /// - Parameter fraction: 0…1.
    func update(fraction: Double, stage: String, detail: String?) {
        state.withLock { state in
            let text = Self.text(
                title: title, fraction: fraction, stage: stage, detail: detail,
                width: isTerminal ? Terminal.width(.standardError) - 1 : nil)
            if isTerminal {
                Terminal.say(Data("\r\u{1B}[K\(text)".utf8))
                state.drawn = true
            } else if stage != state.stage || fraction >= state.fraction + Self.step {
                Terminal.say(text)
                state.stage = stage
                state.fraction = fraction
            }
        }
    }

    /// Takes the bar away.
    func clear() {
        state.withLock { state in
            if state.drawn { Terminal.say(Data("\r\u{1B}[K".utf8)) }
            state.drawn = false
        }
    }

    /// One line of progress; with a width it has a bar and is cut to fit.
    static func text(title: String, fraction: Double, stage: String, detail: String?, width: Int?) -> String {
        let fraction = min(max(fraction.isNaN ? 0 : fraction, 0), 1)
        let percent = "\(Int((fraction * 100).rounded(.down)))%"
        let words = ([title, percent, stage] + (detail.map { [$0] } ?? [])).joined(separator: "  ").printable
        guard let width else { return words }
        let cells = 24
        let filled = Int((fraction * Double(cells)).rounded(.down))
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: cells - filled)
        return "\(bar)  \(words)".prefix(columns: max(width, 1))
    }
}

extension String {
    /// How many columns of a terminal the text takes.
    var columns: Int { reduce(0) { $0 + $1.columns } }

    /// As much of the text as fits into so many columns.
    func prefix(columns: Int) -> String {
        var left = columns
        return String(
            prefix {
                left -= $0.columns
                return left >= 0
            })
    }
}

extension Character {
    /// What joins in one character stands in one place: two columns for an emoji, else those of its widest part.
    fileprivate var columns: Int {
        if isASCII { return 1 }
        if unicodeScalars.contains(where: { $0.properties.isEmojiPresentation || $0.value == 0xFE0F }) { return 2 }
        return unicodeScalars.map(\.columns).max() ?? 0
    }
}

extension Unicode.Scalar {
    /// Wide and full-width letters (UAX #11).
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
        0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DF2, 0x1AFF0...0x1B2FB,
        0x20000...0x3FFFD,
    ]

    fileprivate var columns: Int {
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: 0
        default: Self.wide.contains { $0.contains(value) } ? 2 : 1
        }
    }
}

/// Rows in columns that line up.
struct Table {
    private var rows: [[String]]

    init(head: [String]) { rows = [head.map { $0.uppercased() }] }

    mutating func add(_ row: [String]) { rows.append(row.map(\.printable)) }

    var isEmpty: Bool { rows.count == 1 }

    /// Two spaces between columns; the last is not padded.
    var lines: [String] {
        var widths: [Int] = []
        for row in rows {
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], cell.columns)
            }
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.columns)
            }
            return cells.joined(separator: "  ")
        }
    }
}

/// Values as people read them.
extension Phrases {
    /// `2026-03-14 15:09:26Z`.
    static func time(_ date: Date) -> String {
        WireJSON.text(of: date).prefix(19).replacing("T", with: " ") + "Z"
    }

    /// What stands behind a size that is not the one that was asked for; nothing where it is.
    static func scaled(from asked: Int?) -> String {
        asked.map { " (\($0) asked for, which need more memory than there is)" } ?? ""
    }

    /// What else is to be said of how a picture was painted; nothing of most.
    ///
    /// - Parameters:
    ///   - optimizer: another than was asked for.
    ///   - options: that were given and not looked at.
    static func painted(inParts: Bool, by optimizer: StyleOptimizer?, ignoring options: [String]) -> String {
        (inParts ? ", in parts" : "") + (optimizer.map { ", by \($0.rawValue)" } ?? "")
            + (options.isEmpty ? "" : ", regardless of \(options.joined(separator: ", "))")
    }

    /// `0.6314`: four places, as many as a comparison is worth.
    static func measure(_ value: Double) -> String { String(format: "%.4f", value) }

    /// `12.3 s` or `640 ms`.
    static func duration(milliseconds: Double) -> String {
        milliseconds < 1000
            ? String(format: "%.0f ms", milliseconds) : String(format: "%.1f s", milliseconds / 1000)
    }

    static func box(_ box: FaceBox) -> String {
        String(format: "%.0fx%.0f at %.0f,%.0f", box.width, box.height, box.x, box.y)
    }
}
