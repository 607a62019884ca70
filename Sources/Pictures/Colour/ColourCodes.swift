/// What samples mean by code points of ITU-T H.273, as HEIC, AVIF and PNG name it.
struct ColourCodes {
    /// Tables 2 and 3; 2 where a file does not say.
    let primaries: UInt16
    let transfer: UInt16

    /// Whether they say more than a profile would: light of high dynamic range; or the curve of sRGB, or those of video that are shown
    /// as it, in the primaries of BT.709, BT.2020 or P3.
    var areKnown: Bool {
        BrightLight(rawValue: transfer) != nil
            || [1, 9, 12].contains(primaries) && [1, 6, 13, 14, 15].contains(transfer)
    }

    /// Turns light of high dynamic range to sRGB. Others stay, and have the profile that is returned; nil is sRGB.
    ///
    /// - Throws: ``PictureError`` `unsupported`, for such light in primaries that are not known.
    func turn(
        _ samples: inout DecodedPicture.Samples, channels: Picture.Channels, of picture: String
    ) throws(PictureError) -> ICCProfile? {
        guard let light = BrightLight(rawValue: transfer) else { return ICCProfile(primaries: primaries) }
        guard let known = BrightLight.Primaries(code: primaries) else {
            throw .unsupported(
                picture: picture,
                reason:
                    "its light is of high dynamic range (transfer \(transfer) of ITU-T H.273) in primaries \(primaries)"
            )
        }
        // Taken out while they change: an array that two hold would be copied first.
        switch samples {
        case .eight(var eight):
            samples = .eight([])
            light.turnToSRGB(&eight, channels: channels, primaries: known)
            samples = .eight(eight)
        case .sixteen(var sixteen):
            samples = .sixteen([])
            light.turnToSRGB(&sixteen, channels: channels, primaries: known)
            samples = .sixteen(sixteen)
        }
        return nil
    }
}
