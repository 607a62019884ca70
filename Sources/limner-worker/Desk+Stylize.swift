import Pictures
import Styles
import Wire

extension Desk {
    /// Part of the progress bar that the iterations take; decoding and writing share the rest.
    private static let paintingShare = 0.98

    /// Repaints each of the job's photographs after its styles.
    func stylize(_ task: JobTask, _ record: inout JobRecord) throws {
        let contents = try record.pictures()
        let styles = record.inputs(.style)
        let (source, recipe) = try record.stopwatch.measure("reading") {
            try styleSource(of: task.options.styles ?? [], styles: styles)
        }
        let options = try JobOptions.painting(
            job: task.options, recipe: recipe, settings: studio.flags.defaults, after: source)
        let settings = try StyleSettings(resolving: options)
        var result = StylizationResult(pictures: [])
        for (index, content) in contents.enumerated() {
            let decoded = try record.stopwatch.measure("decoding") {
                try content.file.decode(scale: .covering(longSide: settings.size))
            }
            let done = Double(index)
            let painted = try studio.stylizer.stylize(decoded, after: source, options: options) { update in
                try? progress(
                    (done + update.fraction * Self.paintingShare) / Double(contents.count), update.stage.rawValue,
                    detail: update.iterations.map { "iteration \($0.done) of \($0.of)" },
                    losses: update.losses.map { Wire.StyleLosses($0, settings) })
            }
            record.note(painted.timings)
            record.models = painted.networks.map(Wire.ModelFacts.init)
            let bytes = try record.stopwatch.measure("encoding") {
                switch settings.format {
                case .jpeg: try painted.picture.encodeJPEG(quality: settings.quality)
                case .png: try painted.picture.encodePNG()
                }
            }
            let name = try record.write(
                bytes, after: content, suffix: "stylized", format: settings.format)
            result.pictures.append(
                .init(
                    input: content.name, output: name, width: painted.picture.width, height: painted.picture.height,
                    iterations: painted.iterations,
                    losses: painted.losses.map { Wire.StyleLosses($0, settings) }))
        }
        record.finish(settings, .stylize(result))
    }

    /// The pictures or numbered styles that a job asks for, their shares multiplied out, and the options of the recipe
    /// if the job names just one style.
    private func styleSource(of choices: [StyleChoice], styles: [JobInput]) throws -> (StyleSource, JobOptions) {
        var pictures: [StylePicture] = []
        var numbered: [StyleRecipe.NumberedStyle] = []
        var options = JobOptions()
        for choice in choices {
            switch choice.source {
            case .picture(let path):
                guard let input = styles.first(where: { $0.name == path }) else {
                    throw ReportError(code: .pictureMissing, message: "The style picture '\(path)' did not come along.")
                }
                pictures.append(StylePicture(try input.file.decode(), weight: choice.weight))
            case .name(let name):
                let recipe = try studio.library.recipe(named: name)
                if choices.count == 1 { options = recipe.options }
                switch try StyleSource(reading: recipe.source) {
                case .pictures(let own):
                    let total = own.reduce(0) { $0 + $1.weight }
                    pictures += own.map { StylePicture($0.picture, weight: $0.weight / total * choice.weight) }
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
}

extension JobRecord {
    fileprivate mutating func note(_ timings: StyleTimings) {
        stopwatch.add(seconds: timings.loading, to: "loading")
        stopwatch.add(seconds: timings.measuring, to: "measuring")
        stopwatch.add(seconds: timings.painting, to: "painting")
        stopwatch.add(seconds: timings.finishing, to: "finishing")
    }
}

extension Wire.StyleLosses {
    /// Each part with its weight applied, so that the three add up to the total.
    init(_ point: StyleLossPoint, _ settings: StyleSettings) {
        let weighted = point.losses.weighted(settings)
        self.init(
            iteration: point.iteration, total: weighted.total, content: weighted.content, style: weighted.style,
            tv: weighted.totalVariation)
    }
}
