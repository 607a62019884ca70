import Foundation
import Spool

/// The daemon's resident memory while it holds many queued jobs, and whether it stays there while it is asked.
enum ResidentMemory {
    static func measure(_ disk: String, _ programs: Programs, queued: Int, seconds: Int) async throws -> [Figure] {
        let studio = try Studio(disk, programs)
        let folder = try studio.prepare("drop", files: queued, bytes: 64)
        try await studio.start(["intake.stability=500ms"])
        let empty = try studio.memory("VmRSS")
        _ = try await studio.client.pause()
        try studio.bring(folder)
        try await studio.waitQueued(queued, limit: .seconds(1200))
        let peak = try studio.memory("VmHWM")
        // The last look ends, and what it held is given back.
        try await Task.sleep(for: .seconds(2))
        let first = try studio.memory("VmRSS")
        for _ in 0..<seconds {
            _ = try await studio.client.status()
            _ = try await studio.client.jobs(limit: 50)
            _ = try await studio.client.metrics()
            try await Task.sleep(for: .seconds(1))
        }
        _ = try await studio.client.proof()
        let last = try studio.memory("VmRSS")
        studio.stop()
        try await studio.start()
        // A new daemon proves itself first.
        try await Task.sleep(for: .seconds(5))
        let again = try studio.memory("VmRSS")
        let anewPeak = try studio.memory("VmHWM")
        return [
            Figure(name: "memory of the daemon, nothing queued", value: empty, unit: "MB"),
            Figure(name: "… \(queued) taken in and queued", value: first, unit: "MB", target: "<= 60"),
            Figure(name: "… after \(seconds) s of questions and a proof", value: last, unit: "MB", target: "<= 60"),
            Figure(name: "… started anew", value: again, unit: "MB", target: "<= 60"),
            Figure(name: "… started anew, peak", value: anewPeak, unit: "MB"),
            Figure(name: "… peak, while it took them in", value: peak, unit: "MB"),
        ]
    }

    /// The same while photographs come, are identified, and are removed after a minute.
    ///
    /// What a job leaves behind for good shows between the two figures.
    static func flow(
        _ disk: String, _ programs: Programs, samples: String, photographs: Int
    ) async throws -> [Figure] {
        let studio = try Studio(disk, programs)
        let photograph = try Data(contentsOf: URL(fileURLWithPath: samples + "/obama2.jpg"))
        try await studio.start(["intake.stability=200ms", "retention.originals=1m", "retention.outbox=1m"])
        try await studio.enroll(photograph)
        var figures: [Figure] = []
        var identified = 0
        for wanted in [photographs / 5, photographs] {
            while identified < wanted {
                let folder = studio.folders.root + "/drop-\(identified)"
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
                let batch = identified..<min(identified + 50, wanted)
                for number in batch {
                    // No two are the same file.
                    let file = URL(fileURLWithPath: folder + "/photograph-\(number).jpg")
                    try (photograph + Data("\(number)".utf8)).write(to: file)
                }
                try studio.bring(folder)
                identified = batch.upperBound
                // The enrolment was one, too.
                try await studio.waitDone(identified + 1)
            }
            figures.append(
                Figure(
                    name: "memory of the daemon, \(identified) photographs identified",
                    value: try studio.memory("VmRSS"), unit: "MB"))
        }
        return figures
    }
}
