import CPNG
import Parsing

/// Decodes PNG of every colour type and depth, interlaced or not, to RGB, or RGBA where it has transparency.
///
/// Gamma and chromaticity chunks are ignored.
enum PNGDecoder {
    /// - Parameter header: of this file, within its limits.
    static func decode(_ file: PictureFile, _ header: PictureHeader) throws(PictureError) -> DecodedPicture {
        let (ranges, isWhole) = parts(of: file.bytes)
        return try file.bytes.withUnsafeBufferPointer { (bytes) throws(PictureError) in
            let parts = ranges.map { cpng_part(bytes: bytes.baseAddress! + $0.lowerBound, count: $0.count) }
            return try parts.withUnsafeBufferPointer { (parts) throws(PictureError) in
                try decode(file, header, parts, isWhole: isWhole)
            }
        }
    }

    /// What libpng is to see of a file: its signature, every critical chunk, and transparency.
    ///
    /// Texts may inflate to a thousand times the file, and whatever else stands beside the pixels may be damaged without
    /// taking anything from them. ``PNGChunks`` ends where a chunk is longer than the file.
    static func parts(of bytes: [UInt8]) -> (ranges: [Range<Int>], isWhole: Bool) {
        var ranges = [0..<PNGChunks.signature.count]
        for chunk in PNGChunks(bytes: bytes) {
            switch chunk.name {
            case PNGChunks.end: return (ranges, true)
            case PNGChunks.transparency: ranges.append(chunk.range)
            default: if chunk.isCritical { ranges.append(chunk.range) }
            }
        }
        return (ranges, false)
    }

    /// PNG (third edition), 11.3.2.3: a name that ends with a zero, a method of compression (zero) and a stream. Read here and not by
    /// libpng, which drops profiles that every other reader takes, for a rendering intent of another byte order alone. Nil without
    /// one, and where it is damaged or longer than is read.
    static func profile(of file: PictureFile) -> ICCProfile? {
        guard let chunk = describing(PNGChunks.profile, of: file), let end = chunk.body.firstIndex(of: 0),
            case let stream = chunk.body[(end + 1)...], stream.first == 0
        else { return nil }
        let (usual, most) = (PictureLimits.usualPNGProfileBytes, PictureLimits.pngProfileBytes)
        var bytes = inflated(stream.dropFirst(), atMost: usual)
        if bytes.count == usual { bytes = inflated(stream.dropFirst(), atMost: most + 1) }
        return bytes.count > most ? nil : ICCProfile(bytes: bytes)
    }

    /// In no more memory than it needs, as it is kept; what is longer is cut off.
    static func inflated(_ stream: ArraySlice<UInt8>, atMost most: Int) -> [UInt8] {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: most) { target in
            let count = stream.withUnsafeBufferPointer {
                cpng_inflate($0.baseAddress, $0.count, target.baseAddress, target.count)
            }
            return Array(target[..<count])
        }
    }

    /// The first intact chunk of a name before the pixels.
    private static func describing(_ name: UInt32, of file: PictureFile) -> PNGChunks.Chunk? {
        for chunk in PNGChunks(bytes: file.bytes) {
            if chunk.name == PNGChunks.pixels { return nil }
            if chunk.name == name, chunk.isIntact(in: file.bytes) { return chunk }
        }
        return nil
    }

    /// PNG (third edition), 11.3.2.6: primaries, transfer, a matrix that is always zero, and whether the full range is used. Nil
    /// without them, and where they are damaged.
    private static func colourCodes(of file: PictureFile) throws(PictureError) -> ColourCodes? {
        guard let chunk = describing(PNGChunks.colourCodes, of: file), chunk.body.count == 4 else { return nil }
        let numbers = Array(chunk.body)
        guard numbers[3] == 1 else {
            throw .unsupported(picture: file.name, reason: "its black and white are those of video (narrow range)")
        }
        return ColourCodes(primaries: UInt16(numbers[0]), transfer: UInt16(numbers[1]))
    }

    private static func decode(
        _ file: PictureFile, _ header: PictureHeader, _ parts: UnsafeBufferPointer<cpng_part>, isWhole: Bool
    ) throws(PictureError) -> DecodedPicture {
        let size = header.storedSize
        guard let reader = cpng_reader_create(parts.baseAddress, parts.count) else {
            throw .outOfMemory(picture: file.name, size: size)
        }
        defer { cpng_reader_destroy(reader) }
        func check(_ status: cpng_status) throws(PictureError) {
            if let error = error(status, reader: reader, file: file, size: size, isWhole: isWhole) { throw error }
        }
        var raw = cpng_header()
        try check(cpng_reader_read_header(reader, &raw))
        guard Int(raw.width) == size.width, Int(raw.height) == size.height else {
            throw .corrupt(picture: file.name, reason: "it gives two sizes")
        }
        let channels: Picture.Channels = raw.channels == 4 ? .rgba : .rgb
        func decoded<Sample: FixedWidthInteger>() throws(PictureError) -> [Sample] {
            var samples = [Sample](repeating: 0, count: size.area * channels.count)
            try check(
                samples.withUnsafeMutableBytes {
                    cpng_reader_decode(reader, $0.baseAddress, $0.count / size.height)
                })
            return samples
        }
        var samples: DecodedPicture.Samples = raw.depth == 16 ? .sixteen(try decoded()) : .eight(try decoded())
        // One of RGB says nothing of grey.
        var profile = raw.has_colour ? profile(of: file) : nil
        // PNG (third edition), 4.3: they come before a profile, where a reader knows them.
        if let codes = try colourCodes(of: file), codes.areKnown {
            profile = try codes.turn(&samples, channels: channels, of: file.name)
        }
        return DecodedPicture(size: size, channels: channels, samples: samples, profile: profile)
    }

    private static func error(
        _ status: cpng_status, reader: OpaquePointer, file: PictureFile, size: PixelSize, isWhole: Bool
    ) -> PictureError? {
        let reason = String(cString: cpng_reader_message(reader))
        return switch status {
        case cpng_ok: nil
        case cpng_truncated: .truncated(picture: file.name, bytes: file.bytes.count, reason: reason)
        case cpng_unsupported: .unsupported(picture: file.name, reason: reason)
        case cpng_out_of_memory: .outOfMemory(picture: file.name, size: size)
        // What is missing behind the end of the data looks like damage to libpng, which is shown an end.
        case _ where !isWhole:
            .truncated(
                picture: file.name, bytes: file.bytes.count,
                reason: "a part is longer than the file, or its end is missing")
        default: .corrupt(picture: file.name, reason: reason)
        }
    }
}
