import Foundation
import Wire

/// The styles folder: `<style>.jpg`, `<style>.png`, or `<style>/style.json`; and the numbered styles that need no file.
package struct StyleLibrary: Sendable {
    /// Endings of a style that is one picture, in the order in which they are looked for.
    private static let pictureEndings = ["jpg", "jpeg", "png", "JPG", "JPEG", "PNG"]
    private static let numberedPrefix = "numbered-"

    package let folder: String

    package init(folder: String) { self.folder = folder }

    /// The recipe of a style by name. `numbered-0` … `numbered-25` are always there.
    ///
    /// - Throws: `StyleError.styleNameInvalid`, `.styleUnknown` with the nearest name, and what `StyleRecipe` throws.
    package func recipe(named name: String) throws(StyleError) -> StyleRecipe {
        guard !name.isEmpty, !name.hasPrefix("."), !name.contains("/"), !name.contains("\0") else {
            throw .styleNameInvalid(name: name)
        }
        let files = FileManager.default
        // Swift compares texts, not bytes: a name typed here is composed (NFC), one that comes from macOS is not (NFD).
        let entries = (try? files.contentsOfDirectory(atPath: folder)) ?? []
        func path(of name: String) -> String? {
            let exact = "\(folder)/\(name)"
            return files.fileExists(atPath: exact) ? exact : entries.first { $0 == name }.map { "\(folder)/\($0)" }
        }
        var isFolder: ObjCBool = false
        if let path = path(of: name), files.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            return try StyleRecipe(contentsOf: "\(path)/style.json")
        }
        for ending in Self.pictureEndings {
            if let path = path(of: "\(name).\(ending)") { return StyleRecipe(source: .pictures([.init(path: path)])) }
        }
        if name.hasPrefix(Self.numberedPrefix), let number = Int(name.dropFirst(Self.numberedPrefix.count)) {
            try MultiStyleNetwork.check(number)
            return StyleRecipe(source: .numbered([.init(style: number)]))
        }
        throw .styleUnknown(name: name, folder: folder, nearest: NearestName.of(name, among: names()))
    }

    /// The names of the styles in the folder, sorted. Hidden files and files that are no styles are passed over.
    package func names() -> [String] {
        let files = FileManager.default
        let entries = (try? files.contentsOfDirectory(atPath: folder)) ?? []
        let styles = entries.compactMap { entry -> String? in
            if entry.hasPrefix(".") { return nil }
            if files.fileExists(atPath: "\(folder)/\(entry)/style.json") { return entry }
            let ending = (entry as NSString).pathExtension
            return Self.pictureEndings.contains(ending) ? (entry as NSString).deletingPathExtension : nil
        }
        return Set(styles).sorted()
    }
}
