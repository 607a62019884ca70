import ArgumentParser
import Foundation
import Spool
import Wire

struct FilmCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "film", abstract: "What films come to.", subcommands: [CompareFilms.self])
}

struct CompareFilms: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "How steady painted films are, by the optical flow of their source.",
        discussion: """
            Flicker is the mean squared difference of neighbouring frames where the source shows the same (E_warp of Lai 2018, \
            of colours in 0 to 1), drift that of frames ten apart; the source's own are what no painting falls below without \
            smearing, and those of a film painted with --no-steady are what steadiness is measured by. The style score tells how \
            far the frames have gone from the source to the style, so that a flat film does not win. Without --source the first \
            film is the source of the others.
            """)

    @OptionGroup var studio: StudioOptions

    @Argument(help: ArgumentHelp("Films of the same frames.", valueName: "film"))
    var films: [FileArgument]

    @Option(help: ArgumentHelp("The film that they are paintings of.", valueName: "film"))
    var source: FileArgument?

    @Option(help: ArgumentHelp("The picture that they were painted after.", valueName: "picture"))
    var style: FileArgument?

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Show what the worker says.")
    var verbose = false

    func validate() throws {
        guard films.count >= (source == nil ? 2 : 1) else { throw ValidationError("Name the films to compare.") }
    }

    func run() async throws {
        let session = try WorkerSession(studio, verbose: verbose)
        var paintings = try films.map(GivenPath.init(existing:))
        let source = try self.source.map(GivenPath.init(existing:)) ?? paintings.removeFirst()
        let style = try self.style.map(GivenPath.init(existing:))
        let request = FilmRequest(
            token: .foreground, source: source.input(.picture), films: paintings.map { $0.input(.picture) },
            style: style?.input(.style), limits: session.settings.pictureLimits)
        let line = ProgressLine(title: source.typed)
        defer { line.clear() }
        let message = try await session.run { conversation in
            try await conversation.ask(.film(request)) { line.follow($0) }
        }
        line.clear()
        switch message {
        case .film(let answer):
            if json { return try Terminal.answer(json: answer.comparison) }
            Terminal.answer(Self.lines(of: answer.comparison))
        case .failed(let failure): throw CommandError.refused(failure.error)
        default: throw CommandError.unexpectedAnswer("\(message)")
        }
    }

    static func lines(of comparison: FilmComparison) -> [String] {
        func number(_ value: Double?, _ scale: Double, _ digits: Int) -> String {
            value.map { String(format: "%.\(digits)f", $0 * scale) } ?? "–"
        }
        let head = ["film", "flicker ×10⁴", "drift ×10⁴", "style"]
        let films = comparison.films.enumerated().map { index, film -> [String] in
            let name = film.film + (index == 0 ? " (source)" : "")
            return [name, number(film.flicker, 1e4, 2), number(film.drift, 1e4, 2), number(film.style, 1, 3)]
        }
        let rows = [head] + films
        let widths = head.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let table = rows.map { row -> String in
            let cells = row.indices.map { column -> String in
                let space = String(repeating: " ", count: widths[column] - row[column].count)
                return column == 0 ? row[column] + space : space + row[column]
            }
            return cells.joined(separator: "  ")
        }
        let pairs = "\(comparison.neighbours) pairs of neighbours, \(comparison.distant) ten apart"
        return table + ["\(Phrases.count(comparison.frames, "frame")): \(pairs)"]
    }
}
