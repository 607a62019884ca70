import Pictures

import enum Parsing.WrittenFormat

extension Stylizer {
    /// Makes a photograph again of a painting that exists, as `photorealistic` does of one that has just been made.
    ///
    /// - Parameters:
    ///   - painting: of any size; brought to that of the result.
    ///   - content: the photograph that it was painted of.
    ///   - longSide: of the result; that of the content where it has less.
    ///   - format: whether transparency is kept.
    package func photograph(
        of painting: Picture, content: Picture, longSide: Int, format: WrittenFormat
    ) -> Picture {
        let original = content.resized(to: content.size.fitted(atMost: longSide))
        let painted = painting.continuedColours().resized(to: original.size)
        return PhotographicSmoothing.smooth(painted, content: original.continuedColours(), threads: threads)
            .standingFor(original, in: format)
    }
}

extension Picture {
    /// This, as a picture in the place of another: with its alpha where the format has any, and its profile.
    func standingFor(_ original: Picture, in format: WrittenFormat) -> Picture {
        var picture = self
        if original.channels == .rgba {
            picture = picture.withAlpha(of: original)
            if !format.keepsTransparency { picture = picture.opaque(over: .white) }
        }
        picture.profile = original.profile
        return picture
    }
}
