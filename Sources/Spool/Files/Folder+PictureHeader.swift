import Foundation
import Parsing

extension Folder {
    /// What a file says about itself as a picture; `nil` when it is none or cannot be read, which is the worker's to
    /// report.
    func pictureHeader(_ name: FileName) -> PictureHeader? {
        guard let file = try? open(name), let size = try? file.facts().identity.size else { return nil }
        let limit = min(PictureHeader.readLimit, Int(clamping: size))
        let start = try? [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            count = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
        }
        return start.flatMap { try? PictureHeader($0) }
    }

    /// What a file is by its first bytes; `nil` of no kind that is known.
    func kind(_ name: FileName) -> FileKind? {
        (try? readHead(name, limit: FileKind.looked)).flatMap { FileKind(signature: $0) }
    }
}
