import Foundation
import ModelFiles
import Parsing
import Wire

/// A style as described by its `style.json`, or by the picture that it is.
package struct StyleRecipe: Equatable, Sendable {
    /// A picture and its share among the others.
    package struct WeightedPicture: Hashable, Sendable {
        /// Absolute once read from a folder.
        package let path: String
        package var weight = 1.0
        /// As in `StyleChoice`.
        package var layers: LayerWeights?
    }

    /// One of the styles inside the 26-style network, and its share among the others.
    package struct NumberedStyle: Hashable, Sendable {
        package let style: Int
        package let weight: Double

        package init(style: Int, weight: Double = 1) {
            self.style = style
            self.weight = weight
        }
    }

    package enum Source: Hashable, Sendable {
        case pictures([WeightedPicture])
        case numbered([NumberedStyle])
        /// Path of the file, absolute once read from a folder.
        case learned(String)
        /// Likewise, of a network that was imported.
        case imported(String)

        /// The same with weights that add up to 1.
        package var shared: Self {
            switch self {
            case .pictures(let pictures):
                let total = pictures.reduce(0) { $0 + $1.weight }
                return .pictures(pictures.map { .init(path: $0.path, weight: $0.weight / total, layers: $0.layers) })
            case .numbered(let styles):
                let total = styles.reduce(0) { $0 + $1.weight }
                return .numbered(styles.map { .init(style: $0.style, weight: $0.weight / total) })
            case .learned, .imported: return self
            }
        }

        /// Those that it names.
        var files: [String] {
            switch self {
            case .pictures(let pictures): pictures.map(\.path)
            case .numbered: []
            case .learned(let path), .imported(let path): [path]
            }
        }
    }

    package let title: String?
    package let source: Source
    package let options: JobOptions

    package init(title: String? = nil, source: Source, options: JobOptions = JobOptions()) {
        self.title = title
        self.source = source
        self.options = options
    }

    /// Reads `style.json`; its pictures' paths come out absolute. The pictures themselves are not opened.
    ///
    /// - Throws: `StyleError.recipeUnreadable`, and what ``init(json:folder:path:)`` throws.
    package init(contentsOf path: String) throws(StyleError) {
        guard access(path, F_OK) == 0 || errno != ENOENT else {
            throw .recipeUnreadable(path: path, why: "there is no such file, and a folder needs one to be a style")
        }
        let data: Data
        do {
            // Whatever else stands there, such as a FIFO, is refused instead of waited for.
            data = try FileBytes.copied(path, limit: Self.byteLimit).withUnsafeBytes { Data($0) }
        } catch ModelFileError.system(_, _, let reason) {
            throw .recipeUnreadable(path: path, why: reason)
        } catch ModelFileError.forbidden {
            throw .recipeUnreadable(path: path, why: String(cString: strerror(EACCES)))
        } catch {
            throw .recipeUnreadable(path: path, why: error.words)
        }
        try self.init(json: data, folder: URL(fileURLWithPath: path).deletingLastPathComponent().path, path: path)
    }

    /// Reads a recipe whose pictures lie in `folder`; `path` is for messages.
    ///
    /// - Throws: `StyleError.recipeMalformed` with every mistake and its line; `.recipeInvalid` for options that do not
    ///   go together.
    package init(json: Data, folder: String, path: String = RootFolders.styleRecipeName) throws(StyleError) {
        guard json.count <= Self.byteLimit else {
            let reason = "the text has more than \(Self.byteLimit) bytes"
            throw .recipeMalformed(path: path, mistakes: [ManifestMistake("", .notJSON(reason: reason), line: 1)])
        }
        let root: JSONNode
        do throws(JSONSyntaxError) {
            root = try JSONParser.parse(json)
        } catch {
            let mistake = ManifestMistake("", .notJSON(reason: "\(error)"), line: error.place.line)
            throw .recipeMalformed(path: path, mistakes: [mistake])
        }
        var reader = ObjectReader(root)
        _ = reader.integer("limner", Self.format...Self.format)
        title = reader.string("title")
        var options = JobOptions()
        if let node = reader.value("options") {
            var optionsReader = ObjectReader(node, key: "options")
            options = JobOptions(of: .stylize, in: .styleFile, reading: &optionsReader)
            let ofPictures = ["picture", "weight", "layers"].map { ($0, "it stands in an entry of \"pictures\"") }
            optionsReader.refuseOtherKeys(
                called: ["styles": "pictures"], elsewhere: JobOptions.misspelt.merging(ofPictures) { own, _ in own })
            reader.add(optionsReader.mistakes)
        }
        source = reader.source(folder: folder)
        reader.refuseOtherKeys()
        guard reader.mistakes.isEmpty else {
            throw .recipeMalformed(path: path, mistakes: ManifestError(reader.mistakes).mistakes)
        }
        self.options = options
        do throws(StyleError) {
            var options = options
            // Which network a blend of others would take is for the job to say.
            if options.network?.kind == nil { options.network = nil }
            _ = try StyleSettings(resolving: options)
        } catch {
            throw .recipeInvalid(path: path, fault: error)
        }
    }

    /// The text of the recipe of a learned style, whose file lies beside it.
    package static func json(learned file: String, title: String) -> [UInt8] {
        json(Text(limner: format, title: title, learned: file))
    }

    /// The text of the recipe of an imported style, whose file lies beside it.
    package static func json(imported file: String, title: String) -> [UInt8] {
        json(Text(limner: format, title: title, imported: file))
    }

    private struct Text: Encodable {
        let limner: Int
        let title: String
        var learned: String?
        var imported: String?
    }

    private static func json(_ text: Text) -> [UInt8] {
        do {
            return try [UInt8](WireJSON.encodePretty(text))
        } catch {
            preconditionFailure("\(text) is no JSON: \(error)")
        }
    }

    /// The only version of recipes so far.
    private static let format = 1
    /// Longest recipe that is read, in bytes.
    private static let byteLimit = 256 << 10
}

extension ObjectReader {
    /// What a recipe's paths are relative to.
    private static let base = "the style's folder"

    fileprivate mutating func source(folder: String) -> StyleRecipe.Source {
        switch (value("pictures"), value("numbered"), value("learned"), value("imported")) {
        case (let pictures?, nil, nil, nil):
            return .pictures(
                entries(of: pictures, "pictures", named: "picture") { reader, node, key in
                    reader.path(node, key, below: Self.base)
                }.map {
                    StyleRecipe.WeightedPicture(
                        path: StyleLibrary.path(to: $0.value, in: folder), weight: $0.weight, layers: $0.layers)
                })
        case (nil, nil, let learned?, nil):
            return .learned(StyleLibrary.path(to: path(learned, "learned", below: Self.base) ?? "", in: folder))
        case (nil, nil, nil, let imported?):
            return .imported(StyleLibrary.path(to: path(imported, "imported", below: Self.base) ?? "", in: folder))
        case (nil, let numbered?, nil, nil):
            return .numbered(
                entries(of: numbered, "numbered", named: "style") { reader, node, key in
                    reader.builtIn(node, key)
                }.map { StyleRecipe.NumberedStyle(style: $0.value, weight: $0.weight) })
        case (nil, nil, nil, nil):
            let reason = "a style names neither \"pictures\" nor \"numbered\" nor \"learned\" nor \"imported\""
            add("pictures", .conflict(reason: reason), node)
            return .pictures([])
        default:
            let reason = "a style takes either \"pictures\" or \"numbered\" or \"learned\" or \"imported\""
            add("pictures", .conflict(reason: reason), node)
            return .pictures([])
        }
    }

    /// The number of a built-in style, which its name or alias may stand for.
    private mutating func builtIn(_ node: JSONNode, _ key: String) -> Int? {
        guard let text = node.string else { return integer(node, key, 0...MultiStyleNetwork.styleCount - 1) }
        if let style = BuiltInStyle(named: text) { return style.number }
        let nearest = NearestName.of(text, among: BuiltInStyle.all.map(\.name))
        add(
            key, .refused(value: "\"\(text)\"", expected: "a built-in style's name or number", nearest: nearest), node)
        return nil
    }

    /// A list of values, each alone or in an object with its weight, and of a picture its layers.
    private mutating func entries<Value>(
        of list: JSONNode, _ key: String, named name: String,
        _ read: (inout ObjectReader, JSONNode, String) -> Value?
    ) -> [(value: Value, weight: Double, layers: LayerWeights?)] {
        guard let elements = list.elements, !elements.isEmpty else {
            let problem: ManifestMistake.Problem =
                list.elements == nil
                ? .wrongType(found: list.typeName, expected: "a list") : .conflict(reason: "\"\(key)\" is empty")
            add(key, problem, list)
            return []
        }
        return elements.enumerated().compactMap { index, element in
            let place = "\(key)[\(index)]"
            guard element.members != nil else { return read(&self, element, place).map { ($0, 1, nil) } }
            var reader = ObjectReader(element, key: place)
            let value = reader.required(name).flatMap { read(&reader, $0, name) }
            let weight = reader.number("weight", StyleChoice.weights)
            if weight == 0 { reader.add("weight", .refused(value: "0", expected: "above 0", nearest: nil), element) }
            let layers = name == "picture" ? reader.layers("layers", StyleChoice.weights) : nil
            reader.refuseOtherKeys()
            add(reader.mistakes)
            return value.map { ($0, weight ?? 1, layers) }
        }
    }
}
