import Pictures

extension Picture {
    /// `share` of this picture and the rest of another of the same size, both opaque.
    func mixed(with other: Picture, share: Double) -> Picture {
        precondition(other.size == size && channels == .rgb && other.channels == .rgb)
        guard share < 1 else { return self }
        if deep != nil {
            let mixed = zip(samples16, other.samples16).map { own, theirs in
                UInt16((Double(own) * share + Double(theirs) * (1 - share)).rounded())
            }
            return Picture(width: width, height: height, deep: mixed, profile: profile)
        }
        let mixed = zip(pixels, other.pixels).map { own, theirs in
            UInt8((Double(own) * share + Double(theirs) * (1 - share)).rounded())
        }
        return Picture(width: width, height: height, pixels: mixed, profile: profile)
    }

    /// Pictures of the same size laid over this one by their masks, all opaque: by their shares where masks add up to more
    /// than 1, this one where they add up to less. One without a mask is all that is seen.
    func covered(by layers: [(picture: Picture, mask: RegionMask?)]) -> Picture {
        if let whole = layers.first(where: { $0.mask == nil }) { return whole.picture }
        var sums = samples16.map { _ in 0.0 }
        var covers = [Double](repeating: 0, count: size.area)
        for (picture, mask) in layers {
            guard let mask else { continue }
            precondition(picture.size == size && picture.channels == .rgb && channels == .rgb)
            for (index, sample) in picture.samples16.enumerated() {
                sums[index] += Double(sample) * Double(mask.values[index / 3])
            }
            for (index, value) in mask.values.enumerated() { covers[index] += Double(value) }
        }
        let samples = samples16.enumerated().map { index, own in
            let cover = covers[index / 3]
            let mixed = sums[index] / max(1, cover) + Double(own) * max(0, 1 - cover)
            return UInt16(min(mixed, 65_535).rounded())
        }
        return Picture(width: width, height: height, deep: samples, profile: profile)
    }

    /// This opaque picture with the alpha of another of the same size.
    func withAlpha(of other: Picture) -> Picture {
        precondition(other.size == size && channels == .rgb && other.channels == .rgba)
        return Picture(
            width: width, height: height, channels: .rgba, pixels: Self.with(other.pixels, behind: pixels),
            deep: deep.map { Self.with(other.samples16, behind: $0) }, profile: profile)
    }

    private static func with<Sample>(_ alpha: [Sample], behind colours: [Sample]) -> [Sample] {
        var samples: [Sample] = []
        samples.reserveCapacity(alpha.count)
        for index in 0..<colours.count / 3 {
            samples.append(contentsOf: colours[(index * 3)..<(index * 3 + 3)])
            samples.append(alpha[index * 4 + 3])
        }
        return samples
    }
}
