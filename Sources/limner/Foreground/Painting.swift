import Foundation
import Parsing
import Spool
import Synchronization
import Wire

/// Photographs to be repainted one after the other by one worker; each output is in its place before the next begins.
struct Painting: Sendable {
    let options: JobOptions
    let contents: [GivenPath]
    /// The pictures among the styles.
    let styles: [GivenPath]
    let plan: OutputPlan
    let trace: OutputTarget?
    let preview: OutputTarget?
    let session: WorkerSession

    /// Repaints every content. One that fails is told like the others, and the next follows; its losses up to there are
    /// traced as well.
    ///
    /// - Parameter tell: is given each picture as it is done.
    /// - Returns: how many failed.
    /// - Throws: ``CommandError/outputUnwritable(path:reason:)``, what `tell` throws, and what ends the conversation.
    func paint(
        through conversation: WorkerConversation, tell: @Sendable (Painted) throws -> Void
    ) async throws -> Int {
        var failed = 0
        for (index, content) in contents.enumerated() {
            let title = contents.count == 1 ? content.typed : "\(index + 1) of \(contents.count)  \(content.typed)"
            let line = ProgressLine(title: title)
            defer { line.clear() }
            let aside = try AsideFolder(in: plan.folder)
            defer { aside.remove() }
            let begin = ContinuousClock.now
            // Of a painting that fails, what was heard on the way is all there is.
            let heard = Mutex<[StyleLosses]>([])
            let outcome = try await conversation.run(job(content, index, in: aside.path)) { message in
                line.follow(message)
                guard case .progress(let progress) = message else { return }
                if let losses = progress.losses { heard.withLock { $0.append(losses) } }
                if let preview, let picture = progress.preview {
                    do {
                        try aside.write(picture, as: "preview", for: preview)
                        try aside.commit("preview", to: preview)
                    } catch {
                        // The painting itself is not to be lost for that.
                        Terminal.say("limner: \(error)")
                    }
                }
            }
            line.clear()
            switch outcome {
            case .finished(let result):
                let output = try commit(result, index, from: aside)
                try tell(Painted(result, of: content, at: output, seconds: (ContinuousClock.now - begin) / .seconds(1)))
            case .failed(let failure):
                failed += 1
                let losses = heard.withLock { $0 }
                if !losses.isEmpty { try write(losses) }
                try tell(Painted(failure.error.naming(contents + styles), of: content))
            }
        }
        return failed
    }

    /// The job of each content, for its plan.
    var jobs: [WorkerJob] { contents.enumerated().map { job($1, $0, in: "") } }

    private func job(_ content: GivenPath, _ index: Int, in output: String) -> WorkerJob {
        session.job(
            JobTask(.stylize, options),
            inputs: [InputPicture(role: .picture, path: content.path, name: content.typed)]
                + styles.map { InputPicture(role: .style, path: $0.path, name: $0.typed) },
            output: output, token: WorkerToken(Int64(index) + WorkerToken.foreground.number))
    }

    /// Puts a picture and the trace into their places.
    private func commit(_ result: WorkerResult, _ index: Int, from aside: AsideFolder) throws -> GivenPath {
        guard case .stylize(let stylization) = result.result, let picture = stylization.pictures.first,
            let written = result.outputs.first(where: { $0.name == picture.output })
        else { throw CommandError.unexpectedAnswer("a stylization without a picture") }
        let ending = (written.name as NSString).pathExtension
        let output = plan.paths(for: contents.map(\.typed), ending: ending)[index]
        // What stands there may have changed since the command began.
        try aside.commit(written.name, to: OutputTarget(output, keeping: contents + styles))
        try write(picture.losses)
        if let trace, picture.losses.isEmpty {
            let kind = picture.film == nil ? "a network of one pass" : "a film"
            Terminal.say("limner: \(kind) has no losses; \(trace.typed) has none")
        }
        return output
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

/// The losses of a stylization as comma-separated values, for a plot.
enum LossTrace {
    static let header = "iteration,total,content,style,tv"
    /// Follow, each where it has a weight.
    private static let more: [(name: String, value: @Sendable (StyleLosses) -> Double?)] = [
        ("matting", { $0.matting }), ("lines", { $0.lines }), ("histogram", { $0.histogram }),
    ]

    /// One line an entry under ``header``; numbers are the shortest that read back as the same value.
    static func csv(_ losses: [StyleLosses]) -> String {
        let more = more.filter { term in losses.contains { term.value($0) != nil } }
        let lines = losses.map { point in
            let parts = [point.total, point.content, point.style, point.tv] + more.map { $0.value(point) ?? 0 }
            return ([String(point.iteration)] + parts.map(\.description)).joined(separator: ",")
        }
        return ([([header] + more.map(\.name)).joined(separator: ",")] + lines).map { $0 + "\n" }.joined()
    }
}
