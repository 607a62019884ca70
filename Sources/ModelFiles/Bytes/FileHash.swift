import Crypto
import Foundation
import Parsing

/// SHA-256 (FIPS 180-4) of files, as 64 lower-case hexadecimal digits.
package enum FileHash {
    /// Hash of the bytes of a file, which is mapped, not read into memory.
    ///
    /// - Throws: `ModelFileError.system` when the file cannot be opened or read, or is not a regular file.
    package static func sha256(of path: String) throws -> String {
        sha256(of: ByteSlice(try FileBytes.mapped(path)))
    }

    package static func sha256(of slice: ByteSlice) -> String { sha256(of: [slice]) }

    /// Hash of one behind the other.
    static func sha256(of slices: [ByteSlice]) -> String {
        var hash = SHA256()
        for slice in slices { slice.withUnsafeBytes { hash.update(bufferPointer: $0) } }
        return hash.finalize().hexadecimal
    }

    /// A hash of several pieces.
    package struct Running {
        private var hash = SHA256()

        package init() {}

        package mutating func update(_ bytes: UnsafeRawBufferPointer) { hash.update(bufferPointer: bytes) }

        package mutating func update(_ text: String) { hash.update(data: Data(text.utf8)) }

        package func finish() -> String { hash.finalize().hexadecimal }
    }
}
