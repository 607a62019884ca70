import Foundation
import Wire

/// Folders that come and go with files in them, faster than events can be followed.
struct TreeScenario {
    private let stage: Stage
    private let daemon: PrivateDaemon
    private let elsewhere: String

    init(_ stage: Stage) throws {
        self.stage = stage
        daemon = try stage.daemon()
        // On the file system of the inbox, so that a folder moves by one rename.
        elsewhere = daemon.folders.root + "/.elsewhere"
        try Tree.makeFolder(elsewhere)
    }

    func run() async throws -> Outcome {
        try await daemon.live { _ in
            var numbers = stage.generator()
            var (nested, movedIn, movedOut, takenBack, remade) = (0, 0, 0, 0, 0)
            for number in 0..<stage.extent.rounds * 2 {
                let name = "\(number)"
                switch numbers.next() % 4 {
                case 0:
                    try await nest(name, &numbers)
                    nested += 1
                case 1:
                    try moveIn(name, &numbers)
                    movedIn += 1
                case 2:
                    takenBack += try await moveOut(name, &numbers)
                    movedOut += 1
                default:
                    try await remake(name, &numbers)
                    remade += 1
                }
            }
            try await daemon.settle(within: .seconds(300))
            var outcome = Outcome()
            outcome.tell("made and filled at once", nested)
            outcome.tell("moved in", movedIn)
            outcome.tell("moved out again", movedOut)
            outcome.tell("files taken back by it", takenBack)
            outcome.tell("removed and made again", remade)
            try await outcome.judge(daemon)
            return outcome
        }
    }

    private func inbox(_ name: String) -> String { daemon.folders.inbox(of: .identify) + "/" + name }

    /// `mkdir -p a/b/c && cp`, by the real programs.
    private func nest(_ name: String, _ numbers: inout SeededNumbers) async throws {
        let bytes = Rehearsal().picture(&numbers)
        let source = elsewhere + "/\(name).jpg"
        try Dropper.write(bytes, to: source, O_CREAT | O_EXCL)
        let folder = inbox(name) + "/b/c"
        try await Command.run("sh", "-c", #"mkdir -p "$1" && cp "$2" "$1/x.jpg""#, "sh", folder, source)
        try daemon.witness.enter(bytes, "identify/\(name)/b/c/x.jpg")
    }

    /// A folder of pictures, made elsewhere.
    private func fill(_ folder: String, _ numbers: inout SeededNumbers) throws -> [Witness.Entry] {
        try Tree.makeFolder(folder + "/deep")
        return try ["a.jpg", "deep/b.jpg", "deep/c.jpg"].map { name in
            let bytes = Rehearsal().picture(&numbers)
            try Dropper.write(bytes, to: folder + "/" + name, O_CREAT | O_EXCL)
            return Witness.Entry(sha256: sha256(bytes), fate: .done, path: folder + "/" + name)
        }
    }

    private func move(_ from: String, _ to: String) throws {
        guard rename(from, to) == 0 else { throw TortureError.call("rename", path: from, errno: errno) }
    }

    private func moveIn(_ name: String, _ numbers: inout SeededNumbers) throws {
        let entries = try fill(elsewhere + "/" + name, &numbers)
        try move(elsewhere + "/" + name, inbox(name))
        try daemon.witness.enter(entries)
    }

    /// Moves a folder in and, about when its files come to rest, out again: each file was taken, or is still the user's.
    ///
    /// - Returns: how many were still there.
    private func moveOut(_ name: String, _ numbers: inout SeededNumbers) async throws -> Int {
        let entries = try fill(elsewhere + "/" + name, &numbers)
        try move(elsewhere + "/" + name, inbox(name))
        try await Task.sleep(for: .milliseconds(Int.random(in: 0...160, using: &numbers)))
        try move(inbox(name), elsewhere + "/" + name)
        let left = Set(
            Tree.files(below: elsewhere + "/" + name).compactMap { Tree.hash(of: elsewhere + "/\(name)/\($0)") })
        try daemon.witness.enter(entries.filter { !left.contains($0.sha256) })
        return left.count
    }

    /// Removes a folder with files in it, which are nobody's then, and makes it again with others.
    private func remake(_ name: String, _ numbers: inout SeededNumbers) async throws {
        let removed = try fill(inbox(name), &numbers)
        try await Task.sleep(for: .milliseconds(Int.random(in: 0...160, using: &numbers)))
        try await Command.run("rm", "-rf", inbox(name))
        try daemon.witness.enter(
            removed.map { Witness.Entry(sha256: $0.sha256, fate: .open, path: $0.path) })
        try daemon.witness.enter(try fill(inbox(name), &numbers))
    }
}
