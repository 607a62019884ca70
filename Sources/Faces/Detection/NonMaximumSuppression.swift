import Wire

/// Keeps the best of every heap of boxes that cover the same face.
struct NonMaximumSuppression {
    /// Of two boxes that overlap more than this (intersection over union), only the better one stays.
    var maximumOverlap: Float = 0.3
    /// At most so many of the best boxes are looked at.
    var candidates = 5000

    /// The survivors, best first; faces of equal score keep their order.
    ///
    /// Overlap is measured between boxes cut to whole pixels, as OpenCV's detector does, so that the same faces
    /// survive here and there. Cost: O(n·k) for n candidates of which k survive.
    func survivors(of faces: [DetectedFace]) -> [DetectedFace] {
        let ranked = faces.enumerated()
            .sorted { ($1.element.score, $0.offset) < ($0.element.score, $1.offset) }
            .prefix(candidates)
        var kept: [DetectedFace] = []
        var keptBoxes: [FaceBox] = []
        for (_, face) in ranked {
            let box = face.box.truncated
            guard keptBoxes.allSatisfy({ $0.overlap(with: box) <= maximumOverlap }) else { continue }
            kept.append(face)
            keptBoxes.append(box)
        }
        return kept
    }
}
