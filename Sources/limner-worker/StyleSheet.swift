import Foundation
import Pictures
import Styles
import Wire

/// The styles of a job, looked up, their shares multiplied out. Their pictures are read but not decoded.
enum StyleSheet {
    case pictures([Painted])
    case numbered([StyleRecipe.NumberedStyle])
    case learned(LearnedStyle)
    case imported(ImportedStyle)

    /// A style picture, its share, where it applies, and what of it.
    struct Painted {
        let file: PictureFile
        let weight: Double
        var mask: PictureFile?
        var styleMask: PictureFile?
        /// Of the photograph and of the style, in place of masks.
        var segments: (photograph: PictureFile, style: PictureFile)?
        /// As in ``StyleChoice``.
        var layers: LayerWeights?

        /// Those that say what is where.
        var masks: [PictureFile] {
            [mask, styleMask, segments?.photograph, segments?.style].compactMap(\.self)
        }
    }

    /// What the recipes of the styles say beside their pictures.
    struct Recipes {
        /// Of a style that stands alone.
        var alone: (name: String, options: JobOptions)?
        /// Of each that does not: what goes with one does not go with a blend.
        var blended: [(name: String, options: JobOptions)] = []
        /// Absolute paths of what is read of the styles that are named.
        var files: [String] = []
        /// Those whose pictures have layers of their own.
        var layered: [String] = []
        /// What is to be said of these, a sentence each.
        var notes: [String] = []

        var options: JobOptions { alone?.options ?? JobOptions() }
    }

    /// - Parameters:
    ///   - segments: the job's own.
    ///   - inputs: what came with the job.
    /// - Throws: ``ReportError``, `StyleError`, `PictureError`.
    static func look(
        up choices: [StyleChoice], segments: String? = nil, among inputs: [JobInput], in library: StyleLibrary
    ) throws -> (styles: StyleSheet, recipes: Recipes) {
        var pictures: [Painted] = []
        var numbered: [StyleRecipe.NumberedStyle] = []
        var whole: StyleSheet?
        var recipes = Recipes()
        func find(_ path: String, _ what: String) throws -> PictureFile {
            guard let input = inputs.first(where: { $0.name == path }) else {
                throw ReportError(code: .pictureMissing, message: "The \(what) '\(path)' did not come along.")
            }
            return input.file
        }
        let parts = try segments.map { try find($0, "segments") }
        for choice in choices {
            let mask = try choice.mask.map { try find($0, "mask") }
            let styleMask = try choice.styleMask.map { try find($0, "style mask") }
            let own = try choice.segments.map { try find($0, "segments") }
            let segments = try pair(parts, own, of: choice)
            func painted(_ file: PictureFile, _ weight: Double, _ layers: LayerWeights? = nil) -> Painted {
                Painted(
                    file: file, weight: weight, mask: mask, styleMask: styleMask, segments: segments,
                    layers: choice.layers ?? layers)
            }
            func checkAlone(_ origin: String) throws(ReportError) {
                guard choices.count == 1, (mask ?? styleMask ?? segments?.style) == nil else {
                    throw ReportError(
                        code: .optionInvalid,
                        message:
                            "The style '\(choice.source.text)' was \(origin), and is painted alone and everywhere.",
                        hint: "Leave the other styles and the masks out.")
                }
            }
            switch choice.source {
            case .picture(let path):
                let file = try find(path, "style picture")
                pictures.append(painted(file, choice.weight))
            case .name(let name):
                let entry = try library.entry(named: name)
                let recipe = try entry.recipe()
                recipes.files += entry.files(of: recipe)
                if let note = entry.note, !recipes.notes.contains(note) { recipes.notes.append(note) }
                if choices.count == 1 {
                    recipes.alone = (name, recipe.options)
                } else if !recipes.blended.contains(where: { $0.name == name }) {
                    recipes.blended.append((name, recipe.options))
                }
                switch recipe.source.shared {
                case .pictures(let own):
                    pictures += try own.map { painted(try $0.file(of: entry), $0.weight * choice.weight, $0.layers) }
                    if own.contains(where: { $0.layers != nil }) { recipes.layered.append(name) }
                case .learned(let path):
                    try checkAlone("learned")
                    whole = .learned(try LearnedStyle(reading: path))
                case .imported(let path):
                    try checkAlone("imported")
                    whole = .imported(try ImportedStyle(reading: path))
                case .numbered(let own):
                    if let mask = mask ?? styleMask ?? segments?.style {
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
        if let whole { return (whole, recipes) }
        if let picture = pictures.first, let style = numbered.first {
            throw ReportError(
                code: .optionInvalid,
                message:
                    "Built-in styles and style pictures cannot be blended: '\(BuiltInStyle.all[style.style].name)' is "
                    + "built in, and \(picture.file.name) is a picture.",
                hint: "Blend built-in styles with each other, or pictures with each other.")
        }
        return (numbered.isEmpty ? .pictures(pictures) : .numbered(numbered), recipes)
    }

    /// The job's segments and a style's: both or neither.
    private static func pair(
        _ job: PictureFile?, _ style: PictureFile?, of choice: StyleChoice
    ) throws(ReportError) -> (photograph: PictureFile, style: PictureFile)? {
        switch (job, style) {
        case (nil, nil): return nil
        case (let job?, let style?): return (job, style)
        case (let job?, nil):
            throw ReportError(
                code: .optionInvalid,
                message:
                    "The photograph is parted by the segments '\(job.name)', and the style '\(choice.source.text)' "
                    + "has none: nothing says which part of it goes where.",
                hint: "Give every style \"segments\" of its own, or leave out those of the job.")
        case (nil, let style?):
            throw ReportError(
                code: .optionInvalid,
                message:
                    "The style '\(choice.source.text)' is parted by the segments '\(style.name)', and the photograph "
                    + "is not: nothing says which part of it goes where.",
                hint: "Give the job \"segments\" beside \"styles\", or leave out those of the style.")
        }
    }

    /// - Parameter settings: of the painting: masks of segments are no larger than it and its styles.
    /// - Throws: `PictureError`; ``ReportError`` `option-invalid` for a mask that is black everywhere, and for a style that is
    ///   transparent where it is to be seen, or of one colour.
    func decoded(for settings: StyleSettings) throws -> StyleSource {
        switch self {
        case .pictures(let pictures):
            var masks: [String: Picture] = [:]
            for file in Self.each(pictures.flatMap { [$0.mask, $0.styleMask].compactMap(\.self) }) {
                masks[file.name] = try Self.mask(of: file)
            }
            var segmented: [(style: StylePicture, segments: Segmentation)] = []
            var styles: [StylePicture] = []
            for painted in pictures {
                let style = StylePicture(
                    try painted.file.decode(), weight: painted.weight, mask: painted.mask.flatMap { masks[$0.name] },
                    styleMask: painted.styleMask.flatMap { masks[$0.name] },
                    // One pass compares none; those of a job are refused, those of a recipe left out.
                    layers: isOptimised(settings) ? painted.layers : nil)
                guard style.isSeen else { throw painted.isNowhere }
                guard !style.picture.opaque().isOfOneColour else { throw painted.isPlain }
                if let segments = painted.segments {
                    segmented.append((style, Segmentation(try segments.style.decode(), atMost: settings.styleLongSide)))
                } else {
                    styles.append(style)
                }
            }
            // All styles have segments, or none.
            guard let photograph = pictures.first?.segments?.photograph else { return .pictures(styles) }
            return .pictures(
                Segmentation(try photograph.decode(), atMost: settings.size).styles(segmented))
        case .numbered(let styles): return .numbered(styles)
        case .learned(let style): return .learned(style)
        case .imported(let style): return .imported(style)
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

    /// - Throws: ``ReportError`` `picture-unsupported` for a style picture that is too small; `PictureError`.
    func checkSizes(for settings: StyleSettings) throws {
        for painted in pictures {
            try painted.file.header().size.check(asStyle: painted.file.name, holds: settings.smallestStyle)
        }
    }

    /// The style pictures and their masks.
    var files: [PictureFile] { pictures.map(\.file) + masks }

    var pictures: [Painted] {
        if case .pictures(let pictures) = self { pictures } else { [] }
    }

    var hasMasks: Bool { !masks.isEmpty }

    /// Each once.
    private var masks: [PictureFile] { Self.each(pictures.flatMap(\.masks)) }

    private static func each(_ files: [PictureFile]) -> [PictureFile] {
        var names: Set<String> = []
        return files.filter { names.insert($0.name).inserted }
    }

    /// That styles have masks for, and the rest, or as many as segments may be; 0 where no style has any.
    var regions: Int {
        if pictures.contains(where: { $0.segments != nil }) { return Segmentation.Segment.allCases.count }
        let masks = Self.each(pictures.compactMap(\.mask))
        return masks.isEmpty ? 0 : masks.count + 1
    }

    func isOptimised(_ settings: StyleSettings) -> Bool {
        switch self {
        case .pictures: settings.preset != .fast
        case .numbered, .learned, .imported: false
        }
    }

    var kind: StyleSource.Kind {
        switch self {
        case .pictures: .pictures
        case .numbered: .numbered
        case .learned: .learned
        case .imported: .imported
        }
    }
}

extension StyleSheet.Painted {
    /// What is wrong with a style of which nothing is to be seen.
    fileprivate var isNowhere: ReportError {
        let place = styleMask.map { "where its mask '\($0.name)' is white" } ?? "everywhere"
        return ReportError(
            code: .optionInvalid,
            message: "The style picture '\(file.name)' is transparent \(place): nothing of it is to be seen.",
            hint: "Give a picture that shows the style there.")
    }

    /// What is wrong with a style that has no strokes: a painting after it is specks on a haze.
    fileprivate var isPlain: ReportError {
        ReportError(
            code: .optionInvalid,
            message: "The style picture '\(file.name)' is of one colour: there is no style in it.",
            hint: "Give a picture with strokes, shades or a pattern.")
    }
}

extension StyleRecipe.WeightedPicture {
    /// Reads the file, and decodes nothing.
    ///
    /// - Throws: `PictureError`; ``ReportError`` where there is none, which is a fault of the style's, not of the job's.
    func file(of style: StyleLibrary.Entry) throws -> PictureFile {
        // Who keeps the styles may have linked one; a picture of a job is never followed.
        let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        // One that leads nowhere is still there.
        if let link = try? FileManager.default.destinationOfSymbolicLink(atPath: target) {
            throw missing("\(path) is a link to \(link), which is not there", of: style)
        }
        do {
            return try PictureFile(path: target)
        } catch PictureError.missing {
            throw missing("\(path) is not there", of: style)
        }
    }

    private func missing(_ fault: String, of style: StyleLibrary.Entry) -> ReportError {
        let isNamed = if case .folder = style.place { true } else { false }
        let correction = isNamed ? ", or correct its name in the style's \(RootFolders.styleRecipeName)" : ""
        return ReportError(
            code: .styleInvalid, message: "The style's picture \(fault).", hint: "Put it there\(correction).")
    }
}
