import Wire

/// What a cosine similarity says of two faces: the logarithm of how many times likelier it is of one person than of two, on a
/// straight line (Platt 1999).
package struct CosineCalibration: Codable, Equatable, Sendable {
    package var slope: Double
    package var intercept: Double

    package init(slope: Double, intercept: Double) {
        self.slope = slope
        self.intercept = intercept
    }

    /// The natural logarithm of the likelihood ratio.
    package func logRatio(_ cosine: Double) -> Double { slope * cosine + intercept }
}

extension CosineCalibration {
    /// What `Benchmarks/recognition` measured of a network by its name, ``TemplateModel/name``; nil of those that nobody measured.
    package static func measured(of network: String) -> CosineCalibration? {
        network == ModelIdentifier.sface.text ? CosineCalibration(slope: 39.24, intercept: -13.72) : nil
    }
}
