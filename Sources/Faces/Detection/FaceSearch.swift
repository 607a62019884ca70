import Pictures
import Wire

/// Finds the faces of a picture whichever way up it is, and believes only what a second look does not contradict.
///
/// The detector knows upright faces. Upside down it still sees a face in nine of ten portraits, with a score of up to
/// 0.92, but puts upright landmarks on it: the template is then nobody's, and strangers match. Neither the score, nor the
/// geometry, nor the landmarks' place in the box tells; but turned upright, the same face scores higher, and *its
/// landmarks lie elsewhere*. So each face is looked at again in a close-up, turned four ways, and believed when no turn
/// reads it differently with a higher score. A head that is merely tilted is read alike in two turns, and stays.
///
/// Where a face was refused, or none was found, the turned picture is searched as well.
struct FaceSearch {
    let detector: FaceDetector
    let scale: SearchScale
    let minimumScore: Float

    /// What a face scores at least in its own close-up. On 700 portraits upright ones had 0.86 and more.
    static let leastCloseUpScore: Float = 0.5
    /// How much higher its own reading scores than any other. On the same portraits the difference was 0.033 and more for
    /// upright faces, and −0.039 and less for those upside down.
    static let leastLead: Float = 0.02
    /// Readings differ when their landmarks lie so far apart in the mean, as a part of the box's side; a face found in a
    /// picture turned by 15° and the same in one turned the other way are within 0.1.
    static let differentReading: Float = 0.15
    /// Readings below this score say nothing.
    private static let faintest: Float = 0.1

    /// The faces of a photograph of `size`, in its pixels, best first.
    ///
    /// Cost for a picture whose faces are upright: four close-ups a face, each 0.04 of a search of 640×640 pixels. One
    /// without a face costs four searches.
    /// - Parameter picture: the photograph decoded, at any size; RGB without alpha.
    /// - Throws: `NetsError`.
    func faces(in picture: Picture, of size: PixelSize) throws -> [DetectedFace] {
        let upright = try believed(in: picture, of: size)
        guard upright.faces.isEmpty || upright.doubted else { return upright.faces }
        var found = upright.faces
        for turn in [Turn.right, .half, .left] {
            let turned = try believed(in: picture.turned(turn), of: Orientation(turn).applied(to: size))
            found += turned.faces.map { $0.turnedBack(from: turn, in: size) }
        }
        return NonMaximumSuppression().survivors(of: found)
    }

    /// The upright faces, and whether others were refused.
    private func believed(in picture: Picture, of size: PixelSize) throws -> (faces: [DetectedFace], doubted: Bool) {
        let found = try scale.search(size) { searched in
            try detector.faces(in: picture.resized(to: searched, filter: .bilinear), minimumScore: minimumScore)
        }
        let faces = try found.compactMap { face in
            try confirmed(face.scaled(from: size, to: picture.size), in: picture)?.scaled(from: picture.size, to: size)
        }
        return (faces, faces.count < found.count)
    }

    /// The face with the landmarks of a second look; nil if that look, in four turns, contradicts.
    ///
    /// - Parameter face: where it lies in `picture`.
    func confirmed(_ face: DetectedFace, in picture: Picture) throws -> DetectedFace? {
        guard let closeUp = FaceCloseUp(of: face, in: picture) else { return nil }
        var confirmed = face
        let extent = face.box.area.squareRoot()
        var own: Float = 0
        var other: Float = 0
        for turn in Turn.allCases {
            let readings = try detector.faces(in: closeUp.picture.turned(turn), minimumScore: Self.faintest)
                .map { closeUp.placed($0, turned: turn) }
                .filter { $0.box.overlap(with: face.box) > NonMaximumSuppression().maximumOverlap }
            guard let best = readings.max(by: { $0.score < $1.score }) else { continue }
            if turn == .upright {
                own = best.score
                confirmed.landmarks = best.landmarks
            } else if best.landmarks.distance(to: face.landmarks) > Self.differentReading * extent {
                other = max(other, best.score)
            }
        }
        return own >= Self.leastCloseUpScore && own - other >= Self.leastLead ? confirmed : nil
    }
}
