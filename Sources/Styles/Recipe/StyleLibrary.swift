import Foundation
import Parsing
import Pictures
import Wire

/// The styles folder: `<style>.jpg` or another picture, `<style>/style.json`; and the built-in styles, which need no file
/// and go behind a file of their name.
package struct StyleLibrary: Sendable {
    /// Endings of a style that is one picture, in the order in which they are looked for.
    private static let pictureEndings = PictureFormat.endings + PictureFormat.endings.map { $0.uppercased() }

    package let folder: String

    package init(folder: String) { self.folder = folder }

    /// A style that a job can name.
    package struct Entry: Sendable, Equatable {
        package enum Place: Sendable, Equatable {
            /// Absolute path of the picture.
            case picture(String)
            /// Absolute path of the folder, which may lack its recipe.
            case folder(String)
            case builtIn(BuiltInStyle)
        }

        package let name: String
        /// Another name of the same style, by its number.
        package var alias: String?
        package let place: Place
        /// Pictures of the folder that have the name, too, and go behind it.
        package var hidden: [String] = []

        /// What is to be said of ``hidden``; nil where there is nothing.
        package var note: String? {
            guard !hidden.isEmpty else { return nil }
            let own =
                switch place {
                case .picture(let path): (path as NSString).lastPathComponent
                case .folder: "the folder \(name)/"
                case .builtIn(let style): style.name
                }
            return "the style \(name) is \(own), and \(hidden.joined(separator: ", ")) of its name is not seen"
        }

        /// Absolute paths of what a job reads of it.
        ///
        /// - Parameter recipe: its own, where it can be read.
        package func files(of recipe: StyleRecipe?) -> [String] {
            switch place {
            case .picture(let path): [path]
            case .folder(let path): [Self.recipe(in: path)] + (recipe?.source.files ?? [])
            case .builtIn: []
            }
        }

        private static func recipe(in folder: String) -> String { "\(folder)/\(RootFolders.styleRecipeName)" }

        /// Reads the recipe; a picture and a built-in style are their own.
        ///
        /// - Throws: what `StyleRecipe` throws.
        package func recipe() throws(StyleError) -> StyleRecipe {
            switch place {
            case .folder(let path): try StyleRecipe(contentsOf: Self.recipe(in: path))
            case .picture(let path): StyleRecipe(source: .pictures([.init(path: path)]))
            case .builtIn(let style):
                StyleRecipe(title: style.look, source: .numbered([.init(style: style.number)]))
            }
        }
    }

    /// The recipe of a style by name. The built-in styles are always there, by their names and as `numbered-0` …
    /// `numbered-25`.
    ///
    /// - Throws: `StyleError.styleNameInvalid`, `.styleUnknown` with the nearest name, and what `StyleRecipe` throws.
    package func recipe(named name: String) throws(StyleError) -> StyleRecipe { try entry(named: name).recipe() }

    /// What a name means; no recipe is read.
    ///
    /// - Throws: `StyleError.styleNameInvalid`, `.numberedStyleUnknown`, `.styleUnknown` with the nearest name.
    package func entry(named name: String) throws(StyleError) -> Entry {
        guard TextRule.isFileName(name), name.utf8.first != UInt8(ascii: ".") else {
            throw .styleNameInvalid(name: name)
        }
        let contents = contents
        if let own = ownEntry(named: name, among: contents) { return own }
        if let number = BuiltInStyle.number(of: name) {
            try MultiStyleNetwork.check(number)
            let style = BuiltInStyle.all[number]
            return entry(of: style, among: contents) ?? Entry(name: name, place: .builtIn(style))
        }
        let known = names() + BuiltInStyle.all.map(\.name)
        throw .styleUnknown(name: name, folder: folder, nearest: NearestName.of(name, among: known))
    }

    /// Every style that a job can name: the folder's by name, with folders that lack their recipe, then the built-in ones
    /// by number. One of these that a file goes before stands there under its alias.
    package func entries() -> [Entry] {
        let contents = contents
        let unfinished = contents.filter { name in
            !name.hasPrefix(".") && isFolder("\(folder)/\(name)")
                && IgnoredNames.standard.pattern(matching: Array(name.utf8)) == nil
        }
        let own = Set(names() + unfinished).sorted().compactMap { ownEntry(named: $0, among: contents) }
        return own + BuiltInStyle.all.compactMap { entry(of: $0, among: contents) }
    }

    /// The names of the styles in the folder, sorted. Hidden files and files that are no styles are passed over.
    package func names() -> [String] {
        let styles = contents.compactMap { entry -> String? in
            if entry.hasPrefix(".") { return nil }
            if FileManager.default.fileExists(atPath: "\(folder)/\(entry)/\(RootFolders.styleRecipeName)") {
                return entry
            }
            let ending = (entry as NSString).pathExtension
            return Self.pictureEndings.contains(ending) ? (entry as NSString).deletingPathExtension : nil
        }
        return Set(styles).sorted()
    }

    private var contents: [String] { Self.contents(of: folder) }

    private static func contents(of folder: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    }

    /// A built-in style by the names that no file goes before; `nil` without one.
    private func entry(of style: BuiltInStyle, among contents: [String]) -> Entry? {
        let free = [style.name, style.alias].filter { ownEntry(named: $0, among: contents) == nil }
        return free.first.map { Entry(name: $0, alias: free.dropFirst().first, place: .builtIn(style)) }
    }

    private func ownEntry(named name: String, among contents: [String]) -> Entry? {
        func path(of name: String) -> String? { Self.path(of: name, in: folder, among: contents) }
        let pictures = Self.pictureEndings.compactMap { path(of: "\(name).\($0)") }
        func entry(_ place: Entry.Place, before others: some Sequence<String>) -> Entry {
            Entry(name: name, place: place, hidden: others.map { ($0 as NSString).lastPathComponent })
        }
        if let path = path(of: name), isFolder(path) { return entry(.folder(path), before: pictures) }
        return pictures.first.map { entry(.picture($0), before: pictures.dropFirst()) }
    }

    /// Where an entry of a folder stands, as the disk spells it; nil where there is none. Swift compares texts, not bytes: a name typed
    /// here is composed (NFC), one that comes from macOS is not (NFD).
    private static func path(of name: String, in folder: String, among contents: @autoclosure () -> [String]) -> String?
    {
        let exact = "\(folder)/\(name)"
        return FileManager.default.fileExists(atPath: exact)
            ? exact : contents().first { $0 == name }.map { "\(folder)/\($0)" }
    }

    /// Where a path below a folder leads, each of its parts as the disk spells it; what is not there stays as it was given.
    static func path(to relative: String, in folder: String) -> String {
        TextRule.parts(ofPath: relative).reduce(folder) { folder, part in
            path(of: part, in: folder, among: contents(of: folder)) ?? "\(folder)/\(part)"
        }
    }

    private func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
}
