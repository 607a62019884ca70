import Foundation
import GRDB
import Testing
import Wire

@testable import Spool

/// The proof notices everything that can be wrong, and nothing that is right.
@Suite struct AuditTests {
    private func proof(_ parts: Parts) async throws -> ProofAnswer {
        try await Audit(folders: parts.root.paths, reader: parts.queue.reader).proof()
    }

    /// A root with one queued picture, one ended in quarantine, and one still in the inbox.
    private func someParts() async throws -> Parts {
        let parts = try Parts()
        try parts.root.drop("identify/a.jpg", "output a.txt x")
        try parts.root.drop("enroll/b.jpg", "nobody's")
        await parts.look()
        try parts.root.drop("identify/c.jpg", "young")
        return parts
    }

    @Test func theSumHoldsAndYoungFilesAreCountedApart() async throws {
        let parts = try await someParts()
        let proof = try await proof(parts)
        #expect(proof.findings == [])
        #expect(proof.unaccounted == 0)
        #expect(proof.inbox == 1)
        #expect(proof.counts.seen == 2)
        #expect(proof.counts.queued == 1)
        #expect(proof.counts.quarantined == 1)
    }

    @Test func aFileAboutToBeTakenIsNotCountedTwice() async throws {
        let parts = try Parts()
        try parts.root.drop("identify/a.jpg", "x")
        let facts = try #require(try parts.tree.inbox.folder(FileName("identify")).facts(FileName("a.jpg")))
        let path = Array("identify/a.jpg".utf8)
        let job = JobRecord(
            id: JobIdentifier(time: .now, salt: 1, name: "a.jpg"), kind: .identify, origin: .picture, source: path,
            created: .now)
        let input = InputRecord(
            ordinal: 0, role: .picture, source: path, name: "identify/a.jpg", original: FileName("a.jpg"),
            claimed: "a.jpg", identity: facts.identity)
        try parts.queue.add(job, inputs: [input], why: "test")
        let proof = try await proof(parts)
        #expect(proof.inbox == 0)
        #expect(proof.counts.waiting == 1)
        #expect(proof.unaccounted == 0)
    }

    @Test(arguments: ProofAnswer.Finding.Kind.allCases)
    func everyKindOfLossIsFound(_ kind: ProofAnswer.Finding.Kind) async throws {
        let parts = try await someParts()
        let paths = parts.root.paths
        let jobs = try parts.jobs()
        let queued = try #require(jobs.first { $0.state == .queued }).id
        let quarantined = try #require(jobs.first { $0.state == .quarantined }).id
        let stray = JobIdentifier(time: .now, salt: 7, name: "stray.jpg")
        switch kind {
        case .sum:
            try await parts.queue.pool.write {
                try $0.execute(sql: "DELETE FROM job WHERE id = ?", arguments: [queued.text])
                try $0.execute(
                    sql:
                        "INSERT INTO file VALUES (NULL, x'61', 1, 1, 1, 1, 1, ?, 1), (NULL, x'62', 1, 1, 1, 1, 1, ?, 1)",
                    arguments: [quarantined.text, quarantined.text])
            }
            try parts.tree.claimed.remove(FileName(queued.text))
        case .claimedWithoutJob: try parts.root.write(paths.claimed(of: stray) + "/stray.jpg", "x")
        case .inputMissing: try parts.tree.claimed(of: queued).remove(FileName("a.jpg"))
        case .originalMissing:
            try await parts.queue.pool.write {
                try $0.execute(sql: "UPDATE job SET settled = 0 WHERE id = ?", arguments: [quarantined.text])
            }
            try parts.tree.quarantine.remove(FileName(quarantined.text))
        case .outboxWithoutJob: try parts.root.write(paths.outbox(of: queued) + "/report.json", "{}")
        case .reportMissing: try parts.tree.outbox.folder(FileName(quarantined.text)).remove(RootTree.reportName)
        case .originalsWithoutJob: try parts.root.write(paths.done + "/\(stray)/stray.jpg", "x")
        case .doneTwice:
            try await parts.queue.pool.write { db in
                for _ in 1...2 { try Queue.record(quarantined, from: .running, to: .done, "test", db) }
            }
        }
        let proof = try await proof(parts)
        #expect(proof.findings.contains { $0.kind == kind }, "\(proof)")
        #expect(proof.findings.count == 1, "\(proof.findings)")
        #expect(proof.unaccounted == (kind == .sum ? 2 : 1))
    }

    @Test func whatTheUserCollectsOrPutsBesideIsNoLoss() async throws {
        let parts = try await someParts()
        let quarantined = try #require(try parts.jobs().first { $0.state == .quarantined }).id
        try parts.tree.quarantine.remove(FileName(quarantined.text))
        try parts.tree.outbox.remove(FileName(quarantined.text))
        try parts.root.write(parts.root.paths.done + "/notes.txt", "mine")
        try parts.root.write(parts.root.paths.outbox + "/notes.txt", "mine")
        try parts.root.write(parts.root.paths.outbox + "/to print/a.jpg", "mine")
        // Of a photo export; never taken, as `why` says.
        try parts.root.drop("identify/c.jpg.json", #"{"title": "c.jpg"}"#)
        let proof = try await proof(parts)
        #expect(proof.unaccounted == 0)
        #expect(proof.inbox == 1, "c.jpg")
    }
}

extension OneReaderSuites {
    @Suite(.serialized) struct LiveAuditTests {
        @Test func theDaemonProvesItselfWhileItWorks() async throws {
            try await DaemonHarness.with { harness in
                for number in 0..<40 { try harness.root.drop("identify/\(number).jpg", "output a.txt \(number)\n") }
                while try await harness.client.status().counts.done < 40 {
                    #expect(try await harness.client.proof().findings == [])
                }
                let proof = try await harness.client.proof()
                #expect(proof.unaccounted == 0)
                #expect(proof.counts.seen == 40)
                #expect(proof.inbox == 0)
            }
        }
    }
}
