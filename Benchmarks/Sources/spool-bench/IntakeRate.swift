import Foundation
import Spool

/// From a folder of small files that appears in the inbox at once to the last of them queued, hashed and durable.
enum IntakeRate {
    private static let stability = Duration.milliseconds(500)

    static func measure(_ disk: String, _ programs: Programs, files: Int) async throws -> [Figure] {
        let studio = try Studio(disk, programs)
        let folder = try studio.prepare("drop", files: files)
        try await studio.start(["intake.stability=500ms"])
        _ = try await studio.client.pause()
        let started = ContinuousClock.now
        try studio.bring(folder)
        try await studio.waitQueued(files, limit: .seconds(600))
        let seconds = (started.milliseconds - stability / .milliseconds(1)) / 1000
        let proof = try await studio.client.proof()
        guard proof.unaccounted == 0 else { throw Failure(description: "\(proof.findings)") }
        return [
            Figure(
                name: "\(files) files of 2 KiB queued, stability delay aside", value: Double(files) / seconds,
                unit: "files/s", target: ">= 2000"),
            Figure(name: "… peak memory of the daemon", value: try studio.memory("VmHWM"), unit: "MB"),
        ]
    }
}
