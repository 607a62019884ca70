import Foundation
import Pictures
import Wire

/// A photograph with a box around every face and a label on it.
package enum AnnotatedPicture {
    private static let known = Colour(red: 40, green: 160, blue: 70)
    private static let doubtful = Colour(red: 190, green: 125, blue: 0)
    private static let stranger = Colour(red: 200, green: 60, blue: 40)

    /// Draws on a copy: matches green with name and cosine, what somebody has to look at amber with a question mark, strangers red. Alpha is laid over white.
    ///
    /// - Parameter picture: the upright photograph at full size, to whose pixels the identification refers.
    package static func draw(_ identification: Identification, on picture: Picture) -> Picture {
        var picture = picture.opaque()
        let scale = picture.legibleScale
        for face in identification.faces {
            let box = PixelRect(face.face.box)
            let (text, colour) = label(face)
            picture.drawRectangle(box, colour: colour, thickness: 2 * scale)
            picture.drawLabel(text, at: box, colour: colour, scale: scale)
        }
        return picture
    }

    private static func label(_ face: IdentificationResult.Face) -> (text: String, colour: Colour) {
        func named(_ candidate: IdentificationResult.Candidate, _ mark: String) -> String {
            "\(candidate.person)\(mark) " + String(format: "%.2f", candidate.cosine)
        }
        guard let nearest = face.candidates.first else { return ("unknown", stranger) }
        return switch face.decision {
        case .match: (named(nearest, ""), known)
        case .review: (named(nearest, "?"), doubtful)
        case .unknown: ("unknown", stranger)
        }
    }
}

extension PixelRect {
    /// The whole pixels that a box covers best.
    init(_ box: FaceBox) {
        self.init(
            x: Int(box.x.rounded()), y: Int(box.y.rounded()), width: max(Int(box.width.rounded()), 0),
            height: max(Int(box.height.rounded()), 0))
    }
}
