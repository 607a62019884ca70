import Foundation
import Synchronization

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

    /// - Parameter fraction: 0…1.
    func update(fraction: Double, stage: String, detail: String?) {
        state.withLock { state in
            let text = Self.text(
                title: title, fraction: fraction, stage: stage, detail: detail,
                width: isTerminal ? Terminal.width(.standardError) - 1 : nil)
            if isTerminal {
                FileHandle.standardError.write(Data("\r\u{1B}[K\(text)".utf8))
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
            if state.drawn { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
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
        return String("\(bar)  \(words)".prefix(max(width, 1)))
    }
}
