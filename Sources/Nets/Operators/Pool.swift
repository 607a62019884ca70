/// The greatest or the mean value of a window that slides over the picture.
///
/// x `[N, H, W, C]` → `[N, H', W', C]`. Padding never wins a maximum, and counts in a mean only when
/// `countsPadding`. With `roundsUp` a last, partial window is kept as long as it starts inside the picture or its
/// leading padding.
package struct Pool: Hashable, Sendable, Codable {
    package enum Kind: String, Hashable, Sendable, Codable { case max, average }

    package var kind: Kind
    package var window: Extent2
    package var stride: Extent2
    package var padding: Margins
    package var roundsUp: Bool
    package var countsPadding: Bool

    package init(
        _ kind: Kind, window: Extent2, stride: Extent2, padding: Margins = .none, roundsUp: Bool = false,
        countsPadding: Bool = false
    ) {
        self.kind = kind
        self.window = window
        self.stride = stride
        self.padding = padding
        self.roundsUp = roundsUp
        self.countsPadding = countsPadding
    }
}
