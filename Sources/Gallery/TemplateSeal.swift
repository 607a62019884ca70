import Crypto
import Foundation
import GRDB
import Wire

/// What keeps templates from whoever has the file and not the key: AES-256-GCM of each one's bytes, by a key that is the SHA-256 of a
/// file. Names, hashes of photographs, times and qualities stay readable.
///
/// SQL seals and unseals by two functions, `seal` and `unseal`, so that rows are copied and compared as they are; without a key both
/// give back what they are given.
struct TemplateSeal: Sendable {
    private let key: SymmetricKey?

    /// Fewer bytes could be guessed.
    private static let leastBytes = 32
    /// What the file holds sealed, to tell the right key by.
    private static let proof = Data("limner gallery".utf8)

    /// - Parameter keyFile: nil for no key.
    /// - Throws: `GalleryError.keyUnusable` for a file that is no key, or cannot be read.
    init(keyFile: String?) throws {
        guard let keyFile else {
            key = nil
            return
        }
        let bytes: Data
        do {
            bytes = try FileHandle(regularFile: keyFile).readToEnd() ?? Data()
        } catch {
            throw GalleryError.keyUnusable(path: keyFile, reason: error.words)
        }
        guard bytes.count >= Self.leastBytes else {
            throw GalleryError.keyUnusable(
                path: keyFile, reason: "it has \(bytes.count) bytes, fewer than \(Self.leastBytes)")
        }
        key = SymmetricKey(data: SHA256.hash(data: bytes))
    }

    func register(in database: Database) {
        let key = key
        database.add(
            function: DatabaseFunction("seal", argumentCount: 1, pure: false) { values in
                guard let key, let bytes = Data.fromDatabaseValue(values[0]) else { return values[0] }
                return try AES.GCM.seal(bytes, using: key).combined
            })
        database.add(
            function: DatabaseFunction("unseal", argumentCount: 1, pure: true) { values in
                // What was not sealed yet is as it is: the writer seals all when it opens the file.
                guard let key, let bytes = Data.fromDatabaseValue(values[0]),
                    let box = try? AES.GCM.SealedBox(combined: bytes), let opened = try? AES.GCM.open(box, using: key)
                else { return values[0] }
                return opened
            })
    }

    /// - Throws: `GalleryError.locked` when the file was sealed with another key, or there is none.
    func check(_ database: Database, path: String) throws {
        guard try GallerySchema.counts(database), let kept = try Data.fetchOne(database, sql: "SELECT proof FROM lock")
        else { return }
        guard let key else {
            throw GalleryError.locked(path: path, reason: "its templates are sealed, and `faces.keyFile` names no key")
        }
        guard let box = try? AES.GCM.SealedBox(combined: kept), (try? AES.GCM.open(box, using: key)) == Self.proof
        else {
            throw GalleryError.locked(
                path: path, reason: "the key of `faces.keyFile` is not the one that it was sealed with")
        }
    }

    /// Seals a file that was not.
    ///
    /// - Returns: whether there is something to be written over.
    func adopt(_ database: Database) throws -> Bool {
        guard let key, try Data.fetchOne(database, sql: "SELECT proof FROM lock") == nil else { return false }
        for table in GallerySchema.faces {
            try database.execute(sql: "UPDATE \(table) SET features = seal(features)")
        }
        try database.execute(
            sql: "INSERT INTO lock (proof) VALUES (?)", arguments: [try AES.GCM.seal(Self.proof, using: key).combined])
        return true
    }
}
