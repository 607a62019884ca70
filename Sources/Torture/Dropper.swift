import Foundation
import Glibc
import Spool
import Wire

/// Puts files into an inbox as careful programs do: written aside, flushed, and linked or renamed in.
struct Dropper: Sendable {
    let daemon: PrivateDaemon
    /// On the same file system as the inbox, and not in it.
    let aside: String
    var numbers: SeededNumbers
    private var count = 0

    init(_ daemon: PrivateDaemon, _ numbers: SeededNumbers) throws {
        self.daemon = daemon
        self.numbers = numbers
        aside = daemon.folders.root + "/.aside"
        try Tree.makeFolder(aside)
        try Tree.makeFolder(daemon.folders.inbox(of: .identify))
    }

    /// How a whole file gets into the inbox at once.
    enum Way: CaseIterable, Sendable { case rename, link, linkUnnamed }

    /// Drops one picture and enters it into the ledger.
    ///
    /// - Parameters:
    ///   - folder: where in the inbox.
    ///   - name: its path below the folder; one that was not used before unless given.
    mutating func drop(
        _ rehearsal: Rehearsal, fate: Witness.Fate = .done, way: Way = .rename, folder: String = "identify",
        name: String? = nil
    ) throws {
        let bytes = rehearsal.picture(&numbers)
        let path = folder + "/" + (name ?? newName())
        try Tree.makeFolder(daemon.folders.inbox + "/" + folder)
        try put(bytes, at: path, way)
        try daemon.witness.enter(bytes, path, fate: fate)
    }

    /// Drops a manifest, then its two pictures: the other way round they may have become jobs of their own by then.
    mutating func dropManifest(_ rehearsal: Rehearsal) throws {
        let name = newName(".d")
        let folder = "identify/" + name
        try Tree.makeFolder(daemon.folders.inbox + "/" + folder)
        let pictures = (0..<2).map { _ in rehearsal.picture(&numbers) }
        let text = #"{"limner": 1, "kind": "identify", "inputs": ["a.jpg", "b.jpg"], "id": "\#(name)"}"#
        let manifest = Array(text.utf8)
        try put(manifest, at: folder + "/m.json", .rename)
        for (name, bytes) in zip(["a.jpg", "b.jpg"], pictures) { try put(bytes, at: folder + "/" + name, .rename) }
        try daemon.witness.enter(
            ([manifest] + pictures).map { Witness.Entry(sha256: sha256($0), fate: .done, path: folder) })
    }

    /// Sends a picture to the control socket. It is owed once the daemon has said so.
    mutating func submit(_ rehearsal: Rehearsal, _ client: ControlClient) async throws {
        let bytes = rehearsal.picture(&numbers)
        let name = newName()
        let submission = JobSubmission(task: JobTask(.identify), name: name)
        do {
            _ = try await client.submit(submission, picture: Data(bytes))
            try daemon.witness.enter(bytes, "submitted " + name)
        } catch is SpoolError {
            try daemon.witness.enter(bytes, "submitted " + name, fate: .open)
        }
    }

    mutating func newName(_ suffix: String = ".jpg") -> String {
        count += 1
        return "\(count)-\(String(numbers.next() & 0xFFFF, radix: 16))\(suffix)"
    }

    private func put(_ bytes: [UInt8], at path: String, _ way: Way) throws {
        let target = daemon.folders.inbox + "/" + path
        if way == .linkUnnamed { return try linkUnnamed(bytes, target) }
        let source = aside + "/" + path.replacing("/", with: "-")
        try Self.write(bytes, to: source, O_CREAT | O_TRUNC)
        let result = way == .rename ? rename(source, target) : link(source, target)
        guard result == 0 else { throw TortureError.call("\(way)", path: target, errno: errno) }
        if way == .link { unlink(source) }
    }

    /// `O_TMPFILE`, which is a macro of several parts and so unknown to Swift.
    private static let unnamed: Int32 = 0o20_000_000 | O_DIRECTORY

    /// `O_TMPFILE`, then linkat(2): the file has its name only when it is whole.
    private func linkUnnamed(_ bytes: [UInt8], _ target: String) throws {
        let descriptor = open(aside, Self.unnamed | O_WRONLY | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw TortureError.call("open O_TMPFILE", path: aside, errno: errno) }
        defer { close(descriptor) }
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            throw TortureError.call("write", path: aside, errno: errno)
        }
        guard linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, target, AT_SYMLINK_FOLLOW) == 0 else {
            throw TortureError.call("linkat", path: target, errno: errno)
        }
    }

    /// Writes a whole file and flushes it.
    static func write(_ bytes: [UInt8], to path: String, _ flags: Int32) throws {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC | flags, 0o644)
        guard descriptor >= 0 else { throw TortureError.call("open", path: path, errno: errno) }
        defer { close(descriptor) }
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            throw TortureError.call("write", path: path, errno: errno)
        }
    }
}
