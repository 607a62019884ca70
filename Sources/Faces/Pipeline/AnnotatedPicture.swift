import Foundation
import Pictures
import Wire

/// A photograph with a box around every face and a label on it.
package enum AnnotatedPicture {
    private static let known = Colour(red: 40, green: 160, blue: 70)
    private static let doubtful = Colour(red: 190, green: 125, blue: 0)
    private static let stranger = Colour(red: 200, green: 60, blue: 40)

    /// Letters follow the face: a pixel a dot for so many of its height.
    private static let facePixelsPerDot = 60
    /// Dots at both ends of a label's text.
    private static let margin = 2

    /// Draws on a copy: matches green with name and cosine, what somebody has to look at amber with a question mark, strangers
    /// red. Alpha is laid over white.
    ///
    /// A label touches its face's box, comes near no other, and covers neither a face nor another label. Where a crowd leaves no room for it, it
    /// stands below the photograph, which then is higher, or wider, too, and its number beside the face; where there is no room
    /// for that either, in the upper left corner of its box. Of a name that has no letters here the face's number stands, and ``names(of:)``
    /// says whose it is.
    ///
    /// - Parameters:
    ///   - picture: the upright photograph at full size, to whose pixels the identification refers.
    ///   - longSide: of the copy, at most; boxes and letters are as they are in a photograph of that size.
    package static func draw(
        _ identification: Identification, on picture: Picture, longSide: Int = .max
    ) -> Picture {
        let copy = picture.size.fitted(atMost: longSide)
        let factor = Float(copy.longSide) / Float(picture.size.longSide)
        var picture = (copy == picture.size ? picture : picture.resized(to: copy)).opaque()
        let most = picture.legibleScale
        let boxes = identification.faces.map { PixelRect($0.face.box.scaled(x: factor, y: factor)) }
        var placement = LabelPlacement(size: picture.size, faces: boxes)
        var legend: [(text: String, colour: Colour)] = []
        for (face, box) in zip(identification.faces, boxes) {
            let (text, colour) = label(face)
            let scale = min(most, max(1, box.height / facePixelsPerDot))
            picture.drawRectangle(box, colour: colour, thickness: 2 * scale)
            // Smaller letters where larger ones find no room.
            var place: (rect: PixelRect, scale: Int)?
            for scale in (1...scale).reversed() where place == nil {
                place = placement.place(size(of: text, scale), at: box).map { ($0, scale) }
            }
            if let place {
                write(text, at: place.rect, colour, scale: place.scale, on: &picture)
            } else {
                legend.append(("\(legend.count + 1) \(text)", colour))
                let number = "\(legend.count)"
                let rect =
                    placement.place(size(of: number, 1), at: box)
                    ?? PixelRect(x: max(box.x, 0), y: max(box.y, 0), size: size(of: number, 1))
                write(number, at: rect, colour, scale: 1, on: &picture)
            }
        }
        return legend.isEmpty ? picture : picture.extended(below: legend, scale: most)
    }

    fileprivate static func size(of text: String, _ scale: Int) -> PixelSize {
        let size = BitmapFont.size(of: text, scale: scale)
        // The rows for accents and descenders are margin enough.
        return PixelSize(width: size.width + 2 * margin * scale, height: size.height)
    }

    fileprivate static func write(
        _ text: String, at rect: PixelRect, _ colour: Colour, scale: Int, on picture: inout Picture
    ) {
        picture.fill(rect, with: colour)
        picture.drawText(text, x: rect.x + margin * scale, y: rect.y, colour: colour.contrasting, scale: scale)
    }

    /// What stands for the faces whose labels have a number in place of a name, a line each; nil where every name is written.
    package static func names(of identification: Identification) -> String? {
        let lines = identification.faces.compactMap { face in
            nearest(face).flatMap { who in
                number(of: face, who.person).map { "\($0): \(who.person)\(mark(face)) \(cosine(who))\n" }
            }
        }
        return lines.isEmpty ? nil : lines.joined()
    }

    private static func label(_ face: IdentificationResult.Face) -> (text: String, colour: Colour) {
        guard let who = nearest(face) else { return ("unknown", stranger) }
        let name = number(of: face, who.person) ?? BitmapFont.legible(who.person)
        return ("\(name)\(mark(face)) \(cosine(who))", face.decision == .match ? known : doubtful)
    }

    /// Whom the label names, if anybody.
    private static func nearest(_ face: IdentificationResult.Face) -> IdentificationResult.Candidate? {
        face.decision == .unknown ? nil : face.candidates.first
    }

    /// What stands for a name that cannot be written: the face's number in the report.
    private static func number(of face: IdentificationResult.Face, _ name: String) -> String? {
        BitmapFont.spells(name) ? nil : face.number.map { "face \($0)" }
    }

    private static func mark(_ face: IdentificationResult.Face) -> String { face.decision == .review ? "?" : "" }

    private static func cosine(_ who: IdentificationResult.Candidate) -> String { String(format: "%.2f", who.cosine) }
}

extension Picture {
    /// The picture with lines of text on a white ground below it, and at its right where they are longer than it is wide.
    fileprivate func extended(below lines: [(text: String, colour: Colour)], scale: Int) -> Picture {
        let line = BitmapFont.lineHeight * scale
        let width = lines.reduce(width) { max($0, AnnotatedPicture.size(of: $1.text, scale).width) }
        var taller = Picture(width: width, height: height + line * lines.count, filledWith: .white)
        taller.draw(self, x: 0, y: 0)
        for (index, (text, colour)) in lines.enumerated() {
            let rect = PixelRect(x: 0, y: height + index * line, width: width, height: line)
            AnnotatedPicture.write(text, at: rect, colour, scale: scale, on: &taller)
        }
        return taller
    }
}

extension PixelRect {
    fileprivate init(x: Int, y: Int, size: PixelSize) {
        self.init(x: x, y: y, width: size.width, height: size.height)
    }

    /// The whole pixels that a box covers best.
    init(_ box: FaceBox) {
        self.init(
            x: Int(box.x.rounded()), y: Int(box.y.rounded()), width: max(Int(box.width.rounded()), 0),
            height: max(Int(box.height.rounded()), 0))
    }
}
