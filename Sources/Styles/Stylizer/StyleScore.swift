import Nets
import Pictures

import struct Wire.JobOptions

/// How much of a style's features a painting has, by VGG-16, through which paintings are optimised only where somebody asks for it:
/// 1 − d(painting)/d, d the Wasserstein distance of the features' Gaussians to the style's (``StyleTerm``), and d below the lower of
/// what the unpainted picture and its mean colour have. 1 is the style, 0 no nearer to it than before; a picture that is washed out has nothing.
///
/// For pictures of one size, after one style. Not `Sendable`.
package final class StyleScore {
    private let objective: StyleObjective

    /// - Throws: `StyleError.pictureTooSmall`, and what loading the network throws.
    package init(_ stylizer: Stylizer, style: Picture, size: PixelSize) throws {
        let settings = try StyleSettings(
            resolving: JobOptions {
                $0.network = .features(.vgg16)
                $0.styleLoss = [.w2]
                $0.contentWeight = 0
                $0.size = min(max(size.longSide, JobOptions.sizes.lowerBound), JobOptions.sizes.upperBound)
            })
        let network = try stylizer.featureNetwork(settings)
        let smallest = network.kind.smallestSide
        try size.check(holds: smallest)
        let region = StyleRegion.regions(of: [StylePicture(style).opaque])[0]
        let targets = try network.targets(
            of: region.pixels(at: size, settings, smallest: smallest), settings: settings)
        objective = try StyleObjective(
            network, content: Tensor(.nhwc(1, size.height, size.width, 3)), regions: [.init(targets: targets)],
            settings: settings, gradients: .none)
    }

    /// The score of a painting of a picture, both opaque and of the size.
    package func callAsFunction(_ painting: Picture, of picture: Picture) -> Double {
        func distance(_ picture: Picture) -> Double { objective.look(at: Tensor(pixelsOf: picture)).losses.style }
        let flat = Picture(width: picture.width, height: picture.height, filledWith: picture.mean)
        let least = min(distance(picture), distance(flat))
        return max(0, 1 - distance(painting) / max(least, .leastNormalMagnitude))
    }
}

extension Picture {
    fileprivate var mean: Colour {
        var sums = [0, 0, 0]
        for index in 0..<pixels.count { sums[index % 3] += Int(pixels[index]) }
        let count = width * height
        let means = sums.map { UInt8(($0 + count / 2) / count) }
        return Colour(red: means[0], green: means[1], blue: means[2])
    }
}
