import Foundation
import Parsing
import Wire

/// A style as the command line gives it: `picture.jpg`, `name`, or either with `=weight` behind it.
struct StyleArgument: Sendable, Equatable {
    /// A picture by the path that was typed, or a style by name.
    let source: StyleChoice.Source
    /// Share within the blend.
    let weight: Double

    var choice: StyleChoice { StyleChoice(source: source, weight: weight) }

    /// Reads one argument. A file that exists under the whole text is that picture, whatever its name looks like; next,
    /// what stands behind the last `=` is a weight; what then is a file, holds a slash or ends like a picture is a path;
    /// anything else is a name.
    ///
    /// - Parameter isFile: whether a regular file stands at a path.
    /// - Throws: ``CommandError/usage(_:)``.
    init(_ text: String, isFile: (String) -> Bool = Self.isRegularFile) throws(CommandError) {
        var body = text
        var weight = 1.0
        if !isFile(text), let equals = text.lastIndex(of: "=") {
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
        if isFile(body) || Self.looksLikePicture(body) {
            source = .picture(body)
        } else if let violation = NameRule.violation(in: body) {
            throw .usage("--style \(text): the name \(violation)")
        } else {
            source = .name(body)
        }
    }

    private static func looksLikePicture(_ text: String) -> Bool {
        text.contains("/") || PictureFormat.endings.contains((text as NSString).pathExtension.lowercased())
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
