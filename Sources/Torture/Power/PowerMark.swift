import Foundation
import Spool
import Wire

/// What the world outside of Limner knew at a moment, written into the log of changes at that moment.
enum PowerMark: Codable, Equatable {
    /// Files whose writer was done, or whose sender had its answer; by SHA-256.
    case delivered([String])
    /// The daemon had told of a job in a state.
    case told(JobIdentifier, JobState)
    /// The daemon was about to be asked for another end of a job.
    case asked(JobIdentifier)

    func write(to log: String) throws { try ChangeLog.mark(Array(JSONEncoder().encode(self)), path: log) }

    init(_ bytes: [UInt8]) throws { self = try JSONDecoder().decode(PowerMark.self, from: Data(bytes)) }
}

/// What is owed at a moment.
struct PowerDebt {
    /// What must become of a job that the daemon has told of.
    enum Promise: Equatable {
        case exists
        case ended(JobState)
    }

    private(set) var files: Set<String> = []
    private(set) var jobs: [JobIdentifier: Promise] = [:]

    var count: Int { files.count + jobs.count }

    mutating func note(_ mark: PowerMark) {
        switch mark {
        case .delivered(let hashes): files.formUnion(hashes)
        // A file that waits to be taken is owed as a file.
        case .told(_, .waiting): break
        case .told(let id, let state): jobs[id] = state.isFinal ? .ended(state) : .exists
        case .asked(let id): jobs[id] = jobs[id].map { _ in .exists }
        }
    }
}
