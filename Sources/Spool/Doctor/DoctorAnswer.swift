/// `POST /v1/doctor`: what was examined, in the order in which it was.
package struct DoctorAnswer: Codable, Sendable, Equatable {
    /// What is examined.
    package enum Check: String, Codable, Sendable, CaseIterable {
        case root
        case inbox
        case fileSystem = "file-system"
        case watches
        case rename
        case space
        case database
        case jobs
        case worker
        case sandbox
        case openblas
        case films
        case models
        case golden
        case templates

        /// One sentence for the manual.
        package var meaning: String {
            switch self {
            case .root: "The folders of the root are there and can be opened."
            case .inbox:
                "A hidden probe file is dropped, its event seen, and it is claimed by a rename and removed; it never becomes a job."
            case .fileSystem:
                "What the root lies on: on NFS, SMB, FUSE or an overlay, changes made from elsewhere cause no event, so `intake.mode` should be `auto` or `poll`; on a network the database is not safe."
            case .watches: "The inbox's folders, and the room under `fs.inotify.max_user_watches`."
            case .rename: "A file goes through claimed, work, outbox, done and quarantine by renames."
            case .space: "Free bytes and free files, against `disk.lowWater`."
            case .database: "The `synchronous` and `journal_mode` that the queue's connection really has."
            case .jobs:
                "Jobs that cannot be repaired or brought to their end; each is named, and tried again every minute."
            case .worker: "A worker starts and says what it is."
            case .sandbox:
                "What the worker gives up before it reads a stranger's byte: files, sockets, other programs, privileges."
            case .openblas: "The kernels that OpenBLAS chose suit the processor."
            case .films: "The programs of ffmpeg, which only compressed films need."
            case .models: "Every model's file, hashed anew."
            case .templates: "Everybody has templates that the model in use compares; who has none needs re-enrolment."
            case .golden: "A drawn chip gives the face template that OpenCV gives it, to a cosine of 0.9999."
            }
        }
    }

    package enum Verdict: String, Codable, Sendable, CaseIterable {
        case passed
        /// It works, and could work better or soon stop working.
        case warning
        case failed
        /// It could not be examined; the advice says how it can be.
        case unchecked
    }

    package struct Finding: Codable, Sendable, Equatable {
        package var check: Check
        package var verdict: Verdict
        /// What was found.
        package var message: String
        /// What to do about it.
        package var advice: String

        init(_ check: Check, _ verdict: Verdict, _ message: String, advice: String) {
            self.check = check
            self.verdict = verdict
            self.message = message
            self.advice = advice
        }

        /// A check that went well asks for nothing.
        static func passed(_ check: Check, _ message: String) -> Finding {
            Finding(check, .passed, message, advice: "Nothing to do.")
        }
    }

    package var root: String
    /// Whether the daemon examined itself; otherwise the command line examined what it can reach.
    package var live: Bool
    package var findings: [Finding]
    /// Whether nothing failed.
    package var healthy: Bool

    init(root: String, live: Bool, findings: [Finding]) {
        self.root = root
        self.live = live
        self.findings = findings
        healthy = !findings.contains { $0.verdict == .failed }
    }
}
