/// Resampling of a picture by nearest neighbour or linear interpolation (no antialiasing: as networks expect it).
///
/// x `[N, H, W, C]` → `[N, H', W', C]`. The conventions are those of ONNX `Resize`, operator set 13.
package struct Resize: Hashable, Sendable, Codable {
    package enum Target: Hashable, Sendable, Codable {
        /// `H' = ⌊H · height⌋`.
        case scale(height: Float, width: Float)
        case size(height: Int, width: Int)
    }

    package enum Interpolation: Hashable, Sendable, Codable {
        case nearest(Rounding)
        case linear
    }

    /// What a nearest neighbour makes of a fractional position.
    package enum Rounding: String, Hashable, Sendable, Codable { case floor, ceiling, preferFloor, preferCeiling }

    /// Where output position `i` lies in the input, given the scale `s` of an axis and its old and new lengths.
    package enum Alignment: String, Hashable, Sendable, Codable {
        /// `i / s`.
        case asymmetric
        /// `(i + ½) / s − ½`.
        case halfPixel
        /// As `halfPixel`, but 0 where the new length is 1.
        case torchHalfPixel
        /// `i · (old − 1) / (new − 1)`.
        case corners
    }

    package var target: Target
    package var interpolation: Interpolation
    package var alignment: Alignment

    package init(_ target: Target, interpolation: Interpolation, alignment: Alignment) {
        self.target = target
        self.interpolation = interpolation
        self.alignment = alignment
    }
}
