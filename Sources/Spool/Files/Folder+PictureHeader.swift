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

    /// Whether a file begins as films do.
    func isFilm(_ name: FileName) -> Bool {
        (try? readHead(name, limit: ForeignFormat.looked)).map { ForeignFormat(signature: $0) == .video } ?? false
    }

    /// What a file is by its first bytes, with its article; nil of no kind that is known.
    func kind(_ name: FileName) -> String? {
        guard let start = try? readHead(name, limit: ForeignFormat.looked) else { return nil }
        return PictureFormat(signature: start) == nil ? ForeignFormat(signature: start)?.name : "a picture"
    }
}
