import Pictures

/// The first line of a YUV4MPEG2 stream, as of mjpegtools' yuv4mpeg(5): `YUV4MPEG2 W640 H360 F30000:1001 Ip A1:1 C420jpeg`.
package struct Y4MHeader: Sendable, Hashable {
    /// Longest line of a header or of a frame's.
    static let longestLine = 1024
    /// Pixels of a frame: 8192 × 4320.
    package static let mostPixels = 8192 * 4320
    private static let magic = "YUV4MPEG2"

    package let size: PixelSize
    package let rate: FrameRate
    package let sampling: ChromaSampling
    package let range: VideoColour.Range
    /// Width of a pixel over its height; nil is not known.
    package let pixelAspect: Aspect?

    package struct Aspect: Sendable, Hashable {
        package let width: Int
        package let height: Int

        package init(width: Int, height: Int) {
            self.width = width
            self.height = height
        }
    }

    package init(
        size: PixelSize, rate: FrameRate, sampling: ChromaSampling, range: VideoColour.Range = .limited,
        pixelAspect: Aspect? = Aspect(width: 1, height: 1)
    ) {
        self.size = size
        self.rate = rate
        self.sampling = sampling
        self.range = range
        self.pixelAspect = pixelAspect
    }

    /// The colours that players take the film for: the format does not say which matrix it is of.
    package var colour: VideoColour { .usual(for: size, range: range) }

    /// Reads a header's line.
    ///
    /// - Throws: ``FilmError/notY4M(film:)``, ``FilmError/badHeader(film:field:reason:)``,
    ///   ``FilmError/unsupported(film:reason:)`` (interlaced, more than 8 bits, alpha) or
    ///   ``FilmError/frameTooLarge(film:size:limit:)``. Comments (`X…`) other than the range of colours, and fields that are not
    ///   known, are no error.
    init(line: [UInt8], film: String, mostPixels: Int) throws(FilmError) {
        let fields = String(decoding: line, as: UTF8.self).split(separator: " ")
        guard fields.first == Substring(Self.magic) else { throw .notY4M(film: film) }
        guard line.count < Self.longestLine else {
            throw .badHeader(film: film, field: fields[0] + " …", reason: "goes on for \(line.count) bytes")
        }
        var found: [Character: Substring] = [:]
        var range = VideoColour.Range.limited
        for field in fields.dropFirst() {
            if field == "XCOLORRANGE=FULL" { range = .full }
            let tag = field.first!
            if tag == "X" { continue }
            guard found.updateValue(field.dropFirst(), forKey: tag) == nil else {
                throw .badHeader(film: film, field: String(field), reason: "is said twice")
            }
        }
        func side(_ tag: Character) throws(FilmError) -> Int {
            guard let text = found[tag] else {
                throw .badHeader(film: film, field: String(tag), reason: "is missing")
            }
            // Nine digits: their product is within an Int.
            guard text.count <= 9, text.allSatisfy({ $0.isASCII && $0.isNumber }), let side = Int(text), side > 0 else {
                throw .badHeader(film: film, field: "\(tag)\(text)", reason: "is no number of pixels")
            }
            return side
        }
        let size = PixelSize(width: try side("W"), height: try side("H"))
        guard size.area <= mostPixels else { throw .frameTooLarge(film: film, size: size, limit: mostPixels) }
        guard let rate = found["F"] else { throw .badHeader(film: film, field: "F", reason: "is missing") }
        guard rate.contains(":"), let rate = try? FrameRate(parsing: String(rate)) else {
            throw .badHeader(film: film, field: "F\(rate)", reason: "is no frame rate")
        }
        if let interlacing = found["I"], interlacing != "p", interlacing != "?" {
            throw .unsupported(film: film, reason: "its frames are interlaced (I\(interlacing))")
        }
        let sampling = found["C"].map(String.init) ?? "420jpeg"
        guard let known = Self.samplings[sampling] else {
            throw .unsupported(film: film, reason: "its colours are stored as C\(sampling)")
        }
        self.init(
            size: size, rate: rate, sampling: known, range: range,
            pixelAspect: try Self.aspect(found["A"] ?? "0:0", film))
    }

    private static func aspect(_ text: Substring, _ film: String) throws(FilmError) -> Aspect? {
        let terms = text.split(separator: ":", omittingEmptySubsequences: false)
        guard terms.count == 2, terms.allSatisfy({ $0.count <= 9 }), let width = Int(terms[0]),
            let height = Int(terms[1]),
            width >= 0, height >= 0, (width == 0) == (height == 0)
        else { throw .badHeader(film: film, field: "A\(text)", reason: "is no shape of a pixel") }
        return width == 0 ? nil : Aspect(width: width, height: height)
    }

    /// 420 alone is what mjpegtools wrote before it told them apart.
    private static let samplings: [String: ChromaSampling] = [
        "420": .quarterCentred, "420jpeg": .quarterCentred, "420mpeg2": .quarterLeft, "420paldv": .quarterTopLeft,
        "422": .halfLeft, "444": .full, "mono": .none,
    ]

    /// The line without its newline.
    var line: String {
        let sampling =
            switch sampling {
            case .quarterCentred: "420jpeg"
            case .quarterLeft: "420mpeg2"
            case .quarterTopLeft: "420paldv"
            case .halfLeft: "422"
            case .full: "444"
            case .none: "mono"
            }
        return "\(Self.magic) W\(size.width) H\(size.height) F\(rate.numerator):\(rate.denominator) Ip "
            + "A\(pixelAspect?.width ?? 0):\(pixelAspect?.height ?? 0) C\(sampling) "
            + "XCOLORRANGE=\(range == .limited ? "LIMITED" : "FULL")"
    }
}
