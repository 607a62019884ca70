import Pictures

/// What the numbers of a ``YUVFrame`` mean.
package struct VideoColour: Sendable, Hashable {
    /// How much red and blue count in luma.
    package enum Matrix: Sendable, Hashable, CaseIterable {
        /// ITU-R BT.601: standard definition.
        case bt601
        /// ITU-R BT.709: high definition.
        case bt709

        var red: Float { self == .bt601 ? 0.299 : 0.2126 }
        var blue: Float { self == .bt601 ? 0.114 : 0.0722 }
        var green: Float { 1 - red - blue }
    }

    /// Which numbers are black and white.
    package enum Range: Sendable, Hashable, CaseIterable {
        /// Luma 16...235, differences 16...240 round 128.
        case limited
        /// 0...255.
        case full

        var black: Float { self == .limited ? 16 : 0 }
        var lumaSpan: Float { self == .limited ? 219 : 255 }
        var chromaSpan: Float { self == .limited ? 224 : 255 }
    }

    package var matrix: Matrix
    package var range: Range

    package init(matrix: Matrix, range: Range) {
        self.matrix = matrix
        self.range = range
    }

    /// What players take a film for that does not say: BT.709 from 1280 columns or above 576 rows on, else BT.601.
    package static func usual(for size: PixelSize, range: Range = .limited) -> VideoColour {
        VideoColour(matrix: size.width >= 1280 || size.height > 576 ? .bt709 : .bt601, range: range)
    }
}

extension YUVFrame {
    /// Red, green and blue as encoded, 0...1, clamped. Colour is interpolated bilinearly from where its samples lie.
    package func planes(_ colour: VideoColour) -> Planes {
        let (width, area) = (size.width, size.area)
        let chroma = sampling.chromaSize(of: size)
        let along = ChromaTaps(pixels: size.width, step: sampling.steps.x, isOnPixels: sampling.isOnPixels.x)
        let down = ChromaTaps(pixels: size.height, step: sampling.steps.y, isOnPixels: sampling.isOnPixels.y)
        let (matrix, range) = (colour.matrix, colour.range)
        // R = Y + 2(1 − Kr)·Cr, B = Y + 2(1 − Kb)·Cb, and G so that Y is their weighted sum.
        let (redByCr, blueByCb) = (2 * (1 - matrix.red), 2 * (1 - matrix.blue))
        let (greenByCr, greenByCb) = (-redByCr * matrix.red / matrix.green, -blueByCb * matrix.blue / matrix.green)
        var result = Planes(size: size, count: 3)
        result.values.withUnsafeMutableBufferPointer { values in
            samples.withUnsafeBufferPointer { samples in
                for y in 0..<size.height {
                    let rows = (down.first[y] &* chroma.width, down.second[y] &* chroma.width, down.part[y])
                    for x in 0..<width {
                        let luma = (Float(samples[y &* width &+ x]) - range.black) / range.lumaSpan
                        var (red, green, blue) = (luma, luma, luma)
                        if sampling != .none {
                            let columns = (along.first[x], along.second[x], along.part[x])
                            @inline(__always)
                            func between(_ row: Int) -> Float {
                                let left = Float(samples[row &+ columns.0])
                                return left + (Float(samples[row &+ columns.1]) - left) * columns.2
                            }
                            @inline(__always)
                            func difference(_ plane: Int) -> Float {
                                let upper = between(plane &+ rows.0)
                                return (upper + (between(plane &+ rows.1) - upper) * rows.2 - 128) / range.chromaSpan
                            }
                            let (cb, cr) = (difference(area), difference(area &+ chroma.area))
                            red += redByCr * cr
                            green += greenByCb * cb + greenByCr * cr
                            blue += blueByCb * cb
                        }
                        let pixel = y &* width &+ x
                        values[pixel] = min(max(0, red), 1)
                        values[area &+ pixel] = min(max(0, green), 1)
                        values[2 &* area &+ pixel] = min(max(0, blue), 1)
                    }
                }
            }
        }
        return result
    }

    /// The frame of red, green and blue as encoded, 0...1; what lies outside is clamped, NaN becomes 0.
    package init(_ planes: Planes, sampling: ChromaSampling, colour: VideoColour) {
        precondition(planes.count == 3, "a frame of \(planes.count) planes")
        let (size, area) = (planes.size, planes.size.area)
        let (matrix, range) = (colour.matrix, colour.range)
        var samples = [UInt8]()
        samples.reserveCapacity(sampling.bytes(of: size))
        var differences = [[Float](), [Float]()]
        if sampling != .none { for index in 0..<2 { differences[index].reserveCapacity(area) } }
        for pixel in 0..<area {
            // The constant first: NaN becomes 0.
            let red = min(max(0, planes.values[pixel]), 1)
            let green = min(max(0, planes.values[area + pixel]), 1)
            let blue = min(max(0, planes.values[2 * area + pixel]), 1)
            let luma = matrix.red * red + matrix.green * green + matrix.blue * blue
            samples.append(UInt8(range.black + range.lumaSpan * luma + 0.5))
            if sampling == .none { continue }
            differences[0].append((blue - luma) / (2 * (1 - matrix.blue)))
            differences[1].append((red - luma) / (2 * (1 - matrix.red)))
        }
        for plane in differences where !plane.isEmpty {
            let reduced = ChromaPlane(size: size, values: plane).reduced(to: sampling)
            for value in reduced.values {
                samples.append(UInt8(min(max(0, 128 + range.chromaSpan * value + 0.5), 255)))
            }
        }
        self.init(size: size, sampling: sampling, samples: samples)
    }
}
