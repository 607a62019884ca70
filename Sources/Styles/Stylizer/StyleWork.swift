import Pictures

/// How much a stylisation by optimisation has to do.
package enum StyleWork {
    /// The sum over all iterations of the pixels of each.
    ///
    /// - Parameter size: of the result.
    package static func pixels(_ settings: StyleSettings, size: PixelSize) -> Double {
        let plan = ScalePlan(
            full: size, scales: settings.scales, iterations: settings.iterations,
            smallest: max(settings.network.kind?.smallestSide ?? 0, ScalePlan.leastSide))
        return plan.steps.reduce(0) { $0 + Double($1.iterations) * Double($1.size.area) }
    }
}

extension StyleSettings {
    /// The size of the result for a content of this size.
    package func outputSize(for content: PixelSize) -> PixelSize {
        content.fitted(longSide: self.upscale ? self.size : min(self.size, content.longSide))
    }
}
