import Pictures

import enum Wire.ColorMatch

extension Picture {
    /// This opaque picture with the colours of another, as far as a way of matching has them alike. What leaves the range is cut off.
    func matchingColours(of other: Picture, by match: ColorMatch = .symmetric) -> Picture {
        precondition(channels == .rgb && other.channels == .rgb)
        if match == .histogram {
            let quantiles = ColourHistograms(of: self).quantiles(of: ColourHistograms(of: other))
            return moved {
                SIMD3(
                    quantiles[0].value(at: $0.x), quantiles[1].value(at: $0.y), quantiles[2].value(at: $0.z))
            }
        }
        let (own, theirs) = (ColourStatistics(of: self), ColourStatistics(of: other))
        let map = own.map(to: theirs, by: match)
        func column(_ index: Int) -> SIMD3<Double> { SIMD3(map[0][index], map[1][index], map[2][index]) }
        let (red, green, blue) = (column(0), column(1), column(2))
        let (mean, theirMean) = (SIMD3(own.mean), SIMD3(theirs.mean))
        return moved {
            let off = $0 - mean
            return theirMean + red * off.x + green * off.y + blue * off.z
        }
    }

    /// The least light, over the styles', of a content that is to be a photograph in theirs, and how much brighter it is made for that
    /// at most.
    private static let leastLight = (share: 0.45, gain: 16.0)

    /// This opaque content as bright as ``leastLight`` has it, and all else as it is: what is nearly black has next to no features for
    /// a style to meet, so that the style counts for nothing, and no edges for a filter to go by. That of a job that keeps its colours,
    /// or some of its places, stays.
    func lit(for source: StyleSource, _ settings: StyleSettings) -> Picture {
        guard case .pictures(let styles) = source, settings.photorealistic, settings.colors == .style,
            source.masks.isEmpty
        else { return self }
        let weights = styles.reduce(0) { $0 + $1.weight }
        let wanted = styles.reduce(0) { $0 + $1.weight / weights * $1.opaque.picture.meanLuma }
        let gain = min(Self.leastLight.gain, Self.leastLight.share * wanted / max(meanLuma, 1e-3))
        return gain > 1 ? moved { $0 * gain } : self
    }

    /// In 0…1.
    private var meanLuma: Double {
        zip(ColourStatistics(of: self).mean, [0.299, 0.587, 0.114]).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// - Parameter move: makes a colour of a colour in 0…1.
    private func moved(_ move: (SIMD3<Double>) -> SIMD3<Double>) -> Picture {
        func moved<Sample: FixedWidthInteger>(_ samples: [Sample]) -> [Sample] {
            let full = Double(Sample.max)
            var samples = samples
            for start in stride(from: 0, to: samples.count, by: 3) {
                let own = SIMD3(Double(samples[start]), Double(samples[start + 1]), Double(samples[start + 2])) / full
                let colour = move(own).clamped(lowerBound: .zero, upperBound: .one) * full
                for channel in 0..<3 { samples[start + channel] = Sample(colour[channel].rounded()) }
            }
            return samples
        }
        return deep == nil
            ? Picture(width: width, height: height, pixels: moved(pixels), profile: profile)
            : Picture(width: width, height: height, deep: moved(samples16), profile: profile)
    }
}
