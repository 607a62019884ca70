/// Rows in columns that line up.
struct Table {
    private var rows: [[String]]

    init(head: [String]) { rows = [head.map { $0.uppercased() }] }

    mutating func add(_ row: [String]) { rows.append(row.map(\.printable)) }

    var isEmpty: Bool { rows.count == 1 }

    /// Two spaces between columns; the last is not padded.
    var lines: [String] {
        var widths: [Int] = []
        for row in rows {
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], cell.count)
            }
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
            }
            return cells.joined(separator: "  ")
        }
    }
}
