/// Where a setting's value came from.
package enum SettingOrigin: Sendable, Equatable, CustomStringConvertible {
    case builtIn
    case file(path: String, line: Int)
    case environment(name: String)
    /// `--set key=value` or an option of its own, such as `--root`.
    case flag(name: String)
    /// ``ActivatedModels``.
    case activation(path: String)

    package var description: String {
        switch self {
        case .builtIn: "default"
        case .file(let path, let line): "\(path):\(line)"
        case .environment(let name): "environment \(name)"
        case .flag(let name): name
        case .activation(let path): "limner models activate (\(path))"
        }
    }
}

/// One thing that is wrong with the settings.
package struct SettingsMistake: Sendable, Equatable, CustomStringConvertible {
    package enum Problem: Sendable, Equatable {
        /// The file is not YAML, or not a mapping.
        case unreadable(reason: String)
        case unknownKey(String, nearest: String?)
        case duplicateKey(String)
        /// A value where settings are expected.
        case section(String, settings: [String])
        case refused(key: String, value: String, expected: String, nearest: String?)
    }

    package var problem: Problem
    package var origin: SettingOrigin

    package init(_ problem: Problem, at origin: SettingOrigin) {
        self.problem = problem
        self.origin = origin
    }

    package var description: String {
        switch problem {
        case .unreadable(let reason):
            return "\(origin): \(reason)"
        case .unknownKey(let key, let nearest):
            return "\(origin): there is no setting \"\(key)\"" + Self.suggestion(nearest)
        case .duplicateKey(let key):
            return "\(origin): \(key) is given twice"
        case .section(let name, let settings):
            return "\(origin): \(name) takes no value; its settings are \(settings.joined(separator: ", "))"
        case .refused(let key, let value, let expected, let nearest):
            return "\(origin): \(key) is \"\(value)\"; expected \(expected)" + Self.suggestion(nearest)
        }
    }

    private static func suggestion(_ nearest: String?) -> String {
        nearest.map { "; did you mean \"\($0)\"?" } ?? ""
    }
}

/// Every mistake there is in file, environment and flags, together.
package struct SettingsError: Error, Sendable, Equatable, CustomStringConvertible {
    package var mistakes: [SettingsMistake]

    package init(mistakes: [SettingsMistake]) { self.mistakes = mistakes }

    package var heading: String {
        mistakes.count == 1 ? "1 mistake in the settings:" : "\(mistakes.count) mistakes in the settings:"
    }

    package var description: String { ([heading] + mistakes.map { "  \($0)" }).joined(separator: "\n") }
}
