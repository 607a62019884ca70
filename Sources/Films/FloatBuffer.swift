/// Float memory as kernels hold it.
typealias Floats = UnsafeMutablePointer<Float>

/// Eight floats: the unit in which kernels walk over contiguous memory.
typealias Lanes = SIMD8<Float>

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

    /// Writes four floats from `index` on, at any alignment.
    @inline(__always)
    func store(_ lanes: SIMD4<Float>, _ index: Int) {
        UnsafeMutableRawPointer(self + index).storeBytes(of: lanes, as: SIMD4<Float>.self)
    }
}

extension SIMD8<Float> {
    /// The sum of all lanes, pairwise: fewer steps wait for each other than lane by lane.
    @inline(__always)
    var total: Float {
        let four = lowHalf + highHalf
        let two = four.lowHalf + four.highHalf
        return two.x + two.y
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

/// Floats that start as zeros, aligned to a cache line, freed with their owner.
final class FloatBuffer {
    let floats: Floats
    let count: Int

    init(count: Int) {
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: max(1, count) * MemoryLayout<Float>.stride, alignment: 64)
        floats = memory.bindMemory(to: Float.self, capacity: count)
        floats.initialize(repeating: 0, count: count)
        self.count = count
    }

    deinit { UnsafeMutableRawPointer(floats).deallocate() }
}

/// Rows cut into pieces that threads share: by shape alone, so that results do not depend on the number of threads.
struct RowPieces {
    /// Pixels that a piece has at least, a few tenths of a millisecond. Threads meet some hundred times a flow; on a busy
    /// machine each meeting may cost a time slice, so frames of 640 × 360 are one piece, and large ones are shared.
    static let pixels = 1 << 18

    let rows: Int
    let rowsInPiece: Int

    init(width: Int, height: Int) {
        rows = height
        rowsInPiece = max(1, (Self.pixels + width - 1) / max(1, width))
    }

    var count: Int { (rows + rowsInPiece - 1) / rowsInPiece }

    @inline(__always)
    func range(_ piece: Int) -> Range<Int> { piece &* rowsInPiece..<min(rows, (piece &+ 1) &* rowsInPiece) }
}
