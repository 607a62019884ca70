/// How a film of high dynamic range has its light as numbers, by ffprobe's names (ITU-R BT.2100).
enum HighDynamicRange: String {
    case perceptualQuantizer = "smpte2084"
    case hybridLogGamma = "arib-std-b67"

    /// Candelas a square metre of what is white in a picture without highlights (ITU-R BT.2408), and of the brightest highlight that
    /// is not cut off.
    private static let white = 203
    private static let brightest = 1000
    /// Share of white up to which light stays as it is; what is above makes room for the highlights.
    private static let untouched = 0.8

    /// ffmpeg's filters that bring frames to the range and the colours of an ordinary picture, sRGB.
    ///
    /// - Parameters:
    ///   - matrix: as the film has it, by ffmpeg's name; BT.2020's where it does not say.
    ///   - primaries: the same.
    func toned(matrix: String?, primaries: String?) -> [String] {
        let source = "transferin=\(rawValue):matrixin=\(matrix ?? "bt2020nc"):primariesin=\(primaries ?? "bt2020")"
        let peak = Double(Self.brightest) / Double(Self.white)
        return [
            "format=yuv444p10le", "zscale=\(source):transfer=linear:npl=\(Self.white):agamma=0", "format=gbrpf32le",
            "zscale=primaries=bt709", "tonemap=mobius:param=\(Self.untouched):desat=0:peak=\(peak)",
            "zscale=transfer=iec61966-2-1", "format=gbrp",
        ]
    }
}
