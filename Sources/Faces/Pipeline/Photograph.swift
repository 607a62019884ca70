import ModelFiles
import Pictures

/// A picture file, read once, with the hash that tells it from every other.
package struct Photograph: Sendable {
    package let file: PictureFile
    /// Of the file's bytes, 64 lower-case hexadecimal digits.
    package let sha256: String

    package init(file: PictureFile) {
        self.file = file
        sha256 = FileHash.sha256(of: ByteSlice(FileBytes(file.bytes, name: file.name)))
    }

    /// - Throws: `PictureError` when the file cannot be read or is too large.
    package init(path: String, limits: PictureLimits = .standard) throws(PictureError) {
        self.init(file: try PictureFile(path: path, limits: limits))
    }

    /// For messages.
    package var name: String { file.name }
}
