import Parsing
import Wire

extension Intake {
    /// Queues a job that is complete, or refuses it for a picture that is too large.
    func admit(_ id: JobIdentifier, why: String) throws {
        guard let job = try queue.job(id), job.standing == .waiting else { return }
        do {
            try admit([admission(of: job, try queue.inputs(of: id), why: why)])
        } catch let error as ReportError {
            try refuse(job, error)
        }
    }

    /// Queues jobs that are complete, with what was found of claimed files, in one transaction; or, where
    /// `intake.duplicates` says so, ends those that another does or did already.
    func admit(_ admissions: [Queue.Admission], noting sights: [Queue.InputSight] = []) throws {
        guard !admissions.isEmpty || !sights.isEmpty else { return }
        if !admissions.isEmpty { FailPoint.reach(.secured) }
        let twins = try queue.admit(admissions, noting: sights, skippingTwins: duplicates() == .skipAndLink)
        if !admissions.isEmpty { FailPoint.reach(.queued) }
        endAll(
            twins.map { admission, first in
                let id = admission.job.id
                let error = ReportError(
                    code: .cancelled,
                    message: "\(first) does or did the same with the same pictures; nothing is done twice.",
                    hint: "See outbox/\(first); `limner retry \(id)` does it again.")
                let end = Outbox.End(
                    conclusion: .cancelled, why: "the same as \(first)", error: error, duplicateOf: first)
                return (id, end)
            })
    }

    /// What the queue is to keep of a job.
    ///
    /// - Throws: ``ReportError`` with `picture-too-large`, from the headers: no worker is started for such a job.
    func admission(of job: JobRecord, _ inputs: [InputRecord], why: String) throws -> Queue.Admission {
        // One of many that cannot be used stops nothing; the worker lists it.
        let isLenient = job.kind?.facts.pictures == .oneByOne
        let folder = try tree.claimed(of: job.id)
        let limits = limits()
        for input in inputs.pictures where !isLenient {
            let name = FileName(input.claimed)
            if let excess = excess(of: input, in: folder, mayBeFilm: job.kind == .stylize) {
                let size = "has \(input.identity.size) bytes; the limit is \(excess.most)"
                throw ReportError(
                    code: .pictureTooLarge, message: "\(input.name) \(size).",
                    hint: "Scale it down, or raise `\(excess.setting)`.")
            }
            guard let size = folder.pictureHeader(name)?.codedSize else { continue }
            if size.area > limits.maxPixels {
                let claim = "claims \(size.width) × \(size.height) pixels; the limit is \(limits.maxPixels) in all"
                throw ReportError(
                    code: .pictureTooLarge, message: "\(input.name) \(claim).",
                    hint: "Scale it down, or raise `intake.maxPixels`.")
            }
        }
        return Queue.Admission(job: job, fingerprint: JobFingerprint(job.task, inputs), why: why)
    }

    /// The limit that a claimed file has more bytes than, and its setting; nil of one within it.
    ///
    /// - Parameter mayBeFilm: whether one that begins as films do is taken for one.
    func excess(of input: InputRecord, in folder: Folder, mayBeFilm: Bool) -> (most: Int, setting: String)? {
        let limits = limits()
        guard input.identity.size > limits.maxBytes else { return nil }
        let isFilm = mayBeFilm && folder.kind(FileName(input.claimed))?.isFilm == true
        let most = isFilm ? limits.maxFilmBytes : limits.maxBytes
        guard input.identity.size > most else { return nil }
        return (most, isFilm ? "intake.maxFilmBytes" : "intake.maxBytes")
    }
}
