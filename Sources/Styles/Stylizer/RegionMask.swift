import Pictures

/// How much each pixel of a picture belongs to a region, 0 (not at all) to 1, in reading order.
struct RegionMask: Sendable {
    let size: PixelSize
    let values: [Float]

    /// Share of red, green and blue in the light of a pixel (Rec. 709), on encoded values.
    private static let luminance = (red: 0.2126, green: 0.7152, blue: 0.0722)

    init(size: PixelSize, values: [Float]) {
        precondition(values.count == size.area, "\(values.count) values for \(size.width) × \(size.height) pixels")
        self.size = size
        self.values = values
    }

    /// White is 1, black and transparent 0; stretched to a size without overshooting at hard edges.
    init(_ picture: Picture, stretchedTo size: PixelSize) {
        let pixels = picture.opaque(over: .black).resized(to: size, filter: .bilinear).pixels
        let share = Self.luminance
        self.init(
            size: size,
            values: (0..<size.area).map { index in
                let (red, green) = (Double(pixels[index * 3]), Double(pixels[index * 3 + 1]))
                let sum = share.red * red + share.green * green + share.blue * Double(pixels[index * 3 + 2])
                return Float(min(sum / 255, 1))
            })
    }

    /// What others of the same size leave: 1 less their sum, and not below 0.
    init(leftBy others: [RegionMask]) {
        let size = others[0].size
        self.init(
            size: size, values: (0..<size.area).map { index in max(0, 1 - others.reduce(0) { $0 + $1.values[index] }) })
    }

    /// Of the picture that is the region's.
    var share: Double { values.reduce(0.0) { $0 + Double($1) } / Double(values.count) }

    /// Of a rectangle of pixels.
    func mean(rows: Range<Int>, columns: Range<Int>) -> Float {
        values.withUnsafeBufferPointer { values in
            var sum: Float = 0
            for row in rows {
                for index in row * size.width + columns.lowerBound..<row * size.width + columns.upperBound {
                    sum += values[index]
                }
            }
            return sum / Float(rows.count * columns.count)
        }
    }

    /// The least in each of a grid of rectangles and so many pixels around them, row after row; 0 for those without a pixel.
    func least(rows: [Range<Int>], columns: [Range<Int>], around reach: Int) -> [Float] {
        func wide(_ range: Range<Int>, _ side: Int) -> Range<Int> {
            range.isEmpty ? 0..<0 : max(0, range.lowerBound - reach)..<min(side, range.upperBound + reach)
        }
        let rows = rows.map { wide($0, size.height) }
        let columns = columns.map { wide($0, size.width) }
        let seen = rows.filter { !$0.isEmpty }
        guard let first = seen.first?.lowerBound, let last = seen.last?.upperBound else {
            return [Float](repeating: 0, count: rows.count * columns.count)
        }
        // Along the rows of pixels first, each once, then down the columns.
        let across = values.withUnsafeBufferPointer { values in
            (first..<last).flatMap { row in
                columns.map { column in
                    column.reduce(column.isEmpty ? 0 : Float.infinity) { min($0, values[row * size.width + $1]) }
                }
            }
        }
        return rows.flatMap { row in
            columns.indices.map { column in
                row.reduce(row.isEmpty ? 0 : Float.infinity) {
                    min($0, across[($1 - first) * columns.count + column])
                }
            }
        }
    }
}
