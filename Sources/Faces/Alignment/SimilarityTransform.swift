import Wire

/// A rotation, one scale for both axes, and a shift: (x, y) ↦ (a·x − b·y + tx, b·x + a·y + ty).
package struct SimilarityTransform: Equatable, Sendable {
    /// scale · cos(angle)
    package var a: Double
    /// scale · sin(angle)
    package var b: Double
    package var tx: Double
    package var ty: Double

    package var scale: Double { (a * a + b * b).squareRoot() }

    package func callAsFunction(x: Double, y: Double) -> (x: Double, y: Double) {
        (a * x - b * y + tx, b * x + a * y + ty)
    }

    /// The transform that undoes this one.
    ///
    /// - Precondition: the scale is positive.
    package var inverse: SimilarityTransform {
        let squared = a * a + b * b
        precondition(squared > 0, "a similarity of scale 0 has no inverse: \(self)")
        let ia = a / squared
        let ib = -b / squared
        return SimilarityTransform(a: ia, b: ib, tx: -(ia * tx - ib * ty), ty: -(ib * tx + ia * ty))
    }
}

extension SimilarityTransform {
    /// The similarity that carries `sources` nearest to `targets` in the least-squares sense, never mirrored.
    ///
    /// Umeyama, "Least-squares estimation of transformation parameters between two point patterns" (PAMI 1991),
    /// equations 40–43. In the plane the singular value decomposition has a closed form: with centred points
    /// p and q the best a is Σ(p·q)/Σ|p|², and the best b is Σ(p×q)/Σ|p|².
    ///
    /// - Returns: nil when the sources fall on one point, when the best scale is zero, or when a number is not finite.
    package init?(carrying sources: [FacePoint], nearestTo targets: [FacePoint]) {
        precondition(
            sources.count == targets.count && sources.count >= 2,
            "a similarity needs pairs of points, not \(sources.count) and \(targets.count)")
        let from = Centred(sources)
        let to = Centred(targets)
        var dot = 0.0
        var cross = 0.0
        var spread = 0.0
        for (p, q) in zip(from.points, to.points) {
            dot += p.x * q.x + p.y * q.y
            cross += p.x * q.y - p.y * q.x
            spread += p.x * p.x + p.y * p.y
        }
        let a = dot / spread
        let b = cross / spread
        guard spread > 0, a.isFinite, b.isFinite, a != 0 || b != 0 else { return nil }
        self.init(
            a: a, b: b, tx: to.centre.x - (a * from.centre.x - b * from.centre.y),
            ty: to.centre.y - (b * from.centre.x + a * from.centre.y))
    }

    /// Points relative to their mean.
    private struct Centred {
        let centre: (x: Double, y: Double)
        let points: [(x: Double, y: Double)]

        init(_ points: [FacePoint]) {
            let count = Double(points.count)
            let x = points.reduce(0) { $0 + Double($1.x) } / count
            let y = points.reduce(0) { $0 + Double($1.y) } / count
            centre = (x, y)
            self.points = points.map { (Double($0.x) - x, Double($0.y) - y) }
        }
    }
}
