import CLCMS

extension DecodedPicture {
    /// Turns the colours to sRGB, which the networks and the formulas of this module take samples for.
    ///
    /// Samples that are sRGB within a level of 256 stay, and so does the profile that says so. Others are converted in place
    /// (relative to the white, black to black), and tagged as sRGB. A profile that cannot be used is dropped.
    ///
    /// - Throws: ``PictureError/outOfMemory(picture:size:)``.
    mutating func turnToSRGB(of picture: String) throws(PictureError) {
        guard let profile else { return }
        let (count, channels) = (size.area, UInt32(channels.count))
        let status = profile.bytes.withUnsafeBufferPointer { profile in
            samples.withUnsafeMutableBytes {
                clcms_to_srgb(profile.baseAddress, profile.count, $0.baseAddress, count, channels, $1)
            }
        }
        switch status {
        case clcms_same: break
        case clcms_converted: self.profile = .sRGB
        case clcms_out_of_memory: throw .outOfMemory(picture: picture, size: size)
        default: self.profile = nil
        }
    }
}

extension ICCProfile {
    private static let most = 64 << 10

    /// What a picture is tagged with that was converted.
    package static let sRGB = ICCProfile(
        bytes: [UInt8](unsafeUninitializedCapacity: most) { $1 = clcms_srgb($0.baseAddress, $0.count) })

    /// What Exif can say that samples are, without a profile in the file.
    package static let adobeRGB = ICCProfile(
        bytes: [UInt8](unsafeUninitializedCapacity: most) { $1 = clcms_adobe_rgb($0.baseAddress, $0.count) })

    /// Of primaries that a file names by number; nil for those of sRGB and for unknown ones.
    ///
    /// - Parameter code: ITU-T H.273, table 2.
    init?(primaries code: UInt16) {
        self.init(
            bytes: [UInt8](unsafeUninitializedCapacity: Self.most) {
                $1 = clcms_profile_of(UInt32(code), $0.baseAddress, $0.count)
            })
    }
}
