extension Picture {
    /// The spaces that part lightness from colour.
    package enum LightnessSpace: Sendable, CaseIterable {
        /// Luma of encoded values; the way of most style-transfer programs.
        case yCbCr
        /// CIE lightness: evener to the eye.
        case lab, luv

        var colourSpace: ColourSpace {
            switch self {
            case .yCbCr: .yCbCr
            case .lab: .lab
            case .luv: .luv
            }
        }
    }

    /// This picture's lightness with the colours of `content`: luminance-only style transfer (Gatys, Bethge, Hertzmann,
    /// Shechtman 2016, "Preserving Color in Neural Artistic Style Transfer" §3.2).
    ///
    /// `content` is resized to this picture's size when it differs. Size, alpha and profile stay this picture's.
    package func keepingColours(of content: Picture, in space: LightnessSpace = .yCbCr) -> Picture {
        var result = FloatPicture(self, in: space.colourSpace)
        let source = FloatPicture(content.resized(to: size), in: space.colourSpace)
        for index in 0..<size.area {
            let target = index * channels.count
            let origin = index * content.channels.count
            result.values[target + 1] = source.values[origin + 1]
            result.values[target + 2] = source.values[origin + 2]
        }
        return Picture(result, isDeep: deep != nil, profile: profile)
    }
}
