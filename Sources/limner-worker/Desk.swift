import Foundation
import Wire

/// Serves one request: does the work, and answers with its result or with why there is none. Nothing that a request can
/// contain ends the worker.
struct Desk {
    let studio: Studio
    let token: WorkerToken
    let reception: Reception
    let send: (WorkerMessage) -> Void

    func serve(_ request: WorkerRequest) {
        studio.threads.active = studio.threads.threads
        switch request {
        case .plan(let job):
            share(job)
            answer { .planned(try plan(job, try job.isReadTogether ? studio.inputs(of: job) : [])) }
        case .job(let job):
            share(job)
            serve(job)
        case .compare(let request): answer { .compared(try compare(request)) }
        case .faces(let request): serve(request)
        case .models(let request): answer { .models(try models(request)) }
        case .evaluate(let request): answer { .evaluated(try evaluate(request)) }
        case .styles(let request): answer { .styles(try styles(request)) }
        case .film(let request): answer { .film(try compare(request)) }
        case .photograph(let request): answer { .photograph(try photograph(request)) }
        case .sheet(let request): answer { .sheet(try sheet(request)) }
        case .checkpoint, .stop, .conclude: break
        }
    }

    /// Sends what `body` makes of the request, or its error.
    private func answer(_ body: () throws -> WorkerMessage) {
        do {
            send(try body())
        } catch {
            send(.failed(WorkerFailure(token: token, error: ReportError(explaining: error))))
        }
    }

    private func share(_ job: WorkerJob) {
        if let share = job.threads { studio.threads.active = min(max(1, share), studio.threads.threads) }
    }

    private func serve(_ job: WorkerJob) {
        var record = JobRecord(job)
        do {
            if job.isReadTogether {
                record.inputs = try record.stopwatch.measure("reading") { try studio.inputs(of: job) }
            }
            studio.forgetInputs()
            switch job.task.kind {
            case .enroll: try enroll(job.task, &record)
            case .verify: try verify(job.task, &record)
            case .identify: try identify(job.task, &record)
            case .stylize:
                if let film = try FilmInput(of: job, studio, isCancelled: { isStopped }) {
                    try stylize(film, job.task, &record)
                } else {
                    try stylize(job.task, &record)
                }
            case .learn:
                switch try resolved(job.task).subject {
                case .faces: try learn(job, &record)
                case .style: try learnStyle(job, &record)
                }
            case .feedback: throw ReportError(code: .internal, message: "No worker has anything to do for \(job.id).")
            }
            send(.finished(record.result(token: token)))
        } catch {
            // Whatever is thrown once the job was asked to stop comes of that.
            if isStopped || error is Stopped { return send(.stopped(token)) }
            send(
                .failed(
                    WorkerFailure(
                        token: token, error: ReportError(explaining: error), inputs: record.facts,
                        models: record.models, timings: record.stopwatch.timings)))
        }
    }

    var isStopped: Bool { reception.isStopped(token) }
    var isConcluding: Bool { reception.isConcluding(token) }

    /// Tells how far a job is.
    ///
    /// - Throws: ``Stopped``.
    func progress(
        _ fraction: Double, _ stage: String, detail: String? = nil, resumedFrom: Int? = nil, preview: Data? = nil
    ) throws(Stopped) {
        if isStopped { throw Stopped() }
        send(
            .progress(
                WorkerProgress(
                    token: token, fraction: fraction, stage: stage, detail: detail, resumedFrom: resumedFrom,
                    preview: preview)))
    }

    /// Gives each of the job's photographs in turn to `body`, and tells how far that is.
    func each<Value>(
        _ pictures: [JobInput], _ stage: String, _ body: (JobInput) throws -> Value
    ) throws -> [Value] {
        try pictures.enumerated().map { index, picture in
            try progress(Double(index) / Double(pictures.count), stage, detail: picture.name)
            return try body(picture)
        }
    }
}

extension WorkerJob {
    fileprivate var isReadTogether: Bool { task.kind.facts.pictures == .together }
}
