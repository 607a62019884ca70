/// A walk over contiguous elements that tells, row by row, where each comes from in another layout.
struct StridedWalk {
    private let extents: [Int]
    private let strides: [Int]
    let inner: Int
    let innerStride: Int
    let outer: Int

    init(extents: [Int], strides: [Int]) {
        inner = extents.last ?? 1
        innerStride = strides.last ?? 1
        self.extents = Array(extents.dropLast())
        self.strides = Array(strides.dropLast())
        outer = self.extents.reduce(1, *)
    }

    /// Where the row `row` starts in the other layout.
    @inline(__always)
    func offset(_ row: Int) -> Int {
        var (rest, offset) = (row, 0)
        for axis in stride(from: extents.count &- 1, through: 0, by: -1) {
            offset &+= rest % extents[axis] &* strides[axis]
            rest /= extents[axis]
        }
        return offset
    }
}
