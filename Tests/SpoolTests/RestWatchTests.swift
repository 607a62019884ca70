import Foundation
import Glibc
import Testing

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

    @Test func aTouchAndAHardLinkCountAsChanges() throws {
        _ = try RootTree(root.paths)
        try root.drop("identify/a.jpg", "1")
        var rest = RestWatch()
        rest.look(at: try inbox(), now: 0)
        utimes(root.paths.inbox + "/identify/a.jpg", nil)
        rest.look(at: try inbox(), now: 100)
        #expect(rest.resting(for: 100, now: 150).isEmpty)
        link(root.paths.inbox + "/identify/a.jpg", root.path + "/outside")
        rest.look(at: try inbox(), now: 200)
        #expect(rest.resting(for: 100, now: 250).isEmpty)
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
        #expect(scan.problems.isEmpty)
    }
}
