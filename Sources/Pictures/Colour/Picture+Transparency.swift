/// A picture at one of the sizes of a pyramid: colours weighed by how far they are to be seen, and these weights.
private struct WeighedPixels {
    let size: PixelSize
    /// Red, green, blue and the weight, 0...1, of each pixel; the colours are multiplied by it.
    var values: [SIMD4<Float>]

    /// Of half the size, rounded up: the mean of up to four pixels.
    var halved: WeighedPixels {
        let half = PixelSize(width: (size.width + 1) / 2, height: (size.height + 1) / 2)
        var sums = [SIMD4<Float>](repeating: .zero, count: half.area)
        for y in 0..<size.height {
            for x in 0..<size.width { sums[y / 2 * half.width + x / 2] += values[y * size.width + x] }
        }
        for index in sums.indices { sums[index] /= 4 }
        return WeighedPixels(size: half, values: sums)
    }

    /// What is missing to the weight 1 is taken from a picture of half the size, interpolated.
    mutating func fill(from half: WeighedPixels) {
        func neighbours(_ index: Int, _ count: Int) -> (near: Int, far: Int) {
            let near = index / 2
            return (near, min(max(near + (index % 2 == 0 ? -1 : 1), 0), count - 1))
        }
        for y in 0..<size.height {
            let rows = neighbours(y, half.size.height)
            for x in 0..<size.width {
                let index = y * size.width + x
                guard values[index].w < 1 else { continue }
                let columns = neighbours(x, half.size.width)
                func at(_ row: Int, _ column: Int) -> SIMD4<Float> { half.values[row * half.size.width + column] }
                let near = at(rows.near, columns.near) * 9 + at(rows.far, columns.far)
                let beside = (at(rows.near, columns.far) + at(rows.far, columns.near)) * 3
                values[index] += (near + beside) / 16 * (1 - values[index].w)
            }
        }
    }
}

extension Picture {
    /// The opaque picture whose colours go on where this one is transparent: each such pixel takes the colours of its nearest
    /// opaque neighbours, which fade into one another (push and pull; Gortler, Grzeszczuk, Szeliski and Cohen 1996, "The
    /// Lumigraph" §3.4). A picture of nothing is white.
    ///
    /// What is painted over this picture and given its alpha has no fringe of the ground's colour.
    ///
    /// Cost: about that of two resamplings.
    package func continuedColours() -> Picture {
        guard channels == .rgba else { return self }
        if let deep {
            if let colours = continued(deep) {
                return Picture(width: width, height: height, deep: colours, profile: profile)
            }
        } else if let colours = continued(pixels) {
            return Picture(width: width, height: height, pixels: colours, profile: profile)
        }
        return Picture(width: width, height: height, filledWith: .white)
    }

    /// Three samples a pixel of these four; nil where nothing is opaque.
    private func continued<Sample: FixedWidthInteger>(_ samples: [Sample]) -> [Sample]? {
        let full = Float(Sample.max)
        // From here on a pixel's own colour is to be trusted: of less alpha the bits of a colour hold little.
        let trusted: Float = 1 / 8
        let weighed = (0..<size.area).map { index -> SIMD4<Float> in
            let weight = min(1, Float(samples[index * 4 + 3]) / full / trusted)
            let colour = SIMD4(
                Float(samples[index * 4]), Float(samples[index * 4 + 1]), Float(samples[index * 4 + 2]), 1)
            return colour * weight
        }
        var levels = [WeighedPixels(size: size, values: weighed)]
        while levels[levels.count - 1].size.longSide > 1 { levels.append(levels[levels.count - 1].halved) }
        var coarse = levels.removeLast()
        let all = coarse.values[0]
        guard all.w > 0 else { return nil }
        coarse.values[0] = all / all.w
        while var fine = levels.popLast() {
            // A mean of few pixels weighs as much as one of many: the nearest count.
            for index in fine.values.indices where !levels.isEmpty && fine.values[index].w > 0 {
                fine.values[index] /= fine.values[index].w
            }
            fine.fill(from: coarse)
            coarse = fine
        }
        var output: [Sample] = []
        output.reserveCapacity(size.area * 3)
        for value in coarse.values {
            for channel in 0..<3 { output.append(Sample(min(max(value[channel], 0), full).rounded())) }
        }
        return output
    }
}
