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
