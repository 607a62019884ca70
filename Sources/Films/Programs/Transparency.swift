/// Films of which something shines through, which is white, as in pictures.
enum Transparency {
    /// By the name of a coding whose usual decoder leaves the transparency out, ffmpeg's name of one that does not.
    static let decoders = ["vp8": "libvpx", "vp9": "libvpx-vp9"]

    /// - Parameter samples: ffmpeg's name of what a frame is made of.
    static func isHeld(in samples: String) -> Bool {
        ["yuva", "gbrap", "argb", "rgba", "abgr", "bgra", "ya8", "ya16", "ayuv"].contains { samples.hasPrefix($0) }
    }

    /// ffmpeg's filters that lay frames on white: what is missing of white is weakened by the transparency.
    ///
    /// - Parameter matrix: the scaler's name of it, where a film does not say.
    static func covered(matrix: String?) -> [String] {
        let matrix = matrix.map { "in_color_matrix=\($0):" } ?? ""
        let negative = "negate=components=r+g+b"
        return [
            "scale=\(matrix)flags=lanczos+accurate_rnd+full_chroma_int", "format=gbrap", negative,
            "premultiply=inplace=1", negative, "format=gbrp",
        ]
    }
}
