/// Every setting there is, in the order in which they are printed.
package enum SettingsCatalogue {
    package static let keys: [SettingKey] =
        [
            .path("root", \.root, "The folder that holds the inbox, the outbox and all else."),
            .path(
                "models.path", \.models.path,
                "The model store; unless set, `limner/models` in `XDG_CACHE_HOME` or `~/.cache`.",
                environmentName: "LIMNER_MODELS"),
            .integer(
                "engine.threads", \.engine.threads, 0...1024,
                "Threads of one job; 0 means all of the machine's cores for a job that is alone, else its share of them."
            ),
            .text(
                "engine.openblasCoreType", \.engine.openblasCoreType,
                "`OPENBLAS_CORETYPE` of the workers. Empty lets OpenBLAS choose, and takes `SkylakeX` (AVX-512) or `Haswell` (AVX2) where it is older than the processor and chooses kernels without either."
            ),
            .integer(
                "workers.count", \.workers.count, 0...64,
                "How many worker processes run at once; 0 means one for each core, and no more than four."),
            .integer(
                "workers.memoryLimitMB", \.workers.memoryLimitMB, 0...16_777_216,
                "Memory that one worker may take for its work, in MiB; 0 means no limit."),
            .integer(
                "workers.memoryReserveMB", \.workers.memoryReserveMB, 0...16_777_216,
                "A job that would leave the machine less memory, in MiB, waits while others run; 0 lets every job start."
            ),
            .duration(
                "workers.idleTimeout", \.workers.idleTimeout, .seconds(1)...days(365),
                "A worker without work for so long is ended, and its memory freed."),
            .duration(
                "intake.stability", \.intake.stability, .milliseconds(10)...days(1),
                "A file is taken when it has not changed for so long."),
            .choice(
                "intake.mode", \.intake.mode,
                "`events` (inotify), `poll` (a scan every `intake.pollInterval`), or `auto`: events, and polling too where the file system may not tell of every change."
            ),
            .duration(
                "intake.pollInterval", \.intake.pollInterval, .milliseconds(100)...days(1),
                "How often the inbox is scanned when it is polled."),
            .duration(
                "intake.reconcileInterval", \.intake.reconcileInterval, .seconds(1)...days(1),
                "How often the whole inbox is scanned, whatever events came."),
            .duration(
                "intake.manifestWait", \.intake.manifestWait, .zero...days(30),
                "How long a manifest waits for its pictures."),
            .choice(
                "intake.duplicates", \.intake.duplicates,
                "A job with the same task and pictures as another that is done or under way: `run-again`, or `skip-and-link`, which cancels it with a report that names the other."
            ),
            .patterns(
                "intake.ignore", \.intake.ignore,
                "Files and folders of these names are left alone, as hidden ones always are; behind a `+` the patterns are added to the built-in ones."
            ),
            .integer(
                "intake.maxPixels", \.intake.maxPixels, 1...4_000_000_000,
                "Most pixels of a picture, checked in its header."),
            .integer("intake.maxBytes", \.intake.maxBytes, 1...17_179_869_184, "Most bytes of a picture's file."),
            .integer(
                "intake.maxFilmBytes", \.intake.maxFilmBytes, 1...1_099_511_627_776,
                "Most bytes of a film that is to be repainted."),
            .integer("retries.max", \.retries.max, 0...100, "Attempts after the first, before a job is quarantined."),
            .duration(
                "retries.backoff", \.retries.backoff, .zero...days(1),
                "The wait before the second attempt; it doubles with each."),
        ]
        + JobKind.worked.map { kind in
            .integer(
                "limits.\(kind.rawValue)", \.limits[kind], 0...64,
                "Most jobs of the kind `\(kind.rawValue)` at once; 0 means as many as there are workers.")
        } + [
            .duration(
                "queue.ageing", \.queue.ageing, .zero...days(365),
                "A job that has waited for so long counts as one priority more; 0 means that age gives no priority.")
        ]
        + JobKind.worked.map { kind in
            .duration(
                "timeouts.\(kind.rawValue)", \.timeouts[kind], .seconds(1)...days(30),
                "Longest attempt at a job of the kind `\(kind.rawValue)`.")
        } + [
            .duration(
                "lease.duration", \.lease.duration, .seconds(1)...days(1),
                "A worker that does nothing at its job for so long is ended, and the job goes back to the queue."),
            .duration(
                "checkpoints.interval", \.checkpoints.interval, .zero...days(1),
                "How much work at a painting, or at learning, may be lost when it is broken off; 0 keeps it only when the daemon stops or is paused, and, of learning a style, after its steps and after each painting that judges it."
            ),
        ] + SettingKey.options("faces") + [
            .embedder(
                "faces.embedder", \.faces.embedder,
                "The model that compares faces. Unless it is set, it is the one that `limner models activate` has put in use; a person counts only with templates that it compares."
            ),
            .duration(
                "faces.remember", \.faces.remember, .zero...days(36_500),
                "How long the gallery remembers the faces that jobs have seen, so that an answer can be corrected and is given anew when it changes; 0 remembers none."
            ),
            .duration(
                "faces.undo", \.faces.undo, .zero...days(36_500),
                "How long a change of the gallery can be taken back; 0 means that none can."),
            .choice(
                "faces.cohort", \.faces.cohort,
                "Templates of faces that are nobody's: `collect` keeps one a person, so that `faces.fpir` is solved from the strangers that this studio sees, `off` keeps none."
            ),
            .duration(
                "faces.strangers", \.faces.strangers, days(1)...days(36_500),
                "How long the template of a stranger is kept."),
            .pathOrNothing(
                "faces.keyFile", \.faces.keyFile,
                "A file of 32 bytes and more, such as random ones, with which the gallery's templates are sealed (AES-256-GCM) from then on; without it they do not open. Nothing seals none."
            ),
            .choice(
                "faces.confirmed", \.faces.confirmed,
                "A face that somebody confirmed: `template` makes it one of the person's, `keep` does not."),
        ] + SettingKey.options("stylize") + [
            .choice(
                "stylize.oversize", \.stylize.oversize,
                "A stylized picture that needs more memory than a worker can have: `scale` makes it as large as fits, `run` tries it as asked."
            ),
            .duration(
                "retention.originals", \.retention.originals, .zero...days(36_500),
                "How long `done/` keeps an original; 0 keeps it for ever."),
            .integer(
                "retention.originalsMB", \.retention.originalsMB, 0...1_073_741_824,
                "MiB that `done/` may hold before the oldest go; 0 means no limit."),
            .duration(
                "retention.outbox", \.retention.outbox, .zero...days(36_500),
                "How long `outbox/` keeps a job; 0 keeps it for ever."),
            .integer(
                "retention.outboxMB", \.retention.outboxMB, 0...1_073_741_824,
                "MiB that `outbox/` may hold before the oldest go; 0 means no limit."),
            .duration(
                "retention.quarantine", \.retention.quarantine, .zero...days(36_500),
                "How long `quarantine/` keeps a job; 0 keeps it for ever."),
            .integer(
                "retention.quarantineMB", \.retention.quarantineMB, 0...1_073_741_824,
                "MiB that `quarantine/` may hold before the oldest go; 0 means no limit."),
            .duration(
                "retention.history", \.retention.history, .zero...days(36_500),
                "How long the queue remembers a finished job whose folders are gone; 0 remembers it for ever."),
            .integer(
                "retention.historyJobs", \.retention.historyJobs, 0...1_000_000_000,
                "Jobs that the queue remembers before it forgets the oldest whose folders are gone; 0 means no limit."),
            .pathOrNothing(
                "hooks.completed", \.hooks.completed,
                "A program that is run for each finished job, with the report on its standard input; nothing runs none."
            ),
            .duration(
                "hooks.timeout", \.hooks.timeout, .seconds(1)...days(1),
                "Longest run of the hook, before it is ended."),
            .integer(
                "disk.lowWater", \.disk.lowWater, 0...17_592_186_044_416,
                "Free bytes on the root's disk below which nothing is taken in; 0 means no such mark."),
            .integer(
                "metrics.port", \.metrics.port, 0...65_535,
                "TCP port on 127.0.0.1 that serves `GET /metrics` and nothing else; 0 means none."),
            .choice("logging.level", \.logging.level, "How much the daemon logs."),
            .choice(
                "logging.format", \.logging.format,
                "`text`, `json` (one object a line), `journald` (priority prefixes), or `auto`: `journald` when the journal reads along, else `text`."
            ),
        ]

    /// The key of a name.
    package static func key(named name: String) -> SettingKey? { index[name] }

    /// The settings of each section, by its name.
    static let sections = Dictionary(
        grouping: keys.map(\.name).filter { $0.contains(".") }, by: { String($0.prefix { $0 != "." }) })

    private static let index = Dictionary(uniqueKeysWithValues: keys.map { ($0.name, $0) })

    private static func days(_ count: Int) -> Duration { .seconds(count * 86_400) }
}

private typealias Place<Value> = WritableKeyPath<Settings, Value> & Sendable

// One function a form, so that the type of each line of the list is known at once.
extension SettingKey {
    fileprivate static func text(_ name: String, _ place: Place<String>, _ summary: String) -> Self {
        Self(name, place, .text, summary)
    }

    fileprivate static func path(
        _ name: String, _ place: Place<String>, _ summary: String, environmentName: String? = nil
    ) -> Self {
        Self(name, place, .path, summary, environmentName: environmentName)
    }

    fileprivate static func pathOrNothing(_ name: String, _ place: Place<String>, _ summary: String) -> Self {
        Self(name, place, .pathOrNothing, summary)
    }

    fileprivate static func embedder(_ name: String, _ place: Place<String>, _ summary: String) -> Self {
        Self(name, place, .embedder, summary)
    }

    fileprivate static func patterns(_ name: String, _ place: Place<String>, _ summary: String) -> Self {
        Self(name, place, .patterns, summary)
    }

    fileprivate static func integer(
        _ name: String, _ place: Place<Int>, _ range: ClosedRange<Int>, _ summary: String
    ) -> Self {
        Self(name, place, .whole(range), summary)
    }

    fileprivate static func duration(
        _ name: String, _ place: Place<Duration>, _ range: ClosedRange<Duration>, _ summary: String
    ) -> Self {
        Self(name, place, .duration(range), summary)
    }

    fileprivate static func choice<Choice>(_ name: String, _ place: Place<Choice>, _ summary: String) -> Self
    where Choice: RawRepresentable<String> & CaseIterable & Sendable {
        Self(name, place, .choice, summary)
    }

    /// The defaults, in one section of the settings, of options that jobs may leave open.
    fileprivate static func options(_ section: String) -> [SettingKey] {
        JobOption.all.compactMap { option in
            option.setting.flatMap { $0.name.hasPrefix(section + ".") ? Self(option, $0) : nil }
        }
    }
}
