import Foundation

/// What an erasure took out of the gallery, and what proves that it is gone. Nothing of it is kept but by whoever asked.
package struct ErasureReceipt: Codable, Sendable, Equatable {
    package struct SearchedFile: Codable, Sendable, Equatable {
        package var path: String
        package var bytes: Int64

        package init(path: String, bytes: Int64) {
            self.path = path
            self.bytes = bytes
        }
    }

    package var person: String
    package var time: Date
    /// Templates of the person, those of changes that could have been taken back among them.
    package var templates = 0
    /// Faces that the person was denied of, and faces of the person that others were denied of.
    package var denials = 0
    /// Remembered faces that were taken for the person or are like theirs.
    package var remembered = 0
    /// Strangers' templates that are like theirs.
    package var strangers = 0
    /// Changes that cannot be taken back any more.
    package var changes = 0
    /// SHA-256 of the bytes of everything that was a face, before it was erased.
    package var sha256: [String] = []
    /// The files that were searched afterwards, byte by byte, for each of these faces and for the name. Nothing was found.
    package var searched: [SearchedFile] = []
    /// Why the name stands in a file all the same, or could not be told from other bytes; absent when it is gone.
    package var nameRemains: String?

    package init(person: String, time: Date) {
        self.person = person
        self.time = time
    }
}
