import Wire

/// Serves one request: does the work, and answers with its result or with why there is none. Nothing that a request can
/// contain ends the worker; only a broken pipe does.
struct Desk {
    let studio: Studio
    let token: WorkerToken
    let send: (WorkerMessage) throws -> Void

    func serve(_ request: WorkerRequest) throws {
        studio.threads.active = studio.threads.threads
        switch request {
        case .job(let job): try serve(job)
        case .compare(let request): try answer { .compared(try compare(request)) }
        case .faces(let request): try serve(request)
        case .models(let request): try answer { .models(try models(request)) }
        }
    }

    /// Sends what `body` makes of the request, or its error.
    private func answer(_ body: () throws -> WorkerMessage) throws {
        let message: WorkerMessage
        do {
            message = try body()
        } catch {
            message = .failed(WorkerFailure(token: token, error: ReportError(explaining: error)))
        }
        try send(message)
    }

    private func serve(_ job: WorkerJob) throws {
        if let share = job.threads { studio.threads.active = min(max(1, share), studio.threads.threads) }
        var record = JobRecord(job)
        do {
            record.inputs = try record.stopwatch.measure("reading") {
                try job.inputs.filter { $0.role != .manifest }.map { try JobInput($0, limits: job.limits) }
            }
            switch job.task {
            case .enroll(let task): try enroll(task, &record)
            case .verify(let task): try verify(task, &record)
            case .identify(let task): try identify(task, &record)
            case .stylize(let task): try stylize(task, &record)
            }
        } catch let error as BrokenPipe {
            throw error.cause
        } catch {
            return try send(
                .failed(
                    WorkerFailure(
                        token: token, error: ReportError(explaining: error), inputs: record.inputs.map(\.facts),
                        models: record.models, timings: record.stopwatch.timings)))
        }
        try send(.finished(record.result(token: token)))
    }

    /// Tells the daemon how far a job is, which also keeps its lease alive.
    func progress(_ fraction: Double, _ stage: String, detail: String? = nil, losses: StyleLosses? = nil) throws {
        do {
            try send(
                .progress(
                    WorkerProgress(token: token, fraction: fraction, stage: stage, detail: detail, losses: losses)))
        } catch {
            throw BrokenPipe(cause: error)
        }
    }
}

/// The other side is gone: there is nobody left to tell, so it is no failure of the job.
private struct BrokenPipe: Error {
    let cause: any Error
}
