import ModelFiles
import Pictures

import enum Wire.StyleOptimizer

/// The result of a stylisation and how it came about.
package struct StylizedPicture: Sendable {
    /// RGBA when the content had alpha and the format holds it, else RGB.
    package let picture: Picture
    /// Every `lossInterval` iterations, the first and the last one; empty in one-pass modes.
    package let losses: [StyleLossPoint]
    /// 0 in one-pass modes. Fewer than asked for where a size settled.
    package let iterations: Int
    /// Whose pixels these are: the iteration of the lowest loss at the last size, and its losses, before a photograph was made of them;
    /// `nil` in one-pass modes.
    package let delivered: StyleLossPoint?
    /// How much of the content the network finds again, as ``StyleObjective/look(at:)`` has it; `nil` in one-pass modes.
    package let likeness: Double?
    /// The iterations at which Adam took over, because L-BFGS found no way down, or another painting began.
    package let fallbacks: [Int]
    package let beginning: StyleBeginning
    /// Whether there was no room to look at the whole of it at its full size.
    package let isInParts: Bool
    /// What was at work at the full size in the end, which need not be what was asked for; `nil` in one-pass modes.
    package let optimizer: StyleOptimizer?
    /// How many regions have styles of their own: more than one by masks, or as many as `clusters` found; `nil` without either.
    package let regions: Int?
    /// The networks that took part.
    package let networks: [ModelCard]
    /// Those that it was painted with: after one that did not pass they may be others than were asked for.
    package let settings: StyleSettings
    package let timings: StyleTimings
}

/// Seconds by stage.
package struct StyleTimings: Hashable, Sendable, Codable {
    /// Reading and converting models; 0 when they were loaded already.
    package internal(set) var loading = 0.0
    /// Content activations and style Gram matrices.
    package internal(set) var measuring = 0.0
    /// Iterations, or the one pass.
    package internal(set) var painting = 0.0
    /// Colours, alpha and the 8-bit picture.
    package internal(set) var finishing = 0.0

    package var total: Double { loading + measuring + painting + finishing }
}
