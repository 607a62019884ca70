import Pictures

extension Picture {
    /// `share` of this picture and the rest of another of the same size, both opaque.
    func mixed(with other: Picture, share: Double) -> Picture {
        precondition(other.size == size && channels == .rgb && other.channels == .rgb)
        guard share < 1 else { return self }
        let mixed = zip(pixels, other.pixels).map { own, theirs in
            UInt8((Double(own) * share + Double(theirs) * (1 - share)).rounded())
        }
        return Picture(width: width, height: height, pixels: mixed, profile: profile)
    }

    /// This opaque picture with the alpha of another of the same size.
    func withAlpha(of other: Picture) -> Picture {
        precondition(other.size == size && channels == .rgb && other.channels == .rgba)
        var samples: [UInt8] = []
        samples.reserveCapacity(size.area * 4)
        for index in 0..<size.area {
            samples.append(contentsOf: pixels[(index * 3)..<(index * 3 + 3)])
            samples.append(other.pixels[index * 4 + 3])
        }
        return Picture(width: width, height: height, channels: .rgba, pixels: samples, profile: profile)
    }
}
