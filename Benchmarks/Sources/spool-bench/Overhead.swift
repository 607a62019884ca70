import Foundation
import Spool
import Wire

/// What the spool adds to an identify job: from the drop to the report in the outbox, without the stability delay and
/// without the stages that the worker timed itself.
enum Overhead {
    private static let stability = Duration.milliseconds(200)

    static func measure(_ disk: String, _ programs: Programs, samples: String, jobs: Int) async throws -> [Figure] {
        let studio = try Studio(disk, programs)
        let picture = try Data(contentsOf: URL(fileURLWithPath: samples + "/obama2.jpg"))
        try await studio.start(["intake.stability=200ms", "workers.idleTimeout=10m"])
        try await studio.enroll(picture)
        var rest: [Double] = []
        var worked: [Double] = []
        var seen = Set(try FileManager.default.contentsOfDirectory(atPath: studio.folders.outbox))
        // The first ones load the models.
        for number in 0..<(jobs + 3) {
            let aside = studio.folders.root + "/aside"
            try (picture + Data("\(number)".utf8)).write(to: URL(fileURLWithPath: aside))
            let started = ContinuousClock.now
            guard rename(aside, studio.folders.inbox + "/identify/picture-\(number).jpg") == 0 else {
                throw Failure(description: "the picture could not be dropped")
            }
            var job = ""
            try await studio.wait("a report", limit: .seconds(60)) {
                let names = try FileManager.default.contentsOfDirectory(atPath: studio.folders.outbox)
                job = names.first { !seen.contains($0) } ?? ""
                return !job.isEmpty
            }
            let total = started.milliseconds
            seen.insert(job)
            let data = try Data(contentsOf: URL(fileURLWithPath: studio.folders.outbox + "/\(job)/report.json"))
            let report = try WireJSON.decode(Report.self, from: data)
            guard report.status == .done else { throw Failure(description: "\(job) is \(report.status)") }
            guard number >= 3 else { continue }
            let work = report.timings.values.reduce(0, +)
            worked.append(work)
            rest.append(total - stability / .milliseconds(1) - work)
        }
        return [
            Figure(
                name: "spool's share of an identify job, median", value: rest.median, unit: "ms", target: "<= 15"),
            Figure(name: "… p10", value: rest.quantile(0.1), unit: "ms"),
            Figure(name: "… p90", value: rest.quantile(0.9), unit: "ms"),
            Figure(name: "… beside the worker's stages, median", value: worked.median, unit: "ms"),
        ]
    }
}
