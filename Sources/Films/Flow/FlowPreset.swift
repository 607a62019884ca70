import Pictures

/// How much time a flow may take: the operating points of Kroeger 2016, as OpenCV knows them too.
package enum FlowPreset: String, Sendable, CaseIterable {
    /// A quarter of the frame's sides, patches only: for previews.
    case ultrafast
    /// A quarter of the sides, refined: the usual choice for films.
    case fast
    /// Half the sides, denser patches, refined.
    case medium

    /// The pyramid's level at which the search ends; level s has 2⁻ˢ of the sides.
    var finestLevel: Int { self == .medium ? 1 : 2 }

    /// Pixels from one patch to the next.
    var patchStep: Int { self == .medium ? 3 : 4 }

    /// Gauss–Newton steps of a patch in each of the two sweeps. True steps converge in a few, where implementations with
    /// unscaled Sobel derivatives take an eighth of each and need 12 to 25.
    static let stepsInSweep = 6

    /// Whether each level ends with variational refinement.
    var isRefined: Bool { self != .ultrafast }
}

/// The levels of a pyramid over frames of one size.
struct FlowLevels {
    /// Sides of a patch, in pixels of its level.
    static let patch = 8

    /// Sides of level 0 and of all above it, halved and rounded down each time.
    let sizes: [PixelSize]
    let finest: Int

    /// Levels are added while four patches span no more than √2 of the longer side of the next one, and one patch fits
    /// into its shorter side: motions of a quarter of the frame are found (Kroeger 2016, §3).
    ///
    /// - Parameter finest: the finest level wanted; a small frame has fewer.
    init(_ size: PixelSize, finest: Int) {
        var sizes = [size]
        var longSide = Double(size.longSide) / 2
        while longSide * 2.0.squareRoot() >= Double(4 * Self.patch),
            min(sizes.last!.width, sizes.last!.height) / 2 >= Self.patch
        {
            sizes.append(PixelSize(width: sizes.last!.width / 2, height: sizes.last!.height / 2))
            longSide /= 2
        }
        self.sizes = sizes
        self.finest = min(finest, sizes.count - 1)
    }
}
