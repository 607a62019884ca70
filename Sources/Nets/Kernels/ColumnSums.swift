/// Sums over the rows of a matrix `[rows, columns]`, in blocks of fixed size so that the result does not depend on the
/// threads; each block in float32 over at most `blockRows` rows, the blocks in float64.
struct ColumnSums {
    let rows: Int
    let columns: Int
    let threads: ThreadPool

    private static let blockRows = 256
    private let blocks: Pieces
    private let partial: AlignedStorage

    init(rows: Int, columns: Int, threads: ThreadPool) {
        self.rows = rows
        self.columns = columns
        self.threads = threads
        blocks = Pieces(rows, size: Self.blockRows)
        partial = AlignedStorage(count: blocks.count * columns)
    }

    /// `result[c] = scale · Σ_r add(r)[c]`, where `add` adds row `r`'s terms to the sums it is given.
    func run(into result: Floats, scale: Double, accumulates: Bool = false, _ add: (_ row: Int, _ sums: Floats) -> Void)
    {
        threads.parallel(blocks.count) { block, _ in
            let sums = partial.pointer + block &* columns
            sums.update(repeating: 0, count: columns)
            for row in blocks.range(block) { add(row, sums) }
        }
        for column in 0..<columns {
            var sum = 0.0
            for block in 0..<blocks.count { sum += Double(partial.pointer[block &* columns &+ column]) }
            result[column] = (accumulates ? result[column] : 0) + Float(sum * scale)
        }
    }

    /// Plain sums of a matrix.
    func run(_ matrix: Floats, into result: Floats, scale: Double = 1, accumulates: Bool = false) {
        run(into: result, scale: scale, accumulates: accumulates) { row, sums in
            let line = matrix + row &* columns
            sweep(columns) {
                sums.store(sums.lanes($0) + line.lanes($0), $0)
            } scalar: {
                sums[$0] += line[$0]
            }
        }
    }

    /// Sums of the element-wise product of two matrices.
    func run(_ a: Floats, times b: Floats, into result: Floats, scale: Double = 1, accumulates: Bool = false) {
        run(into: result, scale: scale, accumulates: accumulates) { row, sums in
            let (p, q) = (a + row &* columns, b + row &* columns)
            sweep(columns) {
                sums.store(sums.lanes($0) + p.lanes($0) * q.lanes($0), $0)
            } scalar: {
                sums[$0] += p[$0] * q[$0]
            }
        }
    }
}
