/// `POST /v1/doctor`: what was examined, in the order in which it was.
package struct DoctorAnswer: Codable, Sendable, Equatable {
    /// What is examined.
    package enum Check: String, Codable, Sendable, CaseIterable {
        /// The folders of the root are there.
        case root
        /// A probe file in the inbox: dropped, its event seen, claimed by a rename, removed.
        case inbox
        case fileSystem = "file-system"
        /// Room under `fs.inotify.max_user_watches`.
        case watches
        /// Renames between the folders of the root.
        case rename
        /// Free space and free files.
        case space
        /// What the queue's database really runs with.
        case database
        /// Jobs that cannot be repaired or brought to their end by themselves.
        case jobs
        /// A worker starts and says what it is.
        case worker
        /// What the worker has given up before it reads a stranger's byte.
        case sandbox
        /// The kernels that OpenBLAS chose.
        case openblas
        /// Every model's file, hashed anew.
        case models
        /// A known chip through the face network, against the numbers that it must give.
        case golden
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

        package init(_ check: Check, _ verdict: Verdict, _ message: String, advice: String) {
            self.check = check
            self.verdict = verdict
            self.message = message
            self.advice = advice
        }

        /// A check that went well asks for nothing.
        package static func passed(_ check: Check, _ message: String) -> Finding {
            Finding(check, .passed, message, advice: "Nothing to do.")
        }
    }

    package var root: String
    /// Whether the daemon examined itself; otherwise the command line examined what it can reach.
    package var live: Bool
    package var findings: [Finding]
    /// Whether nothing failed.
    package var healthy: Bool

    package init(root: String, live: Bool, findings: [Finding]) {
        self.root = root
        self.live = live
        self.findings = findings
        healthy = !findings.contains { $0.verdict == .failed }
    }
}
