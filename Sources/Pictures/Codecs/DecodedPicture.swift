/// What a decoder makes of a file: samples as they are stored, not turned yet.
struct DecodedPicture {
    enum Samples {
        case eight([UInt8])
        case sixteen([UInt16])

        /// The bytes of all samples, in place, and how many bits one has.
        mutating func withUnsafeMutableBytes<Result>(
            _ body: (_ bytes: UnsafeMutableRawBufferPointer, _ depth: UInt32) -> Result
        ) -> Result {
            // Taken out while they change: an array that two hold would be copied first.
            switch self {
            case .eight(var samples):
                self = .eight([])
                defer { self = .eight(samples) }
                return samples.withUnsafeMutableBytes { body($0, 8) }
            case .sixteen(var samples):
                self = .sixteen([])
                defer { self = .sixteen(samples) }
                return samples.withUnsafeMutableBytes { body($0, 16) }
            }
        }
    }

    let size: PixelSize
    let channels: Picture.Channels
    var samples: Samples
    /// Of RGB samples only: others became RGB, and theirs is no longer true.
    var profile: ICCProfile?

    /// - Parameter profile: dropped where it is of another colour space; nil where the samples of the file were no RGB, whatever it says.
    init(size: PixelSize, channels: Picture.Channels, samples: Samples, profile: ICCProfile? = nil) {
        self.size = size
        self.channels = channels
        self.samples = samples
        self.profile = profile?.isRGB == true ? profile : nil
    }

    /// Upright.
    func picture(from orientation: Orientation) -> Picture {
        let picture =
            switch samples {
            case .eight(let pixels):
                Picture(width: size.width, height: size.height, channels: channels, pixels: pixels, profile: profile)
            case .sixteen(let samples):
                Picture(width: size.width, height: size.height, channels: channels, deep: samples, profile: profile)
            }
        return picture.upright(from: orientation)
    }
}

extension ICCProfile {
    /// The profile at a pointer of a C library's, if it is one.
    init?(_ start: UnsafePointer<UInt8>?, count: Int) {
        guard let start else { return nil }
        self.init(bytes: Array(UnsafeBufferPointer(start: start, count: count)))
    }
}
