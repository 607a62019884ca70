import Pictures
import Styles
import Wire

/// The styles of a job, looked up, their shares multiplied out. Their pictures are read but not decoded.
enum StyleSheet {
    case pictures([(file: PictureFile, weight: Double)])
    case numbered([StyleRecipe.NumberedStyle])

    /// - Parameter inputs: the style pictures that came with the job.
    /// - Returns: the options of the recipe, too, if the job names just one style.
    /// - Throws: ``ReportError``, `StyleError`, `PictureError`.
    static func look(
        up task: Stylization, among inputs: [JobInput], in library: StyleLibrary
    ) throws -> (styles: StyleSheet, options: StyleOptions) {
        var pictures: [(file: PictureFile, weight: Double)] = []
        var numbered: [StyleRecipe.NumberedStyle] = []
        var options = StyleOptions()
        for choice in task.styles {
            switch choice.source {
            case .picture(let path):
                guard let input = inputs.first(where: { $0.name == path }) else {
                    throw ReportError(code: .pictureMissing, message: "The style picture '\(path)' did not come along.")
                }
                pictures.append((input.file, choice.weight))
            case .name(let name):
                let recipe = try library.recipe(named: name)
                if task.styles.count == 1 { options = recipe.options }
                switch recipe.source {
                case .pictures(let own):
                    let total = own.reduce(0) { $0 + $1.weight }
                    pictures += try own.map { (try PictureFile(path: $0.path), $0.weight / total * choice.weight) }
                case .numbered(let own):
                    let total = own.reduce(0) { $0 + $1.weight }
                    numbered += own.map { .init(style: $0.style, weight: $0.weight / total * choice.weight) }
                }
            }
        }
        guard pictures.isEmpty || numbered.isEmpty else {
            throw ReportError(
                code: .optionInvalid, message: "Numbered styles and style pictures cannot be blended.",
                hint: "Blend numbered styles with each other, or pictures with each other.")
        }
        let styles: StyleSheet = numbered.isEmpty ? .pictures(pictures) : .numbered(numbered)
        try styles.check(task.network)
        return (styles, options)
    }

    /// - Throws: `PictureError`.
    func decoded() throws -> StyleSource {
        switch self {
        case .pictures(let pictures):
            .pictures(try pictures.map { StylePicture(try $0.file.decode(), weight: $0.weight) })
        case .numbered(let styles): .numbered(styles)
        }
    }

    /// - Throws: `PictureError`.
    func headers() throws -> [PictureHeader] {
        try files.map { try $0.header() }
    }

    var files: [PictureFile] {
        if case .pictures(let pictures) = self { pictures.map(\.file) } else { [] }
    }

    func isOptimised(_ settings: StyleSettings) -> Bool {
        switch self {
        case .pictures: settings.preset != .fast
        case .numbered: false
        }
    }

    /// A network that cannot take these styles is refused rather than replaced.
    private func check(_ network: StyleNetworkName?) throws {
        switch (self, network) {
        case (.pictures, .multistyle26?):
            throw ReportError(
                code: .optionInvalid, message: "The network multistyle26 knows numbered styles only, not pictures.",
                hint: "Use the style numbered-0 … numbered-25, or the network arbitrary.")
        case (.numbered, .vgg19?), (.numbered, .vgg16?), (.numbered, .alexnet?), (.numbered, .arbitrary?):
            throw ReportError(
                code: .optionInvalid, message: "Numbered styles are known to the network multistyle26 only.",
                hint: "Leave the network out, or use a style picture.")
        case (.pictures, _), (.numbered, _): break
        }
    }
}
