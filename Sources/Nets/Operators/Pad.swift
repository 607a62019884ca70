/// Extends a value of rank up to 4 at both ends of each axis.
///
/// `before` and `after` have one entry an axis; negative entries crop.
package struct Pad: Hashable, Sendable, Codable {
    package enum Mode: Hashable, Sendable, Codable {
        case constant(Float)
        /// Mirrored at the edge element, which is not repeated; needs padding smaller than the extent.
        case reflect
        /// The edge element, repeated.
        case edge
    }

    package var before: [Int]
    package var after: [Int]
    package var mode: Mode

    package init(before: [Int], after: [Int], mode: Mode) {
        self.before = before
        self.after = after
        self.mode = mode
    }

    /// Padding of height and width of `[N, H, W, C]`.
    package init(_ margins: Margins, mode: Mode) {
        self.init(
            before: [0, margins.top, margins.left, 0], after: [0, margins.bottom, margins.right, 0], mode: mode)
    }
}
