import Films
import Pictures
import Styles
import Wire

extension Desk {
    /// What a job comes to.
    ///
    /// - Throws: whatever it would fail with before anything is decoded.
    func plan(_ job: WorkerJob, _ inputs: [JobInput]) throws -> WorkerPlan {
        if job.task.kind == .learn { return try learningPlan(job) }
        if let film = try FilmInput(of: job, studio, isCancelled: { isStopped }) {
            return try filmPlan(job, film, inputs)
        }
        let pictures = inputs.filter { $0.role == .picture }
        guard !pictures.isEmpty else { throw ReportError(code: .pictureMissing, message: "The job has no picture.") }
        func plan(
            _ options: ResolvedOptions, _ need: JobNeed, outputs: [WorkerPlan.Output] = []
        ) -> WorkerPlan {
            WorkerPlan(
                token: token, task: JobTask(job.task.kind, options.reported(of: .picture)), outputs: outputs,
                memoryBytes: need.bytes, seconds: need.seconds / Double(studio.threads.active))
        }
        switch job.task.kind {
        case .enroll: return plan(try resolved(job.task), JobNeed(facesIn: pictures))
        case .verify: return plan(try resolved(job.task), JobNeed(facesIn: inputs))
        case .identify:
            let options = try resolved(job.task)
            let outputs = pictures.map { picture in
                let size = picture.header.size.fitted(atMost: options.annotate.longestSide)
                return WorkerPlan.Output(input: picture.name, width: size.width, height: size.height)
            }
            return plan(options, JobNeed(facesIn: pictures), outputs: options.annotate == .off ? [] : outputs)
        case .stylize:
            let painting = try StylePlan(
                job.task, contents: pictures, inputs: inputs, fitting: job.fitting, studio)
            for (content, size) in zip(pictures, painting.sizes) {
                try naming(content, content.header.size, painting.settings) { try painting.settings.check(size) }
            }
            let outputs = BlendStep.all(of: painting.settings.blend).flatMap { _ in
                zip(pictures, painting.sizes).map { painting.output(of: $0.name, $1) }
            }
            var plan = plan(painting.settings, painting.need, outputs: outputs)
            plan.isResumable = painting.styles.isOptimised(painting.settings)
            plan.scaledFrom = painting.scaledFrom
            painting.tell(in: &plan)
            return plan
        case .learn, .feedback: preconditionFailure("\(job.task.kind) has no pictures that are held together")
        }
    }

    /// - Throws: ``ManifestError`` for options that no reader looked at.
    func resolved(_ task: JobTask) throws -> ResolvedOptions {
        let mistakes = task.options.mistakes(for: task.kind)
        if !mistakes.isEmpty { throw ManifestError(mistakes) }
        return task.options.over(studio.flags.defaults).resolved(for: task.kind)
    }
}

/// A stylisation as it is going to be done: styles looked up, options resolved, nothing decoded.
struct StylePlan {
    let styles: StyleSheet
    /// What the job, the recipe and the settings say together, and the size that fits.
    private(set) var options: JobOptions
    private(set) var settings: StyleSettings
    /// Of the outputs, in the order of the contents.
    private(set) var sizes: [PixelSize] = []
    private(set) var need: JobNeed
    /// What is left of the memory that is to do.
    let room: StyleRoom
    /// The long side that was asked for, where it was too much.
    private(set) var scaledFrom: Int?
    /// As in ``StylizationResult/Painting``.
    private(set) var ignored: [String] = []
    private let recipes: StyleSheet.Recipes

    /// Shortest long side that a painting is scaled down to.
    private static let leastSide = JobOptions.sizes.lowerBound

    /// - Parameters:
    ///   - film: in place of contents.
    ///   - inputs: all that came with the job.
    ///   - fitting: bytes that are to do.
    init(
        _ task: JobTask, contents: [JobInput] = [], film: FilmInput? = nil, inputs: [JobInput], fitting: Int64?,
        _ studio: Studio
    ) throws {
        let (sheet, recipes) = try StyleSheet.look(
            up: task.options.styles ?? [], segments: task.options.segments, among: inputs, in: studio.library)
        self.styles = sheet
        self.recipes = recipes
        options = try JobOptions.painting(
            job: task.options, recipe: recipes.options, settings: studio.flags.defaults, after: sheet.kind)
        // What a recipe says of photographs does not keep its style from films, nor a job's masks from it.
        if task.options.clusters == nil, options.clusters != nil, film != nil || sheet.hasMasks {
            options.clusters = nil
        }
        settings = try StyleSettings(resolving: options)
        let layered = sheet.isOptimised(settings) ? [] : recipes.layered.map { "layers of \($0)" }
        ignored = layered + Self.ignored(task.options, recipes, by: settings, of: film == nil ? .picture : .film)
        // One pass has one answer to layers, whatever the styles are.
        try settings.check(
            layers: sheet.isOptimised(settings)
                ? Dictionary(grouping: sheet.pictures) { $0.mask?.name }.values.map { $0.map(\.layers) }
                : [(task.options.styles ?? []).map(\.layers)])
        if settings.blend != nil { try Self.checkBlend(task.options.styles ?? [], sheet, isFilm: film != nil) }
        if settings.clusters != nil { try Self.checkClusters(sheet, isFilm: film != nil) }
        let files = sheet.files
        let headers = try files.map { try $0.header() }
        try sheet.checkSizes(for: settings)
        let regions = max(sheet.regions, settings.clusters ?? 0)
        // The smaller the painting, the less may be decoded for it.
        func roomLeft(_ settings: StyleSettings) -> StyleRoom {
            let beside = JobNeed.beside(
                painting: contents, decoded: settings.contentScale, isOptimised: true, styles: headers,
                regions: regions)
            return StyleRoom(bytes: fitting.map { max(0, $0 - beside) }, regions: regions, for: settings)
        }
        let natives = film.map { [$0.file.facts.size] } ?? contents.map(\.header.size)
        func need(_ settings: StyleSettings) -> JobNeed {
            let isOptimised = sheet.isOptimised(settings)
            let room = roomLeft(settings)
            var need = JobNeed(
                painting: contents, in: natives.map(settings.outputSize), after: sheet.kind, isOptimised: isOptimised,
                styles: headers, settings, room: room)
            need.seconds *= Double(settings.blend ?? 1)
            if settings.clusters != nil { need.addClusters(isOptimised: isOptimised) }
            if let film {
                need.add(
                    film.file.facts, in: settings.outputSize(for: natives[0]), isOptimised: isOptimised, settings, room)
            }
            return need
        }
        self.need = need(settings)
        if let fitting, self.need.bytes > fitting {
            let asked = settings.size
            scaledFrom = asked
            var (low, high) = (Self.leastSide, asked)
            while high - low > 1 {
                settings.size = (low + high) / 2
                if need(settings).bytes <= fitting { low = settings.size } else { high = settings.size }
            }
            settings.size = low
            options.size = low
            self.need = need(settings)
            if self.need.bytes > fitting {
                let scale = settings.contentScale
                var pictures: [HeldPicture] = contents.map {
                    (name: $0.name, size: $0.header.size, bytes: JobNeed.painted($0.header, scale))
                }
                pictures += zip(files, headers).map { (name: $0.name, size: $1.size, bytes: JobNeed.painted($1)) }
                throw ReportError(
                    atLeast: self.need.bytes, of: fitting, side: low, largest: pictures.max { $0.bytes < $1.bytes })
            }
        }
        room = roomLeft(settings)
        sizes = natives.map(settings.outputSize)
        if film != nil, settings.filmFormat == .mp4 { sizes = sizes.map(FilmWriter.even) }
    }

    /// Whether a painting, or each frame of a film, is made in parts.
    func isInParts(_ size: PixelSize) -> Bool {
        styles.isOptimised(settings) && settings.network.kind.flatMap { room.part(for: size, $0) } != nil
    }

    func output(of input: String, _ size: PixelSize) -> WorkerPlan.Output {
        let isInParts = isInParts(size)
        let optimizer = settings.optimizerAtWork(inParts: isInParts)
        return WorkerPlan.Output(
            input: input, width: size.width, height: size.height, isInParts: isInParts,
            optimizer: optimizer == settings.optimizer ? nil : optimizer,
            scales: styles.isOptimised(settings)
                ? settings.scaleSteps(for: size).map { .init(size: $0.longSide, iterations: $0.iterations) } : nil)
    }

    /// Adds what is to be said of the options and of the styles.
    func tell(in plan: inout WorkerPlan) {
        func told(_ words: [String]) -> [String]? { words.isEmpty ? nil : words }
        plan.ignored = told(ignored)
        plan.styleFiles = told(recipes.files)
        plan.notes = told(recipes.notes)
    }

    /// What was given and has no effect. A recipe serves pictures and films, and says something of both.
    private static func ignored(
        _ job: JobOptions, _ recipes: StyleSheet.Recipes, by settings: StyleSettings, of subject: OptionUse.Subject
    ) -> [String] {
        let own = job.unused(by: [settings.reported(of: subject)]).map(\.key)
        let ofOne = recipes.alone.map { recipe in
            let unused = recipe.options.unused(by: [settings.reported])
            return (recipe.name, recipe.options.given(beside: job).filter(unused.contains))
        }
        let ofSeveral = recipes.blended.map { ($0.name, $0.options.given(beside: job)) }
        return own
            + ((ofOne.map { [$0] } ?? []) + ofSeveral).flatMap { name, options in
                options.map { "\($0.key) of \(name)" }
            }
    }

    private static func checkBlend(
        _ choices: [StyleChoice], _ sheet: StyleSheet, isFilm: Bool
    ) throws(ReportError) {
        let fault: (reason: String, hint: String)? =
            if isFilm {
                ("a film has one mixture", "Leave it out, and give the styles shares.")
            } else if choices.count < 2 {
                ("there is one style", "Give two styles or more.")
            } else if sheet.hasMasks {
                ("a mask keeps a style in its place", "Leave the masks or segments out.")
            } else if choices.contains(where: { $0.layers != nil }) {
                ("one of few layers would be alone on its way", "Leave the styles' layers out.")
            } else if choices.contains(where: { $0.weight <= 0 }) {
                ("one of no weight would be alone on its way", "Leave that style out.")
            } else {
                nil
            }
        guard let fault else { return }
        throw ReportError(
            code: .optionInvalid, message: "\"blend\" goes from the first style to the last, and \(fault.reason).",
            hint: fault.hint)
    }

    private static func checkClusters(_ sheet: StyleSheet, isFilm: Bool) throws(ReportError) {
        let fault: (reason: String, hint: String)? =
            if isFilm {
                ("a film's frames would each have other regions", "Leave it out.")
            } else if sheet.hasMasks {
                ("masks say already what is where", "Leave \"clusters\" or the masks out.")
            } else if sheet.kind != .pictures {
                ("only style pictures have any", "Give a style that is a picture.")
            } else {
                nil
            }
        guard let fault else { return }
        throw ReportError(
            code: .optionInvalid, message: "\"clusters\" finds regions, but \(fault.reason).", hint: fault.hint)
    }
}

/// A picture of a job, as large as its file says, and what it takes decoded.
private typealias HeldPicture = (name: String, size: PixelSize, bytes: Int64)

extension ReportError {
    /// There is no room for the smallest painting.
    fileprivate init(atLeast bytes: Int64, of fitting: Int64, side: Int, largest: HeldPicture?) {
        func mebibytes(_ bytes: Int64) -> Int64 { (bytes + (1 << 20) - 1) >> 20 }
        let most = largest.map { picture in
            " Of its pictures, \(picture.name) of \(picture.size.width) × \(picture.size.height) pixels takes the most, "
                + "\(mebibytes(picture.bytes)) MiB."
        }
        self.init(
            code: .tooLittleMemory,
            message:
                "Even of \(side) pixels, the painting needs about \(mebibytes(bytes)) MiB of memory; a worker can have "
                + "\(fitting >> 20).\(most ?? "")",
            hint: "Raise `workers.memoryLimitMB` to \(mebibytes(bytes)) or more, or, where that is 0, lower "
                + "`workers.memoryReserveMB`; `stylize.oversize: run` tries it as it is asked for.")
    }
}
