import Foundation

/// What a program's argument parser says of itself (`--experimental-dump-help`).
struct ProgramDescription: Decodable {
    struct Argument: Decodable, Hashable {
        struct Name: Decodable, Hashable {
            var kind: String
            var name: String

            var text: String { (kind == "long" ? "--" : "-") + name }
        }

        var kind: String
        var shouldDisplay: Bool
        var isOptional: Bool
        var isRepeating: Bool
        var names: [Name]?
        var valueName: String?
        var defaultValue: String?
        var allValues: [String]?
        var abstract: String?
        var discussion: String?

        var isOperand: Bool { kind == "positional" }

        /// All its names and its value: `-o, --output <file>`.
        var spelled: String {
            let value = valueName.map { "<\($0)>" } ?? ""
            guard !isOperand else { return value + (isRepeating ? " …" : "") }
            return names.map { $0.map(\.text).joined(separator: ", ") + (kind == "option" ? " " + value : "") } ?? ""
        }

        /// As it stands in a synopsis, by its last name.
        var short: String {
            var argument = self
            argument.names = names?.suffix(1)
            let text = argument.spelled + (isRepeating && !isOperand ? " …" : "")
            return isOptional ? "[\(text)]" : text
        }

        var meaning: String {
            var sentences = [abstract, discussion].compactMap(\.self)
            if let allValues { sentences.append("One of \(allValues.map { "`\($0)`" }.joined(separator: ", ")).") }
            if let defaultValue { sentences.append("Default: `\(defaultValue)`.") }
            return sentences.joined(separator: " ")
        }
    }

    struct Command: Decodable {
        var commandName: String
        var abstract: String?
        var discussion: String?
        var shouldDisplay: Bool
        var subcommands: [Command]?
        var arguments: [Argument]?

        var shown: [Argument] { (arguments ?? []).filter(\.shouldDisplay) }

        /// Every command that does something, with the words that call it, in the parser's order.
        func leaves(_ words: String = "") -> [(words: String, command: Command)] {
            let words = words.isEmpty ? commandName : "\(words) \(commandName)"
            let inner = (subcommands ?? []).filter { $0.commandName != "help" && $0.shouldDisplay }
            return inner.isEmpty ? [(words, self)] : inner.flatMap { $0.leaves(words) }
        }
    }

    var command: Command

    /// - Throws: `DecodingError` for anything but a description.
    init(text: String) throws { self = try JSONDecoder().decode(Self.self, from: Data(text.utf8)) }
}

extension ManualPage.Part {
    static func table(of arguments: [ProgramDescription.Argument]) -> Self {
        .table(head: ["option", "meaning"], rows: arguments.map { ["`\($0.spelled)`", $0.meaning] })
    }

    /// A discussion of the argument parser: its paragraphs, and of lines that are indented a table of names and meanings.
    static func discussion(_ text: String) -> [Self] {
        text.components(separatedBy: "\n\n").flatMap { paragraph -> [Self] in
            let lines = paragraph.split(separator: "\n")
            guard lines.allSatisfy({ $0.hasPrefix("  ") }), !lines.isEmpty else { return [.text(paragraph)] }
            let rows = lines.map { line in
                let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
                return ["`\(parts[0])`", parts.count > 1 ? parts[1] : ""]
            }
            return [.table(head: ["name", "meaning"], rows: rows)]
        }
    }
}
