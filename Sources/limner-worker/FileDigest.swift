import Crypto
import Foundation
import Parsing

/// The size and SHA-256 of a file that may be larger than the memory.
enum FileDigest {
    /// Bytes read at a time.
    private static let piece = 1 << 20

    /// - Throws: what Foundation throws.
    static func of(_ path: String) throws -> (bytes: Int64, sha256: String) {
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        var (hash, bytes) = (SHA256(), Int64(0))
        while let data = try file.read(upToCount: piece), !data.isEmpty {
            hash.update(data: data)
            bytes += Int64(data.count)
        }
        return (bytes, hash.finalize().hexadecimal)
    }
}
