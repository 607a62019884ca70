/// A matrix product whose right side was cut into panels beforehand, so that nothing is packed when it runs.
package enum PanelProduct {
    /// Columns of one panel.
    package static let columns = 2 * Lanes.scalarCount

    /// `C = A · B`.
    ///
    /// - Parameters:
    ///   - count: rows of A and C, a multiple of ``rows``.
    ///   - a: row-major, `aStride` floats from row to row.
    ///   - panels: B as `[panel][depth][columns]`.
    ///   - c: row-major, `cStride` floats from row to row.
    package static func run(
        count: Int, depth: Int, _ a: Floats, aStride: Int, _ panels: Floats, panelCount: Int, into c: Floats,
        cStride: Int
    ) {
        for panel in 0..<panelCount {
            let b = panels + panel &* depth &* columns
            let target = c + panel &* columns
            for row in stride(from: 0, to: count, by: rows) {
                block(depth, a + row &* aStride, aStride, b, target + row &* cStride, cStride)
            }
        }
    }
}
