import ArgumentParser
import Foundation
import Parsing
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

    @Argument(
        help: ArgumentHelp(
            "Films of the same frames; a pattern such as 'frames/*.png' names pictures that are those of one.",
            valueName: "film"))
    var films: [FileArgument]

    @Option(help: ArgumentHelp("The film that they are paintings of.", valueName: "film"))
    var source: FileArgument?

    @Option(help: ArgumentHelp("The picture that they were painted after; no name of a style.", valueName: "picture"))
    var style: FileArgument?

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Show what the worker says.")
    var verbose = false

    func validate() throws {
        guard !films.isEmpty else { throw ValidationError("Name the films to compare.") }
        guard films.count > 1 || source != nil else {
            throw ValidationError(
                "There is nothing to compare \(films[0].text) with: name its paintings behind it, or the film that it is a painting of with --source."
            )
        }
    }

    func run() async throws {
        let session = try WorkerSession(studio, verbose: verbose)
        let given = (source.map { [$0] } ?? []) + self.films
        let films = try given.map(PaintingContent.frames)
        try films.flatMap(\.self).checkCount(
            of: "frames", "make films of them: ffmpeg -framerate 25 -pattern_type glob -i 'frames/*.png' film.mp4")
        let style = try self.style.map(Self.picture)
        let inputs = films.map { $0.map { $0.input(.picture) } }
        let request = FilmRequest(
            token: .foreground, source: inputs[0], films: Array(inputs.dropFirst()), style: style?.input(.style),
            limits: session.settings.pictureLimits)
        let line = ProgressLine(title: given[0].text)
        defer { line.clear() }
        let message = try await session.run { conversation in
            try await conversation.ask(.film(request)) { line.follow($0) }
        }
        line.clear()
        switch message {
        case .film(let answer):
            var comparison = answer.comparison
            // Of frames it is the pattern that names the film.
            for (index, argument) in given.enumerated() where comparison.films.indices.contains(index) {
                comparison.films[index].film = argument.text
            }
            if json { return try Terminal.answer(json: comparison) }
            Terminal.answer(Self.lines(of: comparison))
        case .failed(let failure): throw CommandError.refused(failure.error)
        default: throw CommandError.unexpectedAnswer("\(message)")
        }
    }

    /// The file of a style.
    ///
    /// - Throws: ``CommandError/usage(_:)`` for a name.
    private static func picture(_ style: FileArgument) throws -> GivenPath {
        guard style.exists || style.text.contains("/") || PictureFormat.ending(of: style.text) != nil else {
            throw CommandError.usage(
                "--style takes the picture that the films were painted after, as STYLES/\(style.text).jpg; styles that are built in, learned or imported have none: leave it out"
            )
        }
        return try GivenPath(existing: style)
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
