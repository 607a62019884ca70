/// How planes lie in memory during refinement: of each row first the pixels of even columns, then those of odd ones.
///
/// Neighbours of a run of even pixels are runs of odd ones, so red–black relaxation walks over contiguous memory. Margins
/// of zeros surround every half row, and one row of zeros lies above and below.
struct SplitRows {
    /// Zeros before each half row; as many at least come after it.
    private static let margin = Lanes.scalarCount

    let width: Int
    let height: Int
    /// Floats from the even half of a row to the odd one.
    let half: Int

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        half = ((width + 1) / 2 + 7) / 8 * 8 + 2 * Self.margin
    }

    /// Floats of a whole plane.
    var count: Int { 2 * half * (height + 2) }

    /// Floats from one row to the next.
    var rowStride: Int { 2 &* half }

    /// Vectors of the even half row; the odd half has at most as many.
    var vectors: Int { ((width &+ 1) / 2 &+ 7) / 8 }

    /// The place of pixel (0, y), parity 0, or (1, y), parity 1. Row −1 and row `height` are zeros.
    @inline(__always)
    func start(_ y: Int, parity: Int) -> Int { (y &+ 1) &* rowStride &+ parity &* half &+ Self.margin }

    /// The place of any pixel; column `width` is the margin's first.
    @inline(__always)
    func place(_ x: Int, _ y: Int) -> Int { start(y, parity: x & 1) &+ x / 2 }

    /// Pixels of one parity in a row.
    @inline(__always)
    func pixels(parity: Int) -> Int { (width &+ 1 &- parity) / 2 }
}
