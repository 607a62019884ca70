import Films
import Foundation
import Pictures
import Styles
import Wire

extension Desk {
    /// Part of the progress bar that painting takes; putting the film together has the rest.
    private static let paintingShare = 0.95
    private static let posterQuality = 92

    /// What repainting a film comes to.
    func filmPlan(_ job: WorkerJob, _ film: FilmInput, _ inputs: [JobInput]) throws -> WorkerPlan {
        let painting = try StylePlan(job.task, film: film, inputs: inputs, fitting: job.fitting, studio)
        try check(film, painting.settings)
        try naming(film, painting.sizes[0]) {
            try painting.settings.check(painting.sizes[0])
            try OpticalFlow.check(painting.sizes[0])
        }
        var plan = WorkerPlan(
            token: token, task: JobTask(.stylize, painting.settings.reported(of: .film)),
            outputs: [painting.output(of: film.file.name, painting.sizes[0])], memoryBytes: painting.need.bytes,
            seconds: painting.need.seconds / Double(studio.threads.active), isResumable: true,
            keepsPartial: painting.settings.keepPartial, scaledFrom: painting.scaledFrom)
        painting.tell(in: &plan)
        return plan
    }

    private func check(_ film: FilmInput, _ settings: StyleSettings) throws {
        if settings.filmFormat == .mp4, studio.ffmpeg == nil { throw FilmError.encoderMissing(film: film.file.name) }
    }

    /// Repaints a film frame by frame, and goes on with the frame at which an earlier attempt was broken off.
    func stylize(_ film: FilmInput, _ task: JobTask, _ record: inout JobRecord) throws {
        record.passed = film.facts
        let inputs = record.inputs
        let fitting = record.fitting
        let (plan, source) = try record.stopwatch.measure("reading") {
            let plan = try StylePlan(task, film: film, inputs: inputs, fitting: fitting, studio)
            return (plan, try plan.styles.decoded(for: plan.settings))
        }
        let settings = plan.settings
        try check(film, settings)
        let key = "\(LimnerVersion.text) \(try JobCheckpoints.origin(of: plan)) \(film.sha256)"
        let folder = record.checkpoints?.folder ?? "\(record.folder.path)/frames"
        let kept = KeptFrames(in: folder, key: key)
        let resumedAt = kept.count > 0 ? kept.count + 1 : nil
        let times = try record.stopwatch.measure("reading") { try film.file.times { isStopped } }
        let (isWhole, damage) = try record.stopwatch.measure("painting") {
            try naming(film, plan.sizes[0]) { try paint(film, source, plan, kept, resumedAt) }
        }
        let frames = kept.count
        record.models = kept.models
        let poster = try kept.picture(frames / 3).encodeJPEG(quality: Self.posterQuality)
        let name = record.names.next(
            for: film.file.name, suffix: "stylized", fileExtension: settings.filmFormat.rawValue)
        let soundLost = try record.stopwatch.measure("encoding") {
            try progress(Self.paintingShare, "encoding", detail: Phrases.count(frames, "frame"))
            return try encode(
                film, kept, times, settings, frames, lasting: isWhole ? nil : times.seconds(of: frames),
                to: "\(record.folder.path)/\(name)")
        }
        record.outputs.append(try record.folder.facts(of: name))
        let posterName = record.names.next(for: film.file.name, suffix: "poster", fileExtension: "jpg")
        record.outputs.append(try record.folder.write(poster, to: posterName))
        if record.checkpoints == nil { try? FileManager.default.removeItem(atPath: folder) }
        let isUneven = times.rate == nil
        let timesLost = isUneven && settings.filmFormat == .y4m
        let painted = PaintedFilm(
            frames: frames, rate: "\(times.rate ?? film.file.facts.rate)", isUneven: isUneven,
            timesLost: timesLost ? true : nil,
            cuts: kept.cuts.map { $0 + 1 },
            secondsPerFrame: kept.secondsPerFrame, warpError: kept.warpError,
            resumedAt: resumedAt.flatMap { $0 <= frames ? $0 : nil },
            announced: isWhole
                ? film.file.facts.counted(beyond: frames, shown: times)
                : film.file.facts.announced.flatMap { $0 > frames ? $0 : nil },
            losses: kept.losses, partial: isWhole ? nil : true, ruined: kept.ruined, damage: damage,
            soundLost: soundLost, poster: posterName
        )
        let size = plan.sizes[0]
        let isOptimised = plan.styles.isOptimised(settings)
        let isInParts = plan.isInParts(size)
        let optimizer = settings.optimizerAtWork(inParts: isInParts)
        record.finish(
            settings, of: .film,
            .stylize(
                StylizationResult(pictures: [
                    StylizationResult.Painting(
                        input: film.file.name, output: name, width: size.width, height: size.height,
                        iterations: isOptimised
                            ? (settings.steady ? settings.frameIterations : settings.iterations) : 0,
                        losses: [], optimizer: optimizer == settings.optimizer ? nil : optimizer,
                        isInParts: isInParts, ignored: plan.ignored, scaledFrom: plan.scaledFrom, film: painted)
                ])))
    }

    /// - Returns: whether all frames are painted, `false` of a job that was asked to end with those that are; what
    ///   ``FilmReader/damage`` says.
    private func paint(
        _ film: FilmInput, _ source: StyleSource, _ plan: StylePlan, _ kept: KeptFrames, _ resumedAt: Int?
    ) throws -> (isWhole: Bool, damage: String?) {
        let reader = try film.file.reader(size: plan.sizes[0]) { isStopped }
        var (stylizer, painter): (FrameStylizer?, FilmPainter?) = (nil, nil)
        let earlier = kept.count
        var previews = PreviewClock()
        let left = TimeLeft()
        let total = film.file.facts.frames
        func next() throws -> Picture? {
            do {
                return try reader.next()
            } catch let error as PictureError {
                // Of a film of pictures, each of which lies where nobody put it.
                throw error.renamed(film.facts[min(reader.frames, film.facts.count - 1)].path)
            }
        }
        var isWhole = false
        while !isConcluding {
            guard let frame = try next() else {
                isWhole = true
                break
            }
            let index = reader.frames - 1
            let made = try concluded {
                try stylizer
                    ?? FrameStylizer(
                        studio.stylizer, first: frame, after: source, options: plan.options, room: plan.room,
                        isCancelled: { isStopped || isConcluding })
            }
            guard let frames = made else { break }
            let painting =
                try painter
                ?? FilmPainter(
                    frames, isSteady: plan.settings.steady, iterations: plan.settings.frameIterations,
                    pull: plan.settings.temporalWeight, threads: studio.threads)
            (stylizer, painter) = (frames, painting)
            if index < earlier {
                let isNear = index >= earlier - FilmPainter.memory
                painting.remember(
                    frame, painted: isNear ? try kept.picture(index) : nil, as: kept.passage(index))
                continue
            }
            let clock = ContinuousClock()
            let begun = clock.now
            guard let painted = try concluded({ try painting.paint(frame) }) else { break }
            try kept.append(
                painted, seconds: (clock.now - begun) / .seconds(1), models: frames.networks.map(ModelFacts.init))
            let preview = previews.strikes() ? PreviewClock.jpeg(painted.picture.preview) : nil
            let share = total.map { Double(index + 1) / Double(max($0, index + 1)) } ?? 0
            let place = "frame \(index + 1)" + (total.map { " of \(max($0, index + 1))" } ?? "")
            try progress(
                Self.paintingShare * share, "painting", detail: Self.detail(place, left.text(at: share)),
                resumedFrom: resumedAt, preview: preview)
        }
        // Asked to end, it may be at its end all the same.
        if !isWhole {
            var isOver = false
            while !isOver, reader.frames <= kept.count { isOver = try next() == nil }
            isWhole = isOver
        }
        guard !isWhole || reader.frames > 0 else { throw FilmError.noPictures(film: film.file.name) }
        // Where nothing is painted, there is nothing to hand in.
        guard kept.count > 0 else { throw Stopped() }
        return (isWhole, reader.damage)
    }

    /// What a film's frames are too small for, by its name.
    private func naming<Value>(_ film: FilmInput, _ size: PixelSize, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch FilmError.frameTooSmall(_, let size, let least) {
            throw FilmError.frameTooSmall(film: film.file.name, size: size, least: least)
        } catch StyleError.pictureTooSmall(size.width, size.height, let least) {
            throw FilmError.frameTooSmall(film: film.file.name, size: size, least: least)
        }
    }

    /// Nil where the work was broken off because the job is to end with what is done.
    private func concluded<Value>(_ body: () throws -> Value) throws -> Value? {
        do {
            return try body()
        } catch  where isConcluding && !isStopped {
            return nil
        }
    }

    /// - Parameter seconds: after which the film is cut off; nil for where it ends by itself.
    /// - Returns: why the output lacks sound that the film has.
    private func encode(
        _ film: FilmInput, _ kept: KeptFrames, _ times: FrameTimes, _ settings: StyleSettings, _ frames: Int,
        lasting seconds: Double?, to path: String
    ) throws -> String? {
        func frame(_ index: Int) throws -> Picture? {
            if isStopped { throw Stopped() }
            return index < frames ? try kept.picture(index) : nil
        }
        switch settings.filmFormat {
        case .y4m:
            guard let size = try frame(0)?.size else { return nil }
            try FilmWriter.writeY4M(to: path, size: size, rate: times.rate ?? film.file.facts.rate, frame: frame)
            return nil
        case .mp4:
            guard let ffmpeg = studio.ffmpeg else { throw FilmError.encoderMissing(film: film.file.name) }
            return try FilmWriter.writeMP4(
                to: path, frames: (0..<frames).map(KeptFrames.name), times: times, quality: settings.quality,
                lasting: seconds, sound: film.file, folder: kept.folder, threads: studio.threads.active, with: ffmpeg,
                isCancelled: { isStopped },
                frame: frame)
        }
    }
}
