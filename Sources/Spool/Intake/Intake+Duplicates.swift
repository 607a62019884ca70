import Wire

extension Intake {
    /// Queues a job that is complete, with about how much memory it needs; or, where `intake.duplicates` says so, ends one that another does or did already.
    func admit(_ id: JobIdentifier, why: String) throws {
        guard let job = try queue.job(id), job.state == .waiting, job.concluding == nil else { return }
        let inputs = try queue.inputs(of: id)
        let fingerprint = JobFingerprint(job.task, inputs)
        if duplicates() == .skipAndLink, let fingerprint, let first = try queue.twin(of: id, fingerprint) {
            let error = ReportError(
                code: .cancelled,
                message: "\(first) does or did the same with the same pictures; nothing is done twice.",
                hint: "See outbox/\(first); `limner retry \(id)` does it again.")
            let end = Outbox.End(
                conclusion: .cancelled, why: "the same as \(first)", error: error, duplicateOf: first)
            return try self.end(job, end)
        }
        try queue.enqueue(job, fingerprint, memory: try need(of: job, inputs), why: why)
    }

    /// What the pictures' headers and the options come to.
    private func need(of job: JobRecord, _ inputs: [InputRecord]) throws -> MemoryNeed? {
        guard let task = job.task else { return nil }
        let folder = try tree.claimed(of: job.id)
        let headers = inputs.filter { $0.role != .manifest }
            .compactMap { folder.pictureHeader(FileName($0.claimed)) }
        return MemoryNeed(task, headers, stylize())
    }
}
