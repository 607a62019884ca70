import Foundation
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
        up choices: [StyleChoice], among inputs: [JobInput], in library: StyleLibrary
    ) throws -> (styles: StyleSheet, options: JobOptions) {
        var pictures: [(file: PictureFile, weight: Double)] = []
        var numbered: [StyleRecipe.NumberedStyle] = []
        var options = JobOptions()
        for choice in choices {
            switch choice.source {
            case .picture(let path):
                guard let input = inputs.first(where: { $0.name == path }) else {
                    throw ReportError(code: .pictureMissing, message: "The style picture '\(path)' did not come along.")
                }
                pictures.append((input.file, choice.weight))
            case .name(let name):
                let recipe = try library.recipe(named: name)
                if choices.count == 1 { options = recipe.options }
                switch recipe.source {
                case .pictures(let own):
                    let total = own.reduce(0) { $0 + $1.weight }
                    pictures += try own.map {
                        // Who keeps the styles may have linked one; a picture of a job is never followed.
                        let path = URL(fileURLWithPath: $0.path).resolvingSymlinksInPath().path
                        return (try PictureFile(path: path), $0.weight / total * choice.weight)
                    }
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
        return (numbered.isEmpty ? .pictures(pictures) : .numbered(numbered), options)
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

    var kind: StyleSource.Kind {
        switch self {
        case .pictures: .pictures
        case .numbered: .numbered
        }
    }
}
