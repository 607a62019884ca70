import Foundation
import Pictures

/// What a film is, from its header.
package struct FilmFacts: Sendable, Equatable {
    /// Frames of the longest film that is taken: nine hours at 30 a second.
    package static let mostFrames = 1 << 20
    /// Bytes that a line of a probe takes at most.
    private static let probedLine = 128

    /// As it is shown: upright, of square pixels.
    package let size: PixelSize
    package var rate: FrameRate { rates[0] }
    /// On average, and what the clock of an even film may be.
    let rates: [FrameRate]
    /// About how many frames there are, where the header tells.
    package let frames: Int?
    /// How many the header speaks of: ``frames``, unless that is a guess by its times.
    package let announced: Int?
    /// How many the header has counted; nil where it has counted none, or also those that are not shown.
    private var counted: Int?
    /// Whether those that are shown again are counted, too, as in AVI, which holds nothing of them.
    private var countsRepeated = false
    /// What is to be done to the frames before they are scaled, and after: ffmpeg's filters, and what the scaler is told of the
    /// source.
    let filters: [String]
    let toning: [String]
    let matrix: String?
    /// ffmpeg's name of the decoder; nil for its own choice.
    let decoder: String?
    /// Seconds by which the pictures begin after the film, which is where its sound may begin.
    let delay: Double

    /// Of frames that are pictures.
    init(size: PixelSize, rate: FrameRate, frames: Int) {
        self.size = size
        rates = [rate]
        self.frames = frames
        (filters, toning) = ([], [])
        (matrix, decoder) = (nil, nil)
        announced = frames
        delay = 0
    }

    /// - Parameters:
    ///   - header: of a film of `bytes`.
    ///   - mostPixels: of a frame as it is shown.
    /// - Throws: ``FilmError/frameTooLarge(film:size:limit:)``, ``FilmError/tooLong(film:frames:)``.
    init(_ header: Y4MHeader, bytes: Int, name: String, mostPixels: Int) throws(FilmError) {
        size = Self.shown(header.size, header.pixelAspect.map { ($0.width, $0.height) })
        guard size.area <= mostPixels else { throw .frameTooLarge(film: name, size: size, limit: mostPixels) }
        rates = [header.rate]
        let frames = bytes / (header.sampling.bytes(of: header.size) + 6)
        guard frames <= Self.mostFrames else { throw .tooLong(film: name, frames: Self.mostFrames) }
        self.frames = frames
        (filters, toning) = ([], [])
        (matrix, decoder) = (nil, nil)
        announced = frames
        delay = 0
    }

    private static func shown(_ size: PixelSize, _ aspect: (width: Int, height: Int)?) -> PixelSize {
        guard let aspect, aspect.width > 0, aspect.height > 0 else { return size }
        let ratio = Double(aspect.width) / Double(aspect.height)
        // What is beyond is a mistake, not a lens.
        guard ratio != 1, (0.25...4).contains(ratio) else { return size }
        return PixelSize(width: max(1, Int((Double(size.width) * ratio).rounded())), height: size.height)
    }

    /// What ffprobe says of a file's first picture stream.
    private struct Probe: Decodable {
        struct Stream: Decodable {
            struct SideData: Decodable {
                var rotation: Double?
            }

            struct Tags: Decodable {
                var alphaMode: String?
            }

            var codecName: String?
            var pixFmt: String?
            var width: Int?
            var height: Int?
            var avgFrameRate: String?
            var rFrameRate: String?
            var nbFrames: String?
            var duration: String?
            var sampleAspectRatio: String?
            var colorSpace: String?
            var colorTransfer: String?
            var colorPrimaries: String?
            var fieldOrder: String?
            var startTime: String?
            var sideDataList: [SideData]?
            var tags: Tags?
        }

        struct Format: Decodable {
            var formatName: String?
            var duration: String?
            var startTime: String?
        }

        var streams: [Stream]?
        var format: Format?
    }

    /// Asks ffprobe.
    ///
    /// - Parameters:
    ///   - container: see ``FFmpeg/probe(_:in:_:form:of:isCancelled:)``.
    ///   - mostPixels: of a frame.
    /// - Throws: ``FilmError``.
    init(
        probing path: String, in container: String?, name: String, mostPixels: Int, with ffmpeg: FFmpeg,
        isCancelled: @escaping () -> Bool
    ) throws(FilmError) {
        let entries =
            "stream=codec_name,pix_fmt,width,height,avg_frame_rate,r_frame_rate,nb_frames,duration,sample_aspect_ratio,color_space,color_transfer,"
            + "color_primaries,field_order,start_time:stream_side_data=rotation:stream_tags=alpha_mode:format=format_name,duration,start_time"
        let program = try ffmpeg.probe(
            path, in: container, entries, form: "json", of: name, isCancelled: isCancelled)
        let text: String
        do throws(FilmError) {
            text = try program.text(limit: 1 << 20)
            try program.finish()
        } catch .programFailed(_, _, let words) where words.contains(FFmpeg.otherContainer) {
            throw .otherContainer(film: name)
        } catch .programFailed(_, _, let words) where words.contains(FFmpeg.withoutIndex) {
            throw .cutOff(film: name)
        }
        let json = JSONDecoder()
        json.keyDecodingStrategy = .convertFromSnakeCase
        guard let probe = try? json.decode(Probe.self, from: Data(text.utf8)),
            let stream = probe.streams?.first,
            let width = stream.width, let height = stream.height, width > 0, height > 0
        else { throw .noPictures(film: name) }
        let coded = PixelSize(width: width, height: height)
        guard coded.area <= mostPixels else { throw .frameTooLarge(film: name, size: coded, limit: mostPixels) }
        let aspect = (stream.sampleAspectRatio ?? "").split(separator: ":").compactMap { Int($0) }
        var shown = Self.shown(coded, aspect.count == 2 ? (aspect[0], aspect[1]) : nil)
        let turned = stream.sideDataList?.compactMap(\.rotation).first { (-360...360).contains($0) } ?? 0
        // ffmpeg turns the frames; the header's sides are those before.
        if Int(turned.rounded()).magnitude % 180 == 90 { shown = PixelSize(width: shown.height, height: shown.width) }
        guard shown.area <= mostPixels else {
            throw .frameTooLarge(film: name, size: shown, limit: mostPixels)
        }
        let rates = [stream.avgFrameRate, stream.rFrameRate].compactMap {
            $0.flatMap { try? FrameRate(parsing: $0) }
        }
        guard let rate = rates.first else { throw .noPictures(film: name) }
        size = shown
        self.rates = rates
        let seconds = probe.format?.duration.flatMap(Double.init) ?? 0
        // A film that was cut without being painted anew holds frames that are not shown; it lasts as long as those that are, and
        // part of one is none.
        let shows = stream.duration.flatMap(Double.init).map {
            Int(min(max(($0 + FrameTimes.rounding) * rate.value, 0), 1e9))
        }
        let held = stream.nbFrames.flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
        counted = held.flatMap { $0 > shows ?? $0 ? nil : $0 }
        announced = counted
        let starts = [stream.startTime, probe.format?.startTime].map { $0.flatMap(Double.init) ?? 0 }
        // Matroska counts from before its pictures begin.
        let countsStart = probe.format?.formatName?.contains("matroska") == true && starts[0] > 0 && starts[0] < seconds
        let lasting = countsStart ? seconds - starts[0] : seconds
        let guessed = lasting.isFinite && lasting > 0 ? Int(min((lasting * rate.value).rounded(), 1e9)) : 0
        frames = held.map { min($0, shows ?? $0) } ?? (guessed > 0 ? guessed : nil)
        countsRepeated = probe.format?.formatName == "avi"
        if let frames, frames > Self.mostFrames { throw .tooLong(film: name, frames: Self.mostFrames) }
        let late = starts[0] - starts[1]
        delay = late > 0 && late < Double(FrameRate.longestFrame) ? late : 0
        func told(_ name: String?) -> String? { name.flatMap { ["unknown", "reserved"].contains($0) ? nil : $0 } }
        let (space, primaries) = (told(stream.colorSpace), told(stream.colorPrimaries))
        let usual = VideoColour.usual(for: PixelSize(width: width, height: height)).matrix.filterName
        var filters = ["tt", "bb", "tb", "bt"].contains(stream.fieldOrder) ? ["yadif=deint=interlaced"] : []
        decoder = stream.tags?.alphaMode == "1" ? stream.codecName.flatMap { Transparency.decoders[$0] } : nil
        let isTransparent = decoder != nil || stream.pixFmt.map(Transparency.isHeld(in:)) == true
        if let range = stream.colorTransfer.flatMap(HighDynamicRange.init) {
            let kind = [space, primaries].compactMap(\.self).joined(separator: " and ")
            guard let toned = range.toned(matrix: space, primaries: primaries) else {
                throw .otherColours(film: name, kind: "high dynamic range in \(kind)")
            }
            guard !isTransparent else { throw .otherColours(film: name, kind: "high dynamic range, and transparent") }
            toning = toned
            matrix = nil
        } else {
            let gamut = primaries.flatMap(WideGamut.init)
            toning = gamut?.toned ?? []
            matrix = space == nil ? gamut?.usualMatrix ?? usual : nil
            if let space, !ScaledMatrix.names.contains(space) {
                guard space == ScaledMatrix.reversible else {
                    throw .otherColours(film: name, kind: "the matrix \(space)")
                }
                filters.append(contentsOf: ScaledMatrix.unwound)
            }
            if isTransparent { filters.append(contentsOf: Transparency.covered(matrix: matrix)) }
        }
        self.filters = filters
    }

    /// How many frames the header has counted, where fewer came.
    ///
    /// - Parameter times: of those that came.
    package func counted(beyond frames: Int, shown times: FrameTimes) -> Int? {
        guard let counted, counted > frames else { return nil }
        let shown = countsRepeated ? Int((times.seconds(of: frames) * rate.value).rounded()) : frames
        return shown < counted ? counted : nil
    }

    /// When each frame is shown, as ffprobe has it: all are decoded for that.
    static func times(
        of path: String, in container: String?, name: String, rates: [FrameRate], with ffmpeg: FFmpeg,
        isCancelled: @escaping () -> Bool
    ) throws(FilmError) -> FrameTimes {
        let program = try ffmpeg.probe(
            path, in: container,
            // One name in Debian 12's ffmpeg, the other in later ones.
            "frame=best_effort_timestamp_time,pkt_duration_time,duration_time", form: "compact=p=0", of: name,
            isCancelled: isCancelled)
        let text = try program.text(limit: mostFrames * probedLine)
        try program.finish()
        let began = "best_effort_timestamp_time"
        func number(_ key: String, in line: Substring) -> Double? {
            line.split(separator: "|").first { $0.hasPrefix("\(key)=") }.flatMap { Double($0.dropFirst(key.count + 1)) }
        }
        let lines = text.split(separator: "\n").filter { $0.contains(began) }
        guard let last = lines.last else { throw .noPictures(film: name) }
        return FrameTimes(
            seconds: lines.map { number(began, in: $0) },
            last: number("duration_time", in: last) ?? number("pkt_duration_time", in: last), rates: rates)
    }
}

/// Matrices of films, by ffprobe's names.
private enum ScaledMatrix {
    /// Those that ffmpeg's scaler knows; it takes others for one of these.
    static let names: Set = ["gbr", "bt709", "fcc", "bt470bg", "smpte170m", "smpte240m", "bt2020nc"]
    /// The one that another filter knows and that needs no curve.
    static let reversible = "ycgco"
    static let unwound = ["zscale=matrix=gbr", "format=gbrp16le"]
}

extension VideoColour.Matrix {
    /// As ffmpeg's scaler calls it.
    var filterName: String { self == .bt601 ? "bt601" : "bt709" }
}

/// When the frames of a film are shown.
package enum FrameTimes: Sendable, Equatable {
    /// Each as long as the others.
    case constant(FrameRate)
    /// For how many ticks each is shown.
    case listed([Int])

    /// That of frames that are all shown as long; nil of others.
    package var rate: FrameRate? {
        if case .constant(let rate) = self { rate } else { nil }
    }

    /// For how long the first frames are shown.
    package func seconds(of frames: Int) -> Double {
        switch self {
        case .constant(let rate): Double(frames) / rate.value
        case .listed(let lengths): Double(lengths.prefix(frames).reduce(0, +)) / Double(Self.timescale)
        }
    }

    /// Ticks a second: what most clocks of films divide.
    static let timescale = 90_000
    /// Seconds by which containers round: those of Matroska count milliseconds.
    fileprivate static let rounding = 0.0011
    /// How many frames long the last is, at most, where it is not held.
    private static let held = 1.5

    /// - Parameters:
    ///   - seconds: when each frame begins; nil where that is not known.
    ///   - last: for how many seconds the last is shown; as long as the one before where that is not known.
    ///   - rates: what the header says; the first on average.
    package init(seconds: [Double?], last: Double?, rates: [FrameRate]) {
        let known = seconds.compactMap(\.self).filter(\.isFinite)
        guard known.count == seconds.count, let first = known.first, known.count > 1 else {
            self = .constant(rates[0])
            return
        }
        let last = last.flatMap { $0.isFinite && $0 > 0 && $0 <= Double(FrameRate.longestFrame) ? $0 : nil }
        let even = rates.first { rate in
            // The last may be held; shorter ones are those of a file that was cut.
            (last ?? 0) <= Self.held / rate.value
                && known.enumerated().allSatisfy { index, time in
                    abs(time - first - Double(index) / rate.value) <= Self.rounding
                }
        }
        if let even {
            self = .constant(even)
            return
        }
        let ticks = known.map { Int((min(max($0 - first, 0), 1e12) * Double(Self.timescale)).rounded()) }
        let longest = FrameRate.longestFrame * Self.timescale
        var (begins, offset): ([Int], Int) = ([], 0)
        for tick in ticks {
            let before = begins.suffix(2)
            let least = (before.last ?? -1) + 1
            // One that leaps is a mistake: the frames from there on follow after the longest that a frame is shown.
            if tick + offset >= least + longest { offset = least + longest - 1 - tick }
            // A clock that begins anew goes on with the next frame, as in a film that was joined of others.
            if tick + offset < least - Self.timescale {
                offset = (before.count == 2 ? 2 * before.last! - before.first! : least) - tick
            }
            // One that is not later than the one before comes a tick after it; those that follow keep their times.
            begins.append(max(tick + offset, least))
        }
        var lengths = zip(begins.dropFirst(), begins).map { $0 - $1 }
        lengths.append(last.map { max(1, Int(($0 * Double(Self.timescale)).rounded())) } ?? lengths[lengths.count - 1])
        self = .listed(lengths)
    }

    /// Ticks as microseconds, each from one rounded end to the next, so that what is lost does not add up.
    package static func microseconds(_ lengths: [Int]) -> [Int] {
        var (ticks, before) = (0, 0)
        return lengths.map { length in
            ticks += length
            // Whole seconds apart from the rest, so that the product fits for a million frames of an hour each.
            let (seconds, rest) = ticks.quotientAndRemainder(dividingBy: timescale)
            let end = 1_000_000 * seconds + (1_000_000 * rest + timescale / 2) / timescale
            defer { before = end }
            return end - before
        }
    }
}
