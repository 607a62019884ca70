/// Sum or mean over some axes. Negative axes count from the end.
package struct Reduce: Hashable, Sendable, Codable {
    package enum Kind: String, Hashable, Sendable, Codable { case sum, mean }

    package var kind: Kind
    package var axes: [Int]
    /// Whether reduced axes stay as extents of 1.
    package var keepsAxes: Bool

    package init(_ kind: Kind, axes: [Int], keepsAxes: Bool = true) {
        self.kind = kind
        self.axes = axes
        self.keepsAxes = keepsAxes
    }
}
