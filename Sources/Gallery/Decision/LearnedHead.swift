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

    /// The head that changes nothing.
    package init(identity dimensions: Int) {
        self.dimensions = dimensions
        offset = [Float](repeating: 0, count: dimensions)
        matrix = (0..<dimensions * dimensions).map { $0 / dimensions == $0 % dimensions ? 1 : 0 }
    }

    /// - Returns: nil when the numbers are too few or too many, or not finite.
    package init?(matrix: [Float], offset: [Float]) {
        guard !offset.isEmpty, matrix.count == offset.count * offset.count,
            (matrix + offset).allSatisfy(\.isFinite)
        else { return nil }
        dimensions = offset.count
        self.matrix = matrix
        self.offset = offset
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

    /// What a template becomes; of length 1.
    package func applied(to features: [Float]) -> [Float] {
        precondition(features.count == dimensions, "a template of \(features.count) numbers for \(dimensions)")
        var result = offset
        matrix.withUnsafeBufferPointer { matrix in
            for row in 0..<dimensions {
                var sum: Float = 0
                for column in 0..<dimensions { sum += matrix[row * dimensions + column] * features[column] }
                result[row] += sum
            }
        }
        let length = result.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        return result.map { Float(Double($0) / max(length, 1e-12)) }
    }

    /// - Precondition: the template has as many numbers as the head.
    package func applied(to template: Template) -> Template {
        guard let mapped = Template(normalising: applied(to: template.features), model: template.model) else {
            preconditionFailure("a learned head without a finite result")
        }
        return mapped
    }
}
