import Films
import Foundation
import Pictures
import Styles
import Wire

/// The painted frames of a film, a PNG each, and what was learnt while they were painted: what the next attempt goes on with,
/// and what the film is put together from.
final class KeptFrames {
    private struct State: Codable, Equatable {
        /// Names what they are painted of, and by whom.
        var key: String
        var frames = 0
        /// Frames with which a shot begins, from 0.
        var shots: [Int] = []
        /// Single frames of something else, behind which the shot goes on; nil for none.
        var flashes: [Int]?
        var warpErrors = 0.0
        var seconds = 0.0
        var models: [ModelFacts] = []
        /// How many are as the work on them began; nil for none.
        var ruined: Int?
        var losses: FilmLosses?
    }

    let folder: String
    private var state: State
    private var flashes: [Int] { state.flashes ?? [] }
    /// Of neighbours that show the same; on neither side of a flash they do.
    private var pairs: Int { state.frames - state.shots.count - 2 * flashes.count }

    /// Takes up what there is of the same film.
    init(in folder: String, key: String) {
        self.folder = folder
        let json = FileManager.default.contents(atPath: Self.listPath(folder))
        let kept = json.flatMap { try? WireJSON.decode(State.self, from: $0) }
        state = kept?.key == key ? kept! : State(key: key)
    }

    private static func listPath(_ folder: String) -> String { "\(folder)/film.json" }

    /// Of one frame's file, frames being counted from 0.
    static func name(_ frame: Int) -> String { "frame-\(frame).png" }

    private func path(_ frame: Int) -> String { "\(folder)/\(Self.name(frame))" }

    var count: Int { state.frames }
    var cuts: [Int] { state.shots.filter { $0 > 0 } }
    var warpError: Double? { pairs > 0 ? state.warpErrors / Double(pairs) : nil }
    var secondsPerFrame: Double { state.frames > 0 ? state.seconds / Double(state.frames) : 0 }
    var models: [ModelFacts] { state.models }
    var ruined: Int? { state.ruined }
    var losses: FilmLosses? { state.losses }

    func passage(_ frame: Int) -> FilmPainter.Passage {
        if flashes.contains(frame - 1) { return .goesBack }
        return state.shots.contains(frame) || flashes.contains(frame) ? .cut : .goesOn
    }

    /// - Throws: ``ReportError``; a frame that was torn makes the next attempt begin anew.
    func picture(_ frame: Int) throws -> Picture {
        do {
            return try PictureFile(path: path(frame)).decode()
        } catch {
            try? FileManager.default.removeItem(atPath: Self.listPath(folder))
            throw ReportError(
                code: .internal, message: "The painted frame \(frame + 1) of the film is damaged: \(error.message)",
                hint: "Try again: all frames are painted anew.")
        }
    }

    /// Keeps the next frame.
    ///
    /// - Throws: ``ReportError`` `disk-full`, `output-failed`; `PictureError`.
    func append(_ painted: FilmPainter.Painted, seconds: Double, models: [ModelFacts]) throws {
        let bytes = try painted.picture.encodePNG()
        switch painted.passage {
        case .goesOn: break
        case .cut: state.shots.append(state.frames)
        case .goesBack: state.flashes = flashes + [state.shots.removeLast()]
        }
        if painted.isRuined { state.ruined = (state.ruined ?? 0) + 1 }
        state.warpErrors += painted.warpError ?? 0
        if let losses = painted.losses.map(FilmLosses.init) {
            state.losses = state.losses?.joined(by: losses) ?? losses
        }
        state.seconds += seconds
        state.models = models
        let frame = path(state.frames)
        state.frames += 1
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try Data(bytes).write(to: URL(fileURLWithPath: frame), options: .atomic)
            try WireJSON.encode(state).write(to: URL(fileURLWithPath: Self.listPath(folder)), options: .atomic)
        } catch {
            throw ReportError(
                code: FullDisk.isMeant(by: error) ? .diskFull : .outputFailed,
                message: "\(frame) cannot be written: \(error.words)")
        }
    }
}

extension FilmLosses {
    /// Those of one frame.
    fileprivate init(_ point: StyleLossPoint) {
        let losses = point.losses
        self.init(
            frames: 1, total: losses.total, content: losses.content, style: losses.style, tv: losses.totalVariation,
            temporal: losses.temporal ?? 0, matting: losses.matting, lines: losses.lines, histogram: losses.histogram,
            styleLosses: losses.styleLosses)
    }
}
