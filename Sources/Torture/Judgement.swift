import Foundation
import Spool
import Wire

/// What became of everything that was dropped: the ledger against what lies on the disk.
struct Judgement: Sendable {
    /// Entries that had to come to an end.
    private(set) var owed = 0
    private(set) var done = 0
    private(set) var quarantined = 0
    /// Owed, and nowhere.
    private(set) var lost = 0
    /// In more than one report.
    private(set) var doubled = 0
    /// Reports for contents that nobody dropped: parts of files.
    private(set) var partial = 0
    private(set) var violations: [String] = []

    /// Most violations that are told.
    private static let limit = 20

    /// Looks at a studio from which retention has taken nothing.
    init(_ daemon: PrivateDaemon) throws {
        let entries = try daemon.witness.entries()
        let filed = try Self.reports(daemon.folders)
        var ends: [String: [Report]] = [:]
        for report in filed {
            for input in report.inputs { ends[input.sha256 ?? "", default: []].append(report) }
            examine(report, daemon.folders)
        }
        let inbox = Set(daemon.inboxFiles().compactMap { Tree.hash(of: daemon.folders.inbox + "/" + $0) })
        for entry in entries { judge(entry, ends[entry.sha256] ?? [], isInInbox: inbox.contains(entry.sha256)) }
        let known = Set(entries.map(\.sha256))
        for report in filed where !report.inputs.contains(where: { known.contains($0.sha256 ?? "") }) {
            partial += 1
            violations.append("\(report.id) is about something that nobody dropped, from \(report.source ?? "nowhere")")
        }
        // One sentence a file is enough to start looking.
        violations = Array(violations.prefix(Self.limit))
    }

    private mutating func judge(_ entry: Witness.Entry, _ reports: [Report], isInInbox: Bool) {
        if entry.fate != .open { owed += 1 }
        guard reports.count == 1, let report = reports.first, !isInInbox else {
            if reports.count + (isInInbox ? 1 : 0) > 1 {
                doubled += 1
                violations.append("\(entry.path) stands in \(reports.map(\.id.text)), in the inbox: \(isInInbox)")
            } else if reports.isEmpty, entry.fate != .open {
                lost += 1
                violations.append(
                    "\(entry.path) (\(entry.sha256.prefix(8))) is \(isInInbox ? "still in the inbox" : "lost")")
            }
            return
        }
        switch (entry.fate, report.status) {
        case (.done, .done): done += 1
        case (.open, _): break
        case (.quarantined(let code), .quarantined) where report.error?.code == code: quarantined += 1
        default:
            let word = report.error.map { "\($0.code.rawValue): \($0.message)" } ?? ""
            violations.append("\(entry.path) became \(report.status.rawValue) \(word), not \(entry.fate)")
        }
    }

    /// Looks at what a report says lies beside it and in `done/` or `quarantine/`.
    private mutating func examine(_ report: Report, _ folders: RootFolders) {
        for output in report.outputs {
            let path = folders.outbox(of: report.id) + "/" + output.name
            if Tree.hash(of: path) != output.sha256 {
                violations.append("\(report.id): its output \(output.name) is not what the report says")
            }
        }
        let outputs = Set(report.outputs.map(\.name) + ["report.json"])
        let strangers = Set(Tree.names(in: folders.outbox(of: report.id))).subtracting(outputs)
        if !strangers.isEmpty { violations.append("\(report.id): the outbox also holds \(strangers.sorted())") }
        let originals = (report.status == .quarantined ? folders.quarantine : folders.done) + "/" + report.id.text
        let hashes = Set(Tree.names(in: originals).compactMap { Tree.hash(of: originals + "/" + $0) })
        for input in report.inputs where input.sha256.map(hashes.contains) == false {
            violations.append("\(report.id): \(originals) does not hold the original of \(input.path)")
        }
    }

    /// Every report in the outbox.
    static func reports(_ folders: RootFolders) throws -> [Report] {
        try Tree.names(in: folders.outbox).compactMap { job in
            guard let data = FileManager.default.contents(atPath: folders.outbox + "/" + job + "/report.json") else {
                return nil
            }
            return try WireJSON.decode(Report.self, from: data)
        }
    }
}

extension Outcome {
    /// Judges a studio that has come to rest: the ledger, the proof of the daemon that lives now, and the database.
    mutating func judge(_ daemon: PrivateDaemon) async throws {
        let judgement = try Judgement(daemon)
        tell("files", judgement.owed)
        tell("lost", judgement.lost)
        tell("doubled", judgement.doubled)
        tell("partial", judgement.partial)
        if judgement.quarantined > 0 { tell("quarantined as they should be", judgement.quarantined) }
        violations += judgement.violations
        let proof = try await daemon.client.proof()
        tell("unaccounted", proof.unaccounted)
        violations += proof.findings.map { "the proof: \($0.explanation)" }
        violations += try Self.integrity(daemon)
    }

    /// What SQLite finds wrong in the queue.
    static func integrity(_ daemon: PrivateDaemon) throws -> [String] {
        try QueueReader(path: daemon.folders.database).integrity().map { "the database: \($0)" }
    }
}
