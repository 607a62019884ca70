import CJPEG
import CPNG
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
        FuzzTarget(name: "exif") { _ = Orientation(exif: Array($0)) },
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
    ]

    /// The shim alone, between guard pages. Checksums are made right, since a fuzzer does not guess them.
    private static func png(_ bytes: [UInt8]) {
        let file = withRightChecksums(bytes)
        // As PNGDecoder does.
        guard let header = try? PictureHeader(file), header.format == .png, header.storedSize.area <= limits.pixels,
            PNGChunks(bytes: file).contains(where: { $0.name == PNGChunks.end })
        else { return }
        let input = GuardedBytes(file)
        guard let reader = cpng_reader_create(input.pointer, file.count) else { return }
        defer { cpng_reader_destroy(reader) }
        var raw = cpng_header()
        guard cpng_reader_read_header(reader, PictureLimits.pngChunkBytes, &raw) == cpng_ok,
            Int(raw.width) == header.storedSize.width, Int(raw.height) == header.storedSize.height
        else { return }
        let stride = Int(raw.width) * Int(raw.channels)
        let output = GuardedBytes(count: stride * Int(raw.height))
        _ = cpng_reader_decode(reader, output.pointer, stride)
        var count = 0
        if let profile = cpng_reader_icc(reader, &count) { sum(UnsafeRawBufferPointer(start: profile, count: count)) }
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
