import Crypto
import Foundation
import GRDB
import Parsing
import Wire

/// What a job does, by content: the task as it was given, and the SHA-256 of each picture in its role.
package struct JobFingerprint: Sendable, Hashable {
    /// 64 lowercase hexadecimal digits.
    package let text: String

    /// `nil` when a picture's hash is not known.
    package init?(_ task: JobTask?, _ inputs: [InputRecord]) {
        let pictures = inputs.pictures.sorted { $0.ordinal < $1.ordinal }
        guard let task, !pictures.isEmpty, let options = try? WireJSON.encode(task) else { return nil }
        var hash = SHA256()
        hash.update(data: options)
        for picture in pictures {
            guard let digest = picture.sha256 else { return nil }
            hash.update(data: Data("\n\(picture.role.rawValue) \(digest)".utf8))
            // Where a picture lies says whom it shows.
            if task.kind.facts.pictures == .oneByOne { hash.update(data: Data(" \(picture.name)".utf8)) }
        }
        text = hash.finalize().hexadecimal
    }
}

extension Queue {
    /// The oldest other job of the same fingerprint that is done or on its way; one that failed for good or was
    /// cancelled is none.
    static func twin(of id: JobIdentifier, _ fingerprint: JobFingerprint, _ db: Database) throws -> JobIdentifier? {
        try String.fetchOne(
            try db.cachedStatement(
                sql: """
                    SELECT id FROM job WHERE fingerprint = ? AND id <> ? AND state NOT IN ('quarantined', 'cancelled')
                    AND COALESCE(concluding, 'done') = 'done' ORDER BY id LIMIT 1
                    """), arguments: [fingerprint.text, id.text]
        ).flatMap { JobIdentifier($0) }
    }

    /// Notes about how many bytes a worker needs for a job, so that it is claimed when there are so many.
    func note(memory bytes: Int64, of id: JobIdentifier) throws {
        try pool.write {
            try $0.execute(sql: "UPDATE job SET memory = ? WHERE id = ?", arguments: [bytes, id.text])
        }
    }
}
