import Foundation
import Glibc

/// What the disk itself needs for one durable write: the bound under every other figure.
enum DiskCost {
    private static let rounds = 500
    /// About what one transition writes into the write-ahead log.
    private static let bytes = 24 << 10

    static func measure(_ disk: String) throws -> [Figure] {
        let path = disk + "/limner-bench-write"
        let file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0o600)
        guard file >= 0 else { throw Failure(description: path) }
        defer {
            close(file)
            unlink(path)
        }
        let contents = [UInt8](repeating: 1, count: bytes)
        for round in 0..<rounds { pwrite(file, contents, bytes, off_t(round * bytes)) }
        fsync(file)
        let times = (0..<rounds).map { round in
            let started = ContinuousClock.now
            pwrite(file, contents, bytes, off_t(round * bytes))
            fdatasync(file)
            return started.milliseconds
        }
        return [
            Figure(name: "fdatasync of 24 KiB written over, median", value: times.median * 1000, unit: "us"),
            Figure(name: "… p90", value: times.quantile(0.9) * 1000, unit: "us"),
        ]
    }
}
