/// Primaries of a film of the ordinary range that reach beyond those of BT.709, by ffprobe's names.
enum WideGamut: String {
    /// ITU-R BT.2020: ultra-high definition.
    case bt2020
    /// SMPTE RP 431-2: cinemas.
    case cinemaP3 = "smpte431"
    /// SMPTE EG 432-1: screens, and what telephones film.
    case displayP3 = "smpte432"

    /// The scaler's name of the matrix, where a film does not say; nil for the one that its size says.
    var usualMatrix: String? { self == .bt2020 ? "bt2020" : nil }

    /// ffmpeg's filters that bring scaled frames to the primaries of BT.709. Their curve stays: greys are as they were.
    var toned: [String] {
        // Of red, green and blue, whatever the film's matrix was; what the frame says of itself may be less.
        let (source, result) = ("matrixin=gbr:transferin=bt709", "matrix=gbr:transfer=bt709:primaries=bt709")
        return ["format=gbrp16le", "zscale=\(source):primariesin=\(rawValue):\(result)", "format=gbrp"]
    }
}
