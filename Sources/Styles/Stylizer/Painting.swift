import ModelFiles
import Nets
import Pictures

import enum Wire.LumaSpace

/// One call's picture at its final size, and what goes with it.
struct Painting {
    /// With alpha, if it has any.
    let original: Picture
    let opaque: Picture
    /// Of which colours are kept: with all bits that there are.
    private var coloured: Picture { original.channels == .rgb ? original : opaque }
    let settings: StyleSettings
    /// Of the styles, where each has one: what none of them covers stays as it is.
    private let masks: [Picture]
    let progress: (StyleProgress) -> Void
    let isCancelled: () -> Bool
    private let threads: ThreadPool

    init(
        original: Picture, opaque: Picture, masks: [Picture], settings: StyleSettings, threads: ThreadPool,
        progress: @escaping (StyleProgress) -> Void = { _ in }, isCancelled: @escaping () -> Bool
    ) {
        self.original = original
        self.opaque = opaque
        self.masks = masks
        self.settings = settings
        self.progress = progress
        self.isCancelled = isCancelled
        self.threads = threads
    }

    /// An opaque frame, which has its size already.
    init(
        frame: Picture, masks: [Picture], settings: StyleSettings, threads: ThreadPool,
        isCancelled: @escaping () -> Bool
    ) {
        self.init(
            original: frame, opaque: frame, masks: masks, settings: settings, threads: threads,
            isCancelled: isCancelled)
    }

    /// The styles as the networks see them: opaque, and with the content's colours if they are to match.
    func prepared(_ styles: [StylePicture]) -> [StylePicture] {
        styles.map { style in
            let style = style.opaque
            let opaque = style.picture
            return StylePicture(
                settings.colors == .match ? opaque.matchingColours(of: self.opaque, by: settings.colorMatch) : opaque,
                weight: style.weight,
                mask: style.mask, styleMask: style.styleMask, layers: style.layers)
        }
    }

    /// Tells progress, a preview with the colours that the picture is going to have, and where it is going to have them.
    func show(_ update: StyleProgress) {
        var update = update
        if settings.colors == .content { update.preview = update.preview.map(keepingColours) }
        update.preview = update.preview.map(laidByMasks)
        progress(update)
    }

    /// An optimisation moves what no style covers, too: what it begins with is noise, and statistics look across a mask's edge.
    private func laidByMasks(_ painted: Picture) -> Picture {
        guard !masks.isEmpty else { return painted }
        return opaque.resized(to: painted.size).covered(
            by: masks.map { (painted, RegionMask($0, stretchedTo: painted.size)) })
    }

    private func keepingColours(_ repainted: Picture) -> Picture {
        repainted.keepingColours(of: coloured, in: settings.lumaSpace.lightness)
    }

    /// Finishes after styles that are no pictures: their colours could not be moved beforehand, and their strength is a mixture.
    func finish(mixing repainted: Picture, networks: [ModelCard], timings: StyleTimings) -> StylizedPicture {
        finish(mixed(repainted), networks: networks, timings: timings)
    }

    /// With the content's colours if they are to match, and as much of it as the strength leaves.
    func mixed(_ repainted: Picture) -> Picture {
        let coloured =
            settings.colors == .match
            ? repainted.matchingColours(of: opaque, by: settings.colorMatch) : repainted
        return coloured.mixed(with: opaque, share: settings.strength)
    }

    /// A photograph again, if it is to be one; colours and alpha put back.
    func finish(
        _ repainted: Picture, networks: [ModelCard], timings: StyleTimings,
        record: StyleCheckpoint.Record = .init(), settings method: StyleSettings? = nil,
        beginning: StyleBeginning = .new, isInParts: Bool = false, regions: Int? = nil
    ) -> StylizedPicture {
        var timings = timings
        progress(StyleProgress(fraction: 1, stage: .finishing))
        let picture = timings.measure(\.finishing) {
            var picture =
                settings.photorealistic
                ? PhotographicSmoothing.smooth(repainted, content: opaque, threads: threads) : repainted
            if settings.colors == .content { picture = keepingColours(picture) }
            // In one pass each region was laid over the content, and nothing else was changed.
            if settings.preset != .fast || settings.photorealistic { picture = laidByMasks(picture) }
            return picture.standingFor(original, in: settings.format)
        }
        return StylizedPicture(
            picture: picture, losses: record.trace, iterations: record.iterations, delivered: record.delivered,
            likeness: record.likeness, fallbacks: record.fallbacks, beginning: beginning,
            isInParts: isInParts, optimizer: record.optimizer, regions: regions, networks: networks,
            settings: method ?? settings, timings: timings)
    }
}

extension LumaSpace {
    fileprivate var lightness: Picture.LightnessSpace {
        switch self {
        case .ycbcr: .yCbCr
        case .luv: .luv
        case .lab: .lab
        }
    }
}
