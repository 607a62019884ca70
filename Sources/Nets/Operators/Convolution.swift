/// Cross-correlation, as deep learning calls convolution, with bias and a fused activation.
///
/// x `[N, H, W, C]`, weights `[kh, kw, C / groups, out]`, optional bias `[out]` → `[N, H', W', out]`, where
/// `H' = (H + top + bottom − dilation·(kh − 1) − 1) / stride + 1`, rounded down. `groups == C == out` is depthwise.
package struct Convolution: Hashable, Sendable, Codable {
    package var stride: Extent2
    package var padding: Margins
    package var dilation: Extent2
    package var groups: Int
    /// Applied to the sum in the same pass; `nil` for none.
    package var activation: Activation?

    package init(
        stride: Extent2 = .init(1), padding: Margins = .none, dilation: Extent2 = .init(1), groups: Int = 1,
        activation: Activation? = nil
    ) {
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.groups = groups
        self.activation = activation
    }
}
