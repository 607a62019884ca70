import Gallery
import Spool
import Wire

/// The pages of what the code declares.
extension ManualPage {
    /// limner.yaml(5): every setting.
    static var settings: ManualPage {
        let defaults = Settings()
        return ManualPage(
            name: "limner.yaml", section: 5, file: "settings", summary: "the settings of Limner",
            parts: [
                .heading("Description"),
                .text(
                    """
                    One YAML file holds the settings of `limnerd` and `limner`: `/etc/limner/limner.yaml`, or the one that \
                    `--config` names. Everything has a default, so that the file holds only what differs. A nested key and its \
                    dotted form mean the same:
                    """),
                .code(
                    """
                    workers:
                      count: 2
                    intake:
                      stability: 500ms
                    faces.threshold: 0.40
                    """),
                .text(
                    """
                    A setting or section with nothing behind it is as if it was not there; `""` is the empty text.

                    Environment variables go over the file, and flags (`--set intake.stability=2s`, as often as needed) over \
                    both. A key's variable is `LIMNER_` and its name in capitals: `LIMNER_INTAKE_STABILITY`, \
                    `LIMNER_ENGINE_OPENBLAS_CORE_TYPE`; the one of `models.path` is `LIMNER_MODELS`.

                    Every mistake of all three is listed at once, with its line and the nearest known name, and nothing starts \
                    until they are gone. The daemon reads the file again at SIGHUP (`systemctl reload limnerd`); what is changed \
                    of \(SettingsBox.fixed.map { "`\($0)`" }.joined(separator: ", ")) waits for its next start. `limner config` prints what is in force and where each value came \
                    from.
                    """),
                .heading("Settings"),
                .table(
                    head: ["key", "default", "value", "meaning"],
                    rows: SettingsCatalogue.keys.map { key in
                        let value = key.text(in: defaults)
                        return ["`\(key.name)`", value.isEmpty ? "" : "`\(value)`", key.expected, key.summary]
                    }),
            ])
    }

    /// limner-errors(7): what can be wrong, and what to do.
    static var errors: ManualPage {
        ManualPage(
            name: "limner-errors", section: 7, file: "errors", summary: "what can be wrong, and what to do",
            parts: [
                .heading("Error codes"),
                .text(
                    """
                    `error.code` of a report, of an HTTP answer and of the command line is one of these. The codes are a \
                    contract; the sentences are not. A job whose code says *yes* is tried again, `retries.max` times; the \
                    others go to quarantine at once.
                    """),
                .table(
                    head: ["code", "meaning", "tried again", "what to do"],
                    rows: ErrorCode.allCases.map { code in
                        ["`\(code.rawValue)`", code.meaning, code.isRetried ? "yes" : "no", code.hint]
                    }),
                .heading("Findings of the proof"),
                .text(
                    """
                    `limner status --proof` compares the queue with everything that lies on the disk. Each finding has a kind \
                    and a `name`; `unaccounted` counts them, and the exit status is 1 when there is one. A folder that you take \
                    away from `outbox/`, `done/` or `quarantine/` is yours, and not missed.
                    """),
                .table(
                    head: ["finding", "meaning"],
                    rows: ProofAnswer.Finding.Kind.allCases.map { ["`\($0.rawValue)`", $0.meaning] }),
                .heading("Checks of the doctor"),
                .text(
                    """
                    `limner doctor` examines the studio and says of every finding what to do. The daemon examines itself, as the \
                    user that it runs as; without one, the command does what it can. The exit status is 1 when a check failed; a \
                    warning is no failure.
                    """),
                .table(
                    head: ["check", "what is examined"],
                    rows: DoctorAnswer.Check.allCases.map { ["`\($0.rawValue)`", $0.meaning] }),
            ])
    }

    private static let answers = """
        Answers are JSON: keys sorted, times in UTC with milliseconds. A request that cannot be served is answered \
        with an `error` of `code`, `message` and `hint`. Parameters and keys that are not known are refused, and so is \
        a parameter that is given twice. HEAD may stand for GET. A connection on which no request comes is closed after \
        \(DurationText.text(of: ControlServer.idleLimit)); when too many are open, more are answered with status 503. \
        A body may take as long as it likes where one is wanted, but is given up when none of it comes for \
        \(DurationText.text(of: ControlServer.pauseLimit)).
        """

    /// limner-control(7): the API of the daemon's socket, and its metrics.
    static var control: ManualPage {
        ManualPage(
            name: "limner-control", section: 7, file: "control", summary: "the daemon's HTTP interface and its metrics",
            parts: [
                .heading("Description"),
                .text(
                    """
                    The daemon speaks plain HTTP on a Unix socket; everything that `limner` asks it goes that way, and anybody \
                    whom the socket's permissions let may ask as well:
                    """),
                .code("curl --unix-socket ROOT/state/control.sock http://limner/v1/status"),
                .text(answers),
                .heading("Routes"),
                .table(
                    head: ["route", "meaning"],
                    rows: ControlRoute.allCases.map { ["`\($0.method) \($0.path)`", $0.summary] }),
                .heading("Questions to the gallery"),
                .text(
                    """
                    The body of `POST /v1/gallery` is one JSON object, `{"ask": "rename", "person": "ada", "to": "ada-l"}`; \
                    `limner gallery` asks the same.
                    """),
                .table(
                    head: ["ask", "needs", "meaning"],
                    rows: GalleryQuestion.Ask.allCases.map { ask in
                        [
                            "`\(ask.rawValue)`", ask.needs.map { "`\($0)`" }.joined(separator: ", "), ask.summary,
                        ]
                    }),
                .heading("States of a job"),
                .table(head: ["state", "meaning"], rows: JobState.allCases.map { ["`\($0.rawValue)`", $0.meaning] }),
                .heading("Metrics"),
                .text(
                    """
                    `GET /metrics` answers in Prometheus' text format; with `metrics.port` the same is served on 127.0.0.1, and \
                    nothing else. No metric names a file or a person.
                    """),
                .table(
                    head: ["metric", "type", "labels", "meaning"],
                    rows: Metric.allCases.map { metric in
                        [
                            "`\(metric.rawValue)`", metric.form.rawValue,
                            metric.labels.map { "`\($0)`" }.joined(separator: ", "), metric.summary,
                        ]
                    }),
            ])
    }
}
