import Foundation
import Glibc

/// How many pixels a picture's header says it has. Nothing is decoded and nothing checked: a header that lies or cannot
/// be read is the worker's to report.
struct PictureHeader: Sendable, Equatable {
    var width: Int
    var height: Int

    var pixels: Int { width * height }

    /// Bytes of a file's start that are looked at; a JPEG's frame header stands behind its EXIF data.
    static let readLimit = 512 << 10

    /// - Parameter start: the first bytes of a file, ``readLimit`` of them where there are so many.
    init?(_ start: [UInt8]) {
        func number(_ at: Int, _ count: Int) -> Int? {
            guard at >= 0, at + count <= start.count else { return nil }
            return start[at..<at + count].reduce(0) { $0 << 8 | Int($1) }
        }
        let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        if start.starts(with: signature) {
            guard let width = number(16, 4), let height = number(20, 4), width < 1 << 31, height < 1 << 31 else {
                return nil
            }
            self.init(width: width, height: height)
            return
        }
        guard number(0, 2) == 0xFFD8 else { return nil }
        var at = 2
        // ITU T.81, B.1.1: each segment is a marker and, but for a few, a length that counts itself.
        while let marker = number(at, 2), marker >= 0xFF00 {
            switch marker {
            case 0xFFFF: at += 1
            case 0xFF01, 0xFFD0...0xFFD8: at += 2
            case 0xFFC0...0xFFC3, 0xFFC5...0xFFC7, 0xFFC9...0xFFCB, 0xFFCD...0xFFCF:
                guard let height = number(at + 5, 2), let width = number(at + 7, 2) else { return nil }
                self.init(width: width, height: height)
                return
            case 0xFFD9, 0xFFDA: return nil
            default:
                guard let length = number(at + 2, 2), length >= 2 else { return nil }
                at += 2 + length
            }
        }
        return nil
    }

    private init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }
}

extension Folder {
    /// The header of a picture; `nil` when it is none or cannot be read.
    func pictureHeader(_ name: FileName) -> PictureHeader? {
        guard let file = try? open(name), let size = try? file.facts().identity.size else { return nil }
        let limit = min(PictureHeader.readLimit, Int(clamping: size))
        let start = try? [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            count = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
        }
        return start.flatMap { PictureHeader($0) }
    }
}
