import Foundation
import Glibc
import Testing

@testable import limner

struct OutputTargetTests {
    private func status(_ given: GivenPath, keeping inputs: [GivenPath] = []) -> CommandStatus? {
        do {
            _ = try OutputTarget(given, keeping: inputs)
            return nil
        } catch {
            return error.status
        }
    }

    @Test func anInputIsNeverOverwritten() throws {
        let folder = try ScratchFolder()
        let input = try folder.write("a.jpg", "photograph")
        let other = try folder.write("b.jpg", "another")
        try folder.link("symbolic.jpg", to: "a.jpg")
        #expect(link(input.path, folder.path + "/hard.jpg") == 0)
        for name in ["a.jpg", "./a.jpg", "symbolic.jpg", "hard.jpg"] {
            #expect(status(folder.given(name), keeping: [other, input]) == .usage, "\(name)")
        }
        #expect(status(folder.given("new.jpg"), keeping: [other, input]) == nil)
        #expect(status(other, keeping: [input]) == nil)
    }

    @Test func onlyAFileInAFolderIsWritten() throws {
        let folder = try ScratchFolder()
        #expect(mkfifo(folder.path + "/pipe", 0o600) == 0)
        for path in [folder.path, folder.path + "/pipe", folder.path + "/absent/a.jpg", "/dev/null"] {
            #expect(status(GivenPath(typed: path, path: path)) == .outputFailed, "\(path)")
        }
    }

    /// 255 bytes are the most that a name has; what is kept beside it has to fit as well.
    @Test(arguments: [200, 250, 251, 255, 256])
    func aNameThatIsTooLongIsKnownBeforeTheWork(length: Int) throws {
        let folder = try ScratchFolder()
        let name = String(repeating: "é", count: (length - 4) / 2) + String(repeating: "x", count: length % 2) + ".jpg"
        #expect(name.utf8.count == length)
        #expect(status(folder.given(name)) == (length > 255 ? .outputFailed : nil))
        let kept = KeptWork.name(after: name)
        #expect(kept.utf8.count <= 255 && kept.hasPrefix(".é") && kept.hasSuffix(".painting"))
        #expect(KeptWork("\(folder.path)/\(kept)") != nil)
    }

    @Test func aLinkIsFollowedAndStays() throws {
        let folder = try ScratchFolder()
        let file = try folder.write("real.jpg", "old")
        try folder.link("link.jpg", to: "real.jpg")
        let target = try OutputTarget(folder.given("link.jpg"), keeping: [])
        #expect(target.typed == "link.jpg")
        #expect(target.path.hasSuffix("/real.jpg"))

        let aside = try AsideFolder(in: target.folder)
        try aside.write("new", as: "output", for: target)
        #expect(try String(contentsOfFile: file.path, encoding: .utf8) == "old")
        try aside.commit("output", to: target)
        aside.remove()
        #expect(try String(contentsOfFile: file.path, encoding: .utf8) == "new")
        #expect(try folder.names() == ["link.jpg", "real.jpg"])
    }
}
