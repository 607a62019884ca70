import Foundation
import Wire

/// Under what an attempt ran, for the quarantine's bundle.
struct AttemptSetting: Sendable {
    var command: WorkerCommand
    var usage: WorkerUsage?
}

extension Dispatcher.Slot {
    var setting: AttemptSetting? { command.map { AttemptSetting(command: $0, usage: meter?.usage) } }
}

extension Dispatcher {
    /// Writes what a replay needs beside the originals, which go to the quarantine with it. Without it the bundle is
    /// poorer, but the job's end is the same.
    func keep(_ setting: AttemptSetting, for job: JobRecord) {
        guard let task = job.task else { return }
        do {
            let inputs = try queue.inputs(of: job.id).pictures.map { input in
                ReplayRecord.Input(
                    role: input.role, name: input.name,
                    files: [input.original.text, input.claimed].compactMap(\.self), sha256: input.sha256)
            }
            let record = ReplayRecord(
                id: job.id, attempt: job.attempt, task: task, inputs: inputs, limits: settings.current.pictureLimits,
                arguments: setting.command.arguments, environment: setting.command.environment, usage: setting.usage)
            try tree.claimed(of: job.id).write(try WireJSON.encodePretty(record), to: RootTree.replayName)
        } catch {
            log(of: job).warning(
                "\(job.id): it cannot be replayed, because replay.json was not written: \(error.reason)")
        }
    }
}
