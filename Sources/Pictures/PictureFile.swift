#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The bytes of a picture file, read once: hash them, read the header, decode.
///
/// ```swift
/// let file = try PictureFile(path: path)
/// let small = try file.decode(scale: .covering(longSide: 1024))
/// ```
package struct PictureFile: Sendable {
    /// The path or name, for messages.
    package let name: String
    package let bytes: [UInt8]
    package let limits: PictureLimits

    /// Reads a file whole.
    ///
    /// Never follows a symbolic link in the last component and never blocks on a pipe.
    ///
    /// - Throws: ``PictureError`` `missing`, `notARegularFile`, `unreadable`, `empty`, `tooManyBytes`.
    package init(path: String, limits: PictureLimits = .standard) throws(PictureError) {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            switch errno {
            case ENOENT, ENOTDIR: throw .missing(picture: path)
            // ENXIO: a socket, or a device without its driver.
            case ELOOP, ENXIO: throw .notARegularFile(picture: path)
            default: throw .unreadable(picture: path, reason: String(cString: strerror(errno)))
            }
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw .unreadable(picture: path, reason: String(cString: strerror(errno)))
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notARegularFile(picture: path) }
        let expected = Int(status.st_size)
        guard expected <= limits.bytes else {
            throw .tooManyBytes(picture: path, bytes: expected, limit: limits.bytes)
        }
        var failure: CInt = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: expected) { buffer, count in
            while count < expected {
                let got = read(descriptor, buffer.baseAddress! + count, expected - count)
                if got > 0 {
                    count += got
                } else if got == 0 {
                    break
                } else if errno != EINTR {
                    failure = errno
                    break
                }
            }
        }
        guard failure == 0 else { throw .unreadable(picture: path, reason: String(cString: strerror(failure))) }
        try self.init(name: path, bytes: bytes, limits: limits)
    }

    /// - Throws: ``PictureError`` `empty`, `tooManyBytes`.
    package init(name: String, bytes: [UInt8], limits: PictureLimits = .standard) throws(PictureError) {
        guard !bytes.isEmpty else { throw .empty(picture: name) }
        guard bytes.count <= limits.bytes else {
            throw .tooManyBytes(picture: name, bytes: bytes.count, limit: limits.bytes)
        }
        self.name = name
        self.bytes = bytes
        self.limits = limits
    }

    /// What the file says, within the limits. Reads no pixels.
    ///
    /// - Throws: ``PictureError`` `notAPicture`, `foreign`, `truncated`, `corrupt`, `unsupported`, `tooManyPixels`,
    ///   `sideTooLong`.
    package func header() throws(PictureError) -> PictureHeader {
        var header = try reading { () throws(PictureHeader.Fault) in try PictureHeader(bytes) }
        let size = header.storedSize
        try limits.check(header.codedSize, of: name)
        // A header may promise a large picture that the file is far too short to hold: refuse before allocating.
        guard header.leastBytes <= bytes.count else {
            throw .truncated(
                picture: name, bytes: bytes.count,
                reason: "too few for the \(size.width) × \(size.height) pixels that its header promises")
        }
        if header.format == .png, header.statedOrientation == nil {
            header.statedOrientation = PNGTexts.orientation(of: bytes)
        }
        return header
    }

    /// What is read of its header, whose faults become those of this picture.
    func reading<Value>(_ body: () throws(PictureHeader.Fault) -> Value) throws(PictureError) -> Value {
        do throws(PictureHeader.Fault) {
            return try body()
        } catch {
            switch error {
            case .notAPicture: throw .notAPicture(picture: name)
            case .foreign(let format): throw .foreign(picture: name, format: format)
            case .truncated:
                throw .truncated(picture: name, bytes: bytes.count, reason: "the data ends before the picture does")
            case .corrupt(let reason): throw .corrupt(picture: name, reason: reason)
            case .unsupported(let reason): throw .unsupported(picture: name, reason: reason)
            }
        }
    }

    /// The whole picture, upright and in sRGB. A damaged or cut file is an error, never a picture with a grey rest.
    ///
    /// - Throws: as ``header()``, and `tooManyScans`, `outOfMemory`.
    package func decode(scale: DecodingScale = .full) throws(PictureError) -> Picture {
        let header = try header()
        return try decoded(header, scale: scale).picture(from: header.orientation)
    }

    private func decoded(_ header: PictureHeader, scale: DecodingScale) throws(PictureError) -> DecodedPicture {
        var decoded =
            switch header.format {
            case .jpeg: try JPEGDecoder.decode(self, header, scale: scale)
            case .png: try PNGDecoder.decode(self, header)
            case .webp: try WebPDecoder.decode(self, header)
            case .tiff: try TIFFDecoder.decode(self, header)
            case .heif, .avif: try HEIFDecoder.decode(self, header)
            case .gif: try GIFDecoder.decode(self, header)
            case .bmp: try BMPDecoder.decode(self, header)
            case .pnm: try PNMDecoder.decode(self, header)
            }
        if header.isAdobeRGB, decoded.profile == nil { decoded.profile = .adobeRGB }
        try decoded.turnToSRGB(of: name)
        return decoded
    }
}

/// How large a picture is decoded.
package enum DecodingScale: Sendable, Equatable {
    case full
    /// The fewest eighths of a JPEG's size whose longer side is still at least this long: the cosine transform itself
    /// makes fewer pixels, several times faster than decoding all. Other formats, and smaller pictures, are decoded full.
    case covering(longSide: Int)

    /// 1...8 for a picture whose longer side is `longSide`.
    func eighths(ofLongSide longSide: Int) -> Int {
        guard case .covering(let wanted) = self, wanted < longSide else { return 8 }
        return (1...8).first { scaledSide(longSide, eighths: $0) >= wanted } ?? 8
    }

    /// What is decoded of a picture, as stored.
    package func size(of header: PictureHeader) -> PixelSize {
        let stored = header.storedSize
        guard header.format == .jpeg else { return stored }
        let eighths = eighths(ofLongSide: stored.longSide)
        return PixelSize(
            width: scaledSide(stored.width, eighths: eighths), height: scaledSide(stored.height, eighths: eighths))
    }
}

/// A side of a JPEG decoded at `eighths`/8, as libjpeg rounds it: up.
func scaledSide(_ side: Int, eighths: Int) -> Int { (side * eighths + 7) / 8 }
