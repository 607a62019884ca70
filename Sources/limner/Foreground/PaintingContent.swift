import Foundation
import Parsing
import Wire

/// What becomes one painting: a photograph, a film, or the pictures that are the frames of one.
struct PaintingContent: Sendable {
    /// As it was typed; of frames, the first thing that was.
    let given: GivenPath
    let files: [GivenPath]
    let kind: Kind

    enum Kind: Equatable, Sendable {
        case picture, film
        /// Pictures that become one film: as `--frame-rate` says, or the pattern that names them.
        case frames(byPattern: Bool)
    }

    var isFilm: Bool { kind != .picture }

    /// What the arguments of a command come to: each its own painting, or all together the frames of a film.
    ///
    /// - Parameter options: gets the rate of frames that a pattern names.
    /// - Throws: ``CommandError/inputUnreadable(path:reason:)``; ``CommandError/usage(_:)`` for more frames than a job has.
    static func all(of arguments: [FileArgument], _ options: inout JobOptions) throws -> [PaintingContent] {
        let isByPattern = options.frameRate == nil
        options.makeFilm(of: arguments.filter(\.isPattern).map(\.text))
        guard options.frameRate != nil else {
            return try arguments.map { argument in
                let path = try GivenPath(existing: argument)
                return PaintingContent(given: path, files: [path], kind: isFilm(path) ? .film : .picture)
            }
        }
        let files = try arguments.flatMap(Self.frames)
        try files.checkCount(
            of: "frames", "make a film of them: ffmpeg -framerate 25 -pattern_type glob -i 'frames/*.png' film.mp4")
        return [
            PaintingContent(given: try GivenPath(arguments[0]), files: files, kind: .frames(byPattern: isByPattern))
        ]
    }

    /// What a film lies in: a file, or those that a pattern names.
    ///
    /// - Throws: ``CommandError/inputUnreadable(path:reason:)``.
    static func frames(of argument: FileArgument) throws -> [GivenPath] {
        argument.isPattern ? try GivenPath(argument).matches() : [try GivenPath(existing: argument)]
    }

    /// - Throws: ``CommandError`` that says what it is, in place of the film that the output's name promises.
    func refuse(asFilm output: GivenPath) throws(CommandError) {
        guard let file = FileHandle(forReadingAtPath: given.path) else {
            throw .inputUnreadable(path: given.typed, reason: String(cString: strerror(errno)))
        }
        let start = [UInt8]((try? file.read(upToCount: PictureHeader.readLimit)) ?? Data())
        guard !start.isEmpty else { throw .inputUnreadable(path: given.typed, reason: "it is empty") }
        if let header = try? PictureHeader(start), header.isAnimated {
            throw .usage(
                "\(given.typed) is a picture that moves and no film, but the output \(output.typed) ends as one; \(header.format.filming(given.typed))"
            )
        }
        throw .usage("\(given.typed) is no film, but the output \(output.typed) ends as one")
    }

    /// - Throws: ``CommandError`` that says why a film comes, and no picture of the output's name.
    func refuse(asPicture output: GivenPath) throws(CommandError) {
        let (why, instead) =
            switch kind {
            case .picture, .film: ("\(given.typed) is a film", "")
            case .frames(byPattern: true):
                (
                    "the pattern \(given.typed) names the frames of one film",
                    " (the shell's own pattern, unquoted, paints each by itself)"
                )
            case .frames(byPattern: false):
                ("--frame-rate makes one film of the pictures", ", or leave --frame-rate out to paint each by itself")
            }
        throw .usage("\(why); end the name of the output, \(output.typed), in .mp4 or .y4m\(instead)")
    }

    /// By its first bytes.
    private static func isFilm(_ content: GivenPath) -> Bool {
        guard let file = FileHandle(forReadingAtPath: content.path),
            let start = try? file.read(upToCount: FileKind.looked)
        else { return false }
        return FileKind(signature: start)?.isFilm == true
    }
}

extension FileArgument {
    /// Whether it names files by a pattern, and none by itself.
    fileprivate var isPattern: Bool { NamePattern.isMeant(by: text) && !exists }
}

extension GivenPath {
    /// The regular files that a path with a pattern for its last part names, in the natural order of their names.
    ///
    /// - Throws: ``CommandError/inputUnreadable(path:reason:)`` where there is none.
    fileprivate func matches() throws -> [GivenPath] {
        let (path, typed) = (self.path as NSString, self.typed as NSString)
        let (folder, pattern) = (path.deletingLastPathComponent, NamePattern(path.lastPathComponent))
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
            .filter { !$0.hasPrefix(".") && pattern.matches(Array($0.utf8)) }
            .sorted { NamePattern.precedes(Array($0.utf8), Array($1.utf8)) }
        let files = names.map { name in
            GivenPath(
                typed: (typed.deletingLastPathComponent as NSString).appendingPathComponent(name),
                path: "\(folder)/\(name)")
        }.filter { !OutputPlan.isFolder($0.path) }
        guard !files.isEmpty else {
            throw CommandError.inputUnreadable(path: self.typed, reason: "no file matches it")
        }
        return files
    }
}
