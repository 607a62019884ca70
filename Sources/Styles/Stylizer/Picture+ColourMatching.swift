import Pictures

import enum Wire.ColorMatch

extension Picture {
    /// This opaque picture with the colours of another, as far as a way of matching has them alike. What leaves the range is cut off.
    func matchingColours(of other: Picture, by match: ColorMatch = .symmetric) -> Picture {
        precondition(channels == .rgb && other.channels == .rgb)
        if match == .histogram {
            let quantiles = ColourHistograms(of: self).quantiles(of: ColourHistograms(of: other))
            return moved { colour in
                for channel in 0..<3 { colour[channel] = quantiles[channel].value(at: colour[channel]) }
            }
        }
        let (own, theirs) = (ColourStatistics(of: self), ColourStatistics(of: other))
        let map = own.map(to: theirs, by: match)
        return moved { colour in
            let from = colour
            for channel in 0..<3 {
                colour[channel] = (0..<3).reduce(theirs.mean[channel]) {
                    $0 + map[channel][$1] * (from[$1] - own.mean[$1])
                }
            }
        }
    }

    /// - Parameter move: changes a colour of three values in 0…1.
    private func moved(_ move: (inout [Double]) -> Void) -> Picture {
        func moved<Sample: FixedWidthInteger>(_ samples: [Sample]) -> [Sample] {
            let full = Double(Sample.max)
            var samples = samples
            var colour = [0.0, 0.0, 0.0]
            for start in stride(from: 0, to: samples.count, by: 3) {
                for channel in 0..<3 { colour[channel] = Double(samples[start + channel]) / full }
                move(&colour)
                for channel in 0..<3 {
                    samples[start + channel] = Sample((min(max(colour[channel], 0), 1) * full).rounded())
                }
            }
            return samples
        }
        return deep == nil
            ? Picture(width: width, height: height, pixels: moved(pixels), profile: profile)
            : Picture(width: width, height: height, deep: moved(samples16), profile: profile)
    }
}
