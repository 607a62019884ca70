import Pictures

/// From which two colour samples each pixel along one axis takes its colour.
struct ChromaTaps {
    let first: [Int]
    let second: [Int]
    /// How much of the second.
    let part: [Float]

    /// - Parameters:
    ///   - pixels: along the axis.
    ///   - step: pixels to a sample, 1 or 2.
    ///   - isOnPixels: whether sample i lies on pixel `step · i`, or between that and the next.
    init(pixels: Int, step: Int, isOnPixels: Bool) {
        let samples = (pixels + step - 1) / step
        let shift: Float = isOnPixels ? 0 : 0.5
        let places = (0..<pixels).map { min(max(0, (Float($0) - shift) / Float(step)), Float(samples - 1)) }
        first = places.map { Int($0) }
        second = places.map { min(Int($0) + 1, samples - 1) }
        part = places.map { $0 - Float(Int($0)) }
    }
}

/// A plane of colour differences on its way from a sample a pixel to fewer.
struct ChromaPlane {
    var size: PixelSize
    /// `size.area` values.
    var values: [Float]

    /// The plane with the sampling's samples, each the mean of the pixels round it: of two where it lies between them, of
    /// three (1, 2, 1) where it lies on one.
    func reduced(to sampling: ChromaSampling) -> ChromaPlane {
        var plane = self
        if sampling.steps.x == 2 { plane.halve(isAlongRows: true, isOnPixels: sampling.isOnPixels.x) }
        if sampling.steps.y == 2 { plane.halve(isAlongRows: false, isOnPixels: sampling.isOnPixels.y) }
        return plane
    }

    private mutating func halve(isAlongRows: Bool, isOnPixels: Bool) {
        let target =
            isAlongRows
            ? PixelSize(width: (size.width + 1) / 2, height: size.height)
            : PixelSize(width: size.width, height: (size.height + 1) / 2)
        let (length, pitch) = isAlongRows ? (size.width, 1) : (size.height, size.width)
        var result = [Float]()
        result.reserveCapacity(target.area)
        for y in 0..<target.height {
            for x in 0..<target.width {
                let (start, index) = isAlongRows ? (y * size.width, 2 * x) : (x, 2 * y)
                let own = values[start + index * pitch]
                let next = values[start + min(index + 1, length - 1) * pitch]
                if isOnPixels {
                    let before = values[start + max(index - 1, 0) * pitch]
                    result.append((before + 2 * own + next) / 4)
                } else {
                    result.append((own + next) / 2)
                }
            }
        }
        (size, values) = (target, result)
    }
}
