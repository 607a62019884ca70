import Foundation
import Parsing
import Spool
import Synchronization
import Wire

/// Photographs to be repainted one after the other by one worker; each output is in its place before the next begins.
struct Painting: Sendable {
    let options: JobOptions
    let contents: [PaintingContent]
    /// The pictures among the styles.
    let styles: [GivenPath]
    let masks: [GivenPath]
    let plan: OutputPlan
    let trace: OutputTarget?
    let preview: OutputTarget?
    let session: WorkerSession
    private let underWay = UnderWay()

    /// The film that is being painted and that is to be kept as far as it goes.
    private final class UnderWay: Sendable {
        struct Film {
            var conversation: WorkerConversation
            var token: WorkerToken
            var isConcluding = false
        }

        let film = Mutex<Film?>(nil)
    }

    /// Has the film that is being painted end with what is done of it; `false` where that was not asked for.
    func conclude() -> Bool {
        let film = underWay.film.withLock { film in
            film?.isConcluding = true
            return film
        }
        guard let film else { return false }
        Terminal.say("limner: the film ends with what is painted; Ctrl-C again drops it")
        // A worker that is gone is found by who waits for its answer.
        Task { try? await film.conversation.send(.conclude(film.token)) }
        return true
    }

    /// Repaints every content. One that fails is told like the others, and the next follows; its losses up to there are
    /// traced as well, and those of one that is broken off.
    ///
    /// - Parameter tell: is given each picture as it is done.
    /// - Returns: how many failed.
    /// - Throws: ``CommandError/outputUnwritable(path:reason:)``, what `tell` throws, and what ends the conversation.
    func paint(
        through conversation: WorkerConversation, tell: @Sendable (Painted) throws -> Void
    ) async throws -> Int {
        var failed = 0
        var used: [JobOptions] = []
        var names = OutputNames()
        var hasNotes = true
        for (index, content) in contents.enumerated() {
            let typed = content.given.typed
            let title = contents.count == 1 ? typed : "\(index + 1) of \(contents.count)  \(typed)"
            let line = ProgressLine(title: title)
            defer { line.clear() }
            let begin = ContinuousClock.now
            var job = job(content, index, in: "")
            let planned: WorkerPlan
            switch try await conversation.plan(job) {
            case .success(let plan): planned = plan
            case .failure(let failure):
                failed += 1
                line.clear()
                try tell(Painted(failure.error.naming(files + beside), of: content.given))
                continue
            }
            try check(planned)
            // Those of one say what those of the others would.
            if hasNotes { PlanAnswer.tell(notesOf: planned) }
            hasNotes = false
            line.update(
                fraction: 0, stage: "planned",
                detail: "about \(Phrases.duration(milliseconds: planned.seconds * 1000))")
            let aside = try AsideFolder(in: plan.folder)
            defer { aside.remove() }
            job.outputFolder = aside.path
            // What an earlier command kept for the same output is of no use once that is there.
            let kept = KeptWork(keptPath(index))
            let hasEarlier = kept?.isEmpty == false
            // A film goes on with the frame that it was at, a painting with an iteration.
            let interval = content.isFilm ? 0 : session.settings.checkpoints.interval.seconds
            if planned.isResumable {
                job.checkpoints = kept.map { CheckpointPlace(folder: $0.path, interval: interval) }
            }
            // A style may ask for it, too.
            if planned.keepsPartial {
                underWay.film.withLock { $0 = UnderWay.Film(conversation: conversation, token: job.token) }
            }
            // Of a painting that fails, what was heard on the way is all there is.
            let heard = Mutex<[StyleLosses]>([])
            var isOver = false
            defer {
                let losses = heard.withLock { $0 }
                if !isOver, !losses.isEmpty {
                    do {
                        try write(losses)
                    } catch {
                        // What broke the painting off is told by whoever waits for it.
                        Terminal.say("limner: \(error)")
                    }
                }
            }
            let hasPreview = Mutex(false)
            let isKept = job.checkpoints != nil
            var isWhole = false
            defer {
                if !isWhole, isKept, kept?.isEmpty == false {
                    Terminal.say("limner: what is painted of \(typed) is kept; the same command goes on with it")
                }
            }
            let outcome = try await conversation.run(job) { message in
                line.follow(message)
                guard case .progress(let progress) = message else { return }
                if let losses = progress.losses { heard.withLock { $0.append(losses) } }
                if let preview, let picture = progress.preview {
                    do {
                        try aside.write(picture, as: "preview", for: preview)
                        try aside.commit("preview", to: preview)
                        hasPreview.withLock { $0 = true }
                    } catch {
                        // The painting itself is not to be lost for that.
                        Terminal.say("limner: \(error)")
                    }
                }
            }
            isOver = true
            line.clear()
            let isConcluded = underWay.film.withLock { film in
                defer { film = nil }
                return film?.isConcluding ?? false
            }
            switch outcome {
            case .finished(let result):
                let seconds = (ContinuousClock.now - begin) / .seconds(1)
                let painted = try commit(result, content, from: aside, planned, &names)
                if hasEarlier, !isKept || painted.count == 1 && !painted[0].picture.isResumed {
                    Terminal.say(
                        "limner: what an earlier command had painted for \(painted[0].output.typed) could not be gone on "
                            + "with, and is gone")
                }
                kept?.drop()
                isWhole = true
                // An answer that nobody takes may end the command.
                aside.remove()
                try trace(painted[0].picture)
                if let preview, !hasPreview.withLock(\.self) { Self.tell(of: painted[0].picture, without: preview) }
                for (picture, output) in painted { try tell(Painted(picture, result, at: output, seconds: seconds)) }
                used.append(result.task.options)
                for note in result.inputs.compactMap({ $0.stillness(in: .stylize) }) { Terminal.say("limner: \(note)") }
            case .failed(let failure):
                failed += 1
                let losses = heard.withLock { $0 }
                if isKept, !failure.error.code.isRetried { kept?.drop() }
                if !losses.isEmpty { try write(losses) }
                try tell(Painted(failure.error.naming(files + beside), of: content.given))
            }
            if isConcluded { break }
        }
        options.tellOfUnused(by: used)
        return failed
    }

    /// The job of each content, for its plan.
    var jobs: [WorkerJob] { contents.enumerated().map { job($1, $0, in: "") } }

    /// - Throws: ``CommandError/usage(_:)`` where what is going to be written is a file of a style that was named.
    @Sendable func check(_ planned: WorkerPlan) throws(CommandError) {
        let read = Self.styleFiles(of: planned)
        try plan.check(keeping: read)
        for target in [trace, preview].compactMap(\.self) {
            _ = try OutputTarget(GivenPath(typed: target.typed, path: target.path), keeping: read)
        }
    }

    private static func styleFiles(of planned: WorkerPlan) -> [GivenPath] {
        (planned.styleFiles ?? []).map { GivenPath(typed: $0, path: $0) }
    }

    /// Hidden, beside the output and named after it.
    private func keptPath(_ index: Int) -> String {
        let ending = contents[index].isFilm ? "film" : "picture"
        let output = plan.paths(for: contents.map(\.files[0].typed), ending: ending)[index * plan.suffixes.count]
        return "\(plan.folder)/\(KeptWork.name(after: (output.path as NSString).lastPathComponent))"
    }

    private var files: [GivenPath] { contents.flatMap(\.files) }
    private var beside: [GivenPath] { styles + masks }

    private func job(_ content: PaintingContent, _ index: Int, in output: String) -> WorkerJob {
        session.job(
            JobTask(.stylize, options),
            inputs: content.files.map { $0.input(.picture) }
                + styles.map { $0.input(.style) }
                + masks.map { $0.input(.mask) },
            output: output, token: WorkerToken(Int64(index) + WorkerToken.foreground.number))
    }

    /// Puts the pictures of a content into their places.
    ///
    /// - Returns: one or more.
    private func commit(
        _ result: WorkerResult, _ content: PaintingContent, from aside: AsideFolder, _ planned: WorkerPlan,
        _ names: inout OutputNames
    ) throws -> [(picture: StylizationResult.Painting, output: GivenPath)] {
        guard case .stylize(let stylization) = result.result, stylization.pictures.count == plan.suffixes.count
        else { throw CommandError.unexpectedAnswer("a stylization without its pictures") }
        return try zip(stylization.pictures, plan.suffixes).map { picture, suffix in
            let output = plan.path(
                for: content.files[0].typed, suffix: suffix, of: "\(aside.path)/\(picture.output)", &names)
            // What stands there may have changed since the command began.
            let target = try OutputTarget(output, keeping: files + beside + Self.styleFiles(of: planned))
            try aside.commit(picture.output, to: target)
            return (picture, output)
        }
    }

    /// Says why there is no preview.
    private static func tell(of painting: StylizationResult.Painting, without preview: OutputTarget) {
        let why =
            painting.film == nil && painting.iterations == 0
            ? "a network of one pass has no previews" : "the painting was done before the first preview"
        Terminal.say("limner: \(why); \(preview.typed) is not written")
    }

    /// Puts the losses of a painting where `--trace` says.
    private func trace(_ painting: StylizationResult.Painting) throws {
        try write(painting.losses)
        if let trace, painting.losses.isEmpty {
            let kind = painting.film == nil ? "a network of one pass" : "a film"
            Terminal.say("limner: \(kind) has no losses; \(trace.typed) has none")
        }
    }

    /// Puts the losses where `--trace` says.
    private func write(_ losses: [StyleLosses]) throws {
        guard let trace else { return }
        let aside = try AsideFolder(in: trace.folder)
        defer { aside.remove() }
        try aside.write(LossTrace.csv(losses), as: "trace", for: trace)
        try aside.commit("trace", to: trace)
    }
}

extension StylizationResult.Painting {
    fileprivate var isResumed: Bool { resumedFrom != nil || film?.resumedAt != nil }
}

/// The losses of a stylization as comma-separated values, for a plot.
enum LossTrace {
    static let header = "iteration,total,content,style,tv,size"
    /// Follow, each where it has a weight; those of the style where there are several.
    private static func more(_ losses: StyleLosses) -> [(name: String, value: Double?)] {
        [("matting", losses.matting), ("lines", losses.lines), ("histogram", losses.histogram)]
            + StyleLoss.allCases.map { ($0.rawValue, losses.styleLosses?[$0]) }
    }

    /// One line an entry under ``header``; numbers are the shortest that read back as the same value.
    static func csv(_ losses: [StyleLosses]) -> String {
        let rows = losses.map(more)
        let shown = (rows.first ?? []).indices.filter { column in rows.contains { $0[column].value != nil } }
        let lines = zip(losses, rows).map { point, row in
            let parts = [point.total, point.content, point.style, point.tv]
            return
                ([String(point.iteration)] + parts.map(\.description) + [point.size.map(String.init) ?? ""]
                + shown.map { (row[$0].value ?? 0).description }).joined(separator: ",")
        }
        return ([([header] + shown.map { rows[0][$0].name }).joined(separator: ",")] + lines).map { $0 + "\n" }.joined()
    }
}
