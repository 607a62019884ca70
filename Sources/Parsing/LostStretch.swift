/// A stretch of one byte where compressed pixels should be: what a card reader or a copy into a file that was made in its full
/// length leaves of sectors that it lost.
package enum LostStretch {
    /// Bytes of one sort that the coders of HEVC and AV1 do not make in a row: of pictures of one colour, up to 81 megapixels and at all
    /// qualities, they have fewer than 16. Lossless WebP has thousands where nothing was packed, and its decoder knows whether these
    /// are pixels.
    private static let shortest = 256
    /// Bytes of the smallest unit that a disk or a card loses.
    private static let sector = 512

    /// Whether a stretch of zeros or of bytes of 255 is among the bytes of these.
    package static func isIn(_ coded: ArraySlice<UInt8>) -> Bool { contains(coded) { _ in true } }

    /// Whether sectors are missing among the scans of a JPEG, or in a WebP. An area of one colour is zeros there, too, but of
    /// 262,144 such areas hardly one begins and ends with a sector of the file. What the bytes end with is not judged: their decoders
    /// know what they left unread.
    ///
    /// - Parameters:
    ///   - coded: with their indices in the file.
    ///   - isEndJudged: whether also what begins with a sector and goes on to the end.
    static func isSector(of coded: ArraySlice<UInt8>, isEndJudged: Bool = false) -> Bool {
        contains(coded) {
            $0.lowerBound % sector == 0
                && ($0.upperBound < coded.endIndex ? $0.upperBound % sector == 0 : isEndJudged)
        }
    }

    /// In words that follow "damaged:".
    package static let reason = "bytes of one value stand where pixels should be, as a copy leaves them that broke off"

    /// Whether there is a stretch that suits. The cost is linear: a byte in ``shortest`` is looked at, and what is around it
    /// where it is of such a value.
    private static func contains(_ bytes: ArraySlice<UInt8>, where suits: (Range<Int>) -> Bool) -> Bool {
        bytes.withUnsafeBufferPointer { buffer in
            var (at, behind) = (shortest - 1, 0)
            while at < buffer.count {
                let value = buffer[at]
                if value == 0x00 || value == 0xFF {
                    var (start, end) = (at, at + 1)
                    while start > behind, buffer[start - 1] == value { start -= 1 }
                    while end < buffer.count, buffer[end] == value { end += 1 }
                    let stretch = bytes.startIndex + start..<bytes.startIndex + end
                    if stretch.count >= shortest, suits(stretch) { return true }
                    (at, behind) = (end - 1, end)
                }
                at += shortest
            }
            return false
        }
    }
}
