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

    /// What ffmpeg says where it was built without the library of the first filter.
    static let isMissing = "No such filter: 'zscale'"

    /// Those that are brought to the ordinary range, by ffmpeg's names; the first where a film does not say.
    private static let matrices = ["bt2020nc", "bt709", "smpte170m", "bt470bg"]
    private static let primaries = ["bt2020", "bt709", "smpte431", "smpte432"]

    /// ffmpeg's filters that bring frames to the range and the colours of an ordinary picture, sRGB.
    ///
    /// - Parameters:
    ///   - matrix: as the film has it; nil where it does not say.
    ///   - primaries: the same.
    /// - Returns: nil for colours of another kind.
    func toned(matrix: String?, primaries: String?) -> [String]? {
        let (matrix, primaries) = (matrix ?? Self.matrices[0], primaries ?? Self.primaries[0])
        guard Self.matrices.contains(matrix), Self.primaries.contains(primaries) else { return nil }
        // What comes out has the same primaries, which would else be those that the frame may not tell.
        let source = "transferin=\(rawValue):matrixin=\(matrix):primariesin=\(primaries):primaries=\(primaries)"
        let peak = Double(Self.brightest) / Double(Self.white)
        return [
            "format=yuv444p10le", "zscale=\(source):transfer=linear:npl=\(Self.white):agamma=0", "format=gbrpf32le",
            "zscale=primaries=bt709", "tonemap=mobius:param=\(Self.untouched):desat=0:peak=\(peak)",
            "zscale=transfer=iec61966-2-1", "format=gbrp",
        ]
    }
}
