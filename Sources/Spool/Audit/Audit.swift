import Foundation
import GRDB
import Wire

/// Proves, from the queue and from the disk, that every file which came to rest in the inbox is where it should be.
/// Changes nothing; the daemon and, without one, the CLI ask it.
package struct Audit: Sendable {
    let folders: RootFolders
    let reader: QueueReader

    /// Looks at most. A file on its way from one place to the next looks wrong for a moment: only what is found at
    /// every look counts.
    private static let looks = 4
    /// Between two looks; longer than any step of a job takes on a disk that works.
    private static let pause = Duration.milliseconds(250)

    package init(folders: RootFolders, reader: QueueReader) {
        self.folders = folders
        self.reader = reader
    }

    /// Looks at everything below the root.
    ///
    /// - Throws: the database's errors; ``SpoolError/system(call:path:errno:)`` for a folder that cannot be read.
    package func proof() async throws -> ProofAnswer {
        var (ledger, disk) = try look()
        var findings = Self.findings(ledger, disk)
        for _ in 1..<Self.looks where !findings.isEmpty {
            try await Task.sleep(for: Self.pause)
            (ledger, disk) = try look()
            let again = Set(Self.findings(ledger, disk))
            findings = findings.filter(again.contains)
        }
        let counts = ledger.counts
        return ProofAnswer(
            root: folders.root, inbox: disk.inbox.subtracting(ledger.intended).count, counts: counts,
            findings: findings)
    }

    private func look() throws -> (Ledger, Disk) { (try Ledger(reader), try Disk(folders)) }

    // MARK: The comparison

    /// Everything on which the two do not agree, in a stable order.
    static func findings(_ ledger: Ledger, _ disk: Disk) -> [ProofAnswer.Finding] {
        var found: [ProofAnswer.Finding] = []
        let counts = ledger.counts
        if !counts.isBalanced {
            let difference = counts.seen - counts.sum
            found.append(
                ProofAnswer.Finding(.sum, "\(difference)", "\(counts.seen) files were seen, \(counts.sum) jobs stand"))
        }
        for id in ledger.doneTwice {
            found.append(ProofAnswer.Finding(.doneTwice, id, "\(id) was done more than once"))
        }
        for input in ledger.inputs where !disk.claimed[input.job, default: []].contains(input.claimed) {
            found.append(
                ProofAnswer.Finding(.inputMissing, input.job, "state/claimed/\(input.job)/\(input.claimed) is gone"))
        }
        for (id, state) in ledger.unsettled.sorted(by: { $0.key < $1.key }) {
            let target = state == .quarantined ? disk.quarantine : disk.done
            guard disk.claimed[id] == nil, !target.contains(id) else { continue }
            found.append(
                ProofAnswer.Finding(
                    .originalMissing, id, "the originals of \(id), which is \(state.rawValue), are gone"))
        }
        for (name, files) in disk.claimed.sorted(by: { $0.key < $1.key }) where !files.isEmpty {
            guard let job = ledger.jobs[name] else {
                found.append(
                    ProofAnswer.Finding(.claimedWithoutJob, name, "no job knows the files in state/claimed/\(name)"))
                continue
            }
            if job.state.isFinal, job.settled, !job.isConcluding {
                found.append(
                    ProofAnswer.Finding(
                        .claimedWithoutJob, name, "\(name) is \(job.state.rawValue), yet its files are still claimed"))
            }
        }
        return found + folderFindings(ledger, disk)
    }

    /// What is wrong in the folders that the user sees.
    private static func folderFindings(_ ledger: Ledger, _ disk: Disk) -> [ProofAnswer.Finding] {
        var found: [ProofAnswer.Finding] = []
        for (name, hasReport) in disk.outbox.sorted(by: { $0.key < $1.key }) {
            guard let job = ledger.jobs[name], job.state.isFinal || job.isConcluding else {
                let state = ledger.jobs[name].map { "is \($0.state.rawValue)" } ?? "is not in the queue"
                found.append(
                    ProofAnswer.Finding(.outboxWithoutJob, name, "outbox/\(name) stands there, but the job \(state)"))
                continue
            }
            if !hasReport {
                found.append(ProofAnswer.Finding(.reportMissing, name, "outbox/\(name) holds no report.json"))
            }
        }
        for (folder, names) in [("done", disk.done), ("quarantine", disk.quarantine)] {
            for name in names.sorted() {
                let job = ledger.jobs[name]
                if job?.isConcluding == true { continue }
                if let state = job?.state, state.isFinal, (state == .quarantined) == (folder == "quarantine") {
                    continue
                }
                let state = job.map { "is \($0.state.rawValue)" } ?? "is not in the queue"
                found.append(
                    ProofAnswer.Finding(
                        .originalsWithoutJob, name, "\(folder)/\(name) stands there, but the job \(state)"))
            }
        }
        return found
    }
}
