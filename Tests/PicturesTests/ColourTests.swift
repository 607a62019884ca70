import Testing

@testable import Pictures

@Suite struct ColourTests {
    @Test(arguments: ColourSpace.allCases)
    func `every space gives every 8-bit colour back`(space: ColourSpace) {
        var pixels: [UInt8] = []
        for red in stride(from: 0, through: 255, by: 15) {
            for green in stride(from: 0, through: 255, by: 17) {
                for blue in stride(from: 0, through: 255, by: 5) {
                    pixels += [UInt8(red), UInt8(green), UInt8(blue)]
                }
            }
        }
        let picture = Picture(width: pixels.count / 3, height: 1, pixels: pixels)
        #expect(Picture(FloatPicture(picture, in: space)).pixels == pixels)
        for other in ColourSpace.allCases {
            let there = FloatPicture(picture, in: space).converted(to: other)
            #expect(Picture(there).pixels == pixels, "by way of \(other)")
        }
    }

    @Test func `values agree with the standards' formulas`() {
        #expect(!Fixtures.all.colours.isEmpty)
        for golden in Fixtures.all.colours {
            let picture = Picture(width: 1, height: 1, pixels: golden.rgb)
            let pairs: [(ColourSpace, [Float], Float)] = [
                (.linear, golden.linear, 2e-5), (.lab, golden.lab, 5e-3), (.yCbCr, golden.yCbCr, 2e-5),
            ]
            for (space, expected, tolerance) in pairs {
                let values = FloatPicture(picture, in: space).values
                for (value, wanted) in zip(values, expected) {
                    #expect(abs(value - wanted) <= tolerance, "\(golden.rgb) in \(space): \(values), not \(expected)")
                }
            }
        }
    }

    /// Of the primaries in CIE L*u*v*, as colour calculators give them.
    @Test(
        arguments: [
            ([255, 255, 255], [100, 0, 0]), ([255, 0, 0], [53.24, 175.01, 37.76]),
            ([0, 255, 0], [87.73, -83.08, 107.40]),
            ([0, 0, 255], [32.30, -9.40, -130.34]), ([0, 0, 0], [0, 0, 0]),
        ] as [([UInt8], [Float])])
    func `primaries have their known lightness and chroma`(rgb: [UInt8], luv: [Float]) {
        let values = FloatPicture(Picture(width: 1, height: 1, pixels: rgb), in: .luv).values
        for (value, wanted) in zip(values, luv) { #expect(abs(value - wanted) < 0.05, "\(values), not \(luv)") }
    }

    @Test func `alpha passes through`() {
        let picture = noise(6, 6, .rgba, seed: 41)
        for space in ColourSpace.allCases {
            #expect(Picture(FloatPicture(picture, in: space)).pixels == picture.pixels)
        }
    }

    @Test func `values out of range and NaN become bytes`() {
        let values: [Float] = [-1, 2, .nan, .infinity, -.infinity, 0.5]
        let picture = Picture(FloatPicture(width: 2, height: 1, space: .sRGB, values: values))
        #expect(picture.pixels == [0, 255, 0, 255, 0, 128])
    }

    @Test(arguments: Picture.LightnessSpace.allCases)
    func `kept colours have the lightness of one picture and the hue of the other`(space: Picture.LightnessSpace) {
        // Muted, so that no mix leaves the range of RGB.
        func muted(_ picture: Picture) -> Picture {
            Picture(width: picture.width, height: picture.height, pixels: picture.pixels.map { 96 + $0 / 4 })
        }
        let stylised = muted(noise(12, 9, seed: 43))
        let content = muted(scene(12, 9))
        let mixed = FloatPicture(stylised.keepingColours(of: content, in: space), in: space.colourSpace)
        let lightness = FloatPicture(stylised, in: space.colourSpace)
        let colour = FloatPicture(content, in: space.colourSpace)
        // Rounding to bytes moves a value by half a step.
        let step: Float = space == .yCbCr ? 0.006 : space == .lab ? 0.8 : 1.2
        for index in stride(from: 0, to: mixed.values.count, by: 3) {
            #expect(abs(mixed.values[index] - lightness.values[index]) < step)
            #expect(abs(mixed.values[index + 1] - colour.values[index + 1]) < step)
            #expect(abs(mixed.values[index + 2] - colour.values[index + 2]) < step)
        }
    }

    @Test func `content of another size is brought to the picture's`() {
        let grey = Picture(width: 30, height: 20, filledWith: Colour(red: 120, green: 120, blue: 120))
        let red = Picture(width: 7, height: 5, filledWith: Colour(red: 180, green: 100, blue: 100))
        let mixed = grey.keepingColours(of: red)
        #expect(mixed.size == grey.size)
        #expect(mixed.pixels[0] > mixed.pixels[1] && mixed.pixels[1] == mixed.pixels[2])
    }
}
