import ModelFiles
import Pictures
import Styles
import Wire

extension Desk {
    /// Of the whole: painting, then encoding and writing.
    private static let sheetShare = 0.98
    /// Pixels of the largest sheet; it is held once, and once more while it is encoded.
    private static let mostPixels = 100_000_000

    /// Paints a picture in one style after the other, in one pass each. Only the sheet is kept. A style that fails leaves its
    /// error's words on it, and stops nothing.
    ///
    /// - Throws: `PictureError` of the picture; ``ReportError`` `option-invalid` for a sheet that is too large, and what
    ///   ``OutputFolder`` throws.
    func sheet(_ request: SheetRequest) throws -> SheetAnswer {
        try progress(0, "reading", detail: request.picture.name)
        let input = try JobInput(request.picture, limits: request.limits)
        let settings = try StyleSettings(
            resolving: JobOptions {
                $0.preset = .fast
                $0.size = request.size
            })
        let native = input.header.size
        try naming(input, native, settings, upTo: min(native.longSide, SheetRequest.sizes.upperBound)) {
            try settings.check(settings.outputSize(for: native))
        }
        let decoded = try input.file.decode(scale: .covering(longSide: request.size))
        let content = decoded.resized(to: decoded.size.fitted(atMost: request.size))
        let library = StyleLibrary(folder: request.folder)
        let choices =
            request.choices.isEmpty
            ? library.entries().map { StyleChoice(source: .name($0.name)) } : request.choices
        let size = ContactSheet.size(count: choices.count + 1, frame: content.size)
        guard size.area <= Self.mostPixels else {
            throw ReportError(
                code: .optionInvalid,
                message: "A sheet of \(choices.count) styles would have \(size.width) × \(size.height) pixels; the "
                    + "limit is \(Self.mostPixels) in all.", hint: "Ask for a smaller size, or name fewer styles.")
        }
        var sheet = ContactSheet(count: choices.count + 1, frame: content.size)
        sheet.add(content, caption: input.name.split(separator: "/").last.map(String.init) ?? input.name)
        var cells: [SheetAnswer.Cell] = []
        var models: [ModelCard] = []
        for (index, choice) in choices.enumerated() {
            let name = choice.source.text
            try progress(Self.sheetShare * Double(index) / Double(choices.count), "painting", detail: name)
            do {
                let painted = try paint(content, after: choice, in: library, request)
                for model in painted.networks where !models.contains(where: { $0.id == model.id }) {
                    models.append(model)
                }
                sheet.add(painted.picture, caption: name)
                cells.append(SheetAnswer.Cell(style: name))
            } catch {
                if isStopped { throw Stopped() }
                let error = ReportError(explaining: error)
                sheet.add(words: "\(error.code.rawValue): \(library.relative(error.message))", caption: name)
                cells.append(SheetAnswer.Cell(style: name, error: error))
            }
        }
        try progress(Self.sheetShare, "writing")
        let bytes = try sheet.picture.encoded(request.format, quality: request.quality, isDeep: false)
        let output = try OutputFolder(path: request.outputFolder)
            .write(bytes, to: "sheet.\(request.format.fileExtension)")
        return SheetAnswer(
            token: token, input: input.facts, output: output, width: size.width, height: size.height, cells: cells,
            models: models.map(ModelFacts.init))
    }

    /// As a job would that names the style and nothing else, but in one pass and no larger than the content.
    private func paint(
        _ content: Picture, after choice: StyleChoice, in library: StyleLibrary, _ request: SheetRequest
    ) throws -> StylizedPicture {
        let inputs = try request.pictures.filter { $0.name == choice.source.text }.map {
            try JobInput($0, limits: request.limits)
        }
        let (styles, recipes) = try StyleSheet.look(
            up: [StyleChoice(source: choice.source)], among: inputs, in: library)
        let job = JobOptions { options in
            options.preset = .fast
            options.size = request.size
            options.upscale = false
            options.format = .jpeg
        }
        let options = try JobOptions.painting(
            job: job, recipe: recipes.options, settings: studio.flags.defaults, after: styles.kind)
        let settings = try StyleSettings(resolving: options)
        try styles.checkSizes(for: settings)
        return try studio.stylizer.stylize(
            content, after: try styles.decoded(for: settings), options: options, isCancelled: { isStopped })
    }
}
