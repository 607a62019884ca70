import Foundation
import Spool
import Synchronization
import Wire

/// Claims of jobs that are all queued, by one caller and by several threads at once.
enum ClaimRate {
    static func measure(_ disk: String, claims: Int, callers: [Int]) throws -> [Figure] {
        try callers.map { callers in
            Figure(
                name: "claims, \(callers) at a time",
                value: try rate(disk, claims: claims, callers: callers), unit: "claims/s", target: ">= 5000")
        }
    }

    private static func rate(_ disk: String, claims: Int, callers: Int) throws -> Double {
        let folder = disk + "/limner-bench-claims"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let queue = try Queue(path: folder + "/queue.sqlite")
        try fill(queue, claims)
        let failures = Mutex(0)
        let started = ContinuousClock.now
        let threads = (0..<callers).map { number in
            let done = DispatchSemaphore(value: 0)
            let share = claims / callers + (number < claims % callers ? 1 : 0)
            Thread {
                for _ in 0..<share where (try? queue.claim()) == nil {
                    failures.withLock { $0 += 1 }
                }
                done.signal()
            }.start()
            return done
        }
        for thread in threads { thread.wait() }
        let seconds = started.milliseconds / 1000
        let counts = try queue.reader.counts()
        guard failures.withLock({ $0 }) == 0, counts.running == claims, try queue.durability().isSafe else {
            throw Failure(description: "\(counts.running) of \(claims) jobs were claimed")
        }
        return Double(claims) / seconds
    }

    private static func fill(_ queue: Queue, _ count: Int) throws {
        let intentions = (0..<count).map { number in
            let name = "picture-\(number).jpg"
            let id = JobIdentifier(
                time: Date(timeIntervalSince1970: Double(number)), salt: UInt16(truncatingIfNeeded: number), name: name)
            var job = JobRecord(
                id: id, kind: .identify, origin: .picture, source: Array(name.utf8),
                task: JobTask(.identify), created: .now)
            job.standing = .queued
            let input = InputRecord(
                ordinal: 0, role: .picture, source: Array(name.utf8), name: name, original: FileName(name),
                claimed: name, stage: .hashed,
                identity: FileIdentity(device: 1, inode: UInt64(number), size: 1, modified: 1, changed: 1))
            return Queue.Intention(job: job, inputs: [input])
        }
        try queue.add(intentions, why: "benchmark")
    }
}
