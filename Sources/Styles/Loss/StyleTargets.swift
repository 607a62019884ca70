import Nets

/// What the terms of J compare of a region's styles, blended by their shares.
struct StyleTargets {
    /// Of the style loss, by its layers.
    let statistics: [String: LayerStatistics]
    /// Of the histogram loss, by its layers.
    let histograms: [String: ChannelQuantiles]
    /// Of a style loss of hypercolumns, `[n, d]`; `nil` of the others.
    let columns: Tensor?
}
