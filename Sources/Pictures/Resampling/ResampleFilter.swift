#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The kernel that weighs source pixels for one target pixel. Both are widened when a picture shrinks, so that every
/// source pixel counts and nothing aliases.
package enum ResampleFilter: Sendable, CaseIterable {
    /// Windowed sinc of three lobes: sharp; may overshoot beside hard edges (values are clamped at the end).
    case lanczos3
    /// Triangle: soft, never overshoots.
    case bilinear

    /// Half width of the kernel, in target pixels when shrinking and in source pixels when enlarging.
    var support: Double {
        switch self {
        case .lanczos3: 3
        case .bilinear: 1
        }
    }

    /// The weight at distance `x`; zero outside ±``support``.
    func weight(at x: Double) -> Double {
        switch self {
        case .lanczos3: abs(x) < 3 ? Self.sinc(x) * Self.sinc(x / 3) : 0
        case .bilinear: max(0, 1 - abs(x))
        }
    }

    private static func sinc(_ x: Double) -> Double {
        x == 0 ? 1 : sin(.pi * x) / (.pi * x)
    }
}
