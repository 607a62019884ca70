import Faces
import Films
import Pictures
import Styles
import Wire

/// About how much memory and time a job takes.
///
/// An estimate decides when a job starts and, by `stylize.oversize`, how large a painting may be, or that there is no room for the
/// smallest.
struct JobNeed: Sendable, Equatable {
    var bytes: Int64
    /// With one thread.
    var seconds: Double

    /// Fits of what workers took at most (`VmHWM` in MiB) with one or two threads: 119 for faces in a picture of 1, 190 in
    /// one of 24, 361 in one of 80 megapixels; through VGG-19, 240 for an output of 0.01, 430 for 0.18, 944 for
    /// 0.70 and 1,001 for 1.0 megapixels, that by Adam, and 33 more from a pass on; in one pass, 70 for 0.003, 82 for 0.07, 105 for 0.24,
    /// 165 for 0.67, 252 for 1.3, and 285 for 1.09 out of a picture of 24. A limit of as much is enough.
    private enum Memory {
        /// A worker with the face networks loaded.
        static let faces: Int64 = 144 << 20
        /// A worker with VGG-19 loaded.
        static let optimising: Int64 = 250 << 20
        /// A worker with a network of one pass loaded.
        static let passing: Int64 = 72 << 20
        /// Activations, gradients and moments of SFace for a batch.
        static let training: Int64 = 2600 << 20
        /// Activations and gradients of VGG-19 for the pieces that are learned on and those that judge, and VGG-16.
        static let styleTraining: Int64 = 810 << 20
        /// Features of a picture of 512 pixels a side, and those of some pictures that are parted.
        static let clustering: Int64 = 128 << 20
        /// At the size at which styles are learned on it.
        static let perPhotograph: Int64 = 1 << 20
        /// Chips and templates.
        static let perLearnedPicture: Int64 = 96 << 10
        /// A decoded picture and its copies, for each pixel that is decoded: 3 to 4, and as much for an annotated copy.
        static let perInputPixel: Int64 = 8
        /// What a library decodes to before the picture is made of it, and samples of 16 bits beside those of 8.
        static let perForeignPixel: Int64 = 16
        /// Colours beside alpha, which are continued, or weighed by it and made smaller, in floats.
        static let perAlphaPixel: Int64 = 28
        /// Activations of one pass, for each pixel of the output.
        static let perPassPixel: Int64 = 160
        /// The same through an imported network of the usual widths.
        static let perImportedPixel: Int64 = 500
        /// A painting of one region, its mask and their mixture.
        static let perRegionPixel: Int64 = 24
        /// Of a film's frames as they lie in it: planes, and a copy.
        static let perSourcePixel: Int64 = 24
        /// Of a film's frames: what is remembered of the last ones, flows and what is moved along them.
        static let perFramePixel: Int64 = 440
        /// Statistics of a region, their roots and derivatives.
        static let perRegion: Int64 = 32 << 20
    }

    /// Seconds of one thread of a processor with AVX-512 at some 3 GHz.
    private enum Time {
        static let loading = 1.0
        static let perStyleStep = 0.5
        /// Paintings by optimisation that a learned style is compared with.
        static let judging = 60.0
        static let perFacePicture = 0.1
        static let clustering = 3.0
        static let perTemplate = 0.03
        static let perDecodedPixel = 2e-8
        static let perPassPixel = 6e-6
        /// Flows, mixing, reading and keeping a frame.
        static let perFramePixel = 1e-6
        /// Frames of a film that does not say how many it has.
        static let guessedFrames = 1000
        /// A gradient through VGG-19 and the evaluations of the step's length.
        static let perOptimisedPixel = 6e-6
    }

    /// Of a job that looks for faces, in one picture after the other.
    init(facesIn inputs: [JobInput]) {
        bytes = Memory.faces.plus(Self.held(inputs) { Self.decoded($0) })
        seconds =
            Time.loading + Time.perFacePicture * Double(inputs.count)
            + Time.perDecodedPixel * inputs.reduce(0) { $0 + Double($1.header.size.area) }
    }

    /// Learning, as far as it says what is needed.
    struct Learning: Sendable {
        var pictures: Int
        var depth: LearningDepth
        var steps: Int
        var resolution: Int

        /// Seconds of looking at the pictures.
        fileprivate var reading: Double {
            Double(pictures) * (Time.perFacePicture + Time.perTemplate * (resolution < FaceChip.side ? 2 : 1))
        }
    }

    /// Which share of the time of learning the pictures take; between a tenth and nine, as both are estimates.
    static func shareOfReading(_ learning: Learning) -> Double {
        min(max(learning.reading / max(JobNeed(learning).seconds, 1), 0.1), 0.9)
    }

    /// Of a job that learns.
    init(_ learning: Learning) {
        let (training, step): (Int64, Double) =
            switch learning.depth {
            case .head: (0, 0.01)
            case .last: (Memory.faces.times(2), 4)
            case .all: (Memory.training, 10)
            case .new: (Memory.faces.times(2), 0.5)
            }
        bytes = Memory.faces.plus(Int64(learning.pictures).times(Memory.perLearnedPicture)).plus(training)
        seconds = Time.loading + learning.reading + Double(learning.steps) * step
    }

    /// Of a job that learns a style.
    init(learningStyle steps: Int, within seconds: Double, photographs: Int) {
        bytes = Memory.optimising.plus(Memory.styleTraining).plus(Int64(photographs).times(Memory.perPhotograph))
        self.seconds = Time.loading + min(Double(steps) * Time.perStyleStep + Time.judging, seconds)
    }

    /// What a job that paints needs apart from the pixels at work.
    ///
    /// - Parameters:
    ///   - scale: at which contents are decoded.
    ///   - styles: of the style pictures and of their masks.
    ///   - regions: that styles have masks for, and the rest; 0 for none.
    static func beside(
        painting contents: [JobInput], decoded scale: DecodingScale, isOptimised: Bool, styles: [PictureHeader],
        regions: Int
    ) -> Int64 {
        let loaded = isOptimised ? Memory.optimising.plus(Int64(regions).times(Memory.perRegion)) : Memory.passing
        return styles.reduce(loaded.plus(held(contents) { painted($0, scale) })) { $0.plus(painted($1)) }
    }

    /// Looking for regions: the network, its features of one picture after the other, and the deepest of all of them.
    mutating func addClusters(isOptimised: Bool) {
        if !isOptimised { bytes = bytes.plus(Memory.optimising - Memory.passing) }
        bytes = bytes.plus(Memory.clustering)
        seconds += Time.clustering
    }

    /// Of a job that paints one content after the other, each in one of `sizes`.
    init(
        painting contents: [JobInput], in sizes: [PixelSize], after source: StyleSource.Kind, isOptimised: Bool,
        styles: [PictureHeader], _ settings: StyleSettings, room: StyleRoom
    ) {
        let perPixel = source == .imported ? Memory.perImportedPixel : Memory.perPassPixel
        let kind = settings.network.kind ?? .vgg19
        let isPassed = !isOptimised || settings.start == .pass
        let painting =
            sizes.map { size -> Int64 in
                let passed = isOptimised ? ArbitraryStyleNetwork.startSize(for: size) : size
                let pass = Int64(clamping: passed.area).times(
                    perPixel + Int64(room.regions).times(Memory.perRegionPixel))
                return max(isOptimised ? room.need(for: size, kind) : 0, isPassed ? pass : 0)
            }.max() ?? 0
        bytes = Self.beside(
            painting: contents, decoded: settings.contentScale, isOptimised: isOptimised, styles: styles,
            regions: room.regions
        ).plus(painting)
        seconds = sizes.reduce(Time.loading) { sum, size in
            sum
                + (isOptimised ? StyleWork.pixels(settings, size: size, room: room) * Time.perOptimisedPixel : 0)
                + (isPassed ? Double(size.area) * Time.perPassPixel * Double(max(1, room.regions)) : 0)
        }
    }

    /// Adds what a film's frames need to what its first one does.
    mutating func add(
        _ film: FilmFacts, in size: PixelSize, isOptimised: Bool, _ settings: StyleSettings, _ room: StyleRoom
    ) {
        let area = Int64(clamping: size.area)
        bytes = bytes.plus(Int64(clamping: film.size.area).times(Memory.perSourcePixel))
        bytes = bytes.plus(area.times(Memory.perFramePixel)).plus(isOptimised ? area.times(Memory.perPassPixel) : 0)
        var frame = settings
        if settings.steady, isOptimised { (frame.iterations, frame.scales) = (settings.frameIterations, 1) }
        let painting = isOptimised ? StyleWork.pixels(frame, size: size, room: room) * Time.perOptimisedPixel : 0
        let each = painting + Double(size.area) * (Time.perPassPixel + Time.perFramePixel)
        seconds += Double(film.frames ?? Time.guessedFrames) * each
    }

    /// All files as they are, and the most that one of the pictures takes.
    private static func held(_ inputs: [JobInput], _ taken: (PictureHeader) -> Int64) -> Int64 {
        let largest = inputs.map { taken($0.header) }.max() ?? 0
        return inputs.reduce(largest) { $0.plus(Int64($1.file.bytes.count)) }
    }

    /// A picture that is painted, or after which others are.
    static func painted(_ header: PictureHeader, _ scale: DecodingScale = .full) -> Int64 {
        let area = Int64(header.storedSize.area)
        return decoded(header, scale).plus(header.hasAlpha ? area.times(Memory.perAlphaPixel) : 0)
    }

    private static func decoded(_ header: PictureHeader, _ scale: DecodingScale = .full) -> Int64 {
        let isPlain = (header.format == .jpeg || header.format == .png) && header.depth <= 8
        // The coefficients of a progressive JPEG are held for all of it.
        let size = header.progressive ? header.storedSize : scale.size(of: header)
        return Int64(size.area).times(isPlain ? Memory.perInputPixel : Memory.perForeignPixel)
    }
}

/// Of numbers that are not negative: what a stranger's header claims may come to more than a number holds.
extension Int64 {
    fileprivate func plus(_ other: Int64) -> Int64 {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? .max : sum
    }

    fileprivate func times(_ other: Int64) -> Int64 {
        let (product, overflows) = multipliedReportingOverflow(by: other)
        return overflows ? .max : product
    }
}
