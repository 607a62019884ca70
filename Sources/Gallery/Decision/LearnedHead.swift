import Wire

/// An affine map of stored templates, y = (Wx + c) / ‖Wx + c‖: what is learned of templates alone, without a picture, and undone
/// by leaving it out. W = I + a correction.
package struct LearnedHead: Codable, Sendable, Equatable {
    /// Numbers in a template.
    package let dimensions: Int
    /// `[d, d]`, a row for each number of the result.
    package let matrix: [Float]
    /// `[d]`.
    package let offset: [Float]
    /// The matrix's columns one after the other.
    private let columns: [Float]

    /// Beyond it, a template's image would not be finite.
    private static let largest: Float = 1e6

    /// The head that changes nothing.
    package init(identity dimensions: Int) {
        let matrix = (0..<dimensions * dimensions).map { Float($0 / dimensions == $0 % dimensions ? 1 : 0) }
        self.init(matrix: matrix, offset: [Float](repeating: 0, count: dimensions))!
    }

    /// - Returns: nil when the numbers are too few or too many, not finite, or beyond all that is ever learned.
    package init?(matrix: [Float], offset: [Float]) {
        let dimensions = offset.count
        guard dimensions > 0, matrix.count == dimensions * dimensions,
            (matrix + offset).allSatisfy({ abs($0) <= Self.largest })
        else { return nil }
        self.dimensions = dimensions
        self.matrix = matrix
        self.offset = offset
        columns = matrix.indices.map { matrix[$0 % dimensions * dimensions + $0 / dimensions] }
    }

    private enum CodingKeys: String, CodingKey {
        case matrix, offset
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let (matrix, offset) = (
            try container.decode([Float].self, forKey: .matrix), try container.decode([Float].self, forKey: .offset)
        )
        guard let head = LearnedHead(matrix: matrix, offset: offset) else {
            throw DecodingError.dataCorruptedError(
                forKey: .matrix, in: container,
                debugDescription: "\(matrix.count) numbers are no map of \(offset.count)")
        }
        self = head
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(matrix, forKey: .matrix)
        try container.encode(offset, forKey: .offset)
    }

    /// What a template becomes; of length 1. One whose image is zero stays as it is.
    ///
    /// Cost: d² products, a column at a time.
    package func applied(to features: [Float]) -> [Float] {
        precondition(features.count == dimensions, "a template of \(features.count) numbers for \(dimensions)")
        var result = offset
        columns.withUnsafeBufferPointer { columns in
            result.withUnsafeMutableBufferPointer { result in
                for column in 0..<dimensions {
                    let (feature, start) = (features[column], column * dimensions)
                    for row in 0..<dimensions { result[row] += columns[start + row] * feature }
                }
            }
        }
        let length = result.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        return length > 0 ? result.map { Float(Double($0) / length) } : features
    }

    /// - Precondition: the template has as many numbers as the head.
    package func applied(to template: Template) -> Template {
        guard let mapped = Template(normalising: applied(to: template.features), model: template.model) else {
            preconditionFailure("a learned head turned a template into no unit vector")
        }
        return mapped
    }
}
