import Foundation
import Parsing
import Spool
import Wire

/// A style as the command line gives it: `picture.jpg`, `name`, or either with `=weight` behind it.
struct StyleArgument: Sendable, Equatable {
    /// A picture by the path that was typed, or a style by name.
    let source: StyleChoice.Source
    /// Share within the blend.
    let weight: Double

    var choice: StyleChoice { StyleChoice(source: source, weight: weight) }

    /// Reads one argument. A file that exists under the whole text is that picture, and a style of that name is that style, whatever
    /// it looks like; next, what stands behind the last `=` is a weight; what then is a file, or is no style's name and holds a
    /// slash or ends like a picture, is a path; anything else is a name.
    ///
    /// - Parameters:
    ///   - isFile: whether a regular file stands at a path.
    ///   - isStyle: whether there is a style of a name.
    /// - Throws: ``CommandError/usage(_:)``.
    init(
        _ text: String, isFile: (String) -> Bool = Self.isRegularFile, isStyle: (String) -> Bool
    ) throws(CommandError) {
        var body = text
        var weight = 1.0
        if !isFile(text), !isStyle(text), let equals = text.lastIndex(of: "=") {
            let suffix = String(text[text.index(after: equals)...])
            if let number = Double(suffix) {
                guard StyleChoice.weights.contains(number), number > 0 else {
                    throw .usage(
                        "the weight of --style \(text) must be above 0 and at most \(StyleChoice.weights.upperBound)")
                }
                body = String(text[..<equals])
                weight = number
            } else if !Self.looksLikePicture(text) {
                throw .usage("--style takes a picture, a name, or either with =weight; \"\(suffix)\" is no number")
            }
        }
        self.weight = weight
        if isFile(body) || (Self.looksLikePicture(body) && !isStyle(body)) {
            source = .picture(body)
        } else if let violation = NameRule.violation(in: body) {
            throw .usage("--style \(text): the name \(violation)")
        } else {
            source = .name(body)
        }
    }

    private static func looksLikePicture(_ text: String) -> Bool {
        text.contains("/") || PictureFormat.ending(of: text) != nil
    }

    /// As the other, by the styles of a folder.
    ///
    /// - Throws: ``CommandError/usage(_:)``.
    init(_ text: String, stylesIn folder: String) throws(CommandError) {
        // A folder that cannot be read has no names; whoever paints in one of them says why.
        try self.init(text) { (try? StyleNames.has($0, in: folder)) == true }
    }

    private static func isRegularFile(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
    }
}

extension WrittenFormat {
    /// The format that a file name's extension promises; `nil` for any other extension, or none.
    init?(fileName: String) { self.init(ending: (fileName as NSString).pathExtension) }
}
