import CHEIF
import Parsing

/// Decodes the primary picture of a HEIC or AVIF file, cropped and turned as the file says, to RGB, or RGBA where it has transparency; of
/// more than 8 bits in 16. Light of high dynamic range is brought to the ordinary one.
///
/// libheif sees one coded picture at a time, in a file that is made for it: what joins, crops and turns them is done here.
enum HEIFDecoder {
    /// - Parameter header: of this file, within its limits.
    static func decode(_ file: PictureFile, _ header: PictureHeader) throws(PictureError) -> DecodedPicture {
        let layout = try file.reading { () throws(PictureHeader.Fault) in try HEIFLayout(file.bytes) }
        let colours = layout.colours
        var picture = try self.picture(of: colours, layout, file).transformed(by: colours.transforms)
        if let alpha = layout.alpha {
            let mask = try self.picture(of: alpha, layout, file)
            // Writers turn and crop the colours alone, and mean both.
            let shown =
                alpha.transforms.isEmpty
                ? mask.resized(to: colours.size, filter: .bilinear).transformed(by: colours.transforms)
                : mask.transformed(by: alpha.transforms).resized(to: picture.size, filter: .bilinear)
            picture = picture.seen(through: shown, isPremultiplied: layout.isPremultiplied)
        }
        var samples: DecodedPicture.Samples = picture.deep.map { .sixteen($0) } ?? .eight(picture.pixels)
        var profile = layout.profile.flatMap { ICCProfile(bytes: Array($0)) }
        if profile == nil {
            let codes = ColourCodes(
                primaries: UInt16(truncatingIfNeeded: layout.primaries),
                transfer: UInt16(truncatingIfNeeded: layout.transfer))
            profile = try codes.turn(&samples, channels: picture.channels, of: file.name)
        }
        return DecodedPicture(size: picture.size, channels: picture.channels, samples: samples, profile: profile)
    }

    private static func picture(
        of canvas: HEIFLayout.Canvas, _ layout: HEIFLayout, _ file: PictureFile
    ) throws(PictureError) -> Picture {
        let size = canvas.size
        guard canvas.depth > 8 else {
            return Picture(
                width: size.width, height: size.height, pixels: try samples(of: canvas, layout, file, depth: 8))
        }
        return Picture(width: size.width, height: size.height, deep: try samples(of: canvas, layout, file, depth: 16))
    }

    private static func samples<Sample: FixedWidthInteger>(
        of canvas: HEIFLayout.Canvas, _ layout: HEIFLayout, _ file: PictureFile, depth: UInt32
    ) throws(PictureError) -> [Sample] {
        let (size, tile) = (canvas.size, canvas.tile)
        let pixel = 3 * MemoryLayout<Sample>.stride
        var samples = [Sample](repeating: 0, count: size.area * 3)
        for (place, item) in canvas.items.enumerated() {
            let (x, y) = (place % canvas.columns * tile.width, place / canvas.columns * tile.height)
            // A grid may have more tiles than it shows.
            guard x < size.width, y < size.height else { continue }
            let coded = try file.reading { () throws(PictureHeader.Fault) in try layout.file(of: item) }
            let status = samples.withUnsafeMutableBytes { pixels in
                var target = cheif_target(
                    pixels: pixels.baseAddress! + (y * size.width + x) * pixel, stride: size.width * pixel,
                    depth: depth,
                    width: UInt32(min(tile.width, size.width - x)), height: UInt32(min(tile.height, size.height - y)))
                return coded.withUnsafeBufferPointer {
                    cheif_decode($0.baseAddress, $0.count, UInt32(tile.width), UInt32(tile.height), &target)
                }
            }
            switch status {
            case cheif_ok: break
            case cheif_other_size:
                throw .corrupt(picture: file.name, reason: "its pixels have another size than it says")
            case cheif_unsupported:
                throw .unsupported(picture: file.name, reason: "its pixels are coded in a way that is not decoded here")
            case cheif_out_of_memory: throw .outOfMemory(picture: file.name, size: size)
            default: throw .corrupt(picture: file.name, reason: "its pixels cannot be decoded")
            }
        }
        return samples
    }
}

extension Picture {
    fileprivate func transformed(by transforms: [HEIFLayout.Transform]) -> Picture {
        transforms.reduce(self) { picture, transform in
            switch transform {
            case .turn(let orientation): picture.upright(from: orientation)
            case .crop(let x, let y, let size):
                picture.cropped(to: PixelRect(x: x, y: y, width: size.width, height: size.height))
            }
        }
    }

    /// With the green of a mask for its alpha.
    fileprivate func seen(through mask: Picture, isPremultiplied: Bool) -> Picture {
        if let deep {
            let samples = Self.joined(deep, mask.samples16, isPremultiplied)
            return Picture(width: width, height: height, channels: .rgba, deep: samples)
        }
        let samples = Self.joined(pixels, mask.pixels, isPremultiplied)
        return Picture(width: width, height: height, channels: .rgba, pixels: samples)
    }

    private static func joined<Sample: FixedWidthInteger & UnsignedInteger>(
        _ colours: [Sample], _ mask: [Sample], _ isPremultiplied: Bool
    ) -> [Sample] {
        let most = UInt64(Sample.max)
        return [Sample](unsafeUninitializedCapacity: colours.count / 3 * 4) { output, count in
            for start in stride(from: 0, to: colours.count, by: 3) {
                let alpha = mask[start + 1]
                for sample in colours[start..<start + 3] {
                    let straight =
                        isPremultiplied && alpha > 0
                        ? Sample(min((UInt64(sample) * most + UInt64(alpha) / 2) / UInt64(alpha), most)) : sample
                    output.initializeElement(at: count, to: straight)
                    count += 1
                }
                output.initializeElement(at: count, to: alpha)
                count += 1
            }
        }
    }
}
