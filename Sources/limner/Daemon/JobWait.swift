import Foundation
import Spool
import Wire

/// Watches jobs until each has ended.
struct JobWait {
    let client: ControlClient
    /// One line of JSON a job instead of text.
    let json: Bool

    /// Between two looks.
    private static let interval = Duration.milliseconds(300)

    /// Prints each job when it has ended, in the order given.
    ///
    /// - Throws: ``CommandError/negative`` after the last, unless all are done.
    func untilEnded(_ jobs: [JobIdentifier]) async throws {
        var allDone = true
        for (index, id) in jobs.enumerated() {
            let title = jobs.count == 1 ? id.text : "\(index + 1) of \(jobs.count)  \(id)"
            let detail = try await end(of: id, ProgressLine(title: title))
            allDone = allDone && detail.job.state == .done
            if json {
                try Terminal.answer(json: detail, oneLine: true)
            } else {
                Terminal.answer(JobText.detail(detail))
            }
        }
        if !allDone { throw CommandError.negative }
    }

    private func end(of id: JobIdentifier, _ line: ProgressLine) async throws -> JobDetail {
        defer { line.clear() }
        while true {
            let detail = try await client.job(id)
            if detail.job.state.isFinal { return detail }
            let progress = detail.job.progress
            line.update(
                fraction: progress?.fraction ?? 0, stage: progress?.stage ?? detail.job.state.rawValue,
                detail: progress?.detail)
            try await Task.sleep(for: Self.interval)
        }
    }
}
