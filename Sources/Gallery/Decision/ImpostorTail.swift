import Foundation
import Wire

/// How often the cosine similarity of photographs of two people reaches a value: numbers about a network, nobody's templates.
///
/// The tail above ``start`` is a generalised Pareto distribution (Pickands 1975: peaks over a threshold). Its shape is
/// negative, as a cosine is bounded. What is below is interpolated, since only thresholds far above it are ever asked for.
package struct ImpostorTail: Codable, Equatable, Sendable {
    /// Where the tail begins, a cosine.
    package var start: Double
    /// Which share of pairs of two people is above it, 0…1.
    package var share: Double
    /// Scale and shape of the tail.
    package var scale: Double
    package var shape: Double
    /// How many people it was measured on.
    package var strangers: Int

    package init(start: Double, share: Double, scale: Double, shape: Double, strangers: Int) {
        self.start = start
        self.share = share
        self.scale = scale
        self.shape = shape
        self.strangers = strangers
    }

    private enum CodingKeys: String, CodingKey {
        case start, share, scale, shape, strangers
    }

    /// A file may say anything.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            start: try container.decode(Double.self, forKey: .start),
            share: try container.decode(Double.self, forKey: .share),
            scale: try container.decode(Double.self, forKey: .scale),
            shape: try container.decode(Double.self, forKey: .shape),
            strangers: try container.decode(Int.self, forKey: .strangers))
        guard (-0.99...0.99).contains(start), share > 0, share < 1, scale > 0, scale <= 1, shape < 0, shape >= -10,
            (1...Int(Int32.max)).contains(strangers)
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .scale, in: container, debugDescription: "such a tail has no network")
        }
    }

    /// Least share of strangers that so many can tell of: half of one.
    package var leastRate: Double { 1 / Double(2 * max(1, strangers)) }

    /// Which share of pairs of two people is at least so alike: the false match rate.
    package func rate(_ cosine: Double) -> Double {
        let excess = cosine - start
        // Below, on a straight line to everybody at −1.
        guard excess >= 0 else { return min(1, share + (1 - share) * excess / (-1 - start)) }
        let base = 1 + shape * excess / scale
        return base > 0 ? share * pow(base, -1 / shape) : 0
    }

    /// The cosine that a share of pairs of two people reaches.
    package func cosine(rate: Double) -> Double {
        guard rate < share else { return start + (rate - share) / (1 - share) * (-1 - start) }
        return start + scale / shape * (pow(rate / share, -shape) - 1)
    }

    /// The false positive identification rate of a threshold: which share of strangers is taken for one of so many templates, each
    /// of which is as likely to be mistaken as any other.
    package func fpir(_ threshold: Double, templates: Int) -> Double {
        -expm1(Double(templates) * log1p(-min(rate(threshold), 1 - 1e-12)))
    }

    /// The threshold of a false positive identification rate, 0…1.
    package func threshold(fpir: Double, templates: Int) -> Double {
        min(1, cosine(rate: -expm1(log1p(-fpir) / Double(max(1, templates)))))
    }
}

extension ImpostorTail {
    /// What `Benchmarks/recognition` measured of a network by its name, ``TemplateModel/name``; nil of those that nobody measured.
    package static func measured(of network: String) -> ImpostorTail? {
        network == ModelIdentifier.sface.text
            ? ImpostorTail(start: 0.2758, share: 0.02, scale: 0.03631, shape: -0.1127, strangers: 1566) : nil
    }
}
