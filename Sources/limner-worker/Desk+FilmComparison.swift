import Films
import Pictures
import Styles
import Wire

extension Desk {
    /// Frames from one of a distant pair to the other.
    private static let distance = 10
    /// Of so many frames one is measured by the style.
    private static let styleInterval = 10

    /// Pixels that a side may have gained on the way: of a size that was rounded, and made even for MP4.
    private static let padding = 2

    /// Painted films, measured beside each other and their source.
    func compare(_ request: FilmRequest) throws -> FilmAnswer {
        let inputs = [request.source] + request.films
        let files = try inputs.map { input in
            guard input.count == 1 else {
                return try FilmInput(frames: input, Double(JobOptions.usualFrameRate), request.limits).file
            }
            return try FilmFile(
                path: input[0].path, name: input[0].name, mostPixels: min(request.limits.pixels, Y4MHeader.mostPixels),
                ffmpeg: studio.ffmpeg, isCancelled: { isStopped })
        }
        let painted = files[min(1, files.count - 1)]
        let size = painted.facts.size
        for (index, file) in files.enumerated() {
            let fitting = index == 0 ? file.facts.size.fitted(longSide: size.longSide) : file.facts.size
            guard abs(fitting.width - size.width) <= Self.padding, abs(fitting.height - size.height) <= Self.padding
            else {
                throw Self.refusal(of: file, beside: painted)
            }
        }
        let readers = try files.map { try $0.reader(size: size) { isStopped } }
        let meters = try [1, Self.distance].map { distance in
            try SteadinessMeter(
                size: size, distance: distance, paintings: request.films.count, threads: studio.threads)
        }
        let score = try request.style.map { style in
            let picture = try JobInput(style, limits: request.limits).file.decode()
            return try StyleScore(studio.stylizer, style: picture, size: size)
        }
        var scores = [[Double]](repeating: [], count: files.count)
        var frames = 0
        while true {
            let pictures = try readers.map { try $0.next() }
            guard let source = pictures[0], !pictures.contains(nil) else {
                try check(files, pictures, frames)
                break
            }
            let planes = pictures.map { Planes($0!) }
            for meter in meters { meter.add(source: planes[0], painted: Array(planes.dropFirst())) }
            if let score, frames % Self.styleInterval == 0 {
                for (index, picture) in pictures.enumerated() { scores[index].append(score(picture!, of: source)) }
            }
            frames += 1
            try progress(
                files[0].facts.frames.map { min(1, Double(frames) / Double(max(1, $0))) } ?? 0, "measuring",
                detail: "frame \(frames)")
        }
        guard frames > 0 else { throw FilmError.noPictures(film: files[0].name) }
        let (near, far) = (meters[0].result, meters[1].result)
        func error(_ found: Steadiness?, _ index: Int) -> Double? {
            found.map { index == 0 ? $0.source : $0.painted[index - 1] }
        }
        let measured = files.indices.map { index in
            FilmComparison.Measured(
                film: files[index].name, flicker: error(near, index), drift: error(far, index),
                style: scores[index].isEmpty ? nil : scores[index].reduce(0, +) / Double(scores[index].count))
        }
        return FilmAnswer(
            token: token,
            comparison: FilmComparison(
                frames: frames, neighbours: near?.pairs ?? 0, distant: far?.pairs ?? 0,
                films: measured))
    }

    private static func refusal(of film: FilmFile, beside other: FilmFile) -> ReportError {
        let sizes = [film, other].map {
            "\($0.name) has frames of \($0.facts.size.width) × \($0.facts.size.height) pixels"
        }
        return ReportError(
            code: .optionInvalid, message: "\(sizes.joined(separator: ", and ")): they are not of one shape.".ended,
            hint: "Compare paintings of one size; their source may be larger, not of other proportions.")
    }

    /// All films end together.
    private func check(_ files: [FilmFile], _ pictures: [Picture?], _ frames: Int) throws {
        guard let short = pictures.firstIndex(of: nil), let long = pictures.firstIndex(where: { $0 != nil }) else {
            return
        }
        throw ReportError(
            code: .optionInvalid,
            message: "\(files[short].name) has \(frames) frames, and \(files[long].name) has more of them.",
            hint: "Compare a film with paintings of all its frames.")
    }
}
