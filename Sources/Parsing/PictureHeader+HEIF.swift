extension PictureHeader {
    /// The primary item's size after its crop and its turns, which are part of the format: Exif's orientation repeats them.
    static func heif(_ bytes: [UInt8]) throws(Fault) -> PictureHeader {
        var layout = try HEIFLayout(bytes)
        try layout.check()
        let colours = layout.colours
        return PictureHeader(
            layout.isAV1 ? .avif : .heif, colours.shownSize, components: layout.alpha == nil ? 3 : 4,
            depth: colours.depth, progressive: false, isAdobeRGB: try layout.isAdobeRGB(),
            hasAlpha: layout.alpha != nil, leastBytes: 0, codedSize: colours.size)
    }
}
