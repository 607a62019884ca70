import Foundation
import Glibc
import Parsing
import Wire

/// About how much memory a worker needs for a job, from the sizes in the pictures' headers and the job's options.
///
/// What headers claim is multiplied here: products stop at the largest number there is, and so never fit.
///
/// An estimate decides when a job starts and, by `stylize.oversize`, how large a painting may be; never whether it starts.
struct MemoryNeed: Sendable, Equatable {
    var bytes: Int64

    /// Fits of what workers took at most (`VmHWM` in MiB) with one or two threads: 119 for faces in a picture of 1, 190 in
    /// one of 24, 361 in one of 80 megapixels; through VGG-19, 310 for an output of 0.04, 457 for 0.18, 681 for 0.39, 946 for
    /// 0.70 and 1,575 for 1.31 megapixels; in one pass, 87 for 0.18, 100 for 0.27, and 285 for 1.09 out of a picture of 24.
    enum Figures {
        /// A worker with the face networks loaded.
        static let faces: Int64 = 144 << 20
        /// A worker with VGG-19 loaded.
        static let optimising: Int64 = 256 << 20
        /// A worker with a network of one pass loaded.
        static let passing: Int64 = 96 << 20
        /// A decoded picture and its copies, for each pixel of the file: 3 to 4, and as much for an annotated copy.
        static let perInputPixel: Int64 = 8
        /// Activations, gradients and L-BFGS's memory, for each pixel of the output.
        static let perOptimisedPixel: Int64 = 1200
        /// Activations of one pass, for each pixel of the output.
        static let perPassPixel: Int64 = 160
    }

    /// - Parameters:
    ///   - headers: of the job's pictures, the content first; unreadable ones are left out.
    ///   - settings: for what the task leaves open.
    init(_ task: JobTask, _ headers: [PictureHeader], _ settings: Settings.Stylize) {
        let pixels = headers.reduce(Int64(0)) { $0.capped(adding: Int64($1.storedSize.area)) }
        let inputs = pixels.capped(times: Figures.perInputPixel)
        switch task {
        case .enroll, .verify, .identify: bytes = Figures.faces.capped(adding: inputs)
        case .stylize(let options):
            let preset = options.preset ?? settings.preset
            let (base, each) =
                preset == .fast
                ? (Figures.passing, Figures.perPassPixel) : (Figures.optimising, Figures.perOptimisedPixel)
            let output = Self.output(Self.side(of: options, settings), of: headers.first)
            bytes = base.capped(adding: inputs).capped(adding: output.capped(times: each))
        }
    }
}

extension MemoryNeed {
    /// Shortest long side that a painting is scaled down to.
    private static let leastSide: Int64 = 64

    /// The longest long side with which a painting needs no more than so much; `nil` when it fits as it is.
    static func fitting(
        _ options: Stylization, _ headers: [PictureHeader], _ settings: Settings.Stylize, into limit: Int64
    ) -> Int? {
        func fits(_ side: Int64) -> Bool {
            var options = options
            options.size = Int(side)
            return MemoryNeed(.stylize(options), headers, settings).bytes <= limit
        }
        let wanted = side(of: options, settings)
        guard !fits(wanted), wanted > leastSide else { return nil }
        var (low, high) = (leastSide, wanted)
        while high - low > 1 {
            let middle = (low + high) / 2
            if fits(middle) { low = middle } else { high = middle }
        }
        return Int(low)
    }

    private static func side(of options: Stylization, _ settings: Settings.Stylize) -> Int64 {
        Int64(options.size ?? (settings.size > 0 ? settings.size : (options.preset ?? settings.preset).side))
    }

    /// Pixels of an output with a long side of `side`, in the shape of the content, which is never enlarged.
    private static func output(_ side: Int64, of content: PictureHeader?) -> Int64 {
        guard let content = content?.storedSize else { return side.capped(times: side) }
        let long = Int64(content.longSide)
        let short = Int64(min(content.width, content.height))
        let side = min(side, long)
        return side.capped(times: max(1, side.capped(times: short) / long))
    }
}

extension Int64 {
    /// The sum of two numbers that are not negative, or the largest number there is.
    fileprivate func capped(adding other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }

    /// The product of two numbers that are not negative, or the largest number there is.
    fileprivate func capped(times other: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}

extension StylePreset {
    /// Long side of the output in pixels when nothing names another.
    fileprivate var side: Int {
        switch self {
        case .fast: 1024
        case .standard: 512
        case .fine: 768
        }
    }
}

/// The memory of this machine.
enum MachineMemory {
    /// Bytes that are built in.
    static var total: Int64 { Int64(sysconf(Int32(_SC_PHYS_PAGES))) * Int64(sysconf(Int32(_SC_PAGESIZE))) }

    /// Bytes that programs can still have without swapping: `MemAvailable` of proc(5), or where `/proc/meminfo` is hidden,
    /// as from a service with `ProcSubset=pid`, what sysinfo(2) calls free, which is less.
    static func available() -> Int64? {
        if let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .ascii),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("MemAvailable:") }),
            let kibibytes = Int64(line.filter(\.isNumber))
        {
            return kibibytes << 10
        }
        let pages = sysconf(Int32(_SC_AVPHYS_PAGES))
        return pages < 0 ? nil : Int64(pages) * Int64(sysconf(Int32(_SC_PAGESIZE)))
    }
}
