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
    let progress: (StyleProgress) -> Void
    let isCancelled: () -> Bool
    private let threads: ThreadPool

    init(
        original: Picture, opaque: Picture, settings: StyleSettings, threads: ThreadPool,
        progress: @escaping (StyleProgress) -> Void = { _ in }, isCancelled: @escaping () -> Bool
    ) {
        self.original = original
        self.opaque = opaque
        self.settings = settings
        self.progress = progress
        self.isCancelled = isCancelled
        self.threads = threads
    }

    /// An opaque frame, which has its size already.
    init(frame: Picture, settings: StyleSettings, threads: ThreadPool, isCancelled: @escaping () -> Bool) {
        self.init(original: frame, opaque: frame, settings: settings, threads: threads, isCancelled: isCancelled)
    }

    /// The styles as the networks see them: opaque, and with the content's colours if they are to match.
    func prepared(_ styles: [StylePicture]) -> [StylePicture] {
        styles.map { style in
            let opaque = style.picture.continuedColours()
            return StylePicture(
                settings.colors == .match ? opaque.matchingColours(of: self.opaque, by: settings.colorMatch) : opaque,
                weight: style.weight,
                mask: style.mask, styleMask: style.styleMask)
        }
    }

    /// Tells progress, a preview with the colours that the picture is going to have.
    func show(_ update: StyleProgress) {
        var update = update
        if settings.colors == .content { update.preview = update.preview.map(keepingColours) }
        progress(update)
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
