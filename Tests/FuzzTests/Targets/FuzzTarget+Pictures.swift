import CHEIF
import CJPEG
import CLCMS
import CPNG
import CTIFF
import CWebP
import Parsing

@testable import Pictures

extension FuzzTarget {
    /// Small, so that most of the time goes into reading; what is larger must be refused before memory is taken.
    private static let limits = PictureLimits(pixels: 1 << 18, bytes: 1 << 20, side: 1 << 12, scans: 20)

    static let pictures = [
        refusing("header", with: PictureHeader.Fault.self) { bytes in
            let header = try PictureHeader(bytes)
            precondition(header.storedSize.width > 0 && header.storedSize.height > 0 && header.leastBytes >= 0)
            precondition(header.size.area == header.storedSize.area)
        },
        FuzzTarget(name: "exif") { _ = Exif(Array($0)) },
        FuzzTarget(name: "icc") { _ = ICCProfile(bytes: Array($0))?.isRGB },
        refusing("picture", with: PictureError.self) { bytes in
            let file = try PictureFile(name: "fuzzed", bytes: bytes, limits: limits)
            let header = try file.header()
            let picture = try file.decode()
            precondition(picture.size == header.size && picture.size.area <= limits.pixels)
            precondition(picture.pixels.count == picture.size.area * picture.channels.count)
            _ = try file.decode(scale: .covering(longSide: 16))
        },
        FuzzTarget(name: "png") { png(Array($0)) },
        FuzzTarget(name: "jpeg") { jpeg(Array($0)) },
        FuzzTarget(name: "webp") { webp(Array($0)) },
        FuzzTarget(name: "tiff") { tiff(Array($0)) },
        FuzzTarget(name: "heif") { heif(Array($0)) },
        decoder(of: .gif), decoder(of: .bmp), decoder(of: .pnm),
        FuzzTarget(name: "colours") { colours(Array($0)) },
    ]

    /// A decoder of our own.
    private static func decoder(of format: PictureFormat) -> FuzzTarget {
        refusing(format.rawValue, with: PictureError.self) { bytes in
            let file = try PictureFile(name: "fuzzed", bytes: bytes, limits: limits)
            let header = try file.header()
            guard header.format == format else { return }
            let picture = try file.decode()
            precondition(picture.size == header.size)
        }
    }

    /// The header of a file of one of some formats, within the limits.
    private static func header(_ bytes: [UInt8], _ formats: Set<PictureFormat>) -> PictureHeader? {
        guard let header = try? PictureHeader(bytes), formats.contains(header.format),
            header.storedSize.area <= limits.pixels, header.storedSize.longSide <= limits.side,
            header.leastBytes <= bytes.count
        else { return nil }
        return header
    }

    private static func webp(_ bytes: [UInt8]) {
        guard let header = header(bytes, [.webp]) else { return }
        let channels = header.components == 4 ? 4 : 3
        let (input, size) = (GuardedBytes(bytes), header.storedSize)
        defer { withExtendedLifetime(input) {} }
        let output = GuardedBytes(count: size.area * channels)
        _ = cwebp_decode(
            input.pointer, bytes.count, 0, UInt32(size.width), UInt32(size.height), UInt32(channels), output.pointer,
            size.width * channels)
        sum(UnsafeRawBufferPointer(output.bytes))
    }

    private static func tiff(_ bytes: [UInt8]) {
        guard header(bytes, [.tiff]) != nil, let page = TIFFPage(of: bytes) else { return }
        let input = GuardedBytes(bytes)
        defer { withExtendedLifetime(input) {} }
        guard let reader = ctiff_reader_create(input.pointer, bytes.count) else { return }
        defer { ctiff_reader_destroy(reader) }
        var raw = ctiff_header()
        guard ctiff_reader_read_header(reader, 64 << 20, UInt32(page.number), page.saysExtraSamples, &raw) == ctiff_ok,
            Int(raw.width) * Int(raw.height) <= limits.pixels
        else { return }
        let stride = Int(raw.width) * Int(raw.channels) * Int(raw.depth) / 8
        let output = GuardedBytes(count: stride * Int(raw.height))
        _ = ctiff_reader_decode(reader, output.pointer, stride)
        var count = 0
        if let profile = ctiff_reader_icc(reader, &count) { sum(UnsafeRawBufferPointer(start: profile, count: count)) }
    }

    /// Its first coded pictures, as files of their own.
    private static func heif(_ bytes: [UInt8]) {
        guard header(bytes, [.heif, .avif]) != nil, let layout = try? HEIFLayout(bytes) else { return }
        let canvas = layout.colours
        guard canvas.size.area <= limits.pixels, canvas.tile.area <= limits.pixels else { return }
        for file in canvas.items.prefix(2).compactMap({ try? layout.file(of: $0) }) {
            let input = GuardedBytes(file)
            defer { withExtendedLifetime(input) {} }
            for depth in [8, 16] {
                let stride = canvas.tile.width * 3 * depth / 8
                let output = GuardedBytes(count: stride * canvas.tile.height)
                let (width, height) = (UInt32(canvas.tile.width), UInt32(canvas.tile.height))
                var target = cheif_target(
                    pixels: output.bytes.baseAddress, stride: stride, depth: UInt32(depth), width: width, height: height
                )
                _ = cheif_decode(input.pointer, file.count, width, height, &target)
                sum(UnsafeRawBufferPointer(output.bytes))
            }
        }
    }

    /// A profile, by which some pixels are converted.
    private static func colours(_ bytes: [UInt8]) {
        let input = GuardedBytes(bytes)
        defer { withExtendedLifetime(input) {} }
        for channels in [3, 4] {
            let output = GuardedBytes(count: 64 * channels)
            _ = clcms_to_srgb(input.pointer, bytes.count, output.pointer, 64, UInt32(channels), 8)
            sum(UnsafeRawBufferPointer(output.bytes))
        }
    }

    /// The shim alone, between guard pages, and the profile. Checksums are made right, since a fuzzer does not guess them.
    private static func png(_ bytes: [UInt8]) {
        let file = withRightChecksums(bytes)
        // As PNGDecoder does.
        guard let header = try? PictureHeader(file), header.format == .png, header.storedSize.area <= limits.pixels
        else { return }
        let inputs = PNGDecoder.parts(of: file).ranges.map { GuardedBytes(Array(file[$0])) }
        let parts = inputs.map { cpng_part(bytes: $0.pointer, count: $0.bytes.count) }
        withExtendedLifetime(inputs) { parts.withUnsafeBufferPointer { png(header, $0) } }
        let profile = (try? PictureFile(name: "fuzz", bytes: file, limits: limits)).flatMap(PNGDecoder.profile)
        profile?.bytes.withUnsafeBytes(sum)
    }

    private static func png(_ header: PictureHeader, _ parts: UnsafeBufferPointer<cpng_part>) {
        guard let reader = cpng_reader_create(parts.baseAddress, parts.count) else { return }
        defer { cpng_reader_destroy(reader) }
        var raw = cpng_header()
        guard cpng_reader_read_header(reader, &raw) == cpng_ok,
            Int(raw.width) == header.storedSize.width, Int(raw.height) == header.storedSize.height
        else { return }
        let stride = Int(raw.width) * Int(raw.channels) * Int(raw.depth) / 8
        let output = GuardedBytes(count: stride * Int(raw.height))
        _ = cpng_reader_decode(reader, output.pointer, stride)
        sum(UnsafeRawBufferPointer(output.bytes))
    }

    private static func withRightChecksums(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for chunk in PNGChunks(bytes: bytes) {
            let body = chunk.body.indices
            let checksum = ~bytes[body.lowerBound - 4..<body.upperBound].reduce(~0) { (crc: UInt32, byte) in
                table[Int((crc ^ UInt32(byte)) & 0xFF)] ^ crc >> 8
            }
            for (place, shift) in [24, 16, 8, 0].enumerated() {
                bytes[body.upperBound + place] = UInt8(truncatingIfNeeded: checksum >> shift)
            }
        }
        return bytes
    }

    /// CRC-32 of each byte (PNG, annex D).
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
    }

    private static func jpeg(_ bytes: [UInt8]) {
        guard let header = try? PictureHeader(bytes), header.format == .jpeg,
            header.storedSize.area <= limits.pixels, header.leastBytes <= bytes.count
        else { return }
        for eighths in [8, 3] {
            let input = GuardedBytes(bytes)
            defer { withExtendedLifetime(input) {} }
            guard let reader = cjpeg_reader_create(input.pointer, bytes.count) else { return }
            defer { cjpeg_reader_destroy(reader) }
            var raw = cjpeg_header()
            guard cjpeg_reader_read_header(reader, &raw) == cjpeg_ok else { return }
            let samples = raw.color == cjpeg_color_cmyk ? 4 : 3
            let stride = scaledSide(header.storedSize.width, eighths: eighths) * samples
            let rows = scaledSide(header.storedSize.height, eighths: eighths)
            let output = GuardedBytes(count: stride * rows)
            _ = cjpeg_reader_decode(reader, UInt32(eighths), CInt(limits.scans), output.pointer, stride, rows)
            var count = 0
            if let profile = cjpeg_reader_icc(reader, &count) {
                sum(UnsafeRawBufferPointer(start: profile, count: count))
            }
        }
    }

    /// Touches every byte.
    private static func sum(_ bytes: UnsafeRawBufferPointer) { _ = bytes.reduce(UInt8(0)) { $0 ^ $1 } }
}
