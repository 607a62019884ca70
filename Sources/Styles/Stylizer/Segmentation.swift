import Pictures

/// A picture whose colours say what is where, in photograph and style alike: what is blue in the one is painted after what is blue
/// in the other (Luan, Paris, Shechtman and Bala 2017, section 3).
///
/// Every pixel belongs to the nearest of nine colours. Those that have hardly a pixel are what an encoder or a resampler made of the
/// edges between others; they count as the nearest of the rest.
package struct Segmentation {
    package enum Segment: Int, CaseIterable {
        case blue, green, black, white, red, yellow, grey, lightBlue, purple

        fileprivate var colour: SIMD3<Int> {
            switch self {
            case .blue: [0, 0, 255]
            case .green: [0, 255, 0]
            case .black: [0, 0, 0]
            case .white: [255, 255, 255]
            case .red: [255, 0, 0]
            case .yellow: [255, 255, 0]
            case .grey: [128, 128, 128]
            case .lightBlue: [0, 255, 255]
            case .purple: [255, 0, 255]
            }
        }
    }

    /// Share of the pixels from which a colour counts.
    private static let leastShare = 1e-3

    private let size: PixelSize
    /// Of each pixel, in reading order.
    private let segments: [Segment]

    /// - Parameters:
    ///   - picture: black where it is transparent.
    ///   - longSide: of the masks at most, each of which is a picture. Pixels are left out, as a mean of two colours is a third.
    package init(_ picture: Picture, atMost longSide: Int = .max) {
        let size = picture.size.fitted(atMost: longSide)
        let pixels = picture.opaque(over: .black).nearest(at: size).pixels
        func segments(among choices: [Segment]) -> [Segment] {
            let colours = choices.map { ($0, $0.colour) }
            return stride(from: 0, to: pixels.count, by: 3).map { index in
                let own = SIMD3(Int(pixels[index]), Int(pixels[index + 1]), Int(pixels[index + 2]))
                return colours.min {
                    ((own &- $0.1) &* (own &- $0.1)).wrappedSum() < ((own &- $1.1) &* (own &- $1.1)).wrappedSum()
                }!.0
            }
        }
        self.size = size
        let all = segments(among: Segment.allCases)
        var counts = [Int](repeating: 0, count: Segment.allCases.count)
        for segment in all { counts[segment.rawValue] += 1 }
        let present = Segment.allCases.filter {
            Double(counts[$0.rawValue]) >= Self.leastShare * Double(all.count)
        }
        self.segments = present.count == counts.count(where: { $0 > 0 }) ? all : segments(among: present)
    }

    /// - Parameter parts: the number of each pixel's part, in reading order, below that of the colours.
    init(size: PixelSize, parts: [Int]) {
        self.size = size
        segments = parts.map { Segment.allCases[$0] }
    }

    /// White where a segment is, black elsewhere; nil where it is nowhere.
    func mask(of segment: Segment) -> Picture? {
        guard segments.contains(segment) else { return nil }
        var pixels = [UInt8](repeating: 0, count: size.area * 3)
        for (index, own) in segments.enumerated() where own == segment {
            for channel in 0..<3 { pixels[index * 3 + channel] = 255 }
        }
        return Picture(width: size.width, height: size.height, pixels: pixels)
    }

    /// Styles as they apply to the segments of a photograph, this: each segment is painted after that of the same colour in every
    /// style, or after the whole of one that lacks it, all by their shares.
    package func styles(_ styles: [(style: StylePicture, segments: Segmentation)]) -> [StylePicture] {
        let total = styles.reduce(0) { $0 + $1.style.weight }
        return Segment.allCases.flatMap { segment -> [StylePicture] in
            guard let mask = mask(of: segment) else { return [] }
            return styles.map { style, theirs in
                StylePicture(
                    style.picture, weight: style.weight / total, mask: mask,
                    styleMask: style.styleMask(of: theirs.mask(of: segment)), layers: style.layers)
            }
        }
    }
}

extension Picture {
    /// An opaque picture of 8 bits in another size: of each pixel the one of this that its middle lies in.
    fileprivate func nearest(at size: PixelSize) -> Picture {
        guard size != self.size else { return self }
        var samples = [UInt8]()
        samples.reserveCapacity(size.area * 3)
        for row in 0..<size.height {
            let start = (2 * row + 1) * height / (2 * size.height) * width
            for column in 0..<size.width {
                let index = (start + (2 * column + 1) * width / (2 * size.width)) * 3
                samples.append(contentsOf: pixels[index..<index + 3])
            }
        }
        return Picture(width: size.width, height: size.height, pixels: samples)
    }
}
