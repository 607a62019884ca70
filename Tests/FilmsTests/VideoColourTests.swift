import Films
import Pictures
import Testing

@Suite struct VideoColourTests {
    private static let limited601 = VideoColour(matrix: .bt601, range: .limited)
    private static let limited709 = VideoColour(matrix: .bt709, range: .limited)

    /// The published numbers of the primaries (ITU-R BT.601-7, BT.709-6), rounded.
    @Test(
        arguments: [
            (limited601, [1, 0, 0], [81, 90, 240]), (limited601, [0, 1, 0], [145, 54, 34]),
            (limited601, [0, 0, 1], [41, 240, 110]), (limited601, [1, 1, 1], [235, 128, 128]),
            (limited709, [1, 0, 0], [63, 102, 240]), (limited709, [0, 1, 0], [173, 42, 26]),
            (limited709, [0, 0, 1], [32, 240, 118]), (limited709, [0, 0, 0], [16, 128, 128]),
            (VideoColour(matrix: .bt601, range: .full), [1, 0, 0], [76, 85, 255]),
        ] as [(VideoColour, [Float], [UInt8])])
    func primariesHaveTheirNumbers(colour: VideoColour, rgb: [Float], expected: [UInt8]) {
        let size = PixelSize(width: 1, height: 1)
        let planes = Planes(size: size, count: 3, values: rgb)
        let frame = YUVFrame(planes, sampling: .full, colour: colour)
        #expect(frame.samples == expected)
        let back = frame.planes(colour).values
        #expect(zip(back, rgb).allSatisfy { abs($0 - $1) < 0.01 }, "\(back)")
    }

    /// Colours that change slowly come back through every sampling, at odd sizes too.
    @Test(arguments: ChromaSampling.allCases, [(64, 48), (33, 21), (1, 1), (2, 1)])
    func comesBack(sampling: ChromaSampling, side: (Int, Int)) {
        let size = PixelSize(width: side.0, height: side.1)
        for matrix in VideoColour.Matrix.allCases {
            for range in VideoColour.Range.allCases {
                let colour = VideoColour(matrix: matrix, range: range)
                var planes = [[Float]](repeating: [], count: 3)
                for y in 0..<size.height {
                    for x in 0..<size.width {
                        let (a, b) = (Float(x) / 64, Float(y) / 48)
                        let grey = sampling == .none
                        planes[0].append(grey ? a : 0.2 + 0.5 * a)
                        planes[1].append(grey ? a : 0.8 - 0.5 * b)
                        planes[2].append(grey ? a : 0.3 + 0.2 * a + 0.3 * b)
                    }
                }
                let picture = Planes(size: size, count: 3, values: planes.flatMap { $0 })
                let frame = YUVFrame(picture, sampling: sampling, colour: colour)
                let back = frame.planes(colour)
                let worst = zip(back.values, picture.values).map { abs($0 - $1) }.max() ?? 0
                #expect(worst < 0.02, "\(sampling) \(size) \(colour): \(worst)")
            }
        }
    }

    /// Of a ramp of colour: samples amid two pixels lie half a pixel to the right of those on the left one.
    @Test func samplesLieWhereTheyShould() {
        let size = PixelSize(width: 16, height: 2)
        func blue(_ sampling: ChromaSampling) -> [Float] {
            let luma = [UInt8](repeating: 100, count: 32)
            let cb = (0..<8).map { UInt8(100 + 4 * $0) }
            let frame = YUVFrame(size: size, sampling: sampling, samples: luma + cb + [UInt8](repeating: 128, count: 8))
            return frame.planes(Self.limited601).values
        }
        let slope = blue(.quarterLeft)[64 + 5] - blue(.quarterLeft)[64 + 4]
        let shift = blue(.quarterLeft)[64 + 5] - blue(.quarterCentred)[64 + 5]
        #expect(abs(shift - slope / 2) < 1e-5)
    }

    @Test func valuesOutsideAreClamped() {
        let size = PixelSize(width: 3, height: 1)
        let planes = Planes(size: size, count: 3, values: [-1, 2, .nan, -1, 2, .nan, -.infinity, .infinity, .nan])
        let frame = YUVFrame(planes, sampling: .full, colour: Self.limited601)
        #expect(Array(frame.samples.prefix(3)) == [16, 235, 16])
        let wild = YUVFrame(size: size, sampling: .full, samples: [255, 0, 255, 0, 255, 0, 255, 255, 0])
        #expect(wild.planes(Self.limited709).values.allSatisfy { (0...1).contains($0) })
    }

    @Test func highDefinitionIsOfBT709() {
        for (width, height, matrix) in [
            (640, 360, .bt601), (720, 576, .bt601), (1280, 534, .bt709), (1024, 577, .bt709), (1920, 1080, .bt709),
        ] as [(Int, Int, VideoColour.Matrix)] {
            #expect(VideoColour.usual(for: PixelSize(width: width, height: height)).matrix == matrix)
        }
    }
}
