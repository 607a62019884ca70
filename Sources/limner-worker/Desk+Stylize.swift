import Pictures
import Styles
import Wire

extension Desk {
    /// Part of the progress bar that the iterations take; decoding and writing share the rest.
    private static let paintingShare = 0.98

    /// Repaints each of the job's photographs after its styles, and goes on where an earlier attempt was broken off.
    func stylize(_ task: JobTask, _ record: inout JobRecord) throws {
        let contents = try record.pictures()
        let inputs = record.inputs
        let fitting = record.fitting
        let (plan, given) = try record.stopwatch.measure("reading") {
            let plan = try StylePlan(task, contents: contents, inputs: inputs, fitting: fitting, studio)
            return (plan, try plan.styles.decoded(for: plan.settings))
        }
        let isResumable = plan.styles.isOptimised(plan.settings)
        let checkpoints = try record.checkpoints.flatMap { place in
            isResumable
                ? JobCheckpoints(place, origin: try JobCheckpoints.origin(of: plan)) {
                    reception.isCheckpointDue(token)
                } : nil
        }
        var result = StylizationResult(pictures: [])
        let left = TimeLeft()
        let steps = BlendStep.all(of: plan.settings.blend)
        let count = steps.count * contents.count
        for (round, step) in steps.enumerated() {
            let source = try step.place.map { place in
                try record.stopwatch.measure("reading") {
                    let choices = StyleChoice.mixed(task.options.styles ?? [], at: place)
                    return try StyleSheet.look(up: choices, among: inputs, in: studio.library).styles
                        .decoded(for: plan.settings)
                }
            }
            for (index, content) in contents.enumerated() {
                let index = round * contents.count + index
                if let (earlier, bytes) = checkpoints?.finished(index, content) {
                    record.models = earlier.models
                    record.stopwatch.add(seconds: earlier.painting.seconds ?? 0, to: "painting")
                    var painting = earlier.painting
                    painting.output = try record.write(
                        bytes, after: content, suffix: step.suffix, format: plan.settings.format)
                    result.pictures.append(painting)
                    continue
                }
                var (painting, bytes) = try paint(
                    content, index, of: count, source ?? given, plan, checkpoints, left, &record)
                painting.blend = step.place
                painting.output = try record.write(
                    bytes, after: content, suffix: step.suffix, format: plan.settings.format)
                result.pictures.append(painting)
                if count > 1, let output = record.outputs.last {
                    checkpoints?.finish(index, content, painting, output.sha256, record.models, bytes)
                }
            }
        }
        record.finish(plan.settings, of: .picture, .stylize(result))
    }

    /// - Returns: the painting, its output not named yet, and the encoded picture.
    private func paint(
        _ content: JobInput, _ index: Int, of count: Int, _ source: StyleSource, _ plan: StylePlan,
        _ checkpoints: JobCheckpoints?, _ left: TimeLeft, _ record: inout JobRecord
    ) throws -> (StylizationResult.Painting, [UInt8]) {
        let settings = plan.settings
        var own = Stopwatch()
        let decoded = try own.measure("decoding") {
            try content.file.decode(scale: settings.contentScale)
        }
        var resumedFrom: Int?
        var clock = PreviewClock()
        let painted = try naming(content, decoded.size, settings) {
            try studio.stylizer.stylize(
                decoded, after: source, options: plan.options, room: plan.room,
                checkpoints: checkpoints?.painting(of: index),
                isPreviewDue: { clock.strikes() },
                progress: { update in
                    switch update.beginning {
                    case .resumed(let iteration)?: resumedFrom = iteration
                    case .refused(let why)?: JobCheckpoints.say("\(content.name) begins anew: \(why)")
                    case .new?, nil: break
                    }
                    let fraction = (Double(index) + update.fraction * Self.paintingShare) / Double(count)
                    let detail = update.iterations.flatMap {
                        // The share of a work that grew holds still: it says nothing of the time.
                        Self.detail(
                            "iteration \($0.done) of \($0.of)",
                            update.stage == .repainting ? nil : left.text(at: fraction))
                    }
                    send(
                        .progress(
                            WorkerProgress(
                                token: token, fraction: fraction, stage: update.stage.rawValue, detail: detail,
                                losses: update.losses.map(StyleLosses.init), resumedFrom: resumedFrom,
                                preview: update.preview.flatMap(PreviewClock.jpeg))))
                }, isCancelled: { isStopped })
        }
        own.add(painted.timings)
        record.models = painted.networks.map(ModelFacts.init)
        let bytes = try own.measure("encoding") {
            try painted.picture.encoded(
                settings.format, quality: settings.quality, isDeep: content.header.depth > 8)
        }
        record.stopwatch.add(own)
        let painting = StylizationResult.Painting(
            input: content.name, output: "", width: painted.picture.width, height: painted.picture.height,
            iterations: painted.iterations, losses: painted.losses.map(StyleLosses.init),
            delivered: painted.delivered.map(StyleLosses.init), likeness: painted.likeness,
            contentWeight: painted.settings.contentWeight == settings.contentWeight
                ? nil : painted.settings.contentWeight,
            fallbacks: painted.fallbacks.isEmpty ? nil : painted.fallbacks,
            optimizer: painted.optimizer == settings.optimizer ? nil : painted.optimizer,
            isInParts: painted.isInParts, ignored: plan.ignored, resumedFrom: resumedFrom, seconds: own.seconds,
            scaledFrom: plan.scaledFrom, regions: painted.regions)
        return (painting, bytes)
    }
}

extension Desk {
    /// What a picture is too small for, by the name and the size that its owner knows.
    ///
    /// - Parameter largest: size that may be asked for.
    func naming<Result>(
        _ content: JobInput, _ decoded: PixelSize, _ settings: StyleSettings,
        upTo largest: Int = JobOptions.sizes.upperBound,
        _ body: () throws -> Result
    ) throws -> Result {
        do {
            return try body()
        } catch StyleError.pictureTooSmall(let width, let height, let smallest) {
            let painted = settings.outputSize(for: decoded)
            let size = content.header.size
            let short = max(1, min(size.width, size.height))
            let needed = (smallest * size.longSide + short - 1) / short
            let own = "\(content.name) has \(size.width) × \(size.height) pixels"
            let lacks = "each side of a painting needs at least \(smallest)"
            throw ReportError(
                code: .pictureUnsupported,
                message: painted == size
                    ? "\(own); \(lacks)." : "\(own) and would be painted with \(width) × \(height); \(lacks).",
                hint: Self.hint(
                    needed: needed <= largest ? needed : nil, smallest, isLarge: short >= smallest || settings.upscale))
        }
    }

    /// - Parameters:
    ///   - needed: the long side that would do, if there is one.
    ///   - smallest: side that a network takes.
    ///   - isLarge: whether the picture has enough pixels for it, or may be enlarged.
    private static func hint(needed: Int?, _ smallest: Int, isLarge: Bool) -> String {
        let size = needed.map { "a size of at least \($0)" }
        return if isLarge {
            size.map { "Ask for \($0), or cut the picture to a squarer one." } ?? "Cut the picture to a squarer one."
        } else {
            "Give a picture of at least \(smallest) pixels a side"
                + (size.map { ", or ask for upscale and \($0)." } ?? ".")
        }
    }
}

extension StyleSettings {
    /// How large contents are decoded.
    var contentScale: DecodingScale { .covering(longSide: self.size) }
}

extension PixelSize {
    /// - Throws: ``ReportError`` `picture-unsupported` for a style picture that a network sees nothing of.
    func check(asStyle name: String, holds smallest: Int) throws(ReportError) {
        guard min(width, height) < smallest else { return }
        throw ReportError(
            code: .pictureUnsupported,
            message: "The style picture \(name) has \(width) × \(height) pixels; each side needs at least \(smallest).",
            hint: "Give a larger style picture.")
    }
}

extension Picture {
    /// - Parameter isDeep: whether a format that may have 8 or 16 bits a sample has 16.
    func encoded(_ format: WrittenFormat, quality: Int, isDeep: Bool) throws(PictureError) -> [UInt8] {
        switch format {
        case .jpeg: try encodeJPEG(quality: quality)
        case .png: try encodePNG(isDeep: isDeep)
        case .webp: try encodeWebP(quality: quality)
        case .tiff: try encodeTIFF()
        }
    }
}

extension Stopwatch {
    fileprivate mutating func add(_ timings: StyleTimings) {
        add(seconds: timings.loading, to: "loading")
        add(seconds: timings.measuring, to: "measuring")
        add(seconds: timings.painting, to: "painting")
        add(seconds: timings.finishing, to: "finishing")
    }
}

extension StyleLosses {
    init(_ point: StyleLossPoint) {
        let losses = point.losses
        self.init(
            iteration: point.iteration, total: losses.total, content: losses.content, style: losses.style,
            tv: losses.totalVariation, size: point.size, matting: losses.matting, lines: losses.lines,
            histogram: losses.histogram, styleLosses: losses.styleLosses)
    }
}
