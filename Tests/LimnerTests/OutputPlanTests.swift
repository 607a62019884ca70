import Foundation
import Parsing
import Testing
import Wire

@testable import limner

struct OutputPlanTests {
    private func plan(
        _ typed: String, contents: Int = 1, format: WrittenFormat? = nil, folders: Set<String> = []
    ) throws -> OutputPlan {
        try OutputPlan(output: GivenPath(typed: typed, path: "/w/\(typed)"), contents: contents, format: format) {
            folders.contains($0)
        }
    }

    @Test(
        arguments: [
            ("a.jpg", nil, WrittenFormat.jpeg), ("a.JPEG", nil, .jpeg), ("a.png", nil, .png), ("a", nil, nil),
            ("a.png", .png, .png), ("a.gif", .jpeg, .jpeg), ("a.webp", nil, .webp), ("a.TIF", nil, .tiff),
            ("a", .png, .png),
        ] as [(String, WrittenFormat?, WrittenFormat?)])
    func theNameOfTheFileSaysTheFormat(_ typed: String, _ format: WrittenFormat?, _ expected: WrittenFormat?) throws {
        let plan = try plan(typed, format: format)
        #expect(plan.format == expected)
        #expect(plan.place == .file(GivenPath(typed: typed, path: "/w/\(typed)")))
        #expect(plan.paths(for: ["photo.jpg"], format: .png).map(\.typed) == [typed])
    }

    @Test(arguments: [("a.png", WrittenFormat.jpeg), ("a.jpg", .png), ("a.gif", nil)] as [(String, WrittenFormat?)])
    func aContradictionIsRefused(_ typed: String, _ format: WrittenFormat?) {
        #expect(throws: CommandError.self) { try plan(typed, format: format) }
    }

    @Test func theNameOfAFilmAndItsFormatDoNotContradictEachOther() throws {
        func plan(_ typed: String, _ format: FilmFormat?) throws -> FilmFormat? {
            try OutputPlan(
                output: GivenPath(typed: typed, path: "/w/\(typed)"), contents: 1, format: nil, filmFormat: format
            ) { _ in false }.film
        }
        #expect(try plan("a.mp4", nil) == .mp4)
        #expect(try plan("a.y4m", .y4m) == .y4m)
        let error = #expect(throws: CommandError.self) { try plan("a.mp4", .y4m) }
        #expect(error?.description.contains("--film-format y4m contradicts the name a.mp4") == true)
    }

    @Test func aFilmsNameIsToldHowFilmsEnd() throws {
        let error = #expect(throws: CommandError.self) {
            try OutputPlan(
                output: GivenPath(typed: "a.mov", path: "/w/a.mov"), contents: 1, format: nil, filmFormat: .mp4,
                subject: .film
            ) { _ in false }
        }
        #expect(error?.description.contains("a.mov ends in .mov, but .mp4 and .y4m are written; rename it") == true)
        #expect(error?.description.contains("--format") == false)
    }

    @Test(arguments: ["sheet.mp4", "sheet.y4m"]) func aPictureIsNoFilm(_ typed: String) throws {
        #expect(throws: CommandError.self) {
            try OutputPlan(picture: GivenPath(typed: typed, path: "/w/\(typed)"), suffix: "sheet")
        }
        let error = #expect(throws: CommandError.self) {
            try OutputPlan(picture: GivenPath(typed: "sheet.gif", path: "/w/sheet.gif"), suffix: "sheet")
        }
        #expect(
            error?.description.hasSuffix("are written; rename it") == true
                && error?.description.contains("mp4") == false)
    }

    @Test(arguments: ["one.jpg", "one.mp4"]) func severalDoNotGoIntoOneFile(_ typed: String) throws {
        let error = #expect(throws: CommandError.self) { try plan(typed, contents: 2) }
        #expect(error?.description.contains("2 paintings are made, and \(typed) is the name of one") == true)
    }

    @Test func aPreviewIsNamedAsTheJPEGThatItIs() throws {
        for name in ["now.jpg", "now.jpeg", "now"] { try GivenPath(typed: name, path: "/w").checkPreview(of: "-o") }
        #expect(throws: CommandError.self) { try GivenPath(typed: "now.png", path: "/w").checkPreview(of: "-o") }
    }

    @Test func moreFilesThanAJobHasAreRefused() throws {
        let files = [GivenPath](repeating: GivenPath(typed: "a", path: "/a"), count: Manifest.inputLimit)
        try files.checkCount(of: "pictures", "leave out some")
        let error = #expect(throws: CommandError.self) {
            try (files + files).checkCount(of: "pictures", "leave out some")
        }
        #expect(error?.description.contains("10000 pictures are given, and a job has 5000 at most") == true)
    }

    @Test func severalContentsGoIntoAFolder() throws {
        let paths = try plan("out", contents: 4).paths(for: ["x/a.jpg", "b.png", "y/a.jpeg", "noend"], format: .jpeg)
        #expect(
            paths.map(\.typed) == [
                "out/a.stylized.jpg", "out/b.stylized.jpg", "out/a.stylized-2.jpg", "out/noend.stylized.jpg",
            ])
        #expect(paths.allSatisfy { $0.path == "/w/" + $0.typed })
    }

    @Test func aFolderTakesOneContentToo() throws {
        #expect(
            try plan("out", folders: ["/w/out"]).paths(for: ["a.jpg"], format: .png).map(\.typed) == [
                "out/a.stylized.png"
            ])
        #expect(try plan("new/").paths(for: ["a.jpg"], format: .png).map(\.typed) == ["new/a.stylized.png"])
        #expect(try plan("b.jpg/", format: .png).format == .png)
    }

    @Test func whatStandsInAFolderIsNotReplaced() throws {
        let folder = try ScratchFolder()
        _ = try folder.write("a.stylized.png", "precious")
        try FileManager.default.createDirectory(
            atPath: folder.path + "/a.stylized-2.png", withIntermediateDirectories: false)
        let made = try folder.write("made.png", "new")
        let plan = try OutputPlan(output: GivenPath(typed: "out/", path: folder.path), contents: 1, format: nil)
        func path(_ names: inout OutputNames) -> String {
            plan.path(for: "x/a.jpg", suffix: "stylized", of: made.path, &names).typed
        }
        var names = OutputNames()
        let (first, second) = (path(&names), path(&names))
        #expect(first == "out/a.stylized-3.png")
        #expect(second == "out/a.stylized-4.png", "the third is given, though it is not there yet")
        _ = try folder.write("a.stylized-3.png", "new")
        var others = OutputNames()
        let again = path(&others)
        #expect(again == "out/a.stylized-3.png", "the same command makes the same anew")
    }

    @Test func aFileThatIsAnInputIsKept() throws {
        let folder = try ScratchFolder()
        let input = try folder.write("a.png", "precious")
        let plan = try OutputPlan(output: input, contents: 1, format: nil)
        #expect(throws: CommandError.self) { try plan.check(keeping: [input]) }
        try plan.check(keeping: [])
    }

    @Test func aTableOfLossesIsNamedAsOne() throws {
        for name in ["t.csv", "t.CSV", "t"] { try GivenPath(typed: name, path: "/w").checkTrace(of: "--trace") }
        #expect(throws: CommandError.self) { try GivenPath(typed: "t.json", path: "/w").checkTrace(of: "--trace") }
    }

    @Test func theFolderIsMadeButNotItsParents() throws {
        let folder = try ScratchFolder()
        let new = GivenPath(typed: "new/", path: folder.path + "/new")
        let plan = try OutputPlan(output: new, contents: 1, format: nil)
        try plan.check(keeping: [])
        #expect(!FileManager.default.fileExists(atPath: new.path))
        #expect(try plan.makeFolder())
        #expect(FileManager.default.fileExists(atPath: new.path))
        #expect(try !plan.makeFolder())
        let deep = try OutputPlan(
            output: GivenPath(typed: "x/y/", path: folder.path + "/x/y"), contents: 1, format: nil)
        #expect(throws: CommandError.self) { try deep.check(keeping: []) }
        #expect(throws: CommandError.self) { try deep.makeFolder() }
    }
}
