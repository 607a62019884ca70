import Foundation
import GRDB
import Wire

/// Questions to the queue that change nothing. The daemon asks them through its own connections; the CLI asks them
/// of the file when no daemon runs.
package struct QueueReader: Sendable {
    /// Most jobs of one page.
    package static let pageLimit = 500

    let database: any DatabaseReader

    init(_ database: any DatabaseReader) { self.database = database }

    /// Opens `state/queue.sqlite` for reading only.
    ///
    /// - Throws: GRDB's errors, among them `SQLITE_CANTOPEN` when there is no queue yet.
    package init(path: String) throws {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        database = try DatabaseQueue(path: path, configuration: configuration)
    }

    /// How many jobs stand in each state, and how many files the ledger says came in. Costs the same however many there are.
    package func counts() throws -> JobCounts { try database.read(Self.counts) }

    private static func counts(_ db: Database) throws -> JobCounts {
        // A database that an older version left is counted until a daemon has migrated it.
        guard try db.tableExists("tally") else { return try counted(db) }
        var counts = JobCounts()
        for row in try Row.fetchAll(db, sql: "SELECT state, SUM(jobs) AS count FROM tally GROUP BY state") {
            let name: String = row["state"]
            if let state = JobState(rawValue: name) { counts[state] = row["count"] }
            if name == "seen" { counts.seen = row["count"] }
        }
        return counts
    }

    /// The same by counting every row, for the proof.
    static func counted(_ db: Database) throws -> JobCounts {
        var counts = JobCounts()
        for row in try Row.fetchAll(db, sql: "SELECT state, COUNT(*) AS count FROM job GROUP BY state") {
            if let state = JobState(rawValue: row["state"]) { counts[state] = row["count"] }
        }
        counts.seen = try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM file WHERE leads") ?? 0
        return counts
    }

    /// Jobs, newest first.
    ///
    /// The index holds jobs by state, kind and name: a page is merged from one stretch of it for each state and kind that
    /// it may hold, and reads no more rows than it shows.
    ///
    /// - Parameters:
    ///   - before: only older ones; the `next` of the page before.
    ///   - limit: clamped to 1…``pageLimit``.
    package func page(
        state: JobState? = nil, kind: JobKind? = nil, before: JobIdentifier? = nil, limit: Int = 50
    ) throws -> JobPage {
        let limit = min(max(limit, 1), Self.pageLimit)
        let sql = Self.stretches(state.map { [$0] } ?? JobState.allCases, kind).map {
            "SELECT * FROM job WHERE \($0) AND id < ?1"
        }
        .joined(separator: " UNION ALL ")
        // Every name is less than this one.
        let before = before?.text ?? "~"
        let jobs = try database.read { db in
            let rows = try Row.fetchAll(db, sql: sql + " ORDER BY id DESC LIMIT ?2", arguments: [before, limit + 1])
            // What this version cannot read at all is no reason to show nothing.
            return rows.compactMap { try? JobRecord(row: $0) }
        }
        let page = jobs.prefix(limit).map(\.summary)
        return JobPage(jobs: page, next: jobs.count > limit ? page.last?.id : nil)
    }

    /// The names of jobs that stand in one of some states, newest first.
    func identifiers(
        in states: [JobState], kind: JobKind?, before: JobIdentifier?, limit: Int
    ) throws -> [JobIdentifier] {
        let sql = Self.stretches(states, kind).map { "SELECT id FROM job WHERE \($0) AND id < ?1" }
            .joined(separator: " UNION ALL ")
        return try database.read { db in
            try String.fetchAll(
                db, sql: sql + " ORDER BY id DESC LIMIT ?2", arguments: [before?.text ?? "~", limit]
            ).compactMap { JobIdentifier($0) }
        }
    }

    /// A condition for each stretch of the index `job_state` in which such jobs lie.
    private static func stretches(_ states: [JobState], _ kind: JobKind?) -> [String] {
        if states.count == JobState.allCases.count, kind == nil { return ["TRUE"] }
        let kinds: [JobKind?] = kind.map { [$0] } ?? JobKind.allCases + [nil]
        return states.flatMap { state in
            kinds.map { kind in
                let name = kind.map { "'\($0.rawValue)'" } ?? "NULL"
                return "state = '\(state.rawValue)' AND kind IS \(name)"
            }
        }
    }

    package func running() throws -> [JobSummary] {
        try page(state: .running, limit: Self.pageLimit).jobs
    }

    /// One job with its whole history; `nil` when there is none of that name.
    package func detail(_ id: JobIdentifier, folders: RootFolders) throws -> JobDetail? {
        let found = try database.read { db -> (JobRecord, [JobEvent])? in
            guard let job = try Queue.job(id, db) else { return nil }
            let rows = try Row.fetchAll(db, sql: "SELECT * FROM event WHERE job = ? ORDER BY id", arguments: [id.text])
            let events = rows.compactMap { row -> JobEvent? in
                guard let to = JobState(rawValue: row["to"]) else { return nil }
                let from = (row["from"] as String?).flatMap(JobState.init(rawValue:))
                return JobEvent(time: Date(milliseconds: row["time"]), from: from, to: to, why: row["why"])
            }
            return (job, events)
        }
        guard let (job, events) = found else { return nil }
        let outbox = folders.outbox(of: id)
        func read<Value: Decodable>(_ type: Value.Type, _ name: FileName) -> Value? {
            // Users write there, too.
            guard let bytes = try? Folder(path: outbox).read(regular: name) else { return nil }
            return try? WireJSON.decode(type, from: Data(bytes))
        }
        let report = read(Report.self, RootTree.reportName)
        let retrospect = read(Retrospect.self, RetrospectService.fileName)
        return JobDetail(
            job: job.summary, task: job.task, events: events, folder: report == nil ? nil : outbox, report: report,
            retrospect: report == nil ? nil : retrospect?.additions)
    }

    /// The jobs that a path of the inbox became part of, oldest first.
    package func jobs(fromPath path: [UInt8]) throws -> [JobIdentifier] {
        try database.read { db in
            let fromLedger = "SELECT DISTINCT job FROM file WHERE path = ?"
            let ids = try String.fetchAll(
                db, sql: "SELECT id FROM job WHERE source = ? OR id IN (\(fromLedger)) ORDER BY id",
                arguments: [Data(path), Data(path)])
            return ids.compactMap { JobIdentifier($0) }
        }
    }

    /// What the CLI shows when no daemon runs.
    package func status(root: String) throws -> StatusAnswer {
        let paused = try database.read { db in
            try String.fetchOne(db, sql: "SELECT value FROM setting WHERE name = 'paused'") == "yes"
        }
        let counts = try counts()
        return StatusAnswer(
            root: root, paused: paused, counts: counts, balanced: counts.isBalanced, running: try running())
    }

    /// What the CLI knows of a file when no daemon runs.
    ///
    /// - Parameter path: absolute, or relative to the inbox; raw bytes.
    package func explain(_ path: [UInt8], folders: RootFolders) throws -> WhyAnswer {
        let shown = String(decoding: path, as: UTF8.self)
        let jobs = try jobs(fromPath: Folder.rest(of: path, below: folders.inbox) ?? path)
            .compactMap { try detail($0, folders: folders) }
        if jobs.isEmpty, let job = JobIdentifier(shown), let detail = try detail(job, folders: folders) {
            let explanation = "It is job \(job), which is \(detail.job.state.rawValue)."
            return WhyAnswer(path: shown, verdict: .job, explanation: explanation, jobs: [detail])
        }
        let explanation =
            jobs.isEmpty
            ? "No job came from it, and no daemon runs that could tell more; start limnerd."
            : "It became \(jobs.count == 1 ? "a job" : "\(jobs.count) jobs")."
        return WhyAnswer(
            path: shown, verdict: jobs.isEmpty ? .unknown : .job,
            explanation: explanation, jobs: jobs)
    }
}

extension Queue {
    package var reader: QueueReader { QueueReader(pool) }
}
