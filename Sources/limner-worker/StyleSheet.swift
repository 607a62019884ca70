import Foundation
import Pictures
import Styles
import Wire

/// The styles of a job, looked up, their shares multiplied out. Their pictures are read but not decoded.
enum StyleSheet {
    case pictures([Painted])
    case numbered([StyleRecipe.NumberedStyle])

    /// A style picture, its share, and where it applies.
    struct Painted {
        let file: PictureFile
        let weight: Double
        let mask: PictureFile?
    }

    /// - Parameter inputs: what came with the job.
    /// - Returns: the options of the recipe, too, if the job names just one style.
    /// - Throws: ``ReportError``, `StyleError`, `PictureError`.
    static func look(
        up choices: [StyleChoice], among inputs: [JobInput], in library: StyleLibrary
    ) throws -> (styles: StyleSheet, options: JobOptions) {
        var pictures: [Painted] = []
        var numbered: [StyleRecipe.NumberedStyle] = []
        var options = JobOptions()
        func find(_ path: String, _ what: String) throws -> PictureFile {
            guard let input = inputs.first(where: { $0.name == path }) else {
                throw ReportError(code: .pictureMissing, message: "The \(what) '\(path)' did not come along.")
            }
            return input.file
        }
        for choice in choices {
            let mask = try choice.mask.map { try find($0, "mask") }
            switch choice.source {
            case .picture(let path):
                let file = try find(path, "style picture")
                pictures.append(Painted(file: file, weight: choice.weight, mask: mask))
            case .name(let name):
                let recipe = try library.recipe(named: name)
                if choices.count == 1 { options = recipe.options }
                switch recipe.source.shared {
                case .pictures(let own):
                    pictures += try own.map {
                        Painted(file: try $0.file(), weight: $0.weight * choice.weight, mask: mask)
                    }
                case .numbered(let own):
                    if let mask {
                        throw ReportError(
                            code: .optionInvalid,
                            message: "The style '\(name)' is built in, and its network knows no regions: the mask "
                                + "'\(mask.name)' cannot be used with it.",
                            hint: "Give masks to styles that are pictures, or leave the mask out.")
                    }
                    numbered += own.map { .init(style: $0.style, weight: $0.weight * choice.weight) }
                }
            }
        }
        guard pictures.isEmpty || numbered.isEmpty else {
            throw ReportError(
                code: .optionInvalid, message: "Built-in styles and style pictures cannot be blended.",
                hint: "Blend built-in styles with each other, or pictures with each other.")
        }
        return (numbered.isEmpty ? .pictures(pictures) : .numbered(numbered), options)
    }

    /// - Throws: `PictureError`; ``ReportError`` `option-invalid` for a mask that is black everywhere.
    func decoded() throws -> StyleSource {
        switch self {
        case .pictures(let pictures):
            var masks: [String: Picture] = [:]
            for file in self.masks { masks[file.name] = try Self.mask(of: file) }
            return .pictures(
                try pictures.map { style in
                    StylePicture(
                        try style.file.decode(), weight: style.weight, mask: style.mask.flatMap { masks[$0.name] })
                })
        case .numbered(let styles): return .numbered(styles)
        }
    }

    private static func mask(of file: PictureFile) throws -> Picture {
        let mask = try file.decode().opaque(over: .black)
        guard mask.pixels.contains(where: { $0 > 0 }) else {
            throw ReportError(
                code: .optionInvalid,
                message: "The mask '\(file.name)' is black or transparent everywhere: its style would be nowhere.",
                hint: "Paint white where the style is to apply.")
        }
        return mask
    }

    /// Of the style pictures and of their masks.
    ///
    /// - Throws: `PictureError`.
    func headers() throws -> [PictureHeader] {
        try (pictures.map(\.file) + masks).map { try $0.header() }
    }

    var pictures: [Painted] {
        if case .pictures(let pictures) = self { pictures } else { [] }
    }

    /// Each once.
    private var masks: [PictureFile] {
        var names: Set<String> = []
        return pictures.compactMap(\.mask).filter { names.insert($0.name).inserted }
    }

    /// That styles have masks for, and the rest; 0 where no style has one.
    var regions: Int { masks.isEmpty ? 0 : masks.count + 1 }

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

extension StyleRecipe.WeightedPicture {
    /// Reads the file, and decodes nothing.
    ///
    /// - Throws: `PictureError`.
    func file() throws(PictureError) -> PictureFile {
        // Who keeps the styles may have linked one; a picture of a job is never followed.
        try PictureFile(path: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
    }
}
