import Foundation
import Testing

@testable import Pictures

@Suite struct ResampleTests {
    private static let sizes = [(1, 1), (2, 3), (5, 4), (17, 9), (32, 40)]

    @Test(arguments: ResampleFilter.allCases, sizes)
    func `a constant stays constant`(filter: ResampleFilter, size: (Int, Int)) {
        for channels in Picture.Channels.allCases {
            let pixel: [UInt8] = [7, 130, 251, 93]
            let pixels = (0..<(13 * 11)).flatMap { _ in pixel.prefix(channels.count) }
            let picture = Picture(width: 13, height: 11, channels: channels, pixels: pixels)
            let resized = picture.resized(to: PixelSize(width: size.0, height: size.1), filter: filter)
            #expect(resized.size == PixelSize(width: size.0, height: size.1))
            for (index, sample) in resized.pixels.enumerated() {
                let expected = pixel[index % channels.count]
                guard sample == expected else {
                    Issue.record("\(filter) to \(size), \(channels), sample \(index): \(sample), not \(expected)")
                    return
                }
            }
        }
    }

    @Test(arguments: ResampleFilter.allCases, sizes)
    func `agrees with the definition in two dimensions`(filter: ResampleFilter, size: (Int, Int)) {
        let source = FloatPicture(noise(19, 14, seed: 23))
        let target = PixelSize(width: size.0, height: size.1)
        let resized = source.resized(to: target, filter: filter)
        let expected = naive(source, target, filter)
        let difference = zip(resized.values, expected).map { abs($0 - $1) }.max()!
        #expect(difference < 2e-6, "\(filter) to \(target): \(difference)")
    }

    /// The weighted mean over all source pixels, by the kernel's formula, in double precision.
    private func naive(_ source: FloatPicture, _ target: PixelSize, _ filter: ResampleFilter) -> [Float] {
        func kernel(_ x: Double) -> Double {
            let x = abs(x)
            if filter == .bilinear { return x < 1 ? 1 - x : 0 }
            if x < 1e-12 { return 1 }
            return x < 3 ? 3 * sin(.pi * x) * sin(.pi * x / 3) / (.pi * .pi * x * x) : 0
        }
        func weights(_ count: Int, _ targetCount: Int, _ index: Int) -> [Double] {
            let ratio = Double(count) / Double(targetCount)
            let centre = (Double(index) + 0.5) * ratio - 0.5
            let raw = (0..<count).map { kernel((Double($0) - centre) / max(1, ratio)) }
            return raw.map { $0 / raw.reduce(0, +) }
        }
        var result: [Float] = []
        for y in 0..<target.height {
            let down = weights(source.height, target.height, y)
            for x in 0..<target.width {
                let along = weights(source.width, target.width, x)
                for channel in 0..<3 {
                    var sum = 0.0
                    for (row, weight) in down.enumerated() where weight != 0 {
                        for (column, other) in along.enumerated() where other != 0 {
                            sum += weight * other * Double(source.values[(row * source.width + column) * 3 + channel])
                        }
                    }
                    result.append(Float(sum))
                }
            }
        }
        return result
    }

    @Test func `agrees with Pillow`() throws {
        let golden = Fixtures.all.resampling
        let picture = Picture(width: golden.width, height: golden.height, pixels: Array(golden.pixels))
        #expect(golden.results.count == 6)
        for result in golden.results {
            let filter = try #require(["lanczos3": ResampleFilter.lanczos3, "bilinear": .bilinear][result.filter])
            let target = PixelSize(width: result.width, height: result.height)
            let floats = FloatPicture(picture).resized(to: target, filter: filter)
            let bytes = picture.resized(to: target, filter: filter)
            for (index, expected) in result.red.enumerated() {
                #expect(abs(floats.values[index * 3] * 255 - expected) < 2e-3)
                #expect(abs(Float(bytes.pixels[index * 3]) - min(max(expected, 0), 255)) <= 0.502)
            }
        }
    }

    @Test func `transparent pixels lend no colour`() {
        // Opaque red beside clear green: the mix is red, half clear.
        let pixels = (0..<8).flatMap { $0 < 4 ? [255, 0, 0, 255] : [0, 255, 0, 0] as [UInt8] }
        let picture = Picture(width: 8, height: 1, channels: .rgba, pixels: pixels)
        let one = picture.resized(to: PixelSize(width: 1, height: 1), filter: .bilinear)
        #expect(one.pixels[0] == 255 && one.pixels[1] == 0)
        #expect((127...128).contains(one.pixels[3]))
    }

    @Test func `linear light averages light`() {
        let stripes = Picture(
            width: 64, height: 2, pixels: (0..<128).flatMap { [UInt8](repeating: $0 % 2 == 0 ? 0 : 255, count: 3) })
        let target = PixelSize(width: 1, height: 1)
        #expect((127...128).contains(stripes.resized(to: target).pixels[0]))
        let linear = Picture(FloatPicture(stripes, in: .linear).resized(to: target))
        // Half the light is 188 in sRGB.
        #expect((187...189).contains(linear.pixels[0]))
    }

    @Test func `shrinking does not alias`() {
        // A pattern finer than the target can show becomes an even grey.
        let checks = Picture(
            width: 300, height: 300,
            pixels: (0..<90_000).flatMap { [UInt8](repeating: ($0 % 300 + $0 / 300) % 2 == 0 ? 0 : 255, count: 3) })
        for filter in ResampleFilter.allCases {
            let inner = checks.resized(to: PixelSize(width: 70, height: 70), filter: filter)
                .cropped(to: PixelRect(x: 5, y: 5, width: 60, height: 60))
            #expect(inner.pixels.allSatisfy { (120...135).contains($0) }, "\(filter)")
        }
    }

    @Test func `the long side keeps the aspect`() {
        #expect(PixelSize(width: 4000, height: 3000).fitted(longSide: 1024) == PixelSize(width: 1024, height: 768))
        #expect(PixelSize(width: 10, height: 5000).fitted(longSide: 100) == PixelSize(width: 1, height: 100))
        #expect(scene(40, 80).resized(longSide: 20).size == PixelSize(width: 10, height: 20))
    }

    @Test func `cropping takes what meets the picture`() {
        let picture = noise(10, 8, seed: 31)
        let part = picture.cropped(to: PixelRect(x: -3, y: 5, width: 6, height: 40))
        #expect(part.size == PixelSize(width: 3, height: 3))
        for y in 0..<3 { for x in 0..<3 { #expect(part[x: x, y: y].elementsEqual(picture[x: x, y: y + 5])) } }
    }
}
