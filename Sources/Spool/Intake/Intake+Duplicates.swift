import Wire

extension Intake {
    /// Queues a job that is complete, or, where `intake.duplicates` says so, ends one that another does or did already.
    func admit(_ id: JobIdentifier, why: String) throws {
        guard let job = try queue.job(id), job.state == .waiting, job.concluding == nil else { return }
        let fingerprint = JobFingerprint(job.task, try queue.inputs(of: id))
        if duplicates() == .skipAndLink, let fingerprint, let first = try queue.twin(of: id, fingerprint) {
            let error = ReportError(
                code: .cancelled,
                message: "\(first) does or did the same with the same pictures; nothing is done twice.",
                hint: "See outbox/\(first); `limner retry \(id)` does it again.")
            let end = Outbox.End(
                conclusion: .cancelled, why: "the same as \(first)", error: error, duplicateOf: first)
            return try self.end(job, end)
        }
        try queue.enqueue(job, fingerprint, why: why)
    }
}
