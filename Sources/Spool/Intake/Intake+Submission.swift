import Crypto
import Foundation
import Wire

extension Intake {
    /// Takes a picture that is sent to the control socket. When this returns, the bytes are on the disk and the job
    /// is queued; when it throws, nothing of it is left.
    ///
    /// - Throws: ``ReportError`` with `picture-too-large`; system and database errors.
    package func receive(
        _ submission: JobSubmission, _ body: some AsyncSequence<Data, any Error> & Sendable, maxBytes: Int
    ) async throws -> JobIdentifier {
        let name = FileName(submission.name)
        // Nobody's job while it is coming: one that breaks off never was.
        let aside = FileName(receivingPrefix + String(UInt64.random(in: .min ... .max), radix: 16))
        let file = try tree.claimed.create(aside)
        do {
            var count = 0
            // Reading it again would hold up others.
            var hash = SHA256()
            for try await piece in body {
                count += piece.count
                guard count <= maxBytes else {
                    throw ReportError(
                        code: .pictureTooLarge, message: "\"\(name)\" has more than the \(maxBytes) bytes allowed.")
                }
                hash.update(data: piece)
                try piece.withUnsafeBytes { try file.write($0) }
            }
            try file.sync()
            return try take(submission, name, file, aside, sha256: hash.finalize().hexadecimal)
        } catch {
            try tree.claimed.remove(aside)
            throw error
        }
    }

    /// How files are called that are still being received, by whichever daemon; ``receivingPrefix`` begins like that.
    static let receivingPrefixOfAll = ".receiving-"

    /// Whether a name in the folder of claimed files is of one that is being received, or was when its daemon died.
    static func isReceived(_ name: FileName) -> Bool { name.bytes.starts(with: receivingPrefixOfAll.utf8) }

    /// Makes a job of a file that has come whole, in one go: nothing else is done meanwhile that could find it half-made.
    private func take(
        _ submission: JobSubmission, _ name: FileName, _ file: borrowing OpenFile, _ aside: FileName, sha256: String
    ) throws -> JobIdentifier {
        let id = try queue.identifiers(for: [name])[0]
        let job = JobRecord(
            id: id, kind: submission.task.kind, origin: .submission, source: name.bytes,
            priority: submission.priority, task: submission.task, created: .now)
        let claimed = Self.claimedName(name, taken: [])
        let nothing = FileIdentity(device: 0, inode: 0, size: 0, modified: 0, changed: 0)
        var input = InputRecord(
            ordinal: 0, role: .picture, source: name.bytes, name: submission.name, original: name, claimed: claimed,
            identity: nothing)
        try queue.add(job, inputs: [input], why: "sent to the control socket")
        do {
            let folder = try tree.claimed(of: id, creating: true)
            try tree.claimed.move(aside, to: folder, as: FileName(claimed))
            try folder.sync()
            try tree.claimed.sync()
            input.sha256 = sha256
            let sight = Queue.InputSight(
                job: id, ordinal: 0, stage: .hashed, identity: try file.facts().identity, sha256: sha256)
            try admit([admission(of: job, [input], why: "received")], noting: [sight])
            return id
        } catch {
            // The sender gets the error instead of a job's name, so the job never was.
            try queue.withdraw(id)
            try tree.claimed.remove(FileName(id.text))
            throw error
        }
    }
}
