import Faces
import Pictures
import Styles
import Wire

/// About how much memory and time a job takes.
///
/// An estimate decides when a job starts and, by `stylize.oversize`, how large a painting may be; never whether it starts.
struct JobNeed: Sendable, Equatable {
    var bytes: Int64
    /// With one thread.
    var seconds: Double

    /// Fits of what workers took at most (`VmHWM` in MiB) with one or two threads: 119 for faces in a picture of 1, 190 in
    /// one of 24, 361 in one of 80 megapixels; through VGG-19, 310 for an output of 0.04, 457 for 0.18, 681 for 0.39, 946 for
    /// 0.70 and 1,575 for 1.31 megapixels; in one pass, 87 for 0.18, 100 for 0.27, and 285 for 1.09 out of a picture of 24.
    private enum Memory {
        /// A worker with the face networks loaded.
        static let faces: Int64 = 144 << 20
        /// A worker with VGG-19 loaded.
        static let optimising: Int64 = 256 << 20
        /// A worker with a network of one pass loaded.
        static let passing: Int64 = 96 << 20
        /// Activations, gradients and moments of SFace for a batch.
        static let training: Int64 = 2600 << 20
        /// Chips and templates.
        static let perLearnedPicture: Int64 = 96 << 10
        /// A decoded picture and its copies, for each pixel of the file: 3 to 4, and as much for an annotated copy.
        static let perInputPixel: Int64 = 8
        /// Activations, gradients and L-BFGS's memory, for each pixel of the output.
        static let perOptimisedPixel: Int64 = 1200
        /// Activations of one pass, for each pixel of the output.
        static let perPassPixel: Int64 = 160
    }

    /// Seconds of one thread of a processor with AVX-512 at some 3 GHz.
    private enum Time {
        static let loading = 1.0
        static let perFacePicture = 0.1
        static let perTemplate = 0.03
        static let perDecodedPixel = 2e-8
        static let perPassPixel = 6e-6
        /// A gradient through VGG-19 and the evaluations of the step's length.
        static let perOptimisedPixel = 6e-6
    }

    /// Of a job that looks for faces, in one picture after the other.
    init(facesIn inputs: [JobInput]) {
        bytes = Memory.faces.plus(Self.held(inputs))
        seconds =
            Time.loading + Time.perFacePicture * Double(inputs.count)
            + Time.perDecodedPixel * inputs.reduce(0) { $0 + Double($1.header.size.area) }
    }

    /// Of a job that learns from so many pictures.
    init(learningFrom pictures: Int, depth: LearningDepth, steps: Int, resolution: Int) {
        let views = resolution < FaceChip.side ? 2 : 1
        let (training, step): (Int64, Double) =
            switch depth {
            case .head: (0, 0.01)
            case .last: (Memory.faces.times(2), 4)
            case .all: (Memory.training, 10)
            case .new: (Memory.faces.times(2), 0.5)
            }
        bytes = Memory.faces.plus(Int64(pictures).times(Memory.perLearnedPicture)).plus(training)
        seconds =
            Time.loading + Double(pictures) * (Time.perFacePicture + Time.perTemplate * Double(views))
            + Double(steps) * step
    }

    /// Of a job that paints one content after the other, each in one of `sizes`.
    init(
        painting contents: [JobInput], in sizes: [PixelSize], isOptimised: Bool, styles: [PictureHeader],
        _ settings: StyleSettings
    ) {
        let largest = Int64(clamping: sizes.map(\.area).max() ?? 0)
        let styleBytes = styles.reduce(0 as Int64) { $0.plus(Self.decoded($1)) }
        bytes = (isOptimised ? Memory.optimising : Memory.passing)
            .plus(Self.held(contents)).plus(styleBytes)
            .plus(largest.times(isOptimised ? Memory.perOptimisedPixel : Memory.perPassPixel))
        seconds = sizes.reduce(Time.loading) { sum, size in
            sum
                + (isOptimised
                    ? StyleWork.pixels(settings, size: size) * Time.perOptimisedPixel
                    : Double(size.area) * Time.perPassPixel)
        }
    }

    /// All files as they are, and the largest of the pictures decoded.
    private static func held(_ inputs: [JobInput]) -> Int64 {
        let largest = inputs.map { decoded($0.header) }.max() ?? 0
        return inputs.reduce(largest) { $0.plus(Int64($1.file.bytes.count)) }
    }

    private static func decoded(_ header: PictureHeader) -> Int64 {
        Int64(header.storedSize.width).times(Int64(header.storedSize.height)).times(Memory.perInputPixel)
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
