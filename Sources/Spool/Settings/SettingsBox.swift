import Synchronization
import Wire

/// The settings in force, replaced as a whole when they are read again.
package final class SettingsBox: Sendable {
    private struct State {
        var settings: Settings
        var answer: ConfigAnswer
    }

    private let state: Mutex<State>
    private let load: @Sendable () throws -> SettingsResolver

    /// The settings that a running daemon cannot change; ``reload()`` leaves them as they are.
    package static let fixed = [
        "root", "workers.count", "intake.mode", "faces.keyFile", "metrics.port", "logging.format",
    ]

    /// - Parameter load: reads every source anew.
    package init(_ resolver: SettingsResolver, load: @escaping @Sendable () throws -> SettingsResolver) {
        state = Mutex(State(settings: resolver.settings, answer: resolver.answer))
        self.load = load
    }

    package var current: Settings { state.withLock { $0.settings } }

    package var answer: ConfigAnswer { state.withLock { $0.answer } }

    /// One setting that is not what it was.
    package struct Change: Sendable, Equatable, CustomStringConvertible {
        package var key: String
        package var old: String
        package var new: String

        package var description: String {
            let effect = SettingsBox.fixed.contains(key) ? "; takes effect at the next start" : ""
            return "\(key): \(old) -> \(new)\(effect)"
        }
    }

    /// Reads the sources again and puts them in force, except ``fixed`` ones.
    ///
    /// - Returns: what changed.
    /// - Throws: every mistake there is; then the old settings stay in force.
    package func reload() throws -> [Change] {
        let resolver = try load()
        return state.withLock { state in
            var settings = resolver.settings
            settings.root = state.settings.root
            settings.workers.count = state.settings.workers.count
            settings.intake.mode = state.settings.intake.mode
            settings.faces.keyFile = state.settings.faces.keyFile
            settings.metrics = state.settings.metrics
            settings.logging.format = state.settings.logging.format
            var answer = resolver.answer
            var changes: [Change] = []
            for (index, old) in state.answer.entries.enumerated()
            where old.value != answer.entries[index].value {
                changes.append(Change(key: old.key, old: old.value, new: answer.entries[index].value))
                if Self.fixed.contains(old.key) { answer.entries[index] = old }
            }
            state = State(settings: settings, answer: answer)
            return changes
        }
    }
}
