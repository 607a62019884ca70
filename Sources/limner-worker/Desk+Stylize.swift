import Pictures
import Styles
import Wire

extension Desk {
    /// Part of the progress bar that the iterations take; decoding and writing share the rest.
    private static let paintingShare = 0.98

    /// Repaints each of the job's photographs after its styles, and goes on where an earlier attempt was broken off.
    func stylize(_ task: JobTask, _ record: inout JobRecord) throws {
        let contents = try record.pictures()
        let styles = record.inputs(.style)
        let fitting = record.fitting
        let (plan, source) = try record.stopwatch.measure("reading") {
            let plan = try StylePlan(task, contents: contents, styles: styles, fitting: fitting, studio)
            return (plan, try plan.styles.decoded())
        }
        let isResumable = plan.styles.isOptimised(plan.settings)
        let checkpoints = try record.checkpoints.flatMap { place in
            isResumable ? try JobCheckpoints(place, for: plan) { reception.isCheckpointDue(token) } : nil
        }
        var result = StylizationResult(pictures: [])
        for (index, content) in contents.enumerated() {
            if let (earlier, bytes) = checkpoints?.finished(index, content) {
                record.models = earlier.models
                var painting = earlier.painting
                painting.output = try record.write(
                    bytes, after: content, suffix: "stylized", format: plan.settings.format)
                result.pictures.append(painting)
                continue
            }
            var (painting, bytes) = try paint(content, index, of: contents.count, source, plan, checkpoints, &record)
            painting.output = try record.write(bytes, after: content, suffix: "stylized", format: plan.settings.format)
            result.pictures.append(painting)
            if contents.count > 1, let output = record.outputs.last {
                checkpoints?.finish(index, content, painting, output.sha256, record.models, bytes)
            }
        }
        record.finish(plan.settings, .stylize(result))
    }

    /// - Returns: the painting, its output not named yet, and the encoded picture.
    private func paint(
        _ content: JobInput, _ index: Int, of count: Int, _ source: StyleSource, _ plan: StylePlan,
        _ checkpoints: JobCheckpoints?, _ record: inout JobRecord
    ) throws -> (StylizationResult.Painting, [UInt8]) {
        let settings = plan.settings
        let decoded = try record.stopwatch.measure("decoding") {
            try content.file.decode(scale: .covering(longSide: settings.size))
        }
        var resumedFrom: Int?
        let painted = try studio.stylizer.stylize(
            decoded, after: source, options: plan.options, checkpoints: checkpoints?.painting(of: index),
            progress: { update in
                switch update.beginning {
                case .resumed(let iteration)?: resumedFrom = iteration
                case .refused(let why)?: JobCheckpoints.say("\(content.name) begins anew: \(why)")
                case .new?, nil: break
                }
                send(
                    .progress(
                        WorkerProgress(
                            token: token,
                            fraction: (Double(index) + update.fraction * Self.paintingShare) / Double(count),
                            stage: update.stage.rawValue,
                            detail: update.iterations.map { "iteration \($0.done) of \($0.of)" },
                            losses: update.losses.map { StyleLosses($0, settings) }, resumedFrom: resumedFrom)))
            }, isCancelled: { isStopped })
        record.note(painted.timings)
        record.models = painted.networks.map(ModelFacts.init)
        let bytes = try record.stopwatch.measure("encoding") {
            switch settings.format {
            case .jpeg: try painted.picture.encodeJPEG(quality: settings.quality)
            case .png: try painted.picture.encodePNG()
            }
        }
        let painting = StylizationResult.Painting(
            input: content.name, output: "", width: painted.picture.width, height: painted.picture.height,
            iterations: painted.iterations, losses: painted.losses.map { StyleLosses($0, settings) },
            delivered: painted.delivered.map { StyleLosses($0, settings) },
            fallbacks: painted.fallbacks.isEmpty ? nil : painted.fallbacks, resumedFrom: resumedFrom,
            scaledFrom: plan.scaledFrom)
        return (painting, bytes)
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

extension StyleLosses {
    /// Each part with its weight applied, so that the three add up to the total.
    init(_ point: StyleLossPoint, _ settings: StyleSettings) {
        let weighted = point.losses.weighted(settings)
        self.init(
            iteration: point.iteration, total: weighted.total, content: weighted.content, style: weighted.style,
            tv: weighted.totalVariation)
    }
}
