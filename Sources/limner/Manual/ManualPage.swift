import Foundation

/// A page of the manual as a value. Markdown and pages for `man` are two ways to write the same one.
struct ManualPage {
    /// In every text, backticks enclose what is typed or named.
    enum Part {
        case heading(String)
        case subheading(String)
        /// Paragraphs, with an empty line between them.
        case text(String)
        /// Lines as they are typed.
        case code(String)
        /// The first column names, the last explains; an empty cell has nothing to tell.
        case table(head: [String], rows: [[String]])
    }

    /// What `man` calls it.
    var name: String
    /// The section of the manual: 1 commands, 5 files, 7 overviews, 8 administration.
    var section: Int
    /// Name of the Markdown file, without its ending.
    var file: String
    /// What the page is about, as the end of a sentence without its full stop.
    var summary: String
    var parts: [Part]

    /// First line of every page that is written as Markdown.
    static let origin = "<!-- Written by `limner manual`; what it says is changed in the program. -->"

    /// The page as GitHub's Markdown.
    var markdown: String {
        let blocks =
            [Self.origin, "# \(name): \(summary)"]
            + parts.map { part in
                switch part {
                case .heading(let text): "## \(text)"
                case .subheading(let text): "### \(text)"
                case .text(let text): text
                case .code(let text): "```\n\(text)\n```"
                case .table(let head, let rows):
                    ([head, head.map { _ in "---" }] + rows).map(Self.row).joined(separator: "\n")
                }
            }
        return blocks.joined(separator: "\n\n") + "\n"
    }

    private static func row(_ cells: [String]) -> String {
        let cells = cells.map { cell in
            cell.isEmpty ? "–" : cell.replacing("|", with: "\\|").replacing("\n", with: " ")
        }
        return "| " + cells.joined(separator: " | ") + " |"
    }
}

extension ManualPage {
    /// The page for `man`, in the language of its macros.
    ///
    /// - Parameter others: the pages that it sends its reader to.
    func roff(version: String, others: [ManualPage]) -> String {
        let also = others.filter { $0.name != name }.map { "\\fB\(Roff.escaped($0.name))\\fR(\($0.section))" }
        let lines =
            [
                ".TH \"\(Roff.escaped(name.uppercased()))\" \"\(section)\" \"\" \"Limner \(Roff.escaped(version))\" \"\"",
                // A page of options reads better without hyphens at its line ends.
                ".nh\n.ad l",
                ".SH NAME\n\(Roff.escaped(name)) \\- \(Roff.escaped(summary))",
            ] + parts.map(Roff.part) + [".SH SEE ALSO\n" + also.joined(separator: ", ")]
        return lines.joined(separator: "\n") + "\n"
    }
}

/// Texts in the language of `man`.
enum Roff {
    /// A line of plain text: nothing in it is a request or an escape, and its minus signs can be copied.
    static func escaped(_ text: String) -> String { guarded(spelled(text)) }

    private static func spelled(_ text: some StringProtocol) -> String {
        // Between alternatives a line may be broken; some lists of them are longer than one.
        let names: [Character: String] = [
            "\\": "\\[rs]", "-": "\\-", "`": "\\[ga]", "^": "\\[ha]", "~": "\\[ti]", "|": "|\\:",
        ]
        let characters = text.flatMap { character -> [String] in
            if let name = names[character] { return [name] }
            if character.isASCII { return [String(character)] }
            return character.unicodeScalars.map { scalar in
                let digits = String(scalar.value, radix: 16, uppercase: true)
                return "\\[u" + String(repeating: "0", count: max(4 - digits.count, 0)) + digits + "]"
            }
        }
        return characters.joined()
    }

    /// Running text: what backticks enclose becomes bold, an empty line a new paragraph.
    static func prose(_ text: String) -> String {
        let paragraphs = text.components(separatedBy: "\n\n").map { paragraph in
            let line = paragraph.split(separator: "\n").map { $0.drop(while: \.isWhitespace) }.joined(separator: " ")
            let pieces = line.split(separator: "`", omittingEmptySubsequences: false)
            return guarded(
                pieces.enumerated().map { index, piece in
                    index.isMultiple(of: 2) ? spelled(piece) : "\\fB\(spelled(piece))\\fR"
                }.joined())
        }
        return paragraphs.joined(separator: "\n.PP\n")
    }

    static func part(_ part: ManualPage.Part) -> String {
        switch part {
        case .heading(let text): ".SH \(escaped(text.uppercased()))"
        case .subheading(let text): ".SS \(escaped(text))"
        case .text(let text): ".PP\n" + prose(text)
        case .code(let text):
            ".PP\n.nf\n"
                + text.split(separator: "\n", omittingEmptySubsequences: false).map { escaped(String($0)) }.joined(
                    separator: "\n") + "\n.fi"
        case .table(let head, let rows): rows.map { item(head, $0) }.joined(separator: "\n")
        }
    }

    /// A row as an entry of a list: what the last column says of the first, then the columns between them.
    private static func item(_ head: [String], _ cells: [String]) -> String {
        let facts = zip(head, cells).dropFirst().dropLast().filter { !$0.1.isEmpty }.map { name, value in
            "\(name.prefix(1).uppercased())\(name.dropFirst()): \(value)."
        }
        let text = prose(cells.last ?? "")
        return ".TP\n\(prose(cells[0]))\n\(text)"
            + (facts.isEmpty ? "" : (text.isEmpty ? "" : "\n.br\n") + prose(facts.joined(separator: " ")))
    }

    /// A dot or an apostrophe at the start of a line would be a request.
    private static func guarded(_ line: String) -> String {
        line.hasPrefix(".") || line.hasPrefix("'") ? "\\&" + line : line
    }
}
