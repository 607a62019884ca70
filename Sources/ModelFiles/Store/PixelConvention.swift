/// How a network wants its pixels: `(pixel − mean) · scale` per channel, pixels from 0 to 255.
package struct PixelConvention: Hashable, Sendable, Codable {
    package enum Order: String, Hashable, Sendable, Codable { case rgb, bgr }

    /// Order of the channels in the network's input; ``mean`` and ``scale`` follow it.
    package var order: Order
    package var mean: [Float]
    package var scale: [Float]

    package init(order: Order, mean: [Float], scale: [Float]) {
        precondition(mean.count == 3 && scale.count == 3, "\(mean) and \(scale) are not for three channels")
        self.order = order
        self.mean = mean
        self.scale = scale
    }

    /// Raw bytes, blue first: OpenCV's detectors.
    package static let rawBGR = PixelConvention(order: .bgr, mean: [0, 0, 0], scale: [1, 1, 1])
    /// Raw bytes: networks that begin with their own normalisation.
    package static let rawRGB = PixelConvention(order: .rgb, mean: [0, 0, 0], scale: [1, 1, 1])
    /// From −1 to 1: ArcFace-style embedders.
    package static let centredRGB = PixelConvention(
        order: .rgb, mean: [127.5, 127.5, 127.5], scale: [1 / 127.5, 1 / 127.5, 1 / 127.5])
    /// From 0 to 1: the feed-forward style networks.
    package static let unitRGB = PixelConvention(order: .rgb, mean: [0, 0, 0], scale: [1 / 255, 1 / 255, 1 / 255])
    /// The original Caffe VGG networks: blue first, minus the mean pixel of ImageNet.
    package static let caffe = PixelConvention(order: .bgr, mean: [103.939, 116.779, 123.68], scale: [1, 1, 1])
    /// torchvision's ImageNet networks: unit range, minus mean, by standard deviation.
    package static let torchvision = PixelConvention(
        order: .rgb, mean: [0.485 * 255, 0.456 * 255, 0.406 * 255],
        scale: [1 / (0.229 * 255), 1 / (0.224 * 255), 1 / (0.225 * 255)])
}
