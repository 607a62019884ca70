/// Eight floats: the unit in which kernels walk over contiguous memory.
typealias Lanes = SIMD8<Float>

/// Read-only and writable float memory as kernels hold it.
typealias Floats = UnsafeMutablePointer<Float>

/// A byte for each pooled value: through which of its window's four pixels the gradient goes, bits 0 to 3 row by row.
typealias Routes = UnsafeMutablePointer<UInt8>

extension UnsafeMutablePointer where Pointee == Float {
    /// Eight floats from `index` on, at any alignment.
    @inline(__always)
    func lanes(_ index: Int) -> Lanes {
        UnsafeRawPointer(self + index).loadUnaligned(as: Lanes.self)
    }

    /// Writes eight floats from `index` on, at any alignment.
    @inline(__always)
    func store(_ lanes: Lanes, _ index: Int) {
        UnsafeMutableRawPointer(self + index).storeBytes(of: lanes, as: Lanes.self)
    }
}

/// Calls `vector` for every full group of eight indices in `0 ..< count` and `scalar` for the rest.
@inline(__always)
func sweep(_ count: Int, vector: (Int) -> Void, scalar: (Int) -> Void) {
    var index = 0
    while index &+ Lanes.scalarCount <= count {
        vector(index)
        index &+= Lanes.scalarCount
    }
    while index < count {
        scalar(index)
        index &+= 1
    }
}

/// A number of things cut into pieces of equal size, the last one smaller: by shape alone, so that results do not
/// depend on the number of threads.
struct Pieces {
    let total: Int
    let size: Int

    init(_ total: Int, size: Int) {
        self.total = total
        self.size = max(1, size)
    }

    /// Elements of an element-wise kernel that one piece covers: 256 KB, a part of the second-level cache.
    static let elements = 1 << 16

    /// Pieces of `total` things that cost `cost` elements each.
    static func balanced(_ total: Int, cost: Int) -> Pieces { Pieces(total, size: elements / max(1, cost)) }

    var count: Int { (total + size - 1) / size }

    @inline(__always)
    func range(_ piece: Int) -> Range<Int> { piece &* size..<min(total, (piece &+ 1) &* size) }
}
