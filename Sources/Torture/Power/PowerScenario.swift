import Foundation
import Spool
import Wire

/// Power cuts: a daemon's changes to its disk are logged, and a disk is made of the first so many of them, of which those
/// that no sync had made durable are there or not, whole or torn. A daemon that starts on it owes everything that had been
/// told or taken by then. The same with the syncs that `synchronous=NORMAL` would have left out must lose something, or
/// the test would find nothing.
struct PowerScenario {
    private let stage: Stage

    init(_ stage: Stage) { self.stage = stage }

    func run() async throws -> Outcome {
        var outcome = Outcome()
        let recording = try await PowerRecording(stage)
        outcome.tell("changes", recording.log.changes.count)
        outcome.violations += try gaps(in: recording)
        let full = try await cut(recording, recording.log, "full")
        outcome.tell("cuts", full.cuts)
        outcome.tell("owed", full.owed)
        outcome.tell("lost", full.lost)
        outcome.violations += full.violations
        let normal = try await cut(recording, recording.log.atNormal(log: FileName("queue.sqlite-wal")), "normal")
        outcome.tell("cuts at NORMAL", normal.cuts)
        outcome.tell("owed there", normal.owed)
        outcome.tell("lost there", normal.lost)
        if normal.lost == 0 {
            outcome.violations.append("nothing was lost at synchronous=NORMAL: these power cuts find nothing")
        }
        return outcome
    }

    /// What the log lacks: all changes that are in it must make the disk that there is, and the daemon must have been heard.
    private func gaps(in recording: PowerRecording) throws -> [String] {
        var model = DiskModel(root: recording.root)
        var debt = PowerDebt()
        for change in recording.log.changes {
            try model.apply(change)
            if case .marked(let bytes) = change { debt.note(try PowerMark(bytes)) }
        }
        guard debt.jobs.values.contains(.ended(.done)) else { return ["the daemon told nobody of a finished job"] }
        var numbers = stage.generator(1)
        let image = model.image(after: .everything, using: &numbers)
        return image.withoutSharedMemory.differences(from: recording.rest.withoutSharedMemory)
            .map { "the log of changes is not whole: \($0)" }
    }

    /// What came of a row of power cuts.
    private struct Toll {
        var cuts = 0
        /// Files taken and jobs told of, over all cuts.
        var owed = 0
        var lost = 0
        var violations: [String] = []
    }

    private func cut(_ recording: PowerRecording, _ log: ChangeLog, _ name: String) async throws -> Toll {
        var toll = Toll()
        var model = DiskModel(root: recording.root)
        var debt = PowerDebt()
        var reached = 0
        for (number, position) in positions(in: log).enumerated() {
            for change in log.changes[reached..<position] {
                try model.apply(change)
                if case .marked(let bytes) = change { debt.note(try PowerMark(bytes)) }
            }
            reached = position
            let cut = PowerCut.allCases[number % PowerCut.allCases.count]
            var numbers = stage.generator(UInt64(2 + number))
            let image = model.image(after: cut, using: &numbers).withoutSharedMemory
            let check = try PowerCheck(stage, "\(name)-\(number)", image)
            let (lost, violations) = await check.lost(of: debt, recording.files)
            toll.cuts += 1
            toll.owed += debt.count
            toll.lost += lost
            toll.violations += violations.map { "cut \(number) (\(cut.rawValue), after change \(position)): \($0)" }
            if violations.isEmpty { try check.remove() }
        }
        return toll
    }

    /// Moments for power cuts, in order: anywhere, right after somebody was told something, right after a
    /// folder's sync.
    private func positions(in log: ChangeLog) -> [Int] {
        var numbers = stage.generator(1)
        var marks: [Int] = []
        var syncs: [Int] = []
        var folders: Set<UInt64> = []
        for (index, change) in log.changes.enumerated() {
            switch change {
            case .created(let inode, isFolder: true, _): folders.insert(inode)
            case .created(let inode, isFolder: false, _): folders.remove(inode)
            case .marked: marks.append(index)
            case .synced(let inode) where folders.contains(inode): syncs.append(index)
            default: break
            }
        }
        let places = [Array(log.changes.indices), marks, syncs]
        return (0..<stage.extent.cuts).map { places[$0 % places.count].randomElement(using: &numbers)! + 1 }.sorted()
    }
}

extension DiskImage {
    /// SQLite makes the index of its write-ahead log anew after a power cut.
    fileprivate var withoutSharedMemory: DiskImage { without(FileName("queue.sqlite-shm")) }
}
