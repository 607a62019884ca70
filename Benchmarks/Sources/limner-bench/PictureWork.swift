import Nets
import Pictures

/// Resampling, and JPEG in and out, on one core as a worker does them.
enum PictureWork {
    /// Twelve megapixels, as a telephone takes them.
    private static let photograph = PixelSize(width: 4000, height: 3000)

    static func measure(runs: Int, only: String, _ add: (Measurement) -> Void) throws {
        let large = scene(photograph)
        let small = large.resized(longSide: 1024)
        let file = try PictureFile(name: "photograph", bytes: large.encodeJPEG())
        func measure(_ name: String, _ work: () throws -> Void) rethrows {
            guard only.isEmpty || name.contains(only) else { return }
            add(try Measurement(name, runs: runs, work))
        }
        measure("resample 4000x3000 to 1024") { _ = large.resized(longSide: 1024) }
        measure("resample 1024x768 to 512") { _ = small.resized(longSide: 512) }
        measure("resample 1024x768 to 2048") { _ = small.resized(longSide: 2048) }
        try measure("JPEG 4000x3000 decode") { _ = try file.decode() }
        try measure("JPEG 4000x3000 decode, at least 1024") { _ = try file.decode(scale: .covering(longSide: 1024)) }
        try measure("JPEG 4000x3000 encode") { _ = try large.encodeJPEG() }
        try measure("JPEG 1024x768 encode") { _ = try small.encodeJPEG() }
    }

    /// Broad gradients with some grain, which codecs find about as hard as a photograph.
    private static func scene(_ size: PixelSize) -> Picture {
        var generator = SeededGenerator(seed: 1)
        let pixels = [UInt8](unsafeUninitializedCapacity: size.area * 3) { pixels, count in
            for y in 0..<size.height {
                for x in 0..<size.width {
                    let grain = Int(generator.uniform(0, 16))
                    let start = (y * size.width + x) * 3
                    pixels[start] = UInt8((x * 200 / size.width + grain) & 255)
                    pixels[start + 1] = UInt8((y * 200 / size.height + grain) & 255)
                    pixels[start + 2] = UInt8(((x + y) / 8 + grain) & 255)
                }
            }
            count = size.area * 3
        }
        return Picture(width: size.width, height: size.height, pixels: pixels)
    }
}
