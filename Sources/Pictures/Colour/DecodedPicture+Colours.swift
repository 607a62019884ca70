import CLCMS

extension DecodedPicture {
    /// The same colours in sRGB, which the networks and the formulas of this module take samples for.
    ///
    /// Samples that are sRGB within a level of 256 stay, and so does the profile that says so. Others are converted
    /// (relative to the white, black to black), and tagged as sRGB. A profile that cannot be used is dropped.
    ///
    /// - Throws: ``PictureError/outOfMemory(picture:size:)``.
    func inSRGB(of picture: String) throws(PictureError) -> DecodedPicture {
        guard let profile else { return self }
        var samples = samples
        let status = profile.bytes.withUnsafeBufferPointer { profile in
            switch samples {
            case .eight(var pixels):
                // Taken out, so that it is changed in place.
                samples = .eight([])
                defer { samples = .eight(pixels) }
                return pixels.withUnsafeMutableBytes {
                    clcms_to_srgb(
                        profile.baseAddress, profile.count, $0.baseAddress, size.area, UInt32(channels.count), 8)
                }
            case .sixteen(var values):
                samples = .sixteen([])
                defer { samples = .sixteen(values) }
                return values.withUnsafeMutableBytes {
                    clcms_to_srgb(
                        profile.baseAddress, profile.count, $0.baseAddress, size.area, UInt32(channels.count), 16)
                }
            }
        }
        switch status {
        case clcms_same: return self
        case clcms_converted:
            return DecodedPicture(size: size, channels: channels, samples: samples, profile: .sRGB)
        case clcms_out_of_memory: throw .outOfMemory(picture: picture, size: size)
        default: return DecodedPicture(size: size, channels: channels, samples: samples)
        }
    }
}

extension ICCProfile {
    private static let most = 64 << 10

    /// What a picture is tagged with that was converted.
    package static let sRGB = ICCProfile(
        bytes: [UInt8](unsafeUninitializedCapacity: most) { $1 = clcms_srgb($0.baseAddress, $0.count) })

    /// Of primaries that a HEIC or AVIF file names by number; nil for those of sRGB and for unknown ones.
    ///
    /// - Parameter code: ITU-T H.273, table 2.
    init?(primaries code: UInt16) {
        self.init(
            bytes: [UInt8](unsafeUninitializedCapacity: Self.most) {
                $1 = clcms_profile_of(UInt32(code), $0.baseAddress, $0.count)
            })
    }
}
