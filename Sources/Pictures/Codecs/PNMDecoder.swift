import Parsing

/// Decodes Netpbm's PGM and PPM in binary, of one or two bytes a sample.
enum PNMDecoder {
    /// - Parameter header: of this file, within its limits and no larger than its bytes.
    static func decode(_ file: PictureFile, _ header: PictureHeader) throws(PictureError) -> DecodedPicture {
        guard let layout = try? MapLayout(file.bytes) else {
            throw .truncated(picture: file.name, bytes: file.bytes.count, reason: "the data ends inside its header")
        }
        let count = header.storedSize.area * layout.components
        let copies = layout.components == 1 ? 3 : 1
        let most = UInt32(layout.most)
        func scaled<Sample: FixedWidthInteger>(_ read: (Int) -> UInt32) throws(PictureError) -> [Sample] {
            var samples: [Sample] = []
            samples.reserveCapacity(count * copies)
            for index in 0..<count {
                let value = read(index)
                guard value <= most else {
                    throw .corrupt(picture: file.name, reason: "a sample is brighter than its white")
                }
                let level = Sample((UInt64(value) * UInt64(Sample.max) + UInt64(most) / 2) / UInt64(most))
                for _ in 0..<copies { samples.append(level) }
            }
            return samples
        }
        let first = layout.pixels
        let samples: DecodedPicture.Samples =
            layout.isDeep
            ? .sixteen(
                try scaled { UInt32(file.bytes[first + $0 * 2]) << 8 | UInt32(file.bytes[first + $0 * 2 + 1]) })
            : .eight(try scaled { UInt32(file.bytes[first + $0]) })
        return DecodedPicture(size: header.storedSize, channels: .rgb, samples: samples)
    }
}
