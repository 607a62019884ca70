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
        let id = try queue.identifiers(for: [name])[0]
        let job = JobRecord(
            id: id, kind: submission.task.kind, origin: .submission, source: name.bytes,
            priority: submission.priority, task: submission.task, created: .now)
        let claimed = Self.claimedName(name, taken: [])
        let nothing = FileIdentity(device: 0, inode: 0, size: 0, modified: 0, changed: 0)
        let input = InputRecord(
            ordinal: 0, role: .picture, source: name.bytes, name: submission.name, original: name, claimed: claimed,
            identity: nothing)
        receiving.insert(id)
        defer { receiving.remove(id) }
        try queue.add(job, inputs: [input], why: "sent to the control socket")
        do {
            let folder = try tree.claimed(of: id, creating: true)
            let aside = FileName(".receiving")
            let file = try folder.create(aside)
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
            try folder.move(aside, to: folder, as: FileName(claimed))
            try folder.sync()
            try tree.claimed.sync()
            var settled = input
            settled.sha256 = hash.finalize().hexadecimal
            let sight = Queue.InputSight(
                job: id, ordinal: 0, stage: .hashed, identity: try file.facts().identity, sha256: settled.sha256)
            try admit([admission(of: job, [settled], why: "received")], noting: [sight])
            return id
        } catch {
            // The sender gets the error instead of a job's name, so the job never was.
            try queue.withdraw(id)
            try tree.claimed.remove(FileName(id.text))
            throw error
        }
    }
}
