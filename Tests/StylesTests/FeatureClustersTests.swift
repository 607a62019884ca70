import Pictures
import Testing

import struct Wire.JobOptions

@testable import Styles

@Suite(.serialized) struct FeatureClustersTests {
    private let red = SIMD3<Double>(220, 40, 30)
    private let blue = SIMD3<Double>(40, 60, 220)
    private let side = 192

    /// Fine checks of one colour where `isChecked`, a slow ramp of another elsewhere.
    private func picture(
        checks: SIMD3<Double>, ramp: SIMD3<Double>, _ isChecked: (_ x: Int, _ y: Int) -> Bool
    ) -> Picture {
        let pixels = (0..<side * side).flatMap { index -> [UInt8] in
            let (x, y) = (index % side, index / side)
            let light = isChecked(x, y) ? ((x / 4 + y / 4) % 2 == 0 ? 1 : 0.2) : 0.6 + 0.4 * Double(x) / Double(side)
            let colour = (isChecked(x, y) ? checks : ramp) * light
            return (0..<3).map { UInt8(colour[$0]) }
        }
        return Picture(width: side, height: side, pixels: pixels)
    }

    /// Grey checks at the left; in the style red ones above, over blue.
    private var pair: (content: Picture, style: Picture) {
        let grey = SIMD3<Double>(repeating: 200)
        return (
            picture(checks: grey, ramp: grey) { x, _ in x < side / 2 },
            picture(checks: red, ramp: blue) { _, y in y < side / 2 }
        )
    }

    private func mean(_ picture: Picture, _ rect: PixelRect) -> SIMD3<Double> {
        let part = picture.cropped(to: rect)
        var sum = SIMD3<Double>(repeating: 0)
        for index in 0..<part.size.area { for c in 0..<3 { sum[c] += Double(part.pixels[index * 3 + c]) } }
        return sum / Double(part.size.area)
    }

    @Test func `what is alike in both pictures has one colour`() throws {
        let network = try network(.vgg19)
        let found = try FeatureClusters(of: [pair.content, pair.style], network, settings())
            .segmentations(clusters: 2, seed: 1)
        let segment = try #require(
            Segmentation.Segment.allCases.first { segment in
                guard let mask = found[0].mask(of: segment) else { return false }
                return mean(mask, PixelRect(x: 0, y: 0, width: mask.width / 2, height: mask.height))[0] > 128
            })
        let (content, style) = try (#require(found[0].mask(of: segment)), #require(found[1].mask(of: segment)))
        let half = content.width / 2
        #expect(mean(content, PixelRect(x: 0, y: 0, width: half, height: content.height))[0] > 0.9 * 255)
        #expect(mean(content, PixelRect(x: half, y: 0, width: half, height: content.height))[0] < 0.1 * 255)
        #expect(mean(style, PixelRect(x: 0, y: 0, width: style.width, height: half))[0] > 0.9 * 255)
        #expect(mean(style, PixelRect(x: 0, y: half, width: style.width, height: half))[0] < 0.1 * 255)
        let again = try FeatureClusters(of: [pair.content, pair.style], network, settings())
            .segmentations(clusters: 2, seed: 1)
        #expect(again.map { $0.mask(of: segment) } == [content, style])
    }

    /// A cluster that the style has nothing of would have nothing to be painted after.
    @Test func `a part that the style lacks joins another`() throws {
        let style = picture(checks: red, ramp: blue) { _, _ in true }
        let found = try FeatureClusters(of: [pair.content, style], network(.vgg19), settings())
            .segmentations(clusters: 9, seed: 1)
        for segment in Segmentation.Segment.allCases {
            #expect((found[0].mask(of: segment) == nil) == (found[1].mask(of: segment) == nil), "\(segment)")
        }
    }

    @Test func `each part is painted after its like`() throws {
        func painted(_ clusters: Int?) throws -> Picture {
            let result = try stylizer().stylize(
                pair.content, after: .pictures([StylePicture(pair.style)]),
                options: {
                    var options = JobOptions()
                    options.preset = .fast
                    options.clusters = clusters
                    return options
                }())
            #expect(result.regions == clusters)
            return result.picture
        }
        let (left, right) = (
            PixelRect(x: 8, y: 8, width: 70, height: 176), PixelRect(x: 114, y: 8, width: 70, height: 176)
        )
        func apart(_ picture: Picture) -> Double {
            let (a, b) = (mean(picture, left), mean(picture, right))
            return (a[0] - a[2]) - (b[0] - b[2])
        }
        let (whole, parted) = try (apart(painted(nil)), apart(painted(2)))
        #expect(parted > 60 && parted > whole + 30, "\(whole) and \(parted)")
    }
}
