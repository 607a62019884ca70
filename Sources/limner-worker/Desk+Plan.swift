import Pictures
import Styles
import Wire

extension Desk {
    /// What a job comes to.
    ///
    /// - Throws: whatever it would fail with before anything is decoded.
    func plan(_ job: WorkerJob, _ inputs: [JobInput]) throws -> WorkerPlan {
        let pictures = inputs.filter { $0.role == .picture }
        guard !pictures.isEmpty else { throw ReportError(code: .pictureMissing, message: "The job has no picture.") }
        func plan(_ task: JobTask, _ need: JobNeed, outputs: [WorkerPlan.Output] = []) -> WorkerPlan {
            WorkerPlan(
                token: token, task: task, outputs: outputs, memoryBytes: need.bytes,
                seconds: need.seconds / Double(studio.threads.active))
        }
        switch job.task {
        case .enroll(let task): return plan(.enroll(resolved(task)), JobNeed(facesIn: pictures))
        case .verify(let task): return plan(.verify(resolved(task)), JobNeed(facesIn: inputs))
        case .identify(let task):
            let task = resolved(task)
            let outputs = pictures.map {
                WorkerPlan.Output(input: $0.name, width: $0.header.size.width, height: $0.header.size.height)
            }
            return plan(
                .identify(task), JobNeed(facesIn: pictures), outputs: task.annotate == false ? [] : outputs)
        case .stylize(let task):
            let painting = try StylePlan(
                task, contents: pictures, styles: inputs.filter { $0.role == .style }, fitting: job.fitting, studio)
            let outputs = zip(pictures, painting.sizes).map { content, size in
                WorkerPlan.Output(input: content.name, width: size.width, height: size.height)
            }
            var plan = plan(.stylize(painting.task), painting.need, outputs: outputs)
            plan.isResumable = painting.styles.isOptimised(painting.settings)
            plan.scaledFrom = painting.scaledFrom
            return plan
        }
    }
}

/// A stylisation as it is going to be done: styles looked up, options resolved, nothing decoded.
struct StylePlan {
    let styles: StyleSheet
    /// What the job, the recipe and the settings say together, and the size that fits.
    private(set) var options: StyleOptions
    private(set) var settings: StyleSettings
    /// Of the outputs, in the order of the contents.
    private(set) var sizes: [PixelSize] = []
    private(set) var need: JobNeed
    /// The long side that was asked for, where it was too much.
    private(set) var scaledFrom: Int?
    private let asked: Stylization

    /// Shortest long side that a painting is scaled down to.
    private static let leastSide = 64

    /// - Parameters:
    ///   - styles: the style pictures that came with the job.
    ///   - fitting: bytes that are to do.
    init(
        _ task: Stylization, contents: [JobInput], styles: [JobInput], fitting: Int64?, _ studio: Studio
    ) throws {
        asked = task
        let (sheet, recipe) = try StyleSheet.look(up: task, among: styles, in: studio.library)
        self.styles = sheet
        options = try StyleOptions(task).over(recipe).over(StyleOptions(defaults: studio.flags, for: sheet))
        settings = try StyleSettings(resolving: options)
        let headers = try sheet.headers()
        func need(_ settings: StyleSettings) -> JobNeed {
            JobNeed(
                painting: contents, in: contents.map { settings.outputSize(for: $0.header.size) },
                isOptimised: sheet.isOptimised(settings), styles: headers, settings)
        }
        self.need = need(settings)
        if let fitting, self.need.bytes > fitting, settings.size > Self.leastSide {
            scaledFrom = settings.size
            var (low, high) = (Self.leastSide, settings.size)
            while high - low > 1 {
                settings.size = (low + high) / 2
                if need(settings).bytes <= fitting { low = settings.size } else { high = settings.size }
            }
            settings.size = low
            options.size = low
            self.need = need(settings)
        }
        sizes = contents.map { settings.outputSize(for: $0.header.size) }
    }

    /// The task with every option as it is used.
    var task: Stylization {
        var task = asked
        task.resolve(settings, styles: styles)
        return task
    }
}
