/// The extents of a tensor, outermost first. Four-dimensional values are `[N, H, W, C]` (channels last) everywhere.
package struct Shape: Hashable, Sendable, Codable, ExpressibleByArrayLiteral, CustomStringConvertible {
    package let dims: [Int]

    /// - Precondition: no extent is negative.
    package init(_ dims: [Int]) {
        precondition(dims.allSatisfy { $0 >= 0 }, "negative extent in \(dims)")
        self.dims = dims
    }

    package init(arrayLiteral elements: Int...) { self.init(elements) }

    /// The shape of one picture or feature map.
    package static func nhwc(_ batch: Int, _ height: Int, _ width: Int, _ channels: Int) -> Shape {
        Shape([batch, height, width, channels])
    }

    /// Most elements of a value that a node makes: 64 GiB, above any that can be run.
    static let largestCount = 1 << 34

    package var rank: Int { dims.count }

    /// Number of elements; 1 for a scalar (rank 0).
    package var count: Int { dims.reduce(1, *) }

    package subscript(axis: Int) -> Int { dims[axis] }

    /// Extents of a rank-4 value. Reading one from another rank is a programming error.
    package var batch: Int { extent4(0) }
    package var height: Int { extent4(1) }
    package var width: Int { extent4(2) }

    /// The last extent, whatever the rank; 1 for a scalar.
    package var channels: Int { dims.last ?? 1 }

    /// Distance in elements between neighbours along each axis, rows contiguous.
    package var strides: [Int] {
        var strides = [Int](repeating: 1, count: rank)
        for axis in stride(from: rank - 2, through: 0, by: -1) { strides[axis] = strides[axis + 1] * dims[axis + 1] }
        return strides
    }

    package var description: String { "[" + dims.map(String.init).joined(separator: ", ") + "]" }

    package init(from decoder: any Decoder) throws {
        let dims = try decoder.singleValueContainer().decode([Int].self)
        guard dims.allSatisfy({ $0 >= 0 }) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "a shape has a negative extent: \(dims)"))
        }
        self.dims = dims
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(dims)
    }

    private func extent4(_ axis: Int) -> Int {
        precondition(rank == 4, "\(self) is not [N, H, W, C]")
        return dims[axis]
    }
}
