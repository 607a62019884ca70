import Foundation
import Glibc
import Testing

@testable import Spool

@Suite struct FolderTests {
    private let root = TestRoot()

    @Test func neverFollowsALink() throws {
        let folder = try Folder(path: root.path)
        try root.write(root.path + "/real/a", "x")
        symlink("real", root.path + "/link")
        symlink("real/a", root.path + "/file")
        #expect(throws: SpoolError.self) { try folder.folder(FileName("link")) }
        #expect(throws: SpoolError.self) { _ = try folder.open(FileName("file")) }
        #expect(try folder.facts(FileName("link"))?.kind == .special(.symbolicLink))
    }

    @Test func aPathLeadsBelowAFolderByWhicheverName() throws {
        try root.write(root.path + "/real/inbox/a", "x")
        symlink("real", root.path + "/link")
        func rest(_ path: String, _ folder: String) -> String? {
            Folder.rest(of: Array((root.path + path).utf8), below: root.path + folder)
                .map { String(decoding: $0, as: UTF8.self) }
        }
        for folder in ["/real/inbox", "/link/inbox"] {
            #expect(rest("/real/inbox/a", folder) == "a")
            #expect(rest("/link/inbox/gone/b", folder) == "gone/b")
            #expect(rest("/real/a", folder) == nil && rest("/real/inbox", folder) == nil)
        }
    }

    @Test func openingAFIFODoesNotBlock() throws {
        mkfifo(root.path + "/fifo", 0o600)
        let folder = try Folder(path: root.path)
        #expect(try folder.facts(FileName("fifo"))?.kind == .special(.fifo))
        let file = try folder.open(FileName("fifo"))
        #expect(try file.facts().kind == .special(.fifo))
    }

    @Test func movesNeverOverAnExistingName() throws {
        try root.write(root.path + "/a", "1")
        try root.write(root.path + "/b", "2")
        let folder = try Folder(path: root.path)
        #expect(throws: SpoolError.self) { try folder.move(FileName("a"), to: folder, as: FileName("b")) }
        // Either end may be the one that refuses.
        #expect {
            try folder.move(FileName("a"), to: Folder(path: "/proc"), as: FileName("b"))
        } throws: { error in
            "\(error)".hasPrefix("rename \(root.path)/a to /proc/b: ")
        }
        #expect(try folder.read(FileName("b"), limit: 10) == Array("2".utf8))
        try folder.move(FileName("a"), to: folder, as: FileName("c"))
        #expect(try folder.facts(FileName("a")) == nil)
    }

    @Test func whoeverWritesIsSeen() throws {
        try root.write(root.path + "/a", "1")
        let folder = try Folder(path: root.path)
        #expect(folder.hasWriter(FileName("a")) == false)
        let writer = open(root.path + "/a", O_RDWR)
        #expect(folder.hasWriter(FileName("a")) == true)
        let memory = mmap(nil, 1, PROT_READ | PROT_WRITE, MAP_SHARED, writer, 0)
        close(writer)
        #expect(folder.hasWriter(FileName("a")) == true, "a mapping writes, too")
        munmap(memory, 1)
        #expect(folder.hasWriter(FileName("a")) == false)
        #expect(folder.hasWriter(FileName("absent")) == nil)
    }

    @Test func digestIsThatOfTheStandard() throws {
        try root.write(root.path + "/abc", "abc")
        let folder = try Folder(path: root.path)
        // FIPS 180-2, appendix B.1.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(try folder.digest(FileName("abc")).sha256 == expected)
    }

    @Test func aWholeFileReplacesOrNothingDoes() throws {
        let folder = try Folder(path: root.path)
        try folder.write(Array("one".utf8), to: FileName("f"))
        try folder.write(Array("two".utf8), to: FileName("f"))
        #expect(try folder.read(FileName("f"), limit: 3) == Array("two".utf8))
        #expect(try folder.read(FileName("f"), limit: 2) == nil)
        #expect(try folder.names() == [FileName("f")])
    }

    @Test func treesGoAsAWhole() throws {
        try root.write(root.path + "/t/u/v", "x")
        symlink("/etc", root.path + "/t/etc")
        let folder = try Folder(path: root.path)
        try folder.remove(FileName("t"))
        #expect(try folder.names().isEmpty)
        #expect(FileManager.default.fileExists(atPath: "/etc/passwd"))
    }
}
