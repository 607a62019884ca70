/// `GET /v1/proof`: where everything that ever came to rest in the inbox is now, by the queue and by the disk.
package struct ProofAnswer: Codable, Sendable, Equatable {
    /// Something that the queue and the disk do not agree on.
    package struct Finding: Codable, Sendable, Equatable, Hashable {
        /// What is wrong with ``name``.
        package enum Kind: String, Codable, Sendable, CaseIterable {
            case sum
            case claimedWithoutJob = "claimed-without-job"
            case inputMissing = "input-missing"
            case originalMissing = "original-missing"
            case outboxWithoutJob = "outbox-without-job"
            case reportMissing = "report-missing"
            case originalsWithoutJob = "originals-without-job"
            case doneTwice = "done-twice"

            /// One sentence for the manual.
            package var meaning: String {
                switch self {
                case .sum: "The states of the jobs do not add up to what was seen; `name` says by how many."
                case .claimedWithoutJob:
                    "`state/claimed/<name>` holds files that no job knows, or that ought to have gone to their end."
                case .inputMissing: "The job `name` is under way and has lost one of its files."
                case .originalMissing:
                    "The originals of the ended job `name` are neither where they were nor where they go."
                case .outboxWithoutJob:
                    "`outbox/<name>`, a job's name, holds outputs of one that has not ended, or that the queue does not know."
                case .reportMissing: "`outbox/<name>` has no report, so that it is half a commit."
                case .originalsWithoutJob: "`done/<name>` or `quarantine/<name>` belongs to no job that ended so."
                case .doneTwice: "The job `name` was done more than once."
                }
            }
        }

        package var kind: Kind
        package var name: String
        /// The whole finding in a sentence.
        package var explanation: String

        init(_ kind: Kind, _ name: String, _ explanation: String) {
            self.kind = kind
            self.name = name
            self.explanation = explanation
        }
    }

    /// Most findings that are listed; ``unaccounted`` counts them all.
    package static let findingLimit = 100

    package var root: String
    /// Files in the inbox that no job has taken yet: still changing, due, or waiting for a manifest.
    package var inbox: Int
    /// Folders of the inbox that could not be looked into, so that their files are not counted.
    package var unread: [String]
    package var counts: JobCounts
    /// 0, or something was lost, doubled or left half-done.
    package var unaccounted: Int
    package var findings: [Finding]

    init(root: String, inbox: Int, unread: [String] = [], counts: JobCounts, findings: [Finding]) {
        self.root = root
        self.inbox = inbox
        self.unread = unread
        self.counts = counts
        unaccounted = findings.count { $0.kind != .sum } + abs(counts.seen - counts.sum)
        self.findings = Array(findings.prefix(Self.findingLimit))
    }
}
