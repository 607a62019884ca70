import Parsing

/// Decodes the first frame of a GIF (GIF89a specification) on its logical screen, to RGB, or RGBA where a pixel is
/// transparent or lies outside the frame.
enum GIFDecoder {
    /// - Parameter header: of this file, within its limits.
    static func decode(_ file: PictureFile, _ header: PictureHeader) throws(PictureError) -> DecodedPicture {
        var reader = GIFReader(file: file)
        let frame = try reader.firstFrame(limits: file.limits)
        let size = header.storedSize
        let covers = frame.x == 0 && frame.y == 0 && frame.width >= size.width && frame.height >= size.height
        let channels: Picture.Channels = covers && frame.transparent == nil ? .rgb : .rgba
        var pixels = [UInt8](repeating: 0, count: size.area * channels.count)
        // What reaches beyond the screen is not shown.
        for row in 0..<min(frame.height, max(0, size.height - frame.y)) {
            for column in 0..<min(frame.width, max(0, size.width - frame.x)) {
                let index = Int(frame.indices[row * frame.width + column])
                guard index != frame.transparent else { continue }
                let entry = frame.palette.startIndex + index * 3
                let start = ((frame.y + row) * size.width + frame.x + column) * channels.count
                if channels == .rgba { pixels[start + 3] = 255 }
                // A colour that the palette lacks is black, as everywhere.
                guard entry + 3 <= frame.palette.endIndex else { continue }
                for channel in 0..<3 { pixels[start + channel] = frame.palette[entry + channel] }
            }
        }
        return DecodedPicture(
            size: size, channels: channels, samples: .eight(pixels),
            profile: ICCProfile(bytes: frame.profile))
    }
}

private struct GIFReader {
    struct Frame {
        let x: Int
        let y: Int
        let width: Int
        let height: Int
        let palette: ArraySlice<UInt8>
        let transparent: Int?
        let indices: [UInt8]
        /// Empty where the file has none.
        let profile: [UInt8]
    }

    private let file: PictureFile
    /// Behind signature and version.
    private var at = 6

    init(file: PictureFile) { self.file = file }

    private func cut() -> PictureError {
        .truncated(picture: file.name, bytes: file.bytes.count, reason: "the data ends before the picture does")
    }

    private mutating func take(_ count: Int) throws(PictureError) -> ArraySlice<UInt8> {
        guard count <= file.bytes.count - at else { throw cut() }
        defer { at += count }
        return file.bytes[at..<at + count]
    }

    private mutating func number(_ count: Int = 1) throws(PictureError) -> Int {
        try take(count).reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    private mutating func palette(_ flags: Int) throws(PictureError) -> ArraySlice<UInt8>? {
        flags & 0x80 == 0 ? nil : try take(3 << (flags & 7 + 1))
    }

    mutating func firstFrame(limits: PictureLimits) throws(PictureError) -> Frame {
        let screen = GIFScreen(size: PixelSize(width: try number(2), height: try number(2)))
        let flags = try number()
        _ = try take(2)
        let global = try palette(flags)
        var transparent: Int?
        var profile: [UInt8] = []
        while true {
            switch try number() {
            // An extension: of the graphic control only the transparent colour matters, of an application's a profile.
            case 0x21:
                let kind = try number()
                var body = try subBlock()
                if kind == 0xF9, body.count >= 4 {
                    let first = body.startIndex
                    transparent = body[first] & 1 == 1 ? Int(body[first + 3]) : nil
                }
                // ICC.1:2010, B.5.
                let isProfile = kind == 0xFF && body.elementsEqual("ICCRGBG1012".utf8) && profile.isEmpty
                while !body.isEmpty {
                    body = try subBlock()
                    if isProfile { profile += body }
                }
            case 0x2C: return try frame(on: screen, global, transparent, profile, limits: limits)
            case 0x3B: throw .corrupt(picture: file.name, reason: "it has no picture")
            // Some writers pad between blocks.
            case 0: continue
            default: throw .corrupt(picture: file.name, reason: "a block is of no known kind")
            }
        }
    }

    private mutating func subBlock() throws(PictureError) -> ArraySlice<UInt8> { try take(number()) }

    private mutating func frame(
        on screen: GIFScreen, _ global: ArraySlice<UInt8>?, _ transparent: Int?, _ profile: [UInt8],
        limits: PictureLimits
    ) throws(PictureError) -> Frame {
        let (x, y, width, height) = (try number(2), try number(2), try number(2), try number(2))
        let isAlone = screen.canvas(of: PixelSize(width: width, height: height)) != screen.size
        let flags = try number()
        guard width > 0, height > 0 else { throw .corrupt(picture: file.name, reason: "its frame has no pixels") }
        try limits.check(PixelSize(width: width, height: height), of: file.name)
        guard let palette = try palette(flags) ?? global else {
            throw .corrupt(picture: file.name, reason: "it has no palette")
        }
        let width8 = try number()
        guard (1...11).contains(width8) else { throw .corrupt(picture: file.name, reason: "its codes are too long") }
        var indices = try indices(width * height, rootBits: width8)
        if flags & 0x40 != 0 { indices = Self.interleaved(indices, width: width, height: height) }
        return Frame(
            x: isAlone ? 0 : x, y: isAlone ? 0 : y, width: width, height: height, palette: palette,
            transparent: transparent, indices: indices, profile: profile)
    }

    /// Appendix F: Lempel-Ziv-Welch with codes that grow to 12 bits; a full table stays as it is until it is cleared.
    private mutating func indices(_ count: Int, rootBits: Int) throws(PictureError) -> [UInt8] {
        let (clear, end, most) = (1 << rootBits, 1 << rootBits + 1, 4096)
        var prefixes = [Int](repeating: 0, count: most)
        var suffixes = [UInt8](repeating: 0, count: most)
        var lengths = [Int](repeating: 1, count: most)
        for root in 0..<min(clear, 256) { suffixes[root] = UInt8(root) }
        var (next, bits, previous) = (end + 1, rootBits + 1, nil as Int?)
        var (held, heldBits) = (0, 0)
        var block = try subBlock()
        var output: [UInt8] = []
        output.reserveCapacity(count)
        func damaged() -> PictureError { .corrupt(picture: file.name, reason: "its pixels cannot be decoded") }
        while output.count < count {
            while heldBits < bits {
                if block.isEmpty {
                    block = try subBlock()
                    guard !block.isEmpty else { throw damaged() }
                }
                held |= Int(block.removeFirst()) << heldBits
                heldBits += 8
            }
            let code = held & (1 << bits - 1)
            held >>= bits
            heldBits -= bits
            if code == clear {
                (next, bits, previous) = (end + 1, rootBits + 1, nil)
                continue
            }
            guard code != end, code < next || (code == next && previous != nil && next < most),
                previous != nil || code < clear
            else { throw damaged() }
            if let previous, next < most {
                // The code that is being made stands for the previous one and its own first colour.
                prefixes[next] = previous
                lengths[next] = lengths[previous] + 1
                suffixes[next] = first(of: code == next ? previous : code, prefixes, suffixes, lengths)
                next += 1
                if next == 1 << bits, bits < 12 { bits += 1 }
            }
            append(code, prefixes, suffixes, lengths, to: &output)
            previous = code
        }
        guard output.count == count else { throw damaged() }
        return output
    }

    private func first(of code: Int, _ prefixes: [Int], _ suffixes: [UInt8], _ lengths: [Int]) -> UInt8 {
        var code = code
        for _ in 1..<lengths[code] { code = prefixes[code] }
        return suffixes[code]
    }

    private func append(
        _ code: Int, _ prefixes: [Int], _ suffixes: [UInt8], _ lengths: [Int], to output: inout [UInt8]
    ) {
        let end = output.count + lengths[code]
        output.append(contentsOf: repeatElement(0, count: lengths[code]))
        var code = code
        for place in (end - lengths[code]..<end).reversed() {
            output[place] = suffixes[code]
            code = prefixes[code]
        }
    }

    /// Appendix E: every eighth row, then those between, four times.
    private static func interleaved(_ indices: [UInt8], width: Int, height: Int) -> [UInt8] {
        var output = indices
        var from = 0
        for (first, step) in [(0, 8), (4, 8), (2, 4), (1, 2)] {
            for row in stride(from: first, to: height, by: step) {
                output.replaceSubrange(row * width..<(row + 1) * width, with: indices[from..<from + width])
                from += width
            }
        }
        return output
    }
}
