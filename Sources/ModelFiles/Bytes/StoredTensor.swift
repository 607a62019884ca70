/// A tensor as a file holds it: bytes, element type, shape and strides; nothing is copied until asked for.
package struct StoredTensor: Sendable {
    package let elementType: ElementType
    package let dims: [Int]
    /// Elements between neighbours along each axis; never negative.
    package let strides: [Int]
    /// The elements, starting with the tensor's first one.
    package let bytes: ByteSlice

    package var count: Int { dims.reduce(1, *) }

    /// Whether the elements stand one after the other in row-major order.
    package var isContiguous: Bool {
        strides == Self.rowMajorStrides(dims) || count == 0
    }

    /// Checks that every element lies inside `bytes` and that the tensor is no larger than its bytes.
    ///
    /// - Parameters:
    ///   - strides: elements between neighbours along each axis; row-major when nil.
    ///   - name: what to call the tensor in an error.
    /// - Throws: `FormatFault` when a dimension is negative, the element count overflows, or an element is outside;
    ///   a stride of zero that would make the tensor larger than its bytes is refused as well.
    init(elementType: ElementType, dims: [Int], strides: [Int]? = nil, bytes: ByteSlice, name: String) throws {
        guard dims.count <= Self.maximumRank else {
            throw FormatFault.tooLarge(what: "the rank of \(name)", value: dims.count, limit: Self.maximumRank)
        }
        if let negative = dims.first(where: { $0 < 0 }) {
            throw FormatFault.negative(what: "a dimension of \(name)", value: negative)
        }
        guard let count = Self.count(dims, limit: Int.max / 16) else {
            throw FormatFault.tooLarge(what: "the size of \(name)", value: .max, limit: bytes.count)
        }
        guard count * elementType.size <= bytes.count else {
            throw FormatFault.sizeMismatch(
                what: name, dims: dims, expected: count * elementType.size, found: bytes.count)
        }
        let strides = strides ?? Self.rowMajorStrides(dims)
        guard strides.count == dims.count else {
            throw FormatFault.wrongKind(
                what: "the strides of \(name)", expected: "\(dims.count) numbers", found: "\(strides.count)")
        }
        if count > 0 {
            var last = 0
            for (dim, stride) in zip(dims, strides) {
                guard stride >= 0 else { throw FormatFault.negative(what: "a stride of \(name)", value: stride) }
                let (reach, tooFar) = (dim - 1).multipliedReportingOverflow(by: stride)
                let (sum, overflow) = last.addingReportingOverflow(reach)
                guard !tooFar, !overflow, sum <= Int.max / 16 else {
                    throw FormatFault.outside(what: name, start: 0, end: .max, size: bytes.count)
                }
                last = sum
            }
            guard (last + 1) * elementType.size <= bytes.count else {
                throw FormatFault.outside(
                    what: name, start: 0, end: (last + 1) * elementType.size, size: bytes.count)
            }
        }
        self.elementType = elementType
        self.dims = dims
        self.strides = strides
        self.bytes = bytes
    }

    /// Writes the elements, converted to Float, in row-major order.
    ///
    /// - Precondition: `target` has room for exactly ``count`` elements.
    package func copyFloats(to target: UnsafeMutableBufferPointer<Float>) {
        precondition(target.count == count, "room for \(target.count) of \(count) elements")
        var next = 0
        bytes.withUnsafeBytes { bytes in
            if isContiguous {
                elementType.forEachFloat(in: bytes, 0..<target.count) {
                    target[next] = $0
                    next += 1
                }
            } else {
                elementType.forEachFloat(in: bytes, StridedIndices(dims: dims, strides: strides)) {
                    target[next] = $0
                    next += 1
                }
            }
        }
    }

    package func floats() -> [Float] {
        [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            copyFloats(to: UnsafeMutableBufferPointer(rebasing: buffer[0..<count]))
            initialized = count
        }
    }

    static let maximumRank = 16

    /// The number of elements of a shape; nil if an extent is negative, or the product of those that are not zero exceeds
    /// `limit`. With that, no product of some of the extents overflows, wherever a zero stands among them.
    static func count(_ dims: [Int], limit: Int) -> Int? {
        var product = 1
        for dim in dims {
            let (next, overflow) = product.multipliedReportingOverflow(by: max(dim, 1))
            guard dim >= 0, !overflow, next <= limit else { return nil }
            product = next
        }
        return dims.contains(0) ? 0 : product
    }

    /// Strides of an unbroken row-major tensor; all ones when it has no elements, since none is ever visited.
    static func rowMajorStrides(_ dims: [Int]) -> [Int] {
        var strides = [Int](repeating: 1, count: dims.count)
        guard !dims.contains(0) else { return strides }
        for axis in dims.indices.dropLast().reversed() {
            strides[axis] = strides[axis + 1] * dims[axis + 1]
        }
        return strides
    }
}

/// The element offsets of a strided tensor, in row-major order.
struct StridedIndices: Sequence, IteratorProtocol {
    private let dims: [Int]
    private let strides: [Int]
    private var position: [Int]
    private var offset = 0
    private var left: Int

    init(dims: [Int], strides: [Int]) {
        self.dims = dims
        self.strides = strides
        position = [Int](repeating: 0, count: dims.count)
        left = dims.reduce(1, *)
    }

    mutating func next() -> Int? {
        guard left > 0 else { return nil }
        left -= 1
        let current = offset
        var axis = dims.count - 1
        while axis >= 0 {
            position[axis] += 1
            offset += strides[axis]
            if position[axis] < dims[axis] { break }
            offset -= strides[axis] * dims[axis]
            position[axis] = 0
            axis -= 1
        }
        return current
    }
}
