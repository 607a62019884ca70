import ArgumentParser

/// Options that take one value and are given several, of which the argument parser would take the last.
enum RepeatedOptions {
    /// - Parameters:
    ///   - words: of a command line that was parsed, without the program.
    ///   - command: what it calls.
    /// - Throws: ``CommandError/usage(_:)`` that names the first.
    static func check(_ words: [String], of command: any ParsableCommand.Type) throws {
        let words = Array(words.prefix { $0 != "--" })
        // Most command lines have nothing to look for, and the help takes a while to describe.
        guard words.count(where: { $0.hasPrefix("-") }) > 1 else { return }
        let arguments = try ProgramDescription(text: command._dumpHelp()).command.arguments ?? []
        for option in arguments where option.kind == "option" && !option.isRepeating {
            let names = (option.names ?? []).map(\.text)
            let places = words.indices.filter { names.contains(name(words[$0])) }
            guard places.count > 1 else { continue }
            throw CommandError.usage(sentence(name(words[places[0]]), places.map { value(at: $0, of: words) }))
        }
    }

    static func sentence(_ option: String, _ values: [String]) -> String {
        "\(option) is given \(values.count) times (\(values.joined(separator: ", "))); give it once."
    }

    private static func name(_ word: String) -> String { String(word.prefix { $0 != "=" }) }

    private static func value(at place: Int, of words: [String]) -> String {
        let word = words[place]
        if let mark = word.firstIndex(of: "=") { return String(word[word.index(after: mark)...]) }
        return place + 1 < words.count ? words[place + 1] : ""
    }
}
