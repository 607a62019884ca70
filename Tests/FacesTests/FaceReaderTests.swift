import Pictures
import Testing

@testable import Faces

/// One face at very different sizes: found, placed in pixels of the whole photograph, and still the same person.
struct FaceReaderTests {
    let reader: FaceReader
    let portrait: Picture
    let reference: FaceReading

    init() throws {
        reader = try FaceNetworks().reader()
        portrait = try Samples.picture("obama.jpg")
        reference = try reader.readOne(Samples.photograph("obama.jpg"), choosing: .only, minimumScore: 0.6)
    }

    /// Long sides from a thumbnail, which is enlarged, to twelve megapixels, which are decoded smaller.
    @Test(arguments: [160, 300, 700, 1600, 4000]) func theSameFaceAtEverySize(longSide: Int) throws {
        let picture = portrait.resized(longSide: longSide)
        let photograph = try picture.photograph("portrait.jpg")
        let sighting = try reader.sight(photograph, minimumScore: 0.6)
        #expect(sighting.size == picture.size)
        let reading = try reader.readOne(photograph, choosing: .only, minimumScore: 0.6)
        let factor = Float(longSide) / Float(portrait.size.longSide)
        let expected = reference.face.scaled(x: factor, y: factor)
        #expect(reading.face.box.overlap(with: expected.box) > 0.85, "\(reading.face.box) ≠ \(expected.box)")
        #expect(reading.template.similarity(to: reference.template).cosine > 0.75)
    }

    /// A face of 820 pixels in a picture of 1280 is too large for the detector until the picture shrinks.
    @Test func aFaceThatFillsThePicture() throws {
        let box = reference.face.box
        let closeUp = portrait.cropped(
            to: PixelRect(
                x: Int(box.x) - 20, y: Int(box.y) - 20, width: Int(box.width) + 40, height: Int(box.height) + 40)
        ).resized(longSide: 1280)
        let reading = try reader.readOne(closeUp.photograph("close-up.jpg"), choosing: .only, minimumScore: 0.6)
        #expect(reading.face.box.width > 700, "\(reading.face.box)")
        #expect(reading.template.similarity(to: reference.template).cosine > 0.85)
    }

    /// Small faces of a large photograph are cut from the whole photograph, not from its small decoding.
    @Test func smallFacesOfALargePhotographKeepTheirDetail() throws {
        let width = 2500
        let small = portrait.resized(longSide: 500)
        var pixels = [UInt8](repeating: 255, count: 3 * width * 1200)
        for row in 0..<small.height {
            let from = 3 * row * small.width
            let to = 3 * ((row + 300) * width + 1000)
            pixels.replaceSubrange(to..<to + 3 * small.width, with: small.pixels[from..<from + 3 * small.width])
        }
        let canvas = Picture(width: width, height: 1200, pixels: pixels)
        let photograph = try canvas.photograph("crowd.jpg")
        let sighting = try reader.sight(photograph, minimumScore: 0.6)
        #expect(sighting.decoded.width < canvas.width)
        let reading = try #require(reader.read(sighting.faces, of: sighting, in: photograph).first).get()
        #expect(reading.face.box.x > 1000 && reading.face.box.y > 300)
        let whole = try reader.readOne(small.photograph("small.jpg"), choosing: .only, minimumScore: 0.6)
        #expect(reading.quality.sharpness > 0.7 * whole.quality.sharpness)
        #expect(reading.template.similarity(to: reference.template).cosine > 0.75)
    }

    @Test func stagesAreTimed() throws {
        _ = reader.takeTimings()
        _ = try reader.readAll(Samples.photograph("obama2.jpg"), minimumScore: 0.6)
        let timings = reader.takeTimings()
        #expect(timings.decode > 0 && timings.detect > 0 && timings.align > 0 && timings.embed > 0)
        #expect(reader.takeTimings() == FaceTimings())
    }
}
