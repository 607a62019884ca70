import Foundation
import Wire

/// What became of one photograph; as JSON, the answer of `limner stylize --json`.
struct Painted: Encodable, Sendable {
    struct Output: Encodable, Sendable {
        /// As the user would type it.
        var path: String
        var bytes: Int64
        var sha256: String
        var width: Int
        var height: Int

        init(_ file: OutputFile, at place: GivenPath, width: Int, height: Int) {
            (path, bytes, sha256) = (place.typed, file.bytes, file.sha256)
            (self.width, self.height) = (width, height)
        }
    }

    var inputs: [InputFacts]
    var output: Output?
    /// 0 for a network of one pass.
    var iterations: Int?
    /// As in the report.
    var resumedFrom: Int?
    /// As in the report.
    var delivered: StyleLosses?
    /// As in the report.
    var likeness: Double?
    /// As in the report.
    var contentWeight: Double?
    /// As in the report.
    var fallbacks: [Int]?
    var scaledFrom: Int?
    /// As in the report.
    var optimizer: StyleOptimizer?
    /// As in the report.
    var parts: Bool?
    /// As in the report.
    var ignored: [String]?
    /// As in the report.
    var regions: Int?
    /// As in the report.
    var blend: Double?
    /// As in the report.
    var film: PaintedFilm?
    /// As in the report; of a film, what the command took.
    var seconds: Double?
    var losses: [StyleLosses]?
    /// Every option as it was really used.
    var options: JobOptions?
    var models: [ModelFacts]
    /// Stage to milliseconds.
    var timings: [String: Double]
    var error: ReportError?

    /// A success.
    ///
    /// - Parameter seconds: that the command took, which are those of a film. A picture has its own.
    init(_ picture: StylizationResult.Painting, _ result: WorkerResult, at path: GivenPath, seconds: Double) {
        inputs = result.inputs
        models = result.models
        timings = result.timings
        self.seconds = picture.seconds ?? (seconds * 1000).rounded() / 1000
        options = result.task.options
        if let written = result.outputs.first(where: { $0.name == picture.output }) {
            output = Output(written, at: path, width: picture.width, height: picture.height)
            iterations = picture.iterations
            resumedFrom = picture.resumedFrom
            delivered = picture.delivered
            likeness = picture.likeness
            contentWeight = picture.contentWeight
            fallbacks = picture.fallbacks
            scaledFrom = picture.scaledFrom
            optimizer = picture.optimizer
            parts = picture.parts
            ignored = picture.ignored
            regions = picture.regions
            blend = picture.blend
            film = picture.film
            // Only the film is put where the user wants it.
            film?.poster = nil
            losses = picture.losses
        }
    }

    /// A failure.
    init(_ error: ReportError, of content: GivenPath) {
        inputs = [InputFacts(role: .picture, path: content.typed)]
        models = []
        timings = [:]
        self.error = error
    }

    /// The line about a success: `out.jpg: 512x384, 100 iterations, 12.3 s`.
    var text: String? {
        guard let output, let seconds else { return nil }
        let scaled = Phrases.scaled(from: scaledFrom)
        let regions = self.regions.map { "\(Phrases.count($0, "region")), " } ?? ""
        let resumed = resumedFrom.map { ", the last \((iterations ?? $0) - $0) of them now" } ?? ""
        let again = contentWeight.map { ", painted again with contentWeight \(Phrases.measure($0))" } ?? ""
        let pass =
            regions + (iterations.map { $0 == 0 ? "one pass" : Phrases.count($0, "iteration") + resumed + again } ?? "")
        let work = film.map { "\($0.summary), \(pass) each" } ?? pass
        let how = Phrases.painted(inParts: parts == true, by: optimizer, ignoring: ignored ?? [])
        return
            "\(output.path): \(output.width)x\(output.height)\(scaled), \(work)\(how), \(Phrases.duration(milliseconds: seconds * 1000))"
    }

    /// Prints the answer; an error goes to standard error, too, so that it is seen when the answers go into a file.
    ///
    /// - Parameter alone: whether it was the only photograph, so that the error need not name it.
    func tell(json: Bool, alone: Bool) throws {
        if json { try Terminal.answer(json: self, oneLine: true) }
        if let error {
            Terminal.say(CommandError.refused(error).lines(about: alone ? nil : inputs.first?.path ?? ""))
        } else if !json, let text {
            Terminal.answer(text)
        }
    }
}
