/// Mean and `1 / √(variance + ε)` of each channel over the pixels of one picture, in two passes for accuracy.
struct Moments {
    private let sums: ColumnSums
    private let storage: AlignedStorage
    private let epsilon: Float

    var mean: Floats { storage.pointer }
    var inverse: Floats { storage.pointer + sums.columns }

    init(_ shape: Shape, epsilon: Float, threads: ThreadPool) {
        sums = ColumnSums(rows: shape.height * shape.width, columns: shape.channels, threads: threads)
        storage = AlignedStorage(count: 2 * shape.channels)
        self.epsilon = epsilon
    }

    func run(_ picture: Floats) {
        let (mean, inverse, columns) = (mean, inverse, sums.columns)
        sums.run(picture, into: mean, scale: 1 / Double(sums.rows))
        sums.run(into: inverse, scale: 1 / Double(sums.rows)) { row, sums in
            let line = picture + row &* columns
            sweep(columns) {
                let deviation = line.lanes($0) - mean.lanes($0)
                sums.store(sums.lanes($0) + deviation * deviation, $0)
            } scalar: {
                sums[$0] += (line[$0] - mean[$0]) * (line[$0] - mean[$0])
            }
        }
        for column in 0..<columns { inverse[column] = 1 / (inverse[column] + epsilon).squareRoot() }
    }
}
