import Parsing

/// What the daemon and the CLI go by. ``SettingsCatalogue`` describes each value; ``SettingsResolver`` fills this in.
package struct Settings: Sendable, Equatable {
    package struct Models: Sendable, Equatable {
        /// Absolute path of the model store.
        package var path = ""
    }

    package struct Engine: Sendable, Equatable {
        /// Threads of one job; 0 means all cores for one that is alone, else its share of them.
        package var threads = 0
        /// `OPENBLAS_CORETYPE` of the workers; empty lets OpenBLAS choose, unless it takes a processor newer than itself for an old one.
        package var openblasCoreType = ""
    }

    package struct Workers: Sendable, Equatable {
        /// 0 means one for each core, and no more than four.
        package var count = 0
        /// Address space of a worker in MiB; 0 means no limit.
        package var memoryLimitMB = 0
        /// MiB that a job may not touch that starts beside others; 0 lets every job start.
        package var memoryReserveMB = 256
        /// A worker without work for so long is ended.
        package var idleTimeout = Duration.seconds(600)

        /// How many workers there are on a machine with so many cores.
        package func number(cores: Int) -> Int { count == 0 ? min(cores, Self.automatic) : count }

        /// More of them serve a queue no faster than the memory that each takes is worth.
        private static let automatic = 4
    }

    package struct Intake: Sendable, Equatable {
        /// A file counts as at rest when it has not changed for so long.
        package var stability = Duration.seconds(1)
        package var mode = IntakeMode.auto
        package var pollInterval = Duration.seconds(5)
        package var reconcileInterval = Duration.seconds(300)
        package var manifestWait = Duration.seconds(3600)
        package var duplicates = DuplicatePolicy.runAgain
        /// The text of ``IgnoredNames``.
        package var ignore = IgnoredNames.builtIn
        package var maxPixels = 200_000_000
        package var maxBytes = 268_435_456
        package var maxFilmBytes = 17_179_869_184

        /// Of the file of a job of a kind, before it is known what is in it.
        package func mostBytes(of kind: JobKind?) -> Int { kind == .stylize ? max(maxBytes, maxFilmBytes) : maxBytes }
    }

    package struct Retries: Sendable, Equatable {
        /// Attempts after the first.
        package var max = 2
        /// Before the second attempt; doubles with each.
        package var backoff = Duration.seconds(5)
    }

    package struct Lease: Sendable, Equatable {
        package var duration = Duration.seconds(60)
    }

    package struct Checkpoints: Sendable, Equatable {
        /// Work that a killed attempt may lose; zero keeps it only when the daemon stops, and where learning a style asks for it.
        package var interval = Duration.seconds(30)
    }

    package struct Faces: Sendable, Equatable {
        /// The model of templates, by its name in the store. Templates of different models are never compared.
        package var embedder = SettingKey.builtInEmbedder
        /// How long the gallery remembers the faces of jobs, to be corrected and asked again; zero for not at all.
        package var remember = Duration.seconds(30 * 86_400)
        /// How long a change of the gallery can be taken back; zero for not at all.
        package var undo = Duration.seconds(7 * 86_400)
        package var confirmed = ConfirmedFaces.template
        package var cohort = StrangerPolicy.off
        /// Absolute path of the file that templates are sealed with; empty for none.
        package var keyFile = ""
        /// How long a stranger's template is kept to measure with.
        package var strangers = Duration.seconds(365 * 86_400)
    }

    package struct Stylize: Sendable, Equatable {
        package var oversize = OversizePolicy.scale
    }

    package struct Retention: Sendable, Equatable {
        /// How long `done/` keeps an original; zero keeps it for ever.
        package var originals = Duration.seconds(30 * 86_400)
        /// How long `outbox/`, `quarantine/` and the queue keep a finished job; zero keeps it for ever.
        package var outbox = Duration.zero
        package var quarantine = Duration.zero
        package var history = Duration.zero
        /// MiB that each folder may hold; 0 for no limit.
        package var originalsMB = 0
        package var outboxMB = 0
        package var quarantineMB = 0
        /// Jobs that the queue remembers; 0 for no limit.
        package var historyJobs = 0
    }

    package struct Queue: Sendable, Equatable {
        /// A job that waits for so long counts as one priority more; zero for never.
        package var ageing = Duration.seconds(3600)
    }

    package struct Hooks: Sendable, Equatable {
        /// Absolute path of a program that is run for each finished job; empty for none.
        package var completed = ""
        package var timeout = Duration.seconds(30)
    }

    package struct Disk: Sendable, Equatable {
        /// Free bytes below which nothing is taken in; 0 for never.
        package var lowWater = 67_108_864
    }

    package struct Metrics: Sendable, Equatable {
        /// TCP port on the loopback interface; 0 for none.
        package var port = 0
    }

    package struct Logging: Sendable, Equatable {
        package var level = LogLevel.info
        package var format = LogFormat.auto
    }

    /// Absolute path of the folder that holds inbox, outbox and all else.
    package var root = "/var/lib/limner"
    package var models = Models()
    package var engine = Engine()
    package var workers = Workers()
    package var intake = Intake()
    package var retries = Retries()
    /// Longest attempt.
    package var timeouts = ByKind { $0.facts.timeout }
    package var lease = Lease()
    package var checkpoints = Checkpoints()
    package var faces = Faces()
    package var stylize = Stylize()
    package var retention = Retention()
    /// Most running jobs; 0 for no limit besides `workers.count`.
    package var limits = ByKind { _ in 0 }
    /// Options of jobs that say nothing of them.
    package var options = JobOptions.builtInSettings
    package var queue = Queue()
    package var hooks = Hooks()
    package var disk = Disk()
    package var metrics = Metrics()
    package var logging = Logging()

    package init() {}

    package var folders: RootFolders { RootFolders(root: root) }

    /// What intake leaves alone.
    package var ignoredNames: IgnoredNames { IgnoredNames(intake.ignore) ?? .standard }

    /// What workers check in a picture's header.
    package var pictureLimits: PictureLimits { PictureLimits(pixels: intake.maxPixels, bytes: intake.maxBytes) }
}

/// How much the daemon says; names and order are swift-log's.
package enum LogLevel: String, Codable, Sendable, CaseIterable {
    case trace, debug, info, notice, warning, error, critical
}

/// How the inbox is watched.
package enum IntakeMode: String, Codable, Sendable, CaseIterable {
    /// By events, and a scan every `intake.reconcileInterval`.
    case events
    /// By a scan every `intake.pollInterval`, without events.
    case poll
    /// By events; where the file system may be silent, by a scan every `intake.pollInterval` as well.
    case auto
}

/// How a line of the daemon's log looks.
package enum LogFormat: String, Codable, Sendable, CaseIterable {
    /// ``journald`` when the journal reads along, else ``text``.
    case auto
    /// Time, level and message, for people.
    case text
    /// One JSON object a line.
    case json
    /// The message behind the priority prefix of sd-daemon(3); the journal adds time and unit.
    case journald
}

/// What becomes of a face that somebody confirmed.
package enum ConfirmedFaces: String, Codable, Sendable, CaseIterable {
    /// It is no template.
    case keep
    /// It becomes a template of the person.
    case template
}

/// What becomes of the templates of faces that are nobody's.
package enum StrangerPolicy: String, Codable, Sendable, CaseIterable {
    case off
    /// They are kept, one a person, so that thresholds are solved from this gallery's own strangers.
    case collect
}

/// What becomes of a stylized picture that needs more memory than a worker can have.
package enum OversizePolicy: String, Codable, Sendable, CaseIterable {
    /// It is made as large as fits.
    case scale
    /// It is tried as asked.
    case run
}

/// What becomes of a job that does with the same pictures what another does or did.
package enum DuplicatePolicy: String, Codable, Sendable, CaseIterable {
    case runAgain = "run-again"
    /// It is cancelled, with a report that names the other.
    case skipAndLink = "skip-and-link"
}
