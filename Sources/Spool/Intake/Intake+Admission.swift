import Wire

extension Intake {
    /// Queues a job that is complete.
    func admit(_ id: JobIdentifier, why: String) throws {
        guard let job = try queue.job(id), job.state == .waiting, job.concluding == nil else { return }
        try admit([admission(of: job, queue.inputs(of: id), why: why)])
    }

    /// Queues jobs that are complete, with what was found of claimed files, in one transaction; or, where
    /// `intake.duplicates` says so, ends those that another does or did already.
    func admit(_ admissions: [Queue.Admission], noting sights: [Queue.InputSight] = []) throws {
        guard !admissions.isEmpty || !sights.isEmpty else { return }
        if !admissions.isEmpty { FailPoint.reach(.secured) }
        let twins = try queue.admit(admissions, noting: sights, skippingTwins: duplicates() == .skipAndLink)
        if !admissions.isEmpty { FailPoint.reach(.queued) }
        for (admission, first) in twins {
            let id = admission.job.id
            let error = ReportError(
                code: .cancelled,
                message: "\(first) does or did the same with the same pictures; nothing is done twice.",
                hint: "See outbox/\(first); `limner retry \(id)` does it again.")
            let end = Outbox.End(
                conclusion: .cancelled, why: "the same as \(first)", error: error, duplicateOf: first)
            attempt(id.text) { try self.end(id, end) }
        }
    }

    /// What the queue is to keep of a job.
    func admission(of job: JobRecord, _ inputs: [InputRecord], why: String) -> Queue.Admission {
        Queue.Admission(job: job, fingerprint: JobFingerprint(job.task, inputs), why: why)
    }
}
