import Foundation
import Glibc
import Testing
import Wire

@testable import Spool

@Suite struct RestWatchTests {
    private let root = TestRoot()

    private func inbox() throws -> Folder { try RootTree(root.paths).inbox }

    @Test func aFileRestsWhenItHasNotChangedForTheDelay() throws {
        _ = try RootTree(root.paths)
        try root.drop("identify/a.jpg", "1")
        var rest = RestWatch()
        rest.look(at: try inbox(), now: 0)
        #expect(rest.resting(for: 100, now: 99).isEmpty)
        #expect(rest.nextRest(after: 100, now: 99) == 1)
        rest.look(at: try inbox(), now: 90)
        #expect(rest.resting(for: 100, now: 100).map(\.path.description) == ["identify/a.jpg"])
        // One more byte starts the wait anew.
        try root.drop("identify/a.jpg", "12")
        rest.look(at: try inbox(), now: 110)
        #expect(rest.resting(for: 100, now: 200).isEmpty)
        #expect(rest.unsettled(after: 100, now: 200) == 1)
        rest.look(at: try inbox(), now: 210)
        #expect(rest.resting(for: 100, now: 210).count == 1)
    }

    @Test func onlyContentsCountAsChanges() throws {
        _ = try RootTree(root.paths)
        try root.drop("identify/a.jpg", "1")
        let file = root.paths.inbox + "/identify/a.jpg"
        let path = try #require(InboxPath("identify/a.jpg"))
        var rest = RestWatch()
        rest.look(at: try inbox(), now: 0)
        // A NAS sets rights again and again.
        for (look, mode) in [(50, 0o640), (100, 0o644)] as [(Int64, mode_t)] {
            chmod(file, mode)
            link(file, root.path + "/outside\(look)")
            rest.look(at: try inbox(), now: look)
        }
        #expect(rest.resting(for: 100, now: 100).map(\.path) == [path])
        #expect(rest.unrest(of: path, now: 100)?.changes == 0)
        for (look, seconds) in [(200, 1000), (300, 2000)] as [(Int64, Int)] {
            var times = [timeval(tv_sec: seconds, tv_usec: 0), timeval(tv_sec: seconds, tv_usec: 0)]
            utimes(file, &times)
            rest.look(at: try inbox(), now: look)
        }
        #expect(rest.resting(for: 100, now: 350).isEmpty)
        let unrest = RestWatch.Unrest(age: 50, seen: 350, changes: 2, lastChange: .modified)
        #expect(rest.unrest(of: path, now: 350) == unrest)
        try root.drop("identify/a.jpg", "12")
        rest.look(at: try inbox(), now: 400)
        #expect(rest.unrest(of: path, now: 400)?.changes == 3)
    }

    @Test func aPictureWaitsForTheTransferBesideIt() throws {
        _ = try RootTree(root.paths)
        for name in ["a.jpg", "a.jpg.aria2", "b.jpg", "b.jpg~", "c.jpg.part"] {
            try root.drop("identify/\(name)", name)
        }
        var rest = RestWatch()
        rest.look(at: try inbox(), now: 0)
        #expect(rest.resting(for: 100, now: 100).map(\.path.description) == ["identify/b.jpg"])
        let path = try #require(InboxPath("identify/a.jpg"))
        #expect(rest.transfer(of: path) == FileName("a.jpg.aria2"))
        unlink(root.paths.inbox + "/identify/a.jpg.aria2")
        rest.look(at: try inbox(), now: 100)
        #expect(rest.resting(for: 100, now: 100).map(\.path.description) == ["identify/a.jpg", "identify/b.jpg"])
    }

    @Test func whatIsGoneIsForgotten() throws {
        _ = try RootTree(root.paths)
        try root.drop("identify/a.jpg", "1")
        var rest = RestWatch()
        rest.look(at: try inbox(), now: 0)
        unlink(root.paths.inbox + "/identify/a.jpg")
        rest.look(at: try inbox(), now: 50)
        #expect(rest.resting(for: 10, now: 500).isEmpty)
    }

    @Test func scansSeeSpecialFilesButNoHiddenOnes() throws {
        _ = try RootTree(root.paths)
        try root.drop("identify/.hidden/a.jpg")
        try root.drop("identify/b.part")
        try root.drop("folder.jpg/c.jpg")
        symlink("/etc", root.paths.inbox + "/identify/etc")
        mkfifo(root.paths.inbox + "/f", 0o600)
        var found: [String] = []
        let scan = InboxScan(try inbox(), find: { path, _ in found.append(path.description) })
        #expect(found.sorted() == ["f", "folder.jpg/c.jpg", "identify/etc"])
        #expect(scan.findings.isEmpty)
    }

    @Test func whatMachinesLeaveBehindIsNeverFound() throws {
        _ = try RootTree(root.paths)
        let left = [
            "enroll/ada/@eaDir/p.jpg/SYNOFILE_THUMB_M.jpg", "enroll/@eaDir/x.jpg", "enroll/#recycle/deleted.jpg",
            "enroll/ada/$RECYCLE.BIN/$R1.jpg", "identify/Thumbs.db", "identify/a.jpg:Zone.Identifier",
        ]
        for path in left + ["enroll/ada/p.jpg"] { try root.drop(path, "x") }
        var found: [String] = []
        _ = InboxScan(try inbox(), find: { path, _ in found.append(path.description) })
        #expect(found == ["enroll/ada/p.jpg"])
        found = []
        let none = try #require(IgnoredNames(""))
        _ = InboxScan(try inbox(), ignoring: none, find: { path, _ in found.append(path.description) })
        #expect(found.count == left.count + 1)
    }

    /// `/proc` is a mount wherever Linux runs, so that no rename leads there.
    @Test func foldersFromWhichNoRenameLeadsAreClosedAndNamed() throws {
        let tree = try RootTree(root.paths)
        try root.drop("identify/a.jpg", "x")
        var found = 0
        let scan = InboxScan(tree.inbox, takingTo: try Folder(path: "/proc"), find: { _, _ in found += 1 })
        #expect(found == 0)
        let path = try #require(InboxPath("identify/a.jpg"))
        let finding = try #require(scan.obstacle(to: path))
        #expect(scan.findings == [finding], "the folder above, and none of those that are mended with it")
        #expect(finding.message.contains("inbox lies on another mount"))
        #expect(finding.advice.contains("umount"))
        let open = InboxScan(tree.inbox, takingTo: tree.claimed, find: { _, _ in found += 1 })
        #expect(found == 1)
        #expect(open.findings.isEmpty && open.closed.isEmpty)
    }

    @Test func slipsAreNamedAtOnce() throws {
        _ = try RootTree(root.paths)
        for path in ["enroll/Ada/a.jpg", "enroll/ada/b.jpg", "enroll/bob/c.jpg", "identfy/d.jpg", "verfy/e.json"] {
            try root.drop(path, "x")
        }
        let messages = InboxScan(try inbox()).findings.map(\.message).sorted()
        #expect(messages.count == 2, "\(messages)")
        #expect(messages.contains { $0.contains("enroll/Ada and ada differ in upper and lower case only") })
        #expect(messages.contains { $0.contains("inbox/identfy holds pictures") })
    }

    @Test func findingsAreBounded() throws {
        _ = try RootTree(root.paths)
        for number in 0..<50 {
            for name in ["ada", "Ada"] { try root.drop("enroll/\(name)\(number)/a.jpg", "x") }
        }
        #expect(InboxScan(try inbox()).findings.count == InboxScan.findingLimit + 1)
    }
}
