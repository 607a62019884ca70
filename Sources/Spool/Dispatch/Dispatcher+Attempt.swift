import Foundation
import Gallery
import Glibc
import Logging
import Wire

extension Dispatcher {
    /// Longest wait between two attempts.
    static let longestBackoff = Duration.seconds(3600)
    /// Least wait after the disk was found full.
    static let diskPatience = Duration.seconds(10)

    /// What came of an attempt whose worker lives.
    enum AttemptOutcome: Sendable {
        case ended(WorkerConversation.JobOutcome)
        /// It needs more memory than there is now.
        case postponed(WorkerPlan)
    }

    /// Lets a worker plan a job and try it: its work keeps the lease, and the worker is ended when the time-out is over.
    ///
    /// - Throws: when the conversation breaks; the slot then finds out why.
    func attempt(
        _ job: JobRecord, _ number: Int, _ conversation: WorkerConversation, _ settings: Settings
    ) async throws -> AttemptOutcome {
        let work = try workerJob(job, settings)
        let timeout = settings.timeouts[work.task.kind]
        let started = ContinuousClock.now
        defer { tally.attempt(work.task.kind, took: started.duration(to: .now)) }
        log(of: job).info("\(job.id): attempt \(job.attempt) by worker \(conversation.pid)")
        return try await withThrowingTaskGroup(of: AttemptOutcome?.self) { group in
            group.addTask {
                @Sendable func hear(_ message: WorkerMessage) async { await self.note(message, of: job, in: number) }
                switch try await conversation.plan(work, meanwhile: hear) {
                case .failure(let failure): return .ended(.failed(failure))
                case .success(let plan):
                    guard await self.admit(plan, of: job, in: number) else { return .postponed(plan) }
                }
                return .ended(try await conversation.run(work, meanwhile: hear))
            }
            group.addTask {
                await Task.rest(for: timeout)
                if !Task.isCancelled { await self.interrupt(number, .timedOut(timeout)) }
                return nil
            }
            while let outcome = try await group.next() {
                if let outcome {
                    group.cancelAll()
                    return outcome
                }
            }
            throw CancellationError()
        }
    }

    /// The attempt as the worker is told it, with a fresh folder for its outputs.
    private func workerJob(_ job: JobRecord, _ settings: Settings) throws -> WorkerJob {
        guard let task = job.task else { throw Self.nothingToDo(job) }
        let staging = Outbox.staging(of: job)
        try tree.work.remove(staging)
        _ = try tree.work.folder(staging, creating: true)
        let claimed: Folder
        do {
            claimed = try tree.claimed(of: job.id)
        } catch let error as SpoolError where error.errno == ENOENT {
            throw ReportError(
                code: .pictureMissing,
                message: "The job's files are gone: somebody has removed \(settings.folders.claimed(of: job.id)).")
        }
        let inputs = try queue.inputs(of: job.id)
        return WorkerJob(
            id: job.id, token: job.token, attempt: job.attempt, task: task,
            inputs: inputs.pictures.map { input in
                // The hash that intake took holds for as long as nobody has touched the file.
                let facts = try? claimed.facts(FileName(input.claimed))
                let isUntouched = facts?.identity.isUnchanged(since: input.identity) ?? false
                return InputPicture(
                    role: input.role, path: settings.folders.claimed(of: job.id) + "/" + input.claimed,
                    name: input.name, sha256: isUntouched ? input.sha256 : nil)
            },
            outputFolder: settings.folders.work + "/" + staging.description, limits: settings.pictureLimits,
            threads: try threads(settings), fitting: MachineMemory.fitting(settings),
            checkpoints: CheckpointPlace(
                folder: settings.folders.checkpoints(of: job.id), interval: settings.checkpoints.interval.seconds))
    }

    /// Whether there is memory now for what a worker has planned.
    private func admit(_ plan: WorkerPlan, of job: JobRecord, in number: Int) -> Bool {
        if let room = room(settings.current, beside: number), plan.memoryBytes > room { return false }
        slots[number].plan = plan
        if let asked = plan.scaledFrom, let output = plan.outputs.first {
            log(of: job).warning(
                "\(job.id): painted at \(max(output.width, output.height)) pixels instead of \(asked), which need more memory than a worker can have"
            )
        }
        return true
    }

    /// Work keeps the lease: progress, and a beat before which something was done; see ``WorkerBeat``.
    private func note(_ message: WorkerMessage, of job: JobRecord, in number: Int) {
        switch message {
        case .progress(let progress):
            hub.note(
                JobSummary.Progress(
                    fraction: progress.fraction, stage: progress.stage, detail: progress.detail,
                    resumedFrom: progress.resumedFrom), preview: progress.preview, of: job)
        case .beat(let beat):
            guard slots[number].work != beat.work else { return }
            slots[number].work = beat.work
        default: return
        }
        if !hear(from: job) {
            log(of: job).warning("\(job.id): token \(job.token) is stale; the attempt goes on for nothing")
        }
    }

    /// The log, with what a reader of JSON lines wants to filter by.
    func log(of job: JobRecord) -> Logger {
        var logger = logger
        logger[metadataKey: "job"] = "\(job.id)"
        logger[metadataKey: "kind"] = "\(job.kind?.rawValue ?? "none")"
        logger[metadataKey: "attempt"] = "\(job.attempt)"
        return logger
    }

    // MARK: Ends of an attempt

    /// The worker has ended the attempt itself.
    func end(
        _ job: JobRecord, _ outcome: WorkerConversation.JobOutcome, _ setting: AttemptSetting?, _ words: WordsBox
    ) {
        hub.forget(job.id)
        switch outcome {
        case .finished(let result): finish(job, result)
        case .failed(let failure): fail(job, failure.error, failure: failure, lastWords: words.take(), setting)
        }
    }

    /// The worker is gone, and the attempt with it.
    func end<Value>(
        _ job: JobRecord, _ interruption: Interruption?, _ run: WorkerProcess.Run<Value>, _ setting: AttemptSetting?
    ) {
        let isGoingOn = goesOn(job)
        hub.forget(job.id)
        let words = run.end.lastWords.joined(separator: "\n")
        let lastWords = words.isEmpty ? nil : words + "\n"
        switch interruption {
        case .stopping:
            giveBack(job, why: "the daemon is stopping")
        case .cancelled: endCancelled(job)
        case .timedOut(let limit):
            let message = "The attempt took longer than \(DurationText.text(of: limit)) and its worker was ended."
            let kind = job.kind.map { "`timeouts.\($0.rawValue)`" } ?? "the kind's `timeouts` setting"
            let hint = "Ask for less in one job, or raise \(kind)."
            fail(
                job, ReportError(code: .workerTimedOut, message: message, hint: hint), lastWords: lastWords, setting,
                isGoingOn: isGoingOn)
        case .silent(let limit):
            let message =
                "The worker did nothing for \(DurationText.text(of: limit)), the lease's length, and was ended."
            let hint =
                "Try again with `limner retry`; if the machine stood still or was very busy, raise `lease.duration`."
            fail(job, ReportError(code: .workerTimedOut, message: message, hint: hint), lastWords: lastWords, setting)
        case nil:
            if case .failure(let error as ReportError) = run.outcome {
                fail(job, error, lastWords: lastWords, setting)
            } else if case .failure(let error) = run.outcome, error.isOurs {
                let message = "The attempt broke off: \(error.reason)".ended
                let code: ErrorCode = error.isDiskFull ? .diskFull : .internal
                fail(job, ReportError(code: code, message: message), lastWords: lastWords, setting)
            } else {
                let code: ErrorCode = run.end.isOutOfMemory ? .workerOutOfMemory : .workerCrashed
                let message = "The worker died at the job: \(run.end)."
                fail(
                    job, ReportError(code: code, message: message, hint: run.end.hint), lastWords: lastWords, setting)
            }
        }
    }

    /// The end of a job that has just been claimed and for which no worker is needed: the end that could not be committed
    /// before, that of corrections, or that of one which an earlier version queued with what this one does not understand.
    func end(withoutWork job: JobRecord) -> Outbox.End? {
        if let end = kept.removeValue(forKey: job.id) { return end }
        if let taken = takenStyle(job) {
            return Outbox.End(conclusion: .quarantined, why: "refused: \(taken.code.rawValue)", error: taken)
        }
        if job.isRepeatable { return corrected(job) }
        let error = job.refusal ?? Self.nothingToDo(job)
        return Outbox.End(conclusion: .quarantined, why: "refused: \(error.code.rawValue)", error: error)
    }

    /// The end of a job that only corrects the gallery.
    private func corrected(_ job: JobRecord) -> Outbox.End? {
        guard let task = job.task, task.kind.facts.pictures == .nothing else { return nil }
        let corrections = task.options.corrections?.list ?? []
        let result = WorkerResult(
            token: job.token, inputs: [], models: [], task: task, result: .feedback(FeedbackResult(corrections)),
            outputs: [], changes: corrections.map(GalleryChange.correct), timings: [:])
        return Outbox.End(conclusion: .done, why: "corrected the gallery", result: result)
    }

    /// What a style would be learned for in vain: its name is another's. Once some of it is learned, it is finished all the same.
    private func takenStyle(_ job: JobRecord) -> ReportError? {
        let kept = settings.current.folders.checkpoints(of: job.id)
        guard job.attempt == 1, !FileManager.default.fileExists(atPath: kept), let task = job.task, task.kind == .learn,
            task.options.subject == .style,
            let name = task.options.name, (try? StyleNames.has(name, in: tree.paths.styles)) == true
        else { return nil }
        return ReportError(
            code: .optionInvalid, message: "There is a style '\(name)' already, in styles/ or built in.",
            hint: BuiltInStyle.number(of: name) == nil
                ? "Take another name, or remove styles/\(name) first." : "Take another name.")
    }

    private static func nothingToDo(_ job: JobRecord) -> ReportError {
        ReportError(
            code: .internal, message: "\(job.id) was queued without a task.", hint: "Drop the job's files again.")
    }

    /// Whatever the worker made of it, the user has taken the job back.
    ///
    /// - Parameter result: what it has done of a film that is to be kept as far as it goes.
    func endCancelled(_ job: JobRecord, keeping result: WorkerResult? = nil) {
        hub.forget(job.id)
        var error = ReportError(code: .cancelled, message: "The job was cancelled while it ran.")
        var end = Outbox.End(conclusion: .cancelled, why: "cancelled while it ran")
        if let result, refusal(of: result, for: job) == nil {
            if case .stylize(let painted) = result.result, let film = painted.pictures.first?.film {
                error.message = "The job was cancelled while it ran; its film has \(film.extent)."
            }
            (end.result, end.staging) = (result, Outbox.staging(of: job))
        } else {
            wipe(Outbox.staging(of: job))
        }
        end.error = error
        conclude(job, end)
    }

    /// Commits what a worker finished, if the attempt is still the job's.
    private func finish(_ job: JobRecord, _ result: WorkerResult) {
        guard result.token == job.token else { return }
        FailPoint.reach(.finished)
        if let refusal = refusal(of: result, for: job) { return fail(job, refusal) }
        conclude(
            job,
            Outbox.End(
                conclusion: .done, why: "finished at attempt \(job.attempt)", result: result,
                staging: Outbox.staging(of: job)))
    }

    /// Why what a worker has handed in cannot be committed; else nothing but that is left in the job's staging folder.
    private func refusal(of result: WorkerResult, for job: JobRecord) -> ReportError? {
        do {
            let folder = try tree.work.folder(Outbox.staging(of: job))
            for output in result.outputs {
                guard let name = InboxPath(output.name), name.names.count == 1,
                    try folder.facts(name.name)?.kind == .regular
                else {
                    let message = "The worker named an output \"\(output.name)\" that is not there."
                    return ReportError(code: .outputFailed, message: message)
                }
            }
            // Scratch files that the worker did not name are no outputs.
            let named = Set(result.outputs.map { FileName($0.name) })
            for name in try folder.names() where !named.contains(name) { try folder.remove(name) }
            return nil
        } catch {
            return ReportError(code: .outputFailed, message: "The outputs cannot be read: \(error.reason)".ended)
        }
    }

    /// Whether an attempt took up the work of an earlier one and got further: a long film is worth any number of them.
    func goesOn(_ job: JobRecord) -> Bool {
        guard let progress = hub.progress(of: job.id) else { return false }
        let start = progress.resumedFrom ?? 0
        let before = reached.updateValue((progress.fraction, start), forKey: job.id) ?? (0, 0)
        // Of a film that does not say how long it is, only where attempts begin is known.
        return start > 0 && (progress.fraction > before.fraction || start > before.start)
    }

    /// Another attempt, or the quarantine.
    private func fail(
        _ job: JobRecord, _ error: ReportError, failure: WorkerFailure? = nil, lastWords: String? = nil,
        _ setting: AttemptSetting? = nil, isGoingOn: Bool = false
    ) {
        let retries = settings.current.retries
        wipe(Outbox.staging(of: job))
        do {
            if error.code == .diskFull {
                // Nobody's fault: the attempt is not counted, so that no full disk sends a job to quarantine.
                let wait = max(retries.backoff, Self.diskPatience)
                _ = try queue.fail(job, error: error, lastWords: lastWords, retryAfter: wait, counted: false)
                log(of: job).error("\(job.id): \(error.message) It is tried again in \(DurationText.text(of: wait))")
            } else if isGoingOn {
                _ = try queue.fail(
                    job, error: error, lastWords: lastWords, retryAfter: retries.backoff, counted: false)
                log(of: job).notice("\(job.id): \(error.message) It got further than before, and goes on from there")
            } else if error.code.isRetried, job.attempt <= retries.max {
                let factor = 1 << min(job.attempt - 1, 20)
                let wait = min(retries.backoff * factor, Self.longestBackoff)
                let isCurrent = try queue.fail(job, error: error, lastWords: lastWords, retryAfter: wait)
                log(of: job).warning(
                    "\(job.id): \(error.message) \(isCurrent ? "Another attempt follows" : "The attempt was stale")")
            } else {
                log(of: job).warning("\(job.id): \(error.code.rawValue): \(error.message)")
                if let setting { keep(setting, for: job) }
                conclude(
                    job,
                    Outbox.End(
                        conclusion: .quarantined, why: "attempt \(job.attempt) failed: \(error.code.rawValue)",
                        error: error, lastWords: lastWords, failure: failure))
            }
        } catch {
            log(of: job).error("\(job.id): its failure could not be recorded: \(error.reason)")
            giveBack(job, why: "its failure could not be recorded")
        }
    }

    /// Commits an end under the attempt's token. What cannot be committed now is kept and tried again; the work that led to it
    /// is not done once more for it, and counts once.
    func conclude(_ job: JobRecord, _ end: Outbox.End) {
        reached[job.id] = nil
        do {
            let outcome = Outcome(end.conclusion, changes: end.result?.changes ?? [])
            guard let decided = job.standing.isEnding ? job : try queue.decide(job, outcome) else {
                log(of: job).warning("\(job.id): the result under token \(job.token) is stale and was dropped")
                wipe(end.staging ?? Outbox.staging(of: job))
                return
            }
            do {
                try outbox.conclude(decided, end)
                if end.conclusion == .done { log(of: job).info("\(job.id): done") }
            } catch {
                try queue.undecide(job.id)
                let refusal = error as? ReportError ?? (error as? GalleryError).map { ReportError($0) }
                if let refusal, !refusal.code.isRetried { return fail(job, refusal) }
                throw error
            }
        } catch {
            let code: ErrorCode = error.isDiskFull ? .diskFull : .outputFailed
            log(of: job).error("\(job.id): its end could not be committed: \(error.reason)")
            let failure = ReportError(
                code: code, message: "The job's end could not be committed: \(error.reason)".ended)
            kept[job.id] = end
            do {
                let wait = max(settings.current.retries.backoff, Self.diskPatience)
                _ = try queue.fail(job, error: failure, lastWords: end.lastWords, retryAfter: wait, counted: false)
            } catch {
                log(of: job).error("\(job.id): its failure could not be recorded: \(error.reason)")
                stranded.append(job)
            }
        }
    }

    /// Puts a job back until there is as much memory as its plan says.
    func postpone(_ job: JobRecord, _ plan: WorkerPlan) {
        hub.forget(job.id)
        do {
            try queue.note(memory: plan.memoryBytes, of: job.id)
        } catch {
            log(of: job).error("\(job.id): its plan could not be recorded: \(error.reason)")
        }
        giveBack(
            job, why: "it needs \(plan.memoryBytes >> 20) MiB of memory, more than there is beside the jobs that run")
    }

    private func giveBack(_ job: JobRecord, why: String) {
        wipe(Outbox.staging(of: job))
        do {
            _ = try queue.giveBack(job, why: why)
        } catch {
            log(of: job).error("\(job.id): it could not be returned to the queue: \(error.reason)")
            stranded.append(job)
        }
    }

    func wipe(_ staging: FileName) {
        do {
            try tree.work.remove(staging)
        } catch {
            logger.warning("\(staging): unfinished outputs could not be removed: \(error.reason)")
        }
    }
}
