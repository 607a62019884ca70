import Foundation
import Parsing
import Wire

/// Where the pictures of one command go: into the one file that was named, or into a folder under names after the contents.
struct OutputPlan: Equatable {
    enum Place: Equatable {
        case file(GivenPath)
        case folder(GivenPath)
    }

    let place: Place
    /// As asked for, or as the file's name promises; `nil` leaves it to the style and the settings.
    let format: WrittenFormat?
    /// The container that the file's name promises.
    let film: FilmFormat?
    /// What stands between a content's name and the ending, in a folder: a content has an output for each.
    let suffixes: [String]

    /// - Parameters:
    ///   - output: a folder when it exists as one, is typed with a slash at its end, or `contents` are several.
    ///   - format: the value of `--format`.
    ///   - filmFormat: that of `--film-format`.
    ///   - suffixes: with several, a folder is needed.
    ///   - subject: what is written: a film's name alone says its format, and a picture's that of one that is made of others.
    ///   - isFolder: whether a folder stands at a path.
    /// - Throws: ``CommandError/usage(_:)`` when the file's name and the format contradict one another.
    init(
        output: GivenPath, contents: Int, format: WrittenFormat?, filmFormat: FilmFormat? = nil,
        suffixes: [String] = BlendStep.all(of: nil).map(\.suffix), subject: OptionUse.Subject = .either,
        isFolder: (String) -> Bool = Self.isFolder
    ) throws(CommandError) {
        self.suffixes = suffixes
        let count = contents * suffixes.count
        let ending = (output.typed as NSString).pathExtension
        let promised = WrittenFormat(ending: ending)
        let promisedFilm = FilmFormat(ending: ending)
        if count > 1 || output.typed.hasSuffix("/") || isFolder(output.path) {
            let isOfOne = promised != nil || promisedFilm != nil
            if !output.typed.hasSuffix("/"), isOfOne, !isFolder(output.path) {
                throw .usage("\(count) paintings are made, and \(output.typed) is the name of one; name a folder")
            }
            place = .folder(output)
            self.format = format
            film = nil
            return
        }
        place = .file(output)
        film = promisedFilm
        if let film {
            if let filmFormat, filmFormat != film {
                throw .usage(
                    "--film-format \(filmFormat.rawValue) contradicts the name \(output.typed); leave one of them out")
            }
            self.format = format
            return
        }
        if let format, let promised, format != promised {
            throw .usage("--format \(format.rawValue) contradicts the name \(output.typed); leave one of them out")
        }
        if promised == nil, format == nil, !ending.isEmpty {
            let pictures = subject == .film ? [] : WrittenFormat.allCases.flatMap(\.endings)
            let films = subject == .picture ? [] : FilmFormat.allCases.map(\.rawValue)
            let endings = (pictures + films).map { ".\($0)" }
            let list = "\(endings.dropLast().joined(separator: ", ")) and \(endings[endings.count - 1])"
            throw .usage(
                "\(output.typed) ends in .\(ending), but \(list) are written; rename it\(subject == .either ? ", or give --format" : "")"
            )
        }
        self.format = format ?? promised
    }

    /// Where one picture goes that a command makes of others.
    ///
    /// - Parameter suffix: see ``suffixes``.
    /// - Throws: as the other; ``CommandError/usage(_:)`` for the name of a film.
    init(picture output: GivenPath, suffix: String) throws(CommandError) {
        try self.init(output: output, contents: 1, format: nil, suffixes: [suffix], subject: .picture)
        if film != nil { throw .usage("\(output.typed) is the name of a film; a picture comes of it") }
    }

    static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    /// Where outputs are put together: on the file system that they end on.
    var folder: String {
        switch place {
        case .file(let file): (file.path as NSString).deletingLastPathComponent
        case .folder(let folder): folder.path
        }
    }

    /// One path for each content and suffix, content after content, whatever stands there; two contents of one name get different ones.
    func paths(for contents: [String], format written: WrittenFormat) -> [GivenPath] {
        paths(for: contents, ending: written.fileExtension)
    }

    /// As ``paths(for:format:)``, of whatever ends so.
    func paths(for contents: [String], ending: String) -> [GivenPath] {
        switch place {
        case .file(let file): return contents.map { _ in file }
        case .folder(let folder):
            var names = OutputNames()
            return contents.flatMap { content in
                suffixes.map { suffix in
                    folder.appending(names.next(for: content, suffix: suffix, fileExtension: ending))
                }
            }
        }
    }

    /// - Throws: ``CommandError/usage(_:)`` when the file's name is no film's and the content is one, or the other way about;
    ///   ``CommandError/inputUnreadable(path:reason:)`` of one that is empty.
    func check(_ contents: [PaintingContent]) throws(CommandError) {
        guard case .file(let file) = place else { return }
        for content in contents where content.isFilm != (film != nil) {
            if content.isFilm { try content.refuse(asPicture: file) } else { try content.refuse(asFilm: file) }
        }
    }

    /// Where something that was made comes to stand: in a folder, nothing is replaced but by what has the same bytes, as the same
    /// command makes them again.
    ///
    /// - Parameters:
    ///   - content: as typed.
    ///   - made: absolute path of what was made, whose ending it gets.
    ///   - names: those that the command has given.
    func path(for content: String, suffix: String, of made: String, _ names: inout OutputNames) -> GivenPath {
        let folder: GivenPath
        switch place {
        case .file(let file): return file
        case .folder(let path): folder = path
        }
        var taken: [GivenPath] = []
        let name = names.next(for: content, suffix: suffix, fileExtension: (made as NSString).pathExtension) { name in
            let other = folder.appending(name)
            var facts = stat()
            guard lstat(other.path, &facts) == 0, !FileManager.default.contentsEqual(atPath: made, andPath: other.path)
            else { return true }
            taken.append(other)
            return false
        }
        let path = folder.appending(name)
        if let other = taken.first {
            Terminal.say("limner: \(other.typed) is there already, of something else; this is \(path.typed)")
        }
        return path
    }

    /// Checks the place that is going to be written to. What stands in a folder is not replaced.
    ///
    /// - Parameter inputs: files that must not be lost.
    /// - Throws: ``CommandError/outputUnwritable(path:reason:)``, ``CommandError/usage(_:)``.
    func check(keeping inputs: [GivenPath]) throws(CommandError) {
        switch place {
        case .file(let file): _ = try OutputTarget(file, keeping: inputs)
        case .folder(let folder):
            let isThere = Self.isFolder(folder.path)
            guard access(isThere ? folder.path : (folder.path as NSString).deletingLastPathComponent, W_OK) == 0 else {
                throw .outputUnwritable(path: folder.typed, reason: String(cString: strerror(errno)))
            }
        }
    }

    /// Makes the folder where there is none.
    ///
    /// - Returns: whether it was made.
    /// - Throws: ``CommandError/outputUnwritable(path:reason:)``.
    func makeFolder() throws(CommandError) -> Bool {
        guard case .folder(let folder) = place, !Self.isFolder(folder.path) else { return false }
        guard mkdir(folder.path, 0o777) == 0 else {
            throw .outputUnwritable(path: folder.typed, reason: String(cString: strerror(errno)))
        }
        return true
    }

    /// Takes the folder away again that was made for what did not come; one that holds something stays.
    func removeEmptyFolder() { rmdir(folder) }
}
