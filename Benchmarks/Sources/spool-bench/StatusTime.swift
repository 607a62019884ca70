import Foundation
import GRDB
import Spool
import Wire

/// `status` of a queue that remembers very many finished jobs: from the daemon, and from its file when none runs.
enum StatusTime {
    private static let rounds = 20

    static func measure(_ disk: String, _ programs: Programs, finished: Int) async throws -> [Figure] {
        let studio = try Studio(disk, programs)
        // The daemon makes the tables.
        try await studio.start()
        studio.stop()
        try fill(studio.folders.database, finished)
        let root = studio.folders.root
        let path = studio.folders.database
        var figures: [Figure] = []
        func add(_ name: String, _ times: [Double]) {
            figures.append(Figure(name: name, value: times.median, unit: "ms", target: "<= 50"))
        }
        let offline = try (0..<rounds).map { _ in
            let started = ContinuousClock.now
            let counts = try QueueReader(path: path).status(root: root).counts
            guard counts.done == finished, counts.isBalanced else { throw Failure(description: "\(counts)") }
            return started.milliseconds
        }
        add("status of \(finished) finished jobs, read from the file", offline)
        add(
            "… limner status without a daemon, whole process",
            try (0..<rounds).map { _ in try studio.limner(["status"]) })
        let begun = ContinuousClock.now
        try await studio.start()
        figures.append(Figure(name: "… start of the daemon", value: begun.milliseconds, unit: "ms"))
        var live: [Double] = []
        var metrics: [Double] = []
        var pages: [Double] = []
        for _ in 0..<rounds {
            var started = ContinuousClock.now
            let counts = try await studio.client.status().counts
            live.append(started.milliseconds)
            guard counts.done == finished else { throw Failure(description: "\(counts)") }
            started = .now
            _ = try await studio.client.metrics()
            metrics.append(started.milliseconds)
            started = .now
            _ = try await studio.client.jobs(state: .done, limit: 50)
            pages.append(started.milliseconds)
        }
        add("… from the daemon", live)
        add("… limner status with a daemon, whole process", try (0..<rounds).map { _ in try studio.limner(["status"]) })
        add("… metrics", metrics)
        add("… first page of the jobs that are done", pages)
        return figures
    }

    /// Writes jobs as the daemon leaves them: with their input, ledger and four events.
    private static func fill(_ path: String, _ count: Int) throws {
        let database = try DatabaseQueue(path: path)
        try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = OFF") }
        let task = String(decoding: try WireJSON.encode(JobTask(.identify)), as: UTF8.self)
        let digest = String(repeating: "a5", count: 32)
        let batch = 50_000
        for start in stride(from: 0, to: count, by: batch) {
            try database.write { db in
                for number in start..<min(start + batch, count) {
                    let id = JobIdentifier(
                        time: Date(timeIntervalSince1970: 1_700_000_000 + Double(number / 16)),
                        salt: UInt16(truncatingIfNeeded: number), name: "picture-\(number).jpg"
                    ).text
                    let path = Data("identify/picture-\(number).jpg".utf8)
                    let time = 1_700_000_000_000 + number
                    try db.cachedStatement(
                        sql: """
                            INSERT INTO job (id, kind, state, attempt, token, origin, source, task, settled, created, updated)
                            VALUES (?, 'identify', 'done', 1, 1, 'picture', ?, ?, 1, ?, ?)
                            """
                    ).execute(arguments: [id, path, task, time, time])
                    try db.cachedStatement(
                        sql: """
                            INSERT INTO input VALUES (?, 0, 'picture', ?, ?, ?, ?, 'hashed', 1, ?, 100, 1, ?)
                            """
                    ).execute(arguments: [
                        id, path, "identify/picture-\(number).jpg", Data("picture-\(number).jpg".utf8),
                        "picture-\(number).jpg", number, digest,
                    ])
                    try db.cachedStatement(
                        sql: """
                            INSERT INTO file (path, device, inode, size, modified, seen, job, leads)
                            VALUES (?, 1, ?, 100, 1, ?, ?, 1)
                            """
                    ).execute(arguments: [path, number, time, id])
                    let states: [String?] = [nil, "waiting", "queued", "running", "done"]
                    for (event, (from, to)) in zip(states, states.dropFirst()).enumerated() {
                        try db.cachedStatement(
                            sql: "INSERT INTO event VALUES (?, ?, ?, ?, ?, 'benchmark')"
                        ).execute(arguments: [id, event, time, from, to])
                    }
                }
            }
        }
        try database.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
    }
}
