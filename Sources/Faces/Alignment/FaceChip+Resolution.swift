import Pictures

extension FaceChip {
    /// What is left of the face when it is so far away that it covers `side` × `side` pixels: every one is the mean of the area that
    /// it covers, and the chip is enlarged from them again, bilinearly.
    ///
    /// - Parameter side: 1…112; 112 changes nothing.
    package func reduced(to side: Int) -> FaceChip {
        precondition((1...Self.side).contains(side), "a chip of \(side) pixels a side")
        guard side < Self.side else { return self }
        let small = Picture(width: side, height: side, pixels: Self.means(pixels, side))
        let whole = PixelSize(width: Self.side, height: Self.side)
        return FaceChip(pixels: small.resized(to: whole, filter: .bilinear).pixels)
    }

    /// Area means, along the rows and then down the columns.
    private static func means(_ pixels: [UInt8], _ target: Int) -> [UInt8] {
        let covers = (0..<target).map { place -> [(at: Int, share: Float)] in
            let (start, end) = (Float(place * side) / Float(target), Float((place + 1) * side) / Float(target))
            return (Int(start)..<min(Int(end.rounded(.up)), side)).map { at in
                (at, (min(end, Float(at + 1)) - max(start, Float(at))) * Float(target) / Float(side))
            }
        }
        var narrow = [Float](repeating: 0, count: side * target * 3)
        for row in 0..<side {
            for (column, cover) in covers.enumerated() {
                for (at, share) in cover {
                    for channel in 0..<3 {
                        narrow[(row * target + column) * 3 + channel] +=
                            share * Float(pixels[(row * side + at) * 3 + channel])
                    }
                }
            }
        }
        var small = [UInt8](repeating: 0, count: target * target * 3)
        for (row, cover) in covers.enumerated() {
            for sample in 0..<target * 3 {
                let mean = cover.reduce(Float(0)) { $0 + $1.share * narrow[$1.at * target * 3 + sample] }
                small[row * target * 3 + sample] = UInt8(min(max(mean, 0), 255) + 0.5)
            }
        }
        return small
    }
}
