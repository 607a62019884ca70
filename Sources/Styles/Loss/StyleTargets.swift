/// What the terms of J compare of a region's styles, blended by their shares.
struct StyleTargets {
    /// Of the style loss, by its layers.
    let statistics: [String: LayerStatistics]
    /// Of the histogram loss, by its layers.
    let histograms: [String: ChannelQuantiles]
}
