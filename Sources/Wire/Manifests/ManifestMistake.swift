/// One thing that is wrong with a manifest or with options.
package struct ManifestMistake: Sendable, Equatable, CustomStringConvertible {
    package enum Problem: Sendable, Equatable {
        case notJSON(reason: String)
        case missing
        /// Nothing reads the key.
        case unknownKey(nearest: String?)
        /// Nothing reads the key here; the words say what stands for it.
        case elsewhere(String)
        case wrongType(found: String, expected: String)
        case refused(value: String, expected: String, nearest: String?)
        /// The value is the matter of another option, of this key, or flag on the command line.
        case option(value: String, expected: String, option: String)
        case path(String, RelativePath.Violation, below: String = "the manifest")
        case name(String, NameRule.Violation)
        /// Two keys that exclude one another, or one that needs another.
        case conflict(reason: String)
    }

    /// Dotted path from the manifest's root: `options.styles[1].weight`; empty for the whole.
    package var key: String
    package var problem: Problem
    package var line: Int

    package init(_ key: String, _ problem: Problem, line: Int) {
        self.key = key
        self.problem = problem
        self.line = line
    }

    package var code: ErrorCode {
        switch problem {
        case .notJSON, .missing, .conflict: .manifestInvalid
        case .unknownKey, .elsewhere: .manifestUnknownKey
        case .wrongType, .refused, .option: key.hasPrefix("options.") ? .optionInvalid : .manifestInvalid
        case .path: .manifestPathInvalid
        case .name: .nameInvalid
        }
    }

    package var description: String { "line \(line): \(sentence)" }

    /// The mistake without its place.
    package var sentence: String {
        switch problem {
        case .notJSON(let reason):
            return "not JSON: \(reason)"
        case .missing:
            return "\"\(key)\" is missing"
        case .unknownKey(let nearest):
            return "unknown key \"\(key)\"" + Self.suggestion(nearest)
        case .elsewhere(let words):
            return "unknown key \"\(key)\": \(words)"
        case .wrongType(let found, let expected):
            return "\"\(key)\" is \(found); expected \(expected)"
        case .refused(let value, let expected, let nearest):
            return "\"\(key)\" is \(value); expected \(expected)" + Self.suggestion(nearest)
        case .option(let value, let expected, let option):
            return "\"\(key)\" is \"\(value)\"; expected \(expected); that is the option \"\(option)\""
        case .path(let path, let violation, let base):
            return "\"\(key)\": the path \"\(path)\" \(violation.words(below: base))"
        case .name(let name, let violation):
            return "\"\(key)\": the name \"\(name)\" \(violation)"
        case .conflict(let reason):
            return reason
        }
    }

    private static func suggestion(_ nearest: String?) -> String {
        nearest.map { "; did you mean \"\($0)\"?" } ?? ""
    }
}

/// Every mistake of a manifest, in the order of its text.
package struct ManifestError: Error, Sendable, Equatable, CustomStringConvertible {
    package var mistakes: [ManifestMistake]

    package init(_ mistakes: [ManifestMistake]) {
        precondition(!mistakes.isEmpty, "a manifest without a mistake was refused")
        self.mistakes = mistakes.sorted { $0.line < $1.line }
    }

    package var description: String { mistakes.map(\.description).joined(separator: "; ") }

    /// Every mistake without its place, for what has no lines.
    package var sentences: String { mistakes.map(\.sentence).joined(separator: "; ") }

    /// For the report: the first mistake's code, every mistake's sentence.
    package var reportError: ReportError {
        ReportError(code: mistakes[0].code, message: "The manifest cannot be used: \(self)".ended)
    }
}
